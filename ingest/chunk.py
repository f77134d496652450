"""Document → chunks that tile it, each with the units (sentences, list items, table rows) that an answer may quote."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from .document import BLOCK_SEPARATOR, CELL_SEPARATOR, ITEM_SEPARATOR, Block, Document
from .sentences import split_sentences

CHUNKER_VERSION = 2  # part of the index recipe: raise it when a file is read or cut in another way
TARGET_LENGTH = 700  # characters: short blocks of a section are joined up to this
MAX_LENGTH = 1200  # characters: with its context, about the 256 tokens that the default embedding model reads

LONG_ITEM = 300  # characters: a longer list item is quoted by the sentence
LONG_ROW = 400  # characters: a longer table row is quoted by the cell, or by the item of a list in a cell

UnitKind = Literal["heading", "caption", "sentence", "item", "header", "row", "cell"]


class Unit(NamedTuple):
    """The smallest piece that is quoted: `start` and `end` in its chunk's text.

    `block` counts the document's blocks; `column` is that of a cell, from 0.
    """

    start: int
    end: int
    kind: UnitKind
    block: int
    column: int = 0


@dataclass(frozen=True)
class Chunk:
    """A piece of a document: `text` is the document's stored text from `start` to `end`.

    The chunks of a document, in order of `ordinal`, join to its stored text without gap or overlap. `caption` and
    `header` are those of the table that a chunk of kind `table` is part of.
    """

    document_id: str
    document: str
    title: str
    published: str | None
    ordinal: int
    kind: Literal["text", "table"]
    headings: tuple[str, ...]
    page: int | None
    start: int
    end: int
    text: str
    units: tuple[Unit, ...]
    caption: str = ""
    header: tuple[str, ...] = ()
    scanned: bool = False  # some of it was read from a picture of the page

    @property
    def context(self) -> str:
        """What the text alone does not say: title, headings, and for a part of a table its caption and header."""
        parts = (self.title, *self.headings, self.caption, "\t".join(self.header))
        return "\n".join(part for part in parts if part)

    @property
    def locator(self) -> str:
        """Where the chunk stands, for a reader: page, headings, table."""
        parts = [f"p. {self.page}{' (scanned)' if self.scanned else ''}"] if self.page else []
        parts += self.headings[-2:]
        if self.kind == "table" and self.caption:
            parts.append(f"table: {self.caption}")
        return " · ".join(parts) or self.title


def document_id(source: str) -> str:
    """A document's identity is where it comes from: 12 hexadecimal digits of the SHA-256 of its source."""
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def chunk_document(document: Document) -> list[Chunk]:
    """The chunks of a document, in order; their texts join to `document.text`."""
    text = document.text
    groups = list(_groups(document.blocks))
    bounds = [0, *(group[0].start for group in groups[1:]), len(text)]
    chunks = []
    for ordinal, (group, (start, end)) in enumerate(zip(groups, pairwise(bounds), strict=True)):
        body = document.blocks[group[-1].block]  # a heading opens a chunk, so the last block is what it is about
        chunks.append(
            Chunk(
                document_id=document_id(document.source),
                document=document.name,
                title=document.metadata.title,
                published=document.metadata.published.isoformat() if document.metadata.published else None,
                ordinal=ordinal,
                kind="table" if body.table else "text",
                headings=body.headings,
                page=body.page,
                start=start,
                end=end,
                text=text[start:end],
                units=tuple(unit._replace(start=unit.start - start, end=unit.end - start) for unit in group),
                caption=body.table.caption if body.table else "",
                header=body.table.header if body.table else (),
                scanned=any(document.blocks[unit.block].scanned for unit in group),
            )
        )
    return chunks


def _units(blocks: Sequence[Block], index: int, offset: int) -> list[Unit]:
    """The units of the block that stands at `offset` in the document's text; spans are in the document's text."""
    block = blocks[index]
    after = blocks[index + 1].table if index + 1 < len(blocks) else None
    if block.kind == "heading":
        return [Unit(offset, offset + len(block.text), "heading", index)]
    if (
        after
        and after.caption
        and after.caption.rstrip(".:") in block.text
        and len(block.text) < len(after.caption) + 12
    ):
        return [Unit(offset, offset + len(block.text), "caption", index)]
    if block.kind == "text":
        return [Unit(offset + start, offset + end, "sentence", index) for start, end in split_sentences(block.text)]
    units: list[Unit] = []
    for number, line in enumerate(block.text.split("\n")):
        if block.kind == "list":
            units += _item_units(line, index, offset)
        elif number and len(line) > LONG_ROW:
            units += _cell_units(line, index, offset)
        else:
            units.append(Unit(offset, offset + len(line), "row" if number else "header", index))
        offset += len(line) + 1
    return units


def _item_units(line: str, index: int, offset: int) -> list[Unit]:
    """A list item as one unit, or a long one as its sentences."""
    spans = split_sentences(line) if len(line) > LONG_ITEM else [(0, len(line))]
    return [Unit(offset + start, offset + end, "item", index) for start, end in spans]


def _cell_units(line: str, index: int, offset: int) -> list[Unit]:
    """The cells of a long row, each list in a cell item by item; empty cells have none."""
    units = []
    for column, cell in enumerate(line.split(CELL_SEPARATOR)):
        for item in cell.split(ITEM_SEPARATOR):
            if item:
                units.append(Unit(offset, offset + len(item), "cell", index, column))
            offset += len(item) + len(ITEM_SEPARATOR)
        offset += len(CELL_SEPARATOR) - len(ITEM_SEPARATOR)
    return units


def _groups(blocks: tuple[Block, ...]) -> Iterator[list[Unit]]:
    """Units of the whole document, grouped to chunks: by section, tables apart, up to the target length."""
    group: list[Unit] = []
    offset = 0
    for index, block in enumerate(blocks):
        first, *rest = _split(_units(blocks, index, offset))
        if group and _starts_chunk(block, blocks[index - 1], first[-1].end - group[0].start):
            yield group
            group = []
        group = group + first
        for part in rest:
            yield group
            group = part
        offset += len(block.text) + len(BLOCK_SEPARATOR)
    if group:
        yield group


def _starts_chunk(block: Block, before: Block, length: int) -> bool:
    """Whether `block` opens a new chunk; `length` is what the present chunk would grow to, in characters."""
    if before.kind == "heading":
        return False
    if block.kind == "heading" or (block.table is None) != (before.table is None) or block.table is not None:
        return True
    leads_list = block.kind == "list" and before.text.endswith(":")
    return length > (MAX_LENGTH if leads_list else TARGET_LENGTH)


def _split(units: list[Unit]) -> list[list[Unit]]:
    """A block's units in parts of at most `MAX_LENGTH` characters where units allow, of about the same size."""
    length = units[-1].end - units[0].start
    if length <= MAX_LENGTH:
        return [units]
    limit = length / -(-length // MAX_LENGTH)
    parts: list[list[Unit]] = [[]]
    for unit in units:
        if parts[-1] and unit.end - parts[-1][0].start > limit * 1.1:
            parts.append([])
        parts[-1].append(unit)
    return parts
