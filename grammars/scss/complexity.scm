[
  (mixin_statement)
  (function_statement)
] @function
[
  (if_statement)
  (each_statement)
  (for_statement)
  (while_statement)
] @branch
(else_if_clause) @else @decision
(else_clause) @else
(if_statement (block) @nesting)
(else_if_clause (block) @nesting)
(else_clause (block) @nesting)
(each_statement (block) @nesting)
(for_statement (block) @nesting)
(while_statement (block) @nesting)
