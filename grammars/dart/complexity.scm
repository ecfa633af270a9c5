; The signature is the body's elder sibling.
(function_body) @function
(function_expression) @lambda

[
  (if_statement)
  (for_statement)
  (while_statement)
  (do_statement)
  (conditional_expression)
  (catch_clause)
  (if_element)
  (for_element)
] @branch

(if_statement "else" @else)
(if_statement alternative: (if_statement) @elseif)
(switch_statement) @switch
(switch_statement_case) @decision
(switch_expression) @switch
((switch_expression_case . (_) @_pattern) @decision (#not-eq? @_pattern "_"))

(if_statement consequence: (_) @nesting)
(if_statement alternative: (_) @nesting)
(for_statement body: (_) @nesting)
(while_statement body: (_) @nesting)
(do_statement body: (_) @nesting)
(try_statement (catch_clause) . (block) @nesting)
(switch_statement body: (_) @nesting)
(switch_expression_case) @nesting
(conditional_expression consequence: (_) @nesting)
(conditional_expression alternative: (_) @nesting)

(break_statement (identifier)) @jump
(continue_statement (identifier)) @jump

(logical_and_expression (logical_and_operator) @and) @logical
(logical_or_expression (logical_or_operator) @or) @logical
(parenthesized_expression [(logical_and_expression) (logical_or_expression) (parenthesized_expression)]) @paren

; Unfinished statements lie loose in errors.
(ERROR ["if" "for" "while"] @branch)
(ERROR "switch" @switch)
(ERROR "else" @else)
