"""What a reader returns, and the table helper that the readers share."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ...errors import DocumentError
from ..decode import decode
from ..document import Block, Metadata, Table, table_block

MAX_CELLS = 2_000_000  # of one table, as in a sheet of 100,000 rows and 20 columns
MAX_CHARACTERS = 100_000_000  # of one table: as many as a file may have bytes, so that only cells repeated make more


@dataclass(frozen=True)
class Page:
    """The blocks of one file, without heading paths (`read_document` adds them), and what the format itself says.

    A reader leaves empty what its format does not say; `ingest.metadata` then looks in the blocks.
    """

    blocks: tuple[Block, ...]
    metadata: Metadata = field(default_factory=Metadata)
    warnings: tuple[str, ...] = ()  # what of the file could not be read, a line each: pages, sheets, attachments


class UnreadableError(Exception):
    """Why a text cannot be read, and the remedy: of a reader that does not know its source."""


Reader = Callable[[bytes, str], Page]  # a file's bytes, and its source, which a DocumentError names
TextReader = Callable[[str], Page]


def from_text(read: TextReader) -> Reader:
    """A reader of bytes that are text."""
    return lambda data, source: read_text(read, decode(data, source), source)


def read_text(read: TextReader, text: str, source: str) -> Page:
    """What a reader of text makes of one.

    Raises:
        DocumentError: it cannot be read, or is nested deeper than Python recurses.
    """
    try:
        return read(text)
    except UnreadableError as error:
        raise DocumentError(source, str(error)) from error
    except RecursionError as error:
        raise DocumentError(source, "lists, quotes or emphasis nested too deep; make it flatter") from error


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

    Raises:
        UnreadableError: there are more cells or characters in it than a table may have, those that are padded included.
    """
    cells = list(_filled(rows))
    used = sorted({number for row in cells for number, cell in enumerate(row) if cell})
    if not used:
        return None
    check_size(len(cells) * len(used))
    header, *body = (tuple(row[number] if number < len(row) else "" for number in used) for row in cells)
    return _stripped(Table(header, tuple(body), one_line(caption)))


def check_size(cells: int, characters: int = 0) -> None:
    """Whether a table may have so much.

    Raises:
        UnreadableError: it may not.
    """
    for size, limit, name in ((cells, MAX_CELLS, "cells"), (characters, MAX_CHARACTERS, "characters")):
        if size > limit:
            raise UnreadableError(f"a table has {size:,} {name} or more, more than the limit of {limit:,}; split it")


def _filled(rows: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    """The rows that have something in them, each up to its last filled cell."""
    size = characters = 0
    for row in rows:
        cells = [one_line(cell) if cell else "" for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        size += len(cells)
        characters += sum(map(len, cells))
        check_size(size, characters)
        if cells:
            yield cells


def _stripped(table: Table) -> Block:
    """A block's text may not begin or end with white space, so an empty first or last cell is written as a dash."""
    lines = [table.header, *table.rows]
    if not lines[0][0]:
        lines[0] = ("–", *lines[0][1:])
    if not lines[-1][-1]:
        lines[-1] = (*lines[-1][:-1], "–")
    return table_block(Table(lines[0], tuple(lines[1:]), table.caption))
