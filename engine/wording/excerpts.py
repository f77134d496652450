"""What a language model is given to read: excerpts, of the quotes and what stands beside them before other passages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...index.passage import Passage
from ...ingest.chunk import Chunk
from ...ingest.document import CELL_SEPARATOR
from ..answer import Citation
from ..candidates import QUOTABLE
from ..dates import long_date
from ..draft import Around, Piece, pieces_of
from ..intent import read_intent
from ..tables import read_row
from .injection import addresses_model
from .model import TOKEN

WIDEST = 3  # pieces before and after a quote
GAP = 4  # characters between two sentences or items

_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+")
_FENCE = str.maketrans("<>", "‹›")  # a document cannot close the passage that it stands in
_NEUTRAL = read_intent("")


@dataclass(frozen=True)
class Excerpt:
    """Pieces of a document that follow each other, in order; never none. `words` are shown in their place where they
    were put into words before."""

    pieces: tuple[Piece, ...]
    words: str = ""

    @property
    def chunk(self) -> Chunk:
        """That of its first piece."""
        return self.pieces[0].chunk

    @property
    def text(self) -> str:
        """As a model reads it: a line a piece, no addresses, nothing that looks like the marks of a passage."""
        return self.words or "\n".join(map(readable, self.pieces))

    @property
    def label(self) -> str:
        """What a model is told of where it stands: neither file nor address."""
        names = (self.chunk.caption, *self.chunk.headings[-1:])
        return next((name for name in names if name and not addresses_model(name)), "").translate(_FENCE)

    @property
    def date(self) -> str:
        """When its document was published; empty when that is not known."""
        return long_date(self.chunk.published) if self.chunk.published else ""


def readable(piece: Piece) -> str:
    """A piece on one line; a row of a table with its column heads."""
    text = piece.text
    if piece.unit.kind == "row":
        text = read_row(text, piece.chunk.header, {}, _NEUTRAL)
    elif piece.unit.kind == "cell" and piece.unit.column < len(piece.chunk.header):
        text = f"{piece.chunk.header[piece.unit.column]}: {text}"
    return " ".join(_ADDRESS.sub("(link)", text).replace(CELL_SEPARATOR, "; ").split()).translate(_FENCE)


def excerpts(citations: Sequence[Citation], passages: Sequence[Passage], around: Around, tokens: int) -> list[Excerpt]:
    """Excerpts of about so many tokens in all, in the order of what they hold first: the quotes, what stands beside
    them, and then the other passages as they rank.

    What is addressed to a model instead of a reader is left out. The first quote is in it, however long.
    """
    room = tokens * TOKEN
    taken: dict[tuple[str, int], Piece] = {}
    for piece in _in_order(citations, passages, around):
        key = piece.chunk.document_id, piece.start
        length = len(readable(piece))
        if key in taken or (taken and length > room) or not _may_be_read(piece):
            continue
        taken[key] = piece
        room -= length
    return _joined(list(taken.values()))


def _may_be_read(piece: Piece) -> bool:
    """Whether it is for readers: not where it, what stands beside it, or the heads of its table address a model."""
    chunk = piece.chunk
    beside = [chunk.text[unit.start : unit.end] for unit in chunk.units if unit.block == piece.unit.block]
    told = [piece.text] if piece.unit.kind in ("row", "cell") else [" ".join(beside), *beside]
    return piece.unit.kind in QUOTABLE and not addresses_model("\n".join([*told, *chunk.header]))


def _in_order(citations: Sequence[Citation], passages: Sequence[Passage], around: Around) -> Iterator[Piece]:
    """Pieces, the most wanted first; some come again."""
    homes = [_home(citation, passages, around) for citation in citations]
    for pieces, first, last in homes:
        yield from pieces[first : last + 1]
    for distance in range(1, WIDEST + 1):
        for pieces, first, last in homes:
            for place in (last + distance, first - distance):
                if 0 <= place < len(pieces) and pieces[place].chunk in (pieces[first].chunk, pieces[last].chunk):
                    yield pieces[place]
    for passage in passages:
        yield from pieces_of([passage.chunk])


def _home(citation: Citation, passages: Sequence[Passage], around: Around) -> tuple[list[Piece], int, int]:
    """The pieces around a citation, and the places of the first and the last that it quotes (the last before the first
    where none is)."""
    near = (p.chunk for p in passages if p.chunk.document_id == citation.document_id)
    chunk = min(near, key=lambda c: max(c.start - citation.start, citation.start - c.end, 0), default=None)
    pieces = pieces_of(around(chunk)) if chunk else []
    quoted = [n for n, p in enumerate(pieces) if p.start < citation.end and p.start + len(p.text) > citation.start]
    return (pieces, quoted[0], quoted[-1]) if quoted else ([], 0, -1)


def _joined(pieces: Sequence[Piece]) -> list[Excerpt]:
    """Excerpts of pieces, each of those between which no more than a gap stands, in the order of their first piece."""
    order = {id(piece): n for n, piece in enumerate(pieces)}
    by_place = sorted(pieces, key=lambda piece: (piece.chunk.document_id, piece.start))
    runs: list[list[Piece]] = []
    for piece in by_place:
        if runs and _follows(piece, runs[-1][-1]):
            runs[-1].append(piece)
        else:
            runs.append([piece])
    runs.sort(key=lambda run: min(order[id(piece)] for piece in run))
    return [Excerpt(tuple(run)) for run in runs]


def _follows(piece: Piece, before: Piece) -> bool:
    """Whether a piece comes next after another, in the same section."""
    same = piece.chunk.document_id == before.chunk.document_id and piece.chunk.headings == before.chunk.headings
    return same and piece.start - before.start - len(before.text) <= GAP
