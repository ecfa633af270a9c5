"""The composition root: builds, wires and closes everything; the only room that knows all floors."""

from pointsman.app.compose import App, compose, editor_workbench

__all__ = ["App", "compose", "editor_workbench"]
