"""File formats: a new one is a module here with a `read`, and a line in `TEXT` or `BINARY`."""

from . import csv, docx, eml, html, markdown, msg, pdf, pptx, text, xlsx
from .page import Page, Reader, TextReader, from_text

__all__ = ["BINARY", "READERS", "TEXT", "Page"]

TEXT: dict[str, TextReader] = {
    ".csv": csv.read,
    ".htm": html.read,
    ".html": html.read,
    ".markdown": markdown.read,
    ".md": markdown.read,
    ".txt": text.read,
}
BINARY: dict[str, Reader] = {
    ".docx": docx.read,
    ".eml": eml.read,
    ".msg": msg.read,
    ".pdf": pdf.read,
    ".pptx": pptx.read,
    ".xlsm": xlsx.read,
    ".xlsx": xlsx.read,
}
READERS: dict[str, Reader] = {suffix: from_text(read) for suffix, read in TEXT.items()} | BINARY
