[
  (function_declaration)
  (method_declaration)
] @function
; A literal belongs to the function around it; at the top level it is the function.
(source_file (var_declaration (var_spec value: (expression_list (func_literal) @function))))
(source_file (var_declaration (var_spec_list (var_spec value: (expression_list (func_literal) @function)))))
(func_literal) @lambda

[
  (if_statement)
  (for_statement)
] @branch

(if_statement "else" @else)
(if_statement alternative: (if_statement) @elseif)
[
  (expression_switch_statement)
  (type_switch_statement)
  (select_statement)
] @switch
[
  (expression_case)
  (type_case)
  (communication_case)
] @decision

(if_statement consequence: (_) @nesting)
(if_statement alternative: (_) @nesting)
(for_statement body: (_) @nesting)
[
  (expression_case)
  (type_case)
  (communication_case)
  (default_case)
] @nesting

(break_statement (label_name)) @jump
(continue_statement (label_name)) @jump
(goto_statement) @jump

(binary_expression operator: "&&" @and) @logical
(binary_expression operator: "||" @or) @logical
(parenthesized_expression [(binary_expression) (parenthesized_expression)]) @paren

; Unfinished statements lie loose in errors.
(ERROR ["if" "for"] @branch)
(ERROR ["switch" "select"] @switch)
(ERROR "case" @decision)
(ERROR "else" @else)
(ERROR "&&" @and)
(ERROR "||" @or)
