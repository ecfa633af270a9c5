[
  (function_declaration)
  (secondary_constructor)
] @function
[
  (class_declaration)
  (object_declaration)
  (companion_object)
] @class
