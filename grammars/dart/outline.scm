(function_body) @function
(enum_declaration) @enum
[
  (class_definition)
  (mixin_declaration)
  (extension_declaration)
] @class
