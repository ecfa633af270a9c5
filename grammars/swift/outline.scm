[
  (function_declaration)
  (init_declaration)
  (deinit_declaration)
] @function
(protocol_declaration) @interface
(class_declaration) @class
