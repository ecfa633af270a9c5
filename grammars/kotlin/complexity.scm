[
  (function_declaration (function_body))
  (secondary_constructor)
  (getter)
  (setter)
] @function
[
  (lambda_literal)
  (anonymous_function)
] @lambda

[
  (if_expression)
  (for_statement)
  (while_statement)
  (do_while_statement)
  (catch_block)
] @branch

(if_expression "else" @else)
(if_expression "else" (if_expression) @elseif)
(when_expression) @switch
; As lizard counts it: n entries are n - 1 decisions, with an else or exhaustive without one.
(when_expression (when_entry)) @last-arm
(when_entry) @decision

(if_expression condition: (_) (_) @nesting)
(for_statement (block) @nesting)
(while_statement (block) @nesting)
(do_while_statement (block) @nesting)
(catch_block (block) @nesting)
(when_entry) @nesting

((labeled_expression (label) @_label) @jump (#match? @_label "^(break|continue)@"))

; lizard and detekt count the elvis operator.
(binary_expression operator: "?:" @decision)
(binary_expression operator: "&&" @and) @logical
(binary_expression operator: "||" @or) @logical
(parenthesized_expression [(binary_expression) (parenthesized_expression)]) @paren

; Unfinished statements lie loose in errors.
(ERROR ["if" "for" "while" "catch"] @branch)
(ERROR "when" @switch)
(ERROR "else" @else)
(ERROR "&&" @and)
(ERROR "||" @or)
