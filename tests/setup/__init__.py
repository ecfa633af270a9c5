"""What the tests need from outside, each fetched or built once and kept in a cache."""
