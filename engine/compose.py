"""Candidates → drafts: the quotes that make up an answer."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..index.store import REACH
from ..index.terms import terms
from ..ingest.chunk import Chunk, Unit
from ..ingest.document import CELL_SEPARATOR
from .candidates import Candidate, Idf
from .intent import Intent
from .tables import cell_number, choose_column, read_row

MAX_QUOTES = 6
MAX_LENGTH = 1200  # characters of all quotes; the first is shown whatever its length
MAX_LIST_LENGTH = 4000  # characters
COMPLETES = 4.0  # log odds added in full for a quote that holds all question terms that the quotes before it lack
WORTH_SAYING = 5.1  # log odds below the best at which a further quote is noise: sure answers are short
COST = 0.01  # log odds that each character of a further quote must be worth
SAME = 0.7  # Jaccard similarity of terms from which two quotes say the same
MAY_BE_EXTREME = 10  # candidates among which a row leads to the table whose extreme is asked for
ANCHORS = 3  # candidates that may lead to a list …
ANCHOR_MARGIN = 1.3  # … when they score no less than this under the best, in log odds

_MARKER = re.compile(r"^\s*(?:[-–•■▪●*]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+")
_NUMBERED = re.compile(r"^\s*\(?\d{1,3}[.)]\s")

_MEASURES = frozenset(
    terms(
        "highest largest biggest greatest most common commonest often frequent lowest smallest fewest least rarest "
        "rate share proportion percentage percent number total figure"
    )
)

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


def compose(
    candidates: Sequence[Candidate], query: Mapping[str, float], intent: Intent, idf: Idf, around: Around
) -> list[Draft]:
    """The quotes that answer, the most telling first: a whole list, the extreme row of a table, or one to three units.

    Args:
        candidates: best first; not empty.
        query: the question's terms with their weights.
        around: gives the chunks before and after one.
    """
    if intent.extreme:
        rows = [
            c for c in candidates[:MAY_BE_EXTREME] if c.unit.kind == "row" and _names_column(c, candidates[0], query)
        ]
        for row in rows:
            if draft := _extreme_row(row, query, intent, around):
                return [draft]
    if intent.wants_list:
        for candidate in candidates[:ANCHORS]:
            near = candidate.score >= candidates[0].score - ANCHOR_MARGIN
            if near and (draft := _whole_list(candidate, query, around)):
                return [draft]
    chosen = select(candidates, query, idf)
    drafts = (_whole_list(c, query, around) if leads_list(c.text) else None for c in chosen)
    return [draft or _draft(c, query, intent, around) for draft, c in zip(drafts, chosen, strict=True)]


def leads_list(text: str) -> bool:
    """Whether a line announces the list that follows it."""
    return text.rstrip().endswith(":")


def select(candidates: Sequence[Candidate], query: Mapping[str, float], idf: Idf) -> list[Candidate]:
    """Up to `MAX_QUOTES` candidates: the best, then those that add most to it, within `MAX_LENGTH` characters."""
    best = candidates[0]
    chosen = [best]
    total = sum(weight * idf(term) for term, weight in query.items()) or 1.0
    rest = [c for c in candidates[1:40] if _worth(c) >= best.score - WORTH_SAYING and _may_join(c, candidates)]
    while rest and len(chosen) < MAX_QUOTES:
        said = {term for c in chosen for term in c.terms}
        room = MAX_LENGTH - sum(len(c.text) for c in chosen)
        rest = [c for c in rest if len(c.text) <= room and all(_jaccard(c, other) < SAME for other in chosen)]
        if not rest:
            break

        def worth(candidate: Candidate, said: set[str] = said) -> float:
            new = (set(candidate.terms) & set(query)) - said
            return _worth(candidate) + COMPLETES * sum(query[term] * idf(term) for term in new) / total

        chosen.append(max(rest, key=worth))
        rest.remove(chosen[-1])
    return chosen


def _worth(candidate: Candidate) -> float:
    """What a further quote is worth, in log odds: a long one must be likelier."""
    return candidate.score - COST * len(candidate.text)


def _may_join(candidate: Candidate, candidates: Sequence[Candidate]) -> bool:
    """A row may join only when no row of the candidates is named better by the question."""
    if candidate.unit.kind != "row":
        return True
    return candidate.label >= max(c.label for c in candidates if c.unit.kind == "row")


def _draft(candidate: Candidate, query: Mapping[str, float], intent: Intent, around: Around) -> Draft:
    chunk, unit = candidate.passage.chunk, candidate.unit
    text = candidate.text
    if unit.kind == "row":
        return _row_draft(chunk, unit, query, intent)
    if unit.kind == "cell" and unit.column < len(chunk.header):
        head = _column_head(chunk, unit, around)
        return Draft(f"{chunk.header[unit.column]}: {text}", chunk, text, chunk.start + unit.start, also=head)
    marker = _MARKER.match(text) if unit.kind == "item" else None
    skipped = marker.end() if marker else 0
    quote = text[skipped:]
    return Draft(_one_line(quote), chunk, quote, chunk.start + unit.start + skipped)


def _column_head(chunk: Chunk, unit: Unit, around: Around) -> Draft | None:
    """The head of a cell's column as a quote; None when it stands too far above."""
    for piece in _pieces(around(chunk)):
        if piece.unit.kind == "header" and piece.unit.block == unit.block:
            heads = piece.text.split(CELL_SEPARATOR)
            start = piece.start + sum(len(head) + len(CELL_SEPARATOR) for head in heads[: unit.column])
            return Draft(heads[unit.column], piece.chunk, heads[unit.column], start)
    return None


