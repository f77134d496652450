"""What a file becomes: a `Document` of `Block`s over one stored text."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Literal

BlockKind = Literal["heading", "text", "list", "table"]
KINDS = ("statute", "guidance", "policy", "report", "minutes", "news", "other")  # of documents
BLOCK_SEPARATOR = "\n\n"
CELL_SEPARATOR = "\t"
ITEM_SEPARATOR = " · "  # between the items of a list in a cell


@dataclass(frozen=True)
class Table:
    """A table as data. `rows` exclude the header; every row has `len(header)` cells; a cell holds no tab or newline."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True)
class Block:
    """One heading, paragraph, list or table.

    `text` is what is stored and quoted. A list has one item a line; a table has its header and then its rows, one a
    line, cells parted by tabs. `headings` is the path of headings above the block, outermost first, and does not
    include the block itself when that is a heading. `level` is a heading's depth, 1 for the outermost.
    """

    kind: BlockKind
    text: str
    headings: tuple[str, ...] = ()
    level: int = 0
    table: Table | None = None
    page: int | None = None
    scanned: bool = False  # read from a picture of the page, so that a character may be wrong


@dataclass(frozen=True)
class Metadata:
    """What is known of a document besides its text; empty, or None, where nothing says it."""

    title: str = ""
    publisher: str = ""
    author: str = ""
    address: str = ""  # where it is published: the canonical address of a saved page
    kind: str = ""  # one of KINDS
    published: date | None = None
    effective: date | None = None  # the first day on which it holds
    review_by: date | None = None


FIELDS = tuple(field.name for field in fields(Metadata))


@dataclass(frozen=True)
class Document:
    """One file as read. Its stored text is its blocks joined by blank lines, page furniture left out."""

    source: str  # absolute path, or URL
    name: str  # file name, or URL: what a citation shows
    metadata: Metadata
    content_hash: str  # SHA-256 of the file's bytes, hexadecimal, and of what is stated about it, where that is so
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()  # what of the file could not be read, a line each

    @property
    def text(self) -> str:
        return BLOCK_SEPARATOR.join(block.text for block in self.blocks)


def layered(*layers: Metadata) -> Metadata:
    """Of each field the first value that is not empty."""
    chosen = {name: value for layer in reversed(layers) for name in FIELDS if (value := getattr(layer, name))}
    return Metadata(**chosen)


def table_block(table: Table, headings: tuple[str, ...] = (), page: int | None = None) -> Block:
    """A table as a block: its text is the header and the rows, one a line, cells parted by tabs."""
    lines = (CELL_SEPARATOR.join(cells) for cells in (table.header, *table.rows))
    return Block("table", "\n".join(lines), headings, table=table, page=page)
