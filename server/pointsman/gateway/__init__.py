"""How a model is asked: the one entry to any model, and the only retry loop of the project."""
