[
  (function_declaration)
  (generator_function_declaration)
  (function_expression)
  (generator_function)
  (arrow_function)
  (method_definition)
] @function

[
  (if_statement)
  (for_statement)
  (for_in_statement)
  (while_statement)
  (do_statement)
  (catch_clause)
  (ternary_expression)
] @branch

(else_clause) @else
(else_clause (if_statement) @elseif)
(switch_statement) @switch
(switch_case) @decision

(if_statement consequence: (_) @nesting)
(else_clause (_) @nesting)
(for_statement body: (_) @nesting)
(for_in_statement body: (_) @nesting)
(while_statement body: (_) @nesting)
(do_statement body: (_) @nesting)
(catch_clause body: (_) @nesting)
(switch_statement body: (_) @nesting)
(ternary_expression consequence: (_) @nesting)
(ternary_expression alternative: (_) @nesting)

(break_statement label: (_)) @jump
(continue_statement label: (_)) @jump

(binary_expression operator: "&&" @and) @logical
(binary_expression operator: "||" @or) @logical
(parenthesized_expression [(binary_expression) (parenthesized_expression)]) @paren

; Unfinished statements lie loose in errors.
(ERROR ["if" "for" "while" "catch"] @branch)
(ERROR "switch" @switch)
(ERROR "case" @decision)
(ERROR "else" @else)
(ERROR "&&" @and)
(ERROR "||" @or)
