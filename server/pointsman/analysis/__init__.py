"""Syntax trees, complexity, domain, outline and rules. Pure and total: never raises on any bytes, reads only its grammars."""
