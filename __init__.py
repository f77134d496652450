"""Citewell answers questions from an organisation's own documents and proves each with its passage."""

__version__ = "0.1.0"
