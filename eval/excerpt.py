"""What is shown of a passage: the text around its quotes and around the facts in it, with both marked."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .facts import tokens

CONTEXT = 150  # characters kept on each side of what is marked
LEAD = 200  # characters kept of a text without marks
Span = tuple[int, int]  # offsets in a text: start, end

_EMPTY_LINES = re.compile(r"\n\s*\n")
_WORD = re.compile(r"[-£$€]*\w+%?")


@dataclass(frozen=True)
class Piece:
    """A stretch of a text, and whether it is of a quote, of a fact, or of both."""

    text: str
    quote: bool = False
    fact: bool = False


GAP = Piece(" … ")


def excerpt(text: str, quotes: Iterable[Span] = (), facts: Iterable[Span] = ()) -> list[Piece]:
    """The text in pieces, a `GAP` for what is left out; without marks, its beginning. Empty lines are left out.

    Args:
        quotes, facts: what to mark; spans may reach beyond the text.
    """
    quoted, proven = _clipped(quotes, len(text)), _clipped(facts, len(text))
    kept = [_widened(text, span) for span in quoted + proven or [(0, LEAD - CONTEXT)]]
    bounds = sorted({0, len(text)}.union(*quoted, *proven, *kept))
    return [_piece(text, span, quoted, proven) if _within(kept, span[0]) else GAP for span in pairwise(bounds)]


def places(text: str, alternatives: Iterable[str]) -> Iterator[Span]:
    """Where in the text a fact stands, compared as `facts` does."""
    held = tokens(text)
    words = [match.span() for match in _WORD.finditer(text)]
    for wanted in map(tokens, alternatives):
        for first in range(len(held) - len(wanted) + 1):
            last = first + len(wanted)
            if held[first:last] == wanted:
                yield from _span(text, held, words, first, last)


def _span(text: str, held: tuple[str, ...], words: Sequence[Span], first: int, last: int) -> Iterator[Span]:
    """The stretch of the text whose tokens are those from `first` up to `last`: the tokens after its start and before
    its end are the same when the text is cut there. Nothing when no word's edge is such a place."""
    near = bisect_left(words, first, key=lambda word: len(tokens(text[: word[0]])))
    far = bisect_left(words, last, key=lambda word: len(tokens(text[: word[1]])))
    starts = (start for start, _ in words[near : near + 4] if tokens(text[start:]) == held[first:])
    ends = (end for _, end in words[far : far + 4] if tokens(text[:end]) == held[:last])
    yield from zip(list(starts)[:1], list(ends)[:1], strict=False)


def _piece(text: str, span: Span, quotes: Sequence[Span], facts: Sequence[Span]) -> Piece:
    start, end = span
    return Piece(_EMPTY_LINES.sub("\n", text[start:end]), _within(quotes, start), _within(facts, start))


def _clipped(spans: Iterable[Span], size: int) -> list[Span]:
    """The parts of spans that lie within a text of that size."""
    return [(max(0, start), min(end, size)) for start, end in spans if start < size and end > 0]


def _widened(text: str, span: Span) -> Span:
    """The span with its context, whole words of it."""
    start, end = max(0, span[0] - CONTEXT), min(len(text), span[1] + CONTEXT)
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end


def _within(spans: Iterable[Span], offset: int) -> bool:
    return any(start <= offset < end for start, end in spans)
