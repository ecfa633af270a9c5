"""What to ask: a specialist is a small value (persona, focus, prompts as data), not a class hierarchy."""
