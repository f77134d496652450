"""Candidates → drafts of statements: what is said, and the span of the document that it quotes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..index.store import REACH
from ..ingest.chunk import Chunk, Unit
from ..ingest.document import CELL_SEPARATOR
from .answer import Citation
from .candidates import Candidate
from .rewrite import Query
from .tables import read_row

ROW = "row: "  # in the locator of a citation that quotes a row of a table
MARKER = re.compile(r"^\s*(?:[-–•■▪●*]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+")

Around = Callable[[Chunk], Sequence[Chunk]]  # a chunk with its neighbours, in order


@dataclass(frozen=True)
class Draft:
    """A statement to be: its text, and the span of the document that it quotes.

    `row` is the label of a quoted row; `note` says what was computed, and stands after the text; `also` is a second
    quote that the text rests on: the head of a cell's column.
    """

    text: str
    chunk: Chunk
    quote: str
    start: int  # in the document's stored text
    row: str = ""
    note: str = ""
    also: "Draft | None" = None

    @property
    def end(self) -> int:
        return self.start + len(self.quote)


@dataclass(frozen=True)
class Piece:
    """A unit of a neighbourhood of chunks, with its text."""

    chunk: Chunk
    unit: Unit

    @property
    def text(self) -> str:
        return self.chunk.text[self.unit.start : self.unit.end]

    @property
    def start(self) -> int:
        return self.chunk.start + self.unit.start


def draft_of(candidate: Candidate, query: Query, around: Around) -> Draft:
    """The draft of a statement that quotes a candidate, without the marker of a list item."""
    chunk, unit = candidate.passage.chunk, candidate.unit
    text = candidate.text
    if unit.kind == "row":
        return row_draft(candidate, query)
    if unit.kind == "cell" and unit.column < len(chunk.header):
        head = _column_head(chunk, unit, around)
        return Draft(f"{chunk.header[unit.column]}: {text}", chunk, text, chunk.start + unit.start, also=head)
    marker = MARKER.match(text) if unit.kind == "item" else None
    skipped = marker.end() if marker else 0
    quote = text[skipped:]
    return Draft(_one_line(quote), chunk, quote, chunk.start + unit.start + skipped)


def _column_head(chunk: Chunk, unit: Unit, around: Around) -> Draft | None:
    """The head of a cell's column as a quote; None when it stands too far above."""
    for piece in pieces_of(around(chunk)):
        if piece.unit.kind == "header" and piece.unit.block == unit.block:
            heads = piece.text.split(CELL_SEPARATOR)
            start = piece.start + sum(len(head) + len(CELL_SEPARATOR) for head in heads[: unit.column])
            return Draft(heads[unit.column], piece.chunk, heads[unit.column], start)
    return None


def row_draft(candidate: Candidate, query: Query) -> Draft:
    """The draft that reads a table's row, what is asked for first."""
    chunk, row = candidate.passage.chunk, candidate.text
    text = read_row(row, chunk.header, query.weights, query.intent)
    return Draft(text, chunk, row, chunk.start + candidate.unit.start, row.split(CELL_SEPARATOR, 1)[0])


def citation_of(draft: Draft, number: int, also_in: tuple[str, ...] = ()) -> Citation:
    """The citation of what a draft quotes; `also_in` are other documents that hold the same."""
    chunk = draft.chunk
    return Citation(
        n=number,
        document_id=chunk.document_id,
        document=chunk.document,
        title=chunk.title,
        published=chunk.published,
        locator=f"{chunk.locator} · {ROW}{draft.row}" if draft.row else chunk.locator,
        quote=draft.quote,
        start=draft.start,
        end=draft.end,
        also_in=also_in,
    )


def pieces_of(chunks: Sequence[Chunk]) -> list[Piece]:
    """The units of chunks that follow each other."""
    return [Piece(chunk, unit) for chunk in chunks for unit in chunk.units]


def is_cut(chunks: Sequence[Chunk], chunk: Chunk, last: Piece) -> bool:
    """Whether the neighbourhood of a chunk ends with this piece, so that more of the same may follow."""
    return chunks[-1].ordinal == chunk.ordinal + REACH and last == pieces_of(chunks[-1:])[-1]


def _one_line(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text)
