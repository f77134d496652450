"""Verification of statements against their quotes: pure functions."""

import re
from collections.abc import Iterable, Sequence

from ..ingest.chunk import Chunk
from .answer import Citation

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


def is_verbatim(citation: Citation, chunks: Sequence[Chunk]) -> bool:
    """Whether the quote is the stored text at its span; `chunks` follow each other and cover the span."""
    text = "".join(chunk.text for chunk in chunks)
    start = citation.start - chunks[0].start
    return start >= 0 and text[start : start + citation.end - citation.start] == citation.quote and bool(citation.quote)


def unsupported_figures(text: str, held_by: Iterable[str]) -> set[str]:
    """The figures of a text that none of the texts `held_by` has: those of quotes and of what stands around them."""
    return set(_FIGURE.findall(text)) - set(_FIGURE.findall(" ".join(held_by)))
