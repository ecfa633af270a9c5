(function_definition) @function
(method_declaration body: (_)) @function
(anonymous_function) @function
(arrow_function) @lambda

[
  (if_statement)
  (for_statement)
  (foreach_statement)
  (while_statement)
  (do_statement)
  (catch_clause)
  (conditional_expression)
] @branch

(else_if_clause) @else @decision
(else_clause) @else
(else_clause body: (if_statement) @elseif)
(switch_statement) @switch
(case_statement) @decision
(match_expression) @switch
(match_conditional_expression) @decision

(if_statement body: (_) @nesting)
(else_if_clause body: (_) @nesting)
(else_clause body: (_) @nesting)
(for_statement body: (_) @nesting)
(foreach_statement body: (_) @nesting)
(while_statement body: (_) @nesting)
(do_statement body: (_) @nesting)
(catch_clause body: (_) @nesting)
(switch_statement body: (_) @nesting)
(match_expression body: (_) @nesting)
(conditional_expression body: (_) @nesting)
(conditional_expression alternative: (_) @nesting)

(break_statement (integer)) @jump
(continue_statement (integer)) @jump
(goto_statement) @jump

(binary_expression operator: "and" @and) @logical
(binary_expression operator: "or" @or) @logical
(binary_expression operator: "&&" @and) @logical
(binary_expression operator: "||" @or) @logical
(parenthesized_expression [(binary_expression) (parenthesized_expression)]) @paren

; Unfinished statements lie loose in errors.
(ERROR ["if" "for" "foreach" "while" "catch"] @branch)
(ERROR "switch" @switch)
(ERROR "case" @decision)
(ERROR "else" @else)
(ERROR "&&" @and)
(ERROR "||" @or)
