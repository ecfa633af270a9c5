[
  (function_declaration)
  (init_declaration)
  (deinit_declaration)
  (computed_getter)
  (computed_setter)
  (willset_clause)
  (didset_clause)
] @function
(computed_property (statements)) @function
(lambda_literal) @lambda

[
  (if_statement)
  (guard_statement)
  (for_statement)
  (while_statement)
  (repeat_while_statement)
  (catch_block)
  (ternary_expression)
] @branch

(if_statement (else) @else)
(if_statement (else) (if_statement) @elseif)
(switch_statement) @switch
(switch_entry "case") @decision

(if_statement (statements) @nesting)
(guard_statement (statements) @nesting)
(for_statement (statements) @nesting)
(while_statement (statements) @nesting)
(repeat_while_statement (statements) @nesting)
(catch_block (statements) @nesting)
(switch_entry) @nesting
(ternary_expression if_true: (_) @nesting)
(ternary_expression if_false: (_) @nesting)

(control_transfer_statement ["break" "continue"] result: (simple_identifier)) @jump

(conjunction_expression op: "&&" @and) @logical
(disjunction_expression op: "||" @or) @logical
(tuple_expression value: [(conjunction_expression) (disjunction_expression) (tuple_expression)]) @paren

; Unfinished statements lie loose in errors.
(ERROR ["if" "for" "while" "guard"] @branch)
(ERROR "switch" @switch)
(ERROR "case" @decision)
(ERROR (else) @else)
(ERROR "&&" @and)
(ERROR "||" @or)
