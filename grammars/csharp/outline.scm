[
  (method_declaration)
  (constructor_declaration)
  (destructor_declaration)
  (operator_declaration)
  (local_function_statement)
] @function
(interface_declaration) @interface
(enum_declaration) @enum
(struct_declaration) @struct
(namespace_declaration) @module
[
  (class_declaration)
  (record_declaration)
] @class
