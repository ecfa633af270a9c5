(method_declaration body: (_)) @function
(constructor_declaration body: (_)) @function
(destructor_declaration body: (_)) @function
(operator_declaration body: (_)) @function
(conversion_operator_declaration body: (_)) @function
(local_function_statement body: (_)) @function
(accessor_declaration body: (_)) @function
(lambda_expression) @lambda
(anonymous_method_expression) @lambda

[
  (if_statement)
  (for_statement)
  (foreach_statement)
  (while_statement)
  (do_statement)
  (catch_clause)
  (conditional_expression)
] @branch

(if_statement "else" @else)
(if_statement alternative: (if_statement) @elseif)
(switch_statement) @switch
(switch_section "case" @decision)
(switch_expression) @switch
((switch_expression_arm . (_) @_pattern) @decision (#not-eq? @_pattern "_"))

(if_statement consequence: (_) @nesting)
(if_statement alternative: (_) @nesting)
(for_statement body: (_) @nesting)
(foreach_statement body: (_) @nesting)
(while_statement body: (_) @nesting)
(do_statement body: (_) @nesting)
(catch_clause body: (_) @nesting)
(switch_section) @nesting
(switch_expression_arm) @nesting
(conditional_expression consequence: (_) @nesting)
(conditional_expression alternative: (_) @nesting)

(preproc_if) @directive
(preproc_elif) @else @decision
(preproc_else) @else

(goto_statement) @jump

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
