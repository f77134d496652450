"""File formats: a new one is a module here with a `read`, and a line in `TEXT` or `BINARY`."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path

from .page import Page, Reader, TextReader, from_text

__all__ = ["BINARY", "KNOWN", "READERS", "TEXT", "Page", "no_reader"]


@cache
def _of(module: str) -> Callable[..., Page]:
    """The `read` of a module here, which is loaded with the first file of its format: the libraries of all formats
    hold some 45 MiB, in each process, and take a quarter of a second."""

    def read(*given: object) -> Page:
        page: Page = import_module(f".{module}", __name__).read(*given)
        return page

    return read


TEXT: dict[str, TextReader] = {
    ".csv": _of("csv"),
    ".htm": _of("html"),
    ".html": _of("html"),
    ".markdown": _of("markdown"),
    ".md": _of("markdown"),
    ".txt": _of("text"),
}
BINARY: dict[str, Reader] = {
    ".docx": _of("docx"),
    ".eml": _of("eml"),
    ".msg": _of("msg"),
    ".pdf": _of("pdf"),
    ".pptx": _of("pptx"),
    ".xlsm": _of("xlsx"),
    ".xlsx": _of("xlsx"),
}
READERS: dict[str, Reader] = {suffix: from_text(read) for suffix, read in TEXT.items()} | BINARY
KNOWN = ", ".join(sorted(READERS))


def no_reader(path: Path) -> str:
    """Why a file that no reader is for is not read."""
    return f"no reader for {path.suffix or 'a name without suffix'}"
