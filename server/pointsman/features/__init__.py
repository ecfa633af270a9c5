"""One file per editor feature, in the editor's terms, without LSP types."""
