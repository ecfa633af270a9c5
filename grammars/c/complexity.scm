(function_definition body: (_)) @function

[
  (if_statement)
  (for_statement)
  (while_statement)
  (do_statement)
  (conditional_expression)
] @branch

(else_clause) @else
(else_clause (if_statement) @elseif)
(switch_statement) @switch
(case_statement "case" @decision)

(if_statement consequence: (_) @nesting)
(else_clause (_) @nesting)
(for_statement body: (_) @nesting)
(while_statement body: (_) @nesting)
(do_statement body: (_) @nesting)
(switch_statement body: (_) @nesting)
(conditional_expression consequence: (_) @nesting)
(conditional_expression alternative: (_) @nesting)

[
  (preproc_if)
  (preproc_ifdef)
] @directive
(preproc_elif) @else @decision
(preproc_else) @else

(goto_statement) @jump

(binary_expression operator: "&&" @and) @logical
(binary_expression operator: "||" @or) @logical
(parenthesized_expression [(binary_expression) (parenthesized_expression)]) @paren

; Unfinished statements lie loose in errors.
(ERROR ["if" "for" "while"] @branch)
(ERROR "switch" @switch)
(ERROR "case" @decision)
(ERROR "else" @else)
(ERROR "&&" @and)
(ERROR "||" @or)
