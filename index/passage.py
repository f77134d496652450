"""A retrieved chunk with its scores."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, zip_longest
from typing import Any

from ..ingest.chunk import Chunk
from .terms import terms


@dataclass(frozen=True)
class Passage:
    """A chunk as retrieved.

    `dense` is its cosine with the question, `lexical` its BM25 score, `units` the cosine of each of its units, `score`
    the fusion in 0…1 (with a reranker, that of its rank); `rank` counts from 1.
    """

    chunk: Chunk
    dense: float
    lexical: float
    units: tuple[float, ...]
    score: float
    rank: int
    also_in: tuple[str, ...] = ()  # names of other documents that hold the same

    @property
    def place(self) -> tuple[str, int]:
        """The document and the number of the chunk in it."""
        return self.chunk.document_id, self.chunk.ordinal

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms of the chunk, of its context and of its date."""
        chunk = self.chunk
        return frozenset((*terms(chunk.context), *terms(chunk.text), *terms(chunk.published or "")))

    def as_json(self) -> dict[str, Any]:
        """The shape of a passage in `--json` output and in the API."""
        return {
            "document_id": self.chunk.document_id,
            "document": self.chunk.document,
            "title": self.chunk.title,
            "published": self.chunk.published,
            "locator": self.chunk.locator,
            "text": self.chunk.text.strip(),
            "start": self.chunk.start,
            "end": self.chunk.end,
            "score": round(self.score, 4),
            "rank": self.rank,
            "also_in": list(self.also_in),
        }


def merged(lists: Sequence[Sequence[Passage]]) -> tuple[Passage, ...]:
    """The passages of several lists, each once: the first of each list, then the second of each, and so on."""
    once: dict[tuple[str, int], Passage] = {}
    for passage in filter(None, chain.from_iterable(zip_longest(*lists))):
        once.setdefault(passage.place, passage)
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(once.values(), 1))