def _row_draft(chunk: Chunk, unit: Unit, query: Mapping[str, float], intent: Intent) -> Draft:
    row = chunk.text[unit.start : unit.end]
    label = row.split(CELL_SEPARATOR, 1)[0]
    return Draft(read_row(row, chunk.header, query, intent), chunk, row, chunk.start + unit.start, label)


def _names_column(row: Candidate, best: Candidate, query: Mapping[str, float]) -> bool:
    """Whether a row's table is about the things that the question measures as much as the best candidate is."""
    things = set(query) - _MEASURES
    table = set(terms(f"{row.passage.chunk.caption} {' '.join(row.passage.chunk.header)}")) | set(row.terms)
    return len(things & table) >= max(1, len(things & set(best.terms)))


def _extreme_row(candidate: Candidate, query: Mapping[str, float], intent: Intent, around: Around) -> Draft | None:
    """The row of the candidate's table that is extreme in the asked column; None if that is not clear."""
    chunks, header = around(candidate.passage.chunk), candidate.passage.chunk.header
    table = [p for p in _pieces(chunks) if p.unit.block == candidate.unit.block]
    rows = [p for p in table if p.unit.kind == "row"]
    if table[0].unit.kind != "header" or _is_cut(chunks, candidate.passage.chunk, table[-1]):
        return None
    numeric = [n for n in range(1, len(header)) if all(_cell(p, n) is not None for p in rows)]
    if not numeric or len(rows) < 2:
        return None
    cells = candidate.text.split(CELL_SEPARATOR)
    column = choose_column(header, cells, numeric, query, intent) if len(numeric) > 1 else numeric[0]
    if column is None:
        return None
    values = [_cell(p, column) or 0.0 for p in rows]
    extreme = max(values) if intent.extreme == "highest" else min(values)
    if values.count(extreme) != 1:
        return None
    best = rows[values.index(extreme)]
    label, value = (best.text.split(CELL_SEPARATOR)[n] for n in (0, column))
    note = f"({intent.extreme} of the {len(rows)} rows of the table)"
    return Draft(f"{label}: {header[column]} {value}", best.chunk, best.text, best.start, label, note)


def _cell(piece: Piece, column: int) -> float | None:
    cells = piece.text.split(CELL_SEPARATOR)
    return cell_number(cells[column]) if column < len(cells) else None


def _is_cut(chunks: Sequence[Chunk], chunk: Chunk, last: Piece) -> bool:
    """Whether the neighbourhood of a chunk ends with this piece, so that more of the same may follow."""
    return chunks[-1].ordinal == chunk.ordinal + REACH and last == _pieces(chunks[-1:])[-1]


def _whole_list(candidate: Candidate, query: Mapping[str, float], around: Around) -> Draft | None:
    """The list that the candidate leads to, or is an item of, with the line that leads to it; None if there is none.

    An item stands for its list only when that line, with the headings, is about the question as much as the item is.
    """
    if candidate.unit.kind != "item" and not (candidate.unit.kind == "sentence" and leads_list(candidate.text)):
        return None
    chunks = around(candidate.passage.chunk)
    pieces = _pieces(chunks)
    at = next(n for n, p in enumerate(pieces) if p.chunk == candidate.passage.chunk and p.unit == candidate.unit)
    first, last = _list_bounds(pieces, at)
    lead = pieces[first - 1].text if first and leads_list(pieces[first - 1].text) else ""
    begins_above = first == 0 and chunks[0].ordinal > 0
    if last == first or begins_above or _is_cut(chunks, candidate.passage.chunk, pieces[last]):
        return None
    if not (leads_list(candidate.text) or _is_about(lead, candidate, query)):
        return None
    first -= bool(lead)
    start, end = pieces[first].start, pieces[last].start + len(pieces[last].text)
    text = "".join(chunk.text for chunk in dict.fromkeys(p.chunk for p in pieces))
    quote = text[start - pieces[0].chunk.start : end - pieces[0].chunk.start]
    if len(quote) > MAX_LIST_LENGTH:
        return None
    return Draft(re.sub(r"\n\s*\n", "\n", quote), pieces[first].chunk, quote, start)


def _is_about(lead: str, item: Candidate, query: Mapping[str, float]) -> bool:
    """Whether a list's leading line and headings hold as much of the question as one of its items does."""
    above = set(terms(" ".join((lead, *item.passage.chunk.headings))))
    own = set(item.terms)
    return sum(query.get(t, 0.0) for t in above) >= sum(query.get(t, 0.0) for t in own)


def _list_bounds(pieces: Sequence[Piece], at: int) -> tuple[int, int]:
    """The first and last item of the list at `at`; of a bulleted list inside a numbered one, the bullets alone."""
    if leads_list(pieces[at].text) and at + 1 < len(pieces) and pieces[at + 1].unit.kind == "item":
        at += 1
    numbered = bool(_NUMBERED.match(pieces[at].text))

    def belongs(piece: Piece) -> bool:
        return piece.unit.kind == "item" and (numbered or not (leads_list(piece.text) or _NUMBERED.match(piece.text)))

    if not belongs(pieces[at]):
        return at, at
    first = last = at
    while first and belongs(pieces[first - 1]):
        first -= 1
    while last + 1 < len(pieces) and belongs(pieces[last + 1]):
        last += 1
    return first, last


def _pieces(chunks: Sequence[Chunk]) -> list[Piece]:
    return [Piece(chunk, unit) for chunk in chunks for unit in chunk.units]


def _jaccard(one: Candidate, other: Candidate) -> float:
    a, b = set(one.terms), set(other.terms)
    return len(a & b) / (len(a | b) or 1)


def _one_line(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text)
