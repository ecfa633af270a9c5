"""Pointsman: the language server that puts the right model on every request, and says why."""

__version__ = "0.1.0"
