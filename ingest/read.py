"""File → document."""

import hashlib
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import DocumentError
from .caption import captioned
from .document import Block, Document, Metadata, layered
from .metadata import described, without_headers
from .readers import KNOWN, READERS, no_reader

MAX_BYTES = 100 * 1024 * 1024  # of one file
NOTHING = Metadata()
NO_FILE = "not a file: a folder, a link to nothing, a device or a pipe"


def content_hash(path: Path) -> str:
    """The SHA-256 of a file's bytes, hexadecimal.

    Raises:
        DocumentError: the file cannot be read, or is too large.
    """
    try:
        _size(path)
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def version(digest: str, stated: Metadata) -> str:
    """What tells one version of a document from another: a file's digest, and what is stated about it, if anything."""
    return digest if stated == NOTHING else hashlib.sha256(f"{digest} {stated}".encode()).hexdigest()


def read_document(path: Path, stated: Metadata = NOTHING) -> Document:
    """One file as a document.

    Args:
        stated: what a person states about it, which counts before what it says itself.

    Raises:
        DocumentError: the file is gone, not permitted, too large, not text, has no text to search, or is being written.
    """
    data = _bytes(path)
    read = READERS.get(path.suffix.lower())
    if read is None:
        raise DocumentError(str(path), f"{no_reader(path)}; known kinds: {KNOWN}")
    page = read(data, str(path))
    if not any(character.isalnum() for block in page.blocks for character in block.text):
        raise DocumentError(str(path), "no text to search in it; check that it is the right file")
    metadata = layered(stated, described(page.blocks, page.metadata, path.stem))
    return Document(
        source=str(path.absolute()),
        name=path.name,
        metadata=metadata,
        content_hash=version(hashlib.sha256(data).hexdigest(), stated),
        blocks=tuple(_placed(list(captioned(list(without_headers(page.blocks)))), metadata.title)),
        warnings=page.warnings,
    )


def _bytes(path: Path) -> bytes:
    try:
        before = _size(path)
        data = path.read_bytes()
        after = _size(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    if before != after or after[1] != len(data):
        raise DocumentError(str(path), "it changed while it was being read; ingest again when it is saved")
    return data


def _size(path: Path) -> tuple[int, int]:
    """When a file was changed (ns) and its size (bytes), if it is one that can be read."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise DocumentError(str(path), f"{NO_FILE}; give a file")
    if found.st_size > MAX_BYTES:
        fault = f"{found.st_size / 2**20:,.0f} MB is more than the limit of {MAX_BYTES / 2**20:,.0f} MB; split it"
        raise DocumentError(str(path), fault)
    return found.st_mtime_ns, found.st_size


def _unreadable(path: Path, error: OSError) -> DocumentError:
    remedies = {
        FileNotFoundError: "the file is gone; ingest again without it",
        PermissionError: "permission denied; allow this user to read it",
    }
    return DocumentError(str(path), remedies.get(type(error), f"cannot be read ({error.strerror}); check the file"))


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
