(create_function) @function
[
  (create_table)
  (create_view)
] @struct
