(rule_set) @rule
