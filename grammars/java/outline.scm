[
  (method_declaration)
  (constructor_declaration)
  (compact_constructor_declaration)
] @function
[
  (interface_declaration)
  (annotation_type_declaration)
] @interface
(enum_declaration) @enum
[
  (class_declaration)
  (record_declaration)
] @class
