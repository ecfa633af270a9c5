(document (object (pair) @key))
