"""Syntax trees, complexity, domain, outline and rules. Pure and total: never raises on any bytes, no I/O but its own grammars."""
