; What Objective-C adds to C.
(method_definition (compound_statement)) @function
(block_literal) @lambda
(catch_clause) @branch
(catch_clause (compound_statement) @nesting)
(for_statement (compound_statement) @nesting)
