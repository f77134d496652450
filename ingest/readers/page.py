"""What a reader returns, and the table helper that the readers share."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ..decode import decode
from ..document import Block, Metadata, Table, table_block


@dataclass(frozen=True)
class Page:
    """The blocks of one file, without heading paths (`read_document` adds them), and what the format itself says.

    A reader leaves empty what its format does not say; `ingest.metadata` then looks in the blocks.
    """

    blocks: tuple[Block, ...]
    metadata: Metadata = field(default_factory=Metadata)
    warnings: tuple[str, ...] = ()  # what of the file could not be read, a line each: pages, sheets, attachments


Reader = Callable[[bytes, str], Page]  # a file's bytes, and its source, which a DocumentError names
TextReader = Callable[[str], Page]


def from_text(read: TextReader) -> Reader:
    """A reader of bytes that are text."""
    return lambda data, source: read(decode(data, source))


def words(text: str) -> frozenset[str]:
    """The words of a text, for sets written as data."""
    return frozenset(text.split())


def one_line(text: str) -> str:
    """The text with every run of white space made one space."""
    return " ".join(text.split())


def make_table(rows: Iterable[Sequence[str]], caption: str = "") -> Block | None:
    """A table block from a header row and the rows below it; None when there is nothing to store.

    Rows that are too short are padded, columns and rows that are wholly empty are left out, and every cell becomes
    one line without tabs.
    """
    cells = [[one_line(cell) for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    width = max(map(len, cells), default=0)
    padded = [row + [""] * (width - len(row)) for row in cells]
    used = [number for number in range(width) if any(row[number] for row in padded)]
    if not used:
        return None
    header, *body = (tuple(row[number] for number in used) for row in padded)
    return _stripped(Table(header, tuple(body), one_line(caption)))


def _stripped(table: Table) -> Block:
    """A block's text may not begin or end with white space, so an empty first or last cell is written as a dash."""
    lines = [table.header, *table.rows]
    if not lines[0][0]:
        lines[0] = ("–", *lines[0][1:])
    if not lines[-1][-1]:
        lines[-1] = (*lines[-1][:-1], "–")
    return table_block(Table(lines[0], tuple(lines[1:]), table.caption))
