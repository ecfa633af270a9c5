; What C++ adds to C.
(lambda_expression) @lambda
[
  (for_range_loop)
  (catch_clause)
] @branch
(for_range_loop body: (_) @nesting)
(catch_clause body: (_) @nesting)
(binary_expression operator: "and" @and) @logical
(binary_expression operator: "or" @or) @logical

; Unfinished statements lie loose in errors.
(ERROR "catch" @branch)
