(method_definition) @function
[
  (class_implementation)
  (class_interface)
] @class
(protocol_declaration) @interface
