"""The lexical index: BM25 over the chunks of the store."""

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt

from ..ingest.chunk import Chunk
from .glossary import Glossary, build_glossary
from .terms import terms

K1, B = 1.2, 0.75


class LexicalIndex:
    """BM25 (Robertson et al. 1995, in Lucene's variant) over chunks with their titles, headings and table headers."""

    def __init__(self, model: bm25s.BM25 | None, ids: Sequence[str], glossary: Glossary) -> None:
        """`ids` are those of the chunks, in the order in which the model has them."""
        self.ids = list(ids)
        self.glossary = glossary
        self.position = {key: number for number, key in enumerate(self.ids)}
        self._model = model
        self._idf = idf(np.diff(model.scores["indptr"]), len(self.ids)) if model else np.zeros(0)

    @classmethod
    def build(cls, chunks: Iterable[tuple[str, Chunk]]) -> "LexicalIndex":
        """From ids and chunks, in any order; each chunk is held no longer than it takes."""
        ids: list[str] = []
        corpus: list[array[int]] = []
        vocabulary: dict[str, int] = {}

        def texts() -> Iterator[str]:
            for key, chunk in chunks:
                ids.append(key)
                corpus.append(array("I", (vocabulary.setdefault(t, len(vocabulary)) for t in search_terms(chunk))))
                yield chunk.text

        glossary = build_glossary(texts())
        model = None
        if vocabulary:
            model = bm25s.BM25(method="lucene", k1=K1, b=B)
            model.index((corpus, vocabulary), show_progress=False)
        return cls(model, ids, glossary)

    def scores(self, query: Sequence[str]) -> npt.NDArray[np.float32]:
        """The BM25 score of every chunk, in the order of `ids`."""
        known = [term for term in dict.fromkeys(query) if term in self]
        if not known or self._model is None:
            return np.zeros(len(self.ids), dtype=np.float32)
        return np.asarray(self._model.get_scores(known), dtype=np.float32)

    def __contains__(self, term: object) -> bool:
        """Whether any chunk has this term."""
        return bool(term) and self._model is not None and term in self._model.vocab_dict

    def idf(self, term: str) -> float:
        """The inverse document frequency of a term; for one that no chunk has, `highest_idf`."""
        return float(self._idf[self._model.vocab_dict[term]]) if self._model and term in self else self.highest_idf

    @property
    def highest_idf(self) -> float:
        """What a term that no chunk has would weigh."""
        return float(idf(np.zeros(1), max(1, len(self.ids)))[0])

    def save(self, folder: Path) -> None:
        """Write to an empty folder."""
        if self._model:
            self._model.save(folder / "bm25", show_progress=False)
        glossary = self.glossary
        saved = {
            "ids": self.ids,
            "phrases": dict(glossary.phrases),
            "words": dict(glossary.words),
            "names": sorted(glossary.names),
        }
        (folder / "lexical.json").write_text(json.dumps(saved), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Read what `save` wrote; raises OSError, ValueError, KeyError or EOFError where that is damaged."""
        saved = json.loads((folder / "lexical.json").read_text(encoding="utf-8"))
        model = bm25s.BM25.load(folder / "bm25", show_progress=False) if (folder / "bm25").is_dir() else None
        return cls(model, saved["ids"], Glossary(saved["phrases"], saved["words"], frozenset(saved["names"])))


def search_terms(chunk: Chunk) -> tuple[str, ...]:
    """The terms by which a chunk is found: its context's and its text's."""
    return terms(chunk.context) + terms(chunk.text)


def idf(frequencies: npt.NDArray[np.number], chunks: int) -> npt.NDArray[np.float64]:
    """Inverse document frequency as Lucene has it: ln(1 + (N - n + 0.5) / (n + 0.5))."""
    return np.asarray(np.log1p((chunks - frequencies + 0.5) / (frequencies + 0.5)), dtype=np.float64)
