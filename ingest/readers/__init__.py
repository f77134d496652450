"""File formats: a new one is a module here with `read(text) -> Page`, and a line in `READERS`."""

from . import csv, html, markdown, text
from .page import Page, Reader

__all__ = ["READERS", "Page", "Reader"]

READERS: dict[str, Reader] = {
    ".csv": csv.read,
    ".htm": html.read,
    ".html": html.read,
    ".markdown": markdown.read,
    ".md": markdown.read,
    ".txt": text.read,
}
