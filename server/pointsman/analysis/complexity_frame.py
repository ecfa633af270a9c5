"""What is known of one function while its complexity is counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from tree_sitter import Node


@dataclass(slots=True, eq=False)
class Frame:
    """A function while it is counted; the outermost frame is the file's own code."""

    node: Node
    start: int
    end: int
    parent: Frame | None = None
    depth: int = 0
    """Nesting of the parent at the place where this function is written."""
    nesting: int = 0
    max_nesting: int = 0
    decisions: int = 0
    cognitive: int = 0
    structural: int = 0
    children: list[Frame] = field(default_factory=list)
    name: str = ""
    recursive: bool = False

    def nest(self) -> None:
        """One level deeper from here on."""
        self.nesting += 1
        self.max_nesting = max(self.max_nesting, self.nesting)

    def structure(self) -> None:
        """A structure that counts once, and once more for each level around it."""
        self.cognitive += 1 + self.nesting
        self.structural += 1
