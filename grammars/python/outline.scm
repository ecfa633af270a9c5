(function_definition) @function
(class_definition) @class
