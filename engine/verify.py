"""Verification of statements against their quotes: pure functions."""

import re
from collections.abc import Iterable, Sequence

from ..ingest.chunk import Chunk
from .answer import Citation

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
# "may" in capitals is a month, and a name like any other.
_DUTY = re.compile(r"\b(?:[Mm]ust|[Ss]hall|[Ss]hould|may|[Cc]an(?=not|['’]t))(?:\s+not\b|n['’]t\b|not\b|['’]t\b)?")
_NAME = re.compile(r"(?<=[\w,;’')] )[A-Z][\w'’-]*")
_WORD = re.compile(r"\w[\w'’-]*")
_NOT = re.compile(r"\s+not|n['’]t|not|['’]t")


def is_verbatim(citation: Citation, chunks: Sequence[Chunk]) -> bool:
    """Whether the quote is the stored text at its span; `chunks` follow each other and cover the span."""
    text = "".join(chunk.text for chunk in chunks)
    start = citation.start - chunks[0].start
    return start >= 0 and text[start : start + citation.end - citation.start] == citation.quote and bool(citation.quote)


def unsupported(text: str, held_by: Iterable[str]) -> set[str]:
    """What a statement claims that none of the texts `held_by` has: those of its quotes and of what stands around them.

    These are its figures, so also those of dates; its names and months, as capitalised words that begin no sentence;
    and its words of duty: must, shall, should and may, each apart from the same with “not”.
    """
    held = "\n".join(held_by)
    names = set(_NAME.findall(text)) - set(_WORD.findall(held))
    return names | figures(text) - figures(held) | _duties(text) - _duties(held)


def figures(text: str) -> set[str]:
    """The figures of a text, as they are written."""
    return set(_FIGURE.findall(text))


def _duties(text: str) -> set[str]:
    return {_NOT.sub(" not", word).lower() for word in _DUTY.findall(text)}
