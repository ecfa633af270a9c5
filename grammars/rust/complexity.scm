(function_item body: (_)) @function
(closure_expression) @lambda

[
  (if_expression)
  (for_expression)
  (while_expression)
] @branch
(let_declaration "else") @branch

(else_clause) @else
(else_clause (if_expression) @elseif)
(loop_expression) @switch

; Arms exhaust their subject: n of them are n - 1 decisions.
(match_expression) @switch
(match_expression body: (match_block (match_arm))) @last-arm
(match_arm) @decision
(match_pattern condition: (_)) @decision
(try_expression) @decision

(if_expression consequence: (_) @nesting)
(else_clause (_) @nesting)
(for_expression body: (_) @nesting)
(while_expression body: (_) @nesting)
(loop_expression body: (_) @nesting)
(match_arm) @nesting
(let_declaration alternative: (_) @nesting)

(break_expression (label)) @jump
(continue_expression (label)) @jump

(let_chain "&&" @and) @logical
(binary_expression operator: "&&" @and) @logical
(binary_expression operator: "||" @or) @logical
(parenthesized_expression [(binary_expression) (parenthesized_expression)]) @paren

; Unfinished statements lie loose in errors.
(ERROR ["if" "for" "while"] @branch)
(ERROR ["match" "loop"] @switch)
(ERROR "else" @else)
(ERROR "&&" @and)
(ERROR "||" @or)
