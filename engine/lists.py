"""Lists that answer as a whole, with the line that leads to them."""

import re
from collections.abc import Mapping, Sequence

from ..index.terms import terms
from .candidates import Candidate
from .draft import Around, Draft, Piece, is_cut, pieces_of
from .rewrite import Query

MAX_LENGTH = 4000  # characters

_NUMBERED = re.compile(r"^\s*\(?\d{1,3}[.)]\s")


def leads_list(text: str) -> bool:
    """Whether a line announces the list that follows it."""
    return text.rstrip().endswith(":")


def whole_list(candidate: Candidate, query: Query, around: Around) -> Draft | None:
    """The list that the candidate leads to, or is an item of, with the line that leads to it; None if there is none.

    An item stands for its list only when that line, with the headings, is about the question as much as the item is.
    """
    if candidate.unit.kind != "item" and not (candidate.unit.kind == "sentence" and leads_list(candidate.text)):
        return None
    chunks = around(candidate.passage.chunk)
    pieces = pieces_of(chunks)
    at = next(n for n, p in enumerate(pieces) if p.chunk == candidate.passage.chunk and p.unit == candidate.unit)
    first, last = _list_bounds(pieces, at)
    lead = pieces[first - 1].text if first and leads_list(pieces[first - 1].text) else ""
    begins_above = first == 0 and chunks[0].ordinal > 0
    if last == first or begins_above or is_cut(chunks, candidate.passage.chunk, pieces[last]):
        return None
    if not (leads_list(candidate.text) or _is_about(lead, candidate, query.weights)):
        return None
    first -= bool(lead)
    start, end = pieces[first].start, pieces[last].start + len(pieces[last].text)
    text = "".join(chunk.text for chunk in dict.fromkeys(p.chunk for p in pieces))
    quote = text[start - pieces[0].chunk.start : end - pieces[0].chunk.start]
    if len(quote) > MAX_LENGTH:
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
