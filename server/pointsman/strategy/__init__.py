"""Whom to ask. Pure functions over data (`strategy.toml`): nothing here does I/O or reads a clock."""
