(method_declaration body: (_)) @function
(constructor_declaration) @function
(compact_constructor_declaration) @function
(lambda_expression) @lambda

[
  (if_statement)
  (for_statement)
  (enhanced_for_statement)
  (while_statement)
  (do_statement)
  (catch_clause)
  (ternary_expression)
] @branch

(if_statement "else" @else)
(if_statement alternative: (if_statement) @elseif)
(switch_expression) @switch
(switch_label "case" @decision)

(if_statement consequence: (_) @nesting)
(if_statement alternative: (_) @nesting)
(for_statement body: (_) @nesting)
(enhanced_for_statement body: (_) @nesting)
(while_statement body: (_) @nesting)
(do_statement body: (_) @nesting)
(catch_clause body: (_) @nesting)
(switch_expression body: (_) @nesting)
(ternary_expression consequence: (_) @nesting)
(ternary_expression alternative: (_) @nesting)

(break_statement (identifier)) @jump
(continue_statement (identifier)) @jump

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
