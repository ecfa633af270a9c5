[
  (method)
  (singleton_method)
] @function
(module) @module
(class) @class
