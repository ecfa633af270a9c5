(conditional) @branch
(binary_operation "&&" @and) @logical
(binary_operation "||" @or) @logical
