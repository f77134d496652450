"""Question → passages: dense and lexical candidates, fused, and reranked where there is a reranker."""

import threading
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from ..errors import InputError
from ..ingest.chunk import Chunk
from ..ingest.document import KINDS
from .derived import Derived, open_derived
from .fusion import fuse
from .lexical import LexicalIndex
from .passage import Passage
from .records import DocumentRecord, document_of, unpack_vectors
from .reranker import Reranker
from .store import Store
from .terms import terms

CANDIDATES = 50  # from each half
RERANKED = 30  # a good passage beyond is rare, and each costs 30 ms: see docs/retrieval.md
FILTERS = ("document", "kind", "after", "before")


class HybridRetriever(BaseRetriever):
    """A LlamaIndex retriever over the store. Safe to use from several threads; sees a changed index at once."""

    def __init__(self, store: Store, top_k: int = 8, reranker: Reranker | None = None) -> None:
        super().__init__()
        self.store = store
        self.reranker = reranker
        self._top_k = top_k
        self._derived: tuple[str, Derived] | None = None
        self._lock = threading.Lock()

    @property
    def derived(self) -> Derived:
        """What is derived from the store as it is now."""
        fingerprint = self.store.fingerprint
        with self._lock:
            if self._derived is None or self._derived[0] != fingerprint:
                self._derived = (fingerprint, open_derived(self.store))
            return self._derived[1]

    @property
    def lexical(self) -> LexicalIndex:
        """The lexical index of what is in the store now."""
        return self.derived.lexical

    def around(self, chunk: Chunk) -> list[Chunk]:
        """A chunk with its neighbours in the stored document, in order; alone when that is there no more."""
        record = self.derived.documents.get(chunk.document_id)
        return self.store.around(chunk, record) if record else [chunk]

    def search(self, question: str, top: int | None = None, filters: Mapping[str, str] | None = None) -> list[Passage]:
        """The best passages for a question, best first.

        A passage that other documents copy is given once, from the original, unless a filter leaves that out.
        A reranker changes their order only: it deals the same fused scores out anew, the highest to its first, so that
        they mean to what is composed and estimated from them what they mean without it.

        Args:
            top: how many; the retriever's own number when None.
            filters: `document` (file name), `kind` (one of KINDS), `after` and `before` (ISO dates of publication, both
                inclusive).

        Raises:
            InputError: a filter that does not exist, or a value that it cannot take.
            ModelError: the embedding model or the reranker cannot be loaded.
        """
        derived = self.derived
        lexical = derived.lexical
        allowed = _allowed(derived, filters or {})
        if not allowed.any():
            return []
        vector = self.store.embedder.query(question)
        bm25 = np.where(allowed, lexical.scores(terms(question)), -1)
        ids = self._candidates(vector, bm25, derived, allowed)
        fetched = self.store.fetch(ids)
        ids = [key for key in ids if key in fetched]  # one may have been deleted meanwhile
        dense = np.array([fetched[key][1] @ vector for key in ids])
        units = [unpack_vectors(fetched[key][2], len(vector)) @ vector for key in ids]
        best_unit = np.array([scores.max(initial=0) for scores in units])
        words = np.array([bm25[lexical.position[key]] for key in ids])
        fused = fuse({"dense": dense, "lexical": words, "unit": best_unit})
        order = np.argsort(-fused, kind="stable")
        scores = fused[order]
        order = self._reranked(question, order, [fetched[ids[i]][0] for i in order[:RERANKED]])[: top or self._top_k]
        return [
            Passage(
                fetched[ids[i]][0],
                float(dense[i]),
                float(words[i]),
                tuple(map(float, units[i])),
                float(score),
                rank,
                _also(derived, ids[i]),
            )
            for rank, (i, score) in enumerate(zip(order, scores, strict=False), 1)
        ]

    def _reranked(self, question: str, order: npt.NDArray[np.intp], first: Sequence[Chunk]) -> npt.NDArray[np.intp]:
        """The order with its `first` chunks put in the reranker's order; equals keep theirs."""
        if not self.reranker or not first:
            return order
        texts = [f"{chunk.context}\n{chunk.text}" for chunk in first]
        again = np.argsort(-self.reranker.scores(question, texts), kind="stable")
        return np.concatenate([order[again], order[len(first) :]])

    def _candidates(
        self,
        vector: npt.NDArray[np.float32],
        bm25: npt.NDArray[np.floating],
        derived: Derived,
        allowed: npt.NDArray[np.bool_],
    ) -> list[str]:
        """Ids of the best of each half, without repeats, originals in the place of copies; those that the lexical
        index lacks are indexed no more."""
        ids, position = derived.lexical.ids, derived.lexical.position
        count = CANDIDATES if allowed.all() else min(len(ids), CANDIDATES * 20)  # filtered after the search
        near = [key for key in self.store.nearest(vector, count) if key in position]
        dense = [key for key in near if allowed[position[key]]][:CANDIDATES]
        words = [ids[i] for i in np.argsort(-bm25, kind="stable")[:CANDIDATES] if bm25[i] > 0]
        found: dict[str, None] = {}
        for key in (*dense, *words):
            originals = [one for one in derived.duplicates.originals.get(key, ()) if allowed[position[one]]]
            found.update(dict.fromkeys(originals or [key]))
        return list(found)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            NodeWithScore(node=as_node(passage), score=passage.score) for passage in self.search(query_bundle.query_str)
        ]


def as_node(passage: Passage) -> TextNode:
    """A passage as a LlamaIndex node, with where it comes from as metadata."""
    metadata = {key: value for key, value in passage.as_json().items() if key not in ("text", "score", "rank")}
    return TextNode(text=passage.chunk.text, metadata=metadata)


def _also(derived: Derived, chunk_id: str) -> tuple[str, ...]:
    """The names of the other documents that hold a chunk: copies of the whole file, and those that quote it."""
    own = derived.documents.get(document_of(chunk_id))
    names = [name for record in (own, *derived.holders(chunk_id)) if record for name in record.names]
    return tuple(name for name in dict.fromkeys(names) if own is None or name != own.document)


def _allowed(derived: Derived, filters: Mapping[str, str]) -> npt.NDArray[np.bool_]:
    """Which chunks the filters let through, in the order of the lexical index; a date filter drops undated chunks."""
    if not filters:
        return np.ones(len(derived.lexical.ids), dtype=bool)
    wanted = {name: _value(name, value) for name, value in filters.items()}
    passing = [_passes(record, wanted) for record in derived.documents.values()]
    return np.array(passing, dtype=bool)[derived.owners]


def _passes(record: DocumentRecord, wanted: Mapping[str, str]) -> bool:
    day = record.published or ""
    return (
        wanted.get("document", record.document) in record.names
        and wanted.get("kind", record.kind) == record.kind
        and wanted.get("after", day) <= day <= wanted.get("before", day)
        and (day > "" or wanted.keys().isdisjoint(("after", "before")))
    )


def _value(name: str, value: str) -> str:
    """A filter's value as documents are compared with it."""
    if name not in FILTERS:
        raise InputError(f"filter {name}: no such filter; use {', '.join(FILTERS)}")
    if name == "kind" and value not in KINDS:
        raise InputError(f"filter kind: {value!r} is no kind of document; use {', '.join(KINDS)}")
    return _day(name, value) if name in ("after", "before") else value


def _day(name: str, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise InputError(f"filter {name}: {value!r} is not a date; write it as 2024-07-31") from None
