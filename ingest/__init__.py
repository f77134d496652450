"""File → `Document` of blocks → chunks that tile it."""
