"""A small deterministic embedder: texts that share words are near."""

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from citewell.index.embedder import Encoded
from citewell.index.terms import terms
from citewell.ingest.chunk import Chunk


class FakeEmbedder:
    """Hashed bags of words in the place of a model's vectors; every word is one of the language."""

    def __init__(self, name: str = "fake", dimension: int = 256) -> None:
        self.name = name
        self.identity = f"weights of {name}"
        self.dimension = dimension

    def knows(self, word: str) -> bool:
        return word.isalpha()

    def query(self, text: str) -> npt.NDArray[np.float32]:
        vector = np.full(self.dimension, 1e-3, dtype=np.float32)
        for term in terms(text):
            vector[zlib.crc32(term.encode()) % self.dimension] += 1
        return vector / np.linalg.norm(vector)

    meaning = query

    def encode(self, chunks: Sequence[Chunk]) -> list[Encoded]:
        return [
            Encoded(
                self.query(f"{chunk.context}\n{chunk.text}"),
                np.array([self.query(chunk.text[unit.start : unit.end]) for unit in chunk.units], dtype=np.float32),
            )
            for chunk in chunks
        ]
