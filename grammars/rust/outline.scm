(function_item) @function
[
  (struct_item)
  (union_item)
] @struct
(enum_item) @enum
(trait_item) @interface
(mod_item) @module
(type_item) @type
(impl_item) @class
