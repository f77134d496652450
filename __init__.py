"""Citewell answers questions from an organisation's own documents and proves every answer with the passage it came from."""

__version__ = "0.1.0"
