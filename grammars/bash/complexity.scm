(function_definition) @function

[
  (if_statement)
  (for_statement)
  (c_style_for_statement)
  (while_statement)
  (ternary_expression)
] @branch

(elif_clause) @else @decision
(else_clause) @else
(case_statement) @switch
((case_item . value: (_) @_pattern) @decision (#not-eq? @_pattern "*"))

(if_statement "then" (_) @nesting)
(elif_clause "then" (_) @nesting)
(else_clause (_) @nesting)
(do_group) @nesting
(case_item) @nesting

(list "&&" @and) @logical
(list "||" @or) @logical
(binary_expression operator: "&&" @and) @logical
(binary_expression operator: "||" @or) @logical

; Unfinished statements lie loose in errors.
(ERROR ["if" "for" "while"] @branch)
(ERROR "case" @switch)
(ERROR ["elif"] @else @decision)
(ERROR "else" @else)
