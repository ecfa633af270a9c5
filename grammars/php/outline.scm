[
  (function_definition)
  (method_declaration)
  (anonymous_function)
  (arrow_function)
] @function
(interface_declaration) @interface
(enum_declaration) @enum
[
  (class_declaration)
  (trait_declaration)
] @class
