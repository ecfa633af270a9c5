(function_definition) @function
(lambda) @lambda

[
  (if_statement)
  (for_statement)
  (while_statement)
  (except_clause)
  (conditional_expression)
] @branch

(elif_clause) @else @decision
(else_clause) @else
(finally_clause) @decision

(match_statement) @switch
((case_clause (case_pattern) @_pattern) @decision (#not-eq? @_pattern "_"))

; Guards of cases and conditions of comprehensions.
(if_clause) @decision
(for_in_clause) @decision

(if_statement consequence: (_) @nesting)
(elif_clause consequence: (_) @nesting)
(else_clause body: (_) @nesting)
(for_statement body: (_) @nesting)
(while_statement body: (_) @nesting)
(except_clause (block) @nesting)
(match_statement body: (_) @nesting)
(conditional_expression . (_) @nesting)
(conditional_expression "else" (_) @nesting)

(boolean_operator operator: "and" @and) @logical
(boolean_operator operator: "or" @or) @logical
(parenthesized_expression [(boolean_operator) (parenthesized_expression)]) @paren

; Unfinished statements lie loose in errors.
(ERROR ["if" "for" "while" "except"] @branch)
(ERROR ["elif"] @else @decision)
(ERROR "else" @else)
(ERROR "and" @and)
(ERROR "or" @or)
