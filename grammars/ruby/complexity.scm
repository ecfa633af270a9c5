[
  (method)
  (singleton_method)
] @function
(lambda) @lambda
(call block: (_) @lambda)

[
  (if)
  (unless)
  (while)
  (until)
  (for)
  (if_modifier)
  (unless_modifier)
  (while_modifier)
  (until_modifier)
  (conditional)
  (rescue)
  (rescue_modifier)
] @branch

(elsif) @else @decision
(if alternative: (else) @else)
(elsif alternative: (else) @else)
(unless alternative: (else) @else)
(ensure) @decision
[
  (case)
  (case_match)
] @switch
(when) @decision
(in_clause) @decision
(if_guard) @decision

(if consequence: (_) @nesting)
(elsif consequence: (_) @nesting)
(unless consequence: (_) @nesting)
; Marked as clauses above, these nest by what is in them.
(else (_) @nesting)
(while body: (_) @nesting)
(until body: (_) @nesting)
(for body: (_) @nesting)
(if_modifier body: (_) @nesting)
(unless_modifier body: (_) @nesting)
(while_modifier body: (_) @nesting)
(until_modifier body: (_) @nesting)
(conditional consequence: (_) @nesting)
(conditional alternative: (_) @nesting)
(rescue body: (_) @nesting)
(when) @nesting
(in_clause) @nesting

(binary operator: "&&" @and) @logical
(binary operator: "and" @and) @logical
(binary operator: "||" @or) @logical
(binary operator: "or" @or) @logical
(parenthesized_statements [(binary) (parenthesized_statements)]) @paren

; Unfinished statements lie loose in errors.
(ERROR ["if" "unless" "while" "until" "for" "rescue"] @branch)
(ERROR "case" @switch)
(ERROR "when" @decision)
(ERROR ["elsif"] @else @decision)
(ERROR "else" @else)
