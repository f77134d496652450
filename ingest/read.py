"""Paths → files → documents."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import DocumentError, InputError
from .caption import captioned
from .document import Block, Document
from .metadata import published_in, publisher_in, title_in
from .readers import READERS, Page

MAX_BYTES = 100 * 1024 * 1024  # of one file
KNOWN = ", ".join(sorted(READERS))


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files to read: those given, and those in the folders given and below, sorted, each once, as absolute paths.

    In folders, hidden files and folders are passed over, and so are Office's own and files that no reader is for.

    Raises:
        InputError: a path that does not exist, a file that no reader is for, a folder that cannot be listed, or
            nothing to read in all of them.
    """
    found: dict[str, Path] = {}
    for path in paths:
        for file in sorted(_walk(path) if path.is_dir() else [_known(path)]):
            found.setdefault(os.path.realpath(file), file.absolute())
    if not found:
        names = ", ".join(map(str, paths)) or "no path given"
        raise InputError(f"{names}: nothing to read there; add files of these kinds: {KNOWN}")
    return sorted(found.values())


def _known(path: Path) -> Path:
    """The path of a file that was given by name."""
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; check the spelling")
    if path.suffix.lower() not in READERS:
        raise InputError(f"{path}: no reader for {path.suffix or 'a name without suffix'}; known kinds are {KNOWN}")
    return path


def _walk(folder: Path) -> Iterator[Path]:
    """The files under a folder that a reader is for; a link back to a folder seen before is not followed again."""
    seen: set[str] = set()
    for root, folders, names in os.walk(folder, onerror=_refuse, followlinks=True):
        real = os.path.realpath(root)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        visible = (Path(root, name) for name in names if not name.startswith((".", "~$")))  # ~$: Office has it open
        yield from (path for path in visible if path.suffix.lower() in READERS and path.is_file())


def _refuse(error: OSError) -> None:
    raise InputError(f"{error.filename}: cannot list this folder ({error.strerror}); allow it or leave it out")


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal.

    Raises:
        DocumentError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def read_document(path: Path) -> Document:
    """One file as a document.

    Raises:
        DocumentError: the file is gone, not permitted, too large, not text, or has no text to search.
    """
    data = _bytes(path)
    read = READERS.get(path.suffix.lower())
    if read is None:
        raise DocumentError(str(path), f"no reader for {path.suffix or 'a name without suffix'}; known kinds: {KNOWN}")
    page = read(data, str(path))
    if not any(character.isalnum() for block in page.blocks for character in block.text):
        raise DocumentError(str(path), "no text to search in it; check that it is the right file")
    return _document(path, hashlib.sha256(data).hexdigest(), page)


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            fault = f"{size / 2**20:,.0f} MB is more than the limit of {MAX_BYTES / 2**20:,.0f} MB; split it"
            raise DocumentError(str(path), fault)
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> DocumentError:
    remedies = {
        FileNotFoundError: "the file is gone; ingest again without it",
        PermissionError: "permission denied; allow this user to read it",
    }
    return DocumentError(str(path), remedies.get(type(error), f"cannot be read ({error.strerror}); check the file"))


def _document(path: Path, digest: str, page: Page) -> Document:
    """A document of a page; what the format does not say is looked for in its blocks."""
    texts = [block.text for block in page.blocks[:40]]
    lines = [line for text in texts for line in text.split("\n")]
    title = page.title or title_in(page.blocks, path.stem)
    return Document(
        source=str(path.absolute()),
        name=path.name,
        title=title,
        publisher=page.publisher or publisher_in(texts) or publisher_in(lines),
        published=page.published or published_in(texts) or published_in(lines),
        content_hash=digest,
        blocks=tuple(_placed(list(captioned(page.blocks)), title)),
    )


def _placed(blocks: Sequence[Block], title: str) -> Iterator[Block]:
    """The blocks with the path of headings above each, in which the document's title is not repeated.

    A table that begins a document without a caption has the title as its caption.
    """
    path: list[Block] = []
    for number, block in enumerate(blocks):
        if block.kind == "heading":
            path = [above for above in path if above.level < block.level]
        headings = tuple(above.text for above in path if above.text != title)
        table = block.table
        if number == 0 and table and not table.caption:
            table = replace(table, caption=title)
        yield replace(block, headings=headings, table=table)
        if block.kind == "heading":
            path.append(block)
