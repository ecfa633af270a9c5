[
  (table)
  (table_array_element)
] @section
