[
  (if_statement)
  (each_statement)
] @branch
(else_if_block) @else @decision
(else_block) @else
