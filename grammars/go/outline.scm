[
  (function_declaration)
  (method_declaration)
] @function
(source_file (var_declaration (var_spec value: (expression_list (func_literal) @function))))
(type_spec type: (struct_type)) @struct
(type_spec type: (interface_type)) @interface
(type_spec type: [(type_identifier) (function_type) (map_type) (slice_type) (pointer_type) (qualified_type)]) @type
(type_alias) @type
