"""The lexical index: BM25 over the chunks of the store, derived from it and kept beside it."""

import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt

from ..ingest.chunk import Chunk
from .glossary import Glossary, build_glossary
from .terms import terms

K1, B = 1.2, 0.75
LAYOUT = 4  # raise it when what is saved, or `terms`, changes


class LexicalIndex:
    """BM25 (Robertson et al. 1995, in Lucene's variant) over chunks with their titles, headings and table headers."""

    def __init__(
        self,
        model: bm25s.BM25 | None,
        ids: Sequence[str],
        documents: Sequence[str],
        published: Sequence[str],
        glossary: Glossary,
    ) -> None:
        """Parallel sequences over chunks: `ids`, names of their `documents`, ISO dates `published` ("" if unknown)."""
        self.ids = list(ids)
        self.documents = np.asarray(documents, dtype=object)
        self.published = np.asarray(published, dtype=object)
        self.glossary = glossary
        self.position = {key: number for number, key in enumerate(self.ids)}
        self._model = model
        self._idf = idf(np.diff(model.scores["indptr"]), len(self.ids)) if model else np.zeros(0)

    @classmethod
    def build(cls, chunks: Iterable[tuple[str, Chunk]]) -> "LexicalIndex":
        """From ids and chunks, in any order."""
        rows = list(chunks)
        corpus = [list(search_terms(chunk)) for _, chunk in rows]
        model = None
        if any(corpus):
            model = bm25s.BM25(method="lucene", k1=K1, b=B)
            model.index(corpus, show_progress=False)
        return cls(
            model,
            [key for key, _ in rows],
            [chunk.document for _, chunk in rows],
            [chunk.published or "" for _, chunk in rows],
            build_glossary(chunk.text for _, chunk in rows),
        )

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
        """Write to `folder`, all or nothing."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=folder.parent, prefix="part-"))
        if self._model:
            self._model.save(part / "bm25", show_progress=False)
        lists = {"ids": self.ids, "documents": self.documents.tolist(), "published": self.published.tolist()}
        glossary = self.glossary
        words = {
            "phrases": dict(glossary.phrases),
            "words": dict(glossary.words),
            "names": sorted(glossary.names),
        }
        (part / "chunks.json").write_text(json.dumps(lists | {"glossary": words}), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Read what `save` wrote."""
        lists = json.loads((folder / "chunks.json").read_text(encoding="utf-8"))
        model = bm25s.BM25.load(folder / "bm25", show_progress=False) if (folder / "bm25").is_dir() else None
        words = lists["glossary"]
        glossary = Glossary(words["phrases"], words["words"], frozenset(words["names"]))
        return cls(model, lists["ids"], lists["documents"], lists["published"], glossary)


def open_lexical(home: Path, fingerprint: str, chunks: Iterable[tuple[str, Chunk]]) -> LexicalIndex:
    """The saved index with this fingerprint, or one built from `chunks` and saved; older ones are deleted."""
    root = home / "lexical"
    folder = root / f"{fingerprint or 'empty'}-{LAYOUT}"
    try:
        return LexicalIndex.load(folder)
    except (OSError, ValueError, KeyError, EOFError):  # not there, or written by a process that was killed
        index = LexicalIndex.build(chunks)
    if root.is_dir():
        for old in root.iterdir():
            shutil.rmtree(old, ignore_errors=True)
    index.save(folder)
    return index


def search_terms(chunk: Chunk) -> tuple[str, ...]:
    """The terms by which a chunk is found: its context's and its text's."""
    return terms(chunk.context) + terms(chunk.text)


def idf(frequencies: npt.NDArray[np.number], chunks: int) -> npt.NDArray[np.float64]:
    """Inverse document frequency as Lucene has it: ln(1 + (N - n + 0.5) / (n + 0.5))."""
    return np.asarray(np.log1p((chunks - frequencies + 0.5) / (frequencies + 0.5)), dtype=np.float64)
