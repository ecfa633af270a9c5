[
  (mixin_statement)
  (function_statement)
] @function
(rule_set) @rule
