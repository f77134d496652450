"""Near-duplicates: chunks that another document holds word for word, as a news page that quotes a press release."""

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from .records import DocumentRecord, document_of

SHINGLE = 5  # words
LEAST_COVERED = 0.9  # of a copy's words: the rest stands at its edges
LEAST_SHARE = 0.2  # of a copy's shingles that a chunk of the original must have to stand for it
MOST_HOLDERS = 20  # documents that are compared for one shingle: of what hundreds repeat, the first are enough
_WORD = re.compile(r"\w+")
# A word that may not differ between a copy and its original: a figure, a name, a duty, a negation.
_TELLING = re.compile(
    r".*\d|[A-Z]|(?:not?|nor|never|neither|without|must|shall|should|may|can|cannot|will|except|un\w+)$"
)


@dataclass(frozen=True)
class Duplicates:
    """`originals`: for a chunk that is a copy, the chunks that stand for it; `holders`: for a chunk, the documents that
    hold copies of it. Chunks and documents are named by their ids."""

    originals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    holders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Shingled:
    """A chunk's shingles in order, as hashes, and which of its words are telling."""

    shingles: npt.NDArray[np.int64]
    telling: npt.NDArray[np.bool_]


class Shingler:
    """Takes chunks one by one, and then finds the near-duplicates among those of different documents.

    Shingles: Broder 1997, doi 10.1109/SEQUEN.1997.666900.
    """

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._shingled: list[_Shingled] = []

    def add(self, chunk_id: str, text: str) -> None:
        self._ids.append(chunk_id)
        self._shingled.append(_shingled(text))

    def duplicates(self, records: Iterable[DocumentRecord]) -> Duplicates:
        """The near-duplicates; `records` are those of all the chunks' documents.

        Of documents that hold the same, the one first published is the original; undated ones come after dated ones,
        and longer ones after shorter. A chunk in which so much as a figure, a name or a "not" differs is no copy.
        """
        ranked = sorted(records, key=lambda r: (r.published or "9999", r.chunks, r.source))
        rank = {record.id: number for number, record in enumerate(ranked)}
        ids = self._ids
        owners = np.array([rank[document_of(key)] for key in ids], dtype=np.int64)
        found = _originals(self._shingled, owners)
        holders: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for copy, rows in found.items():
            for row in rows:
                holders[ids[row]][ranked[owners[copy]].id] = None
        return Duplicates(
            {ids[copy]: tuple(ids[row] for row in rows) for copy, rows in found.items()},
            {key: tuple(documents) for key, documents in holders.items()},
        )


def _shingled(text: str) -> _Shingled:
    words = _WORD.findall(text)
    folded = [word.lower() for word in words]
    shingles = array("q", map(hash, zip(*(folded[start:] for start in range(SHINGLE)), strict=False)))
    telling = np.fromiter((bool(_TELLING.match(word)) for word in words), dtype=bool, count=len(words))
    return _Shingled(np.frombuffer(shingles, dtype=np.int64) if shingles else np.zeros(0, np.int64), telling)


def _originals(shingled: Sequence[_Shingled], owners: npt.NDArray[np.int64]) -> dict[int, list[int]]:
    """For the number of each copy, those of the chunks that stand for it; of `owners` the lowest is the original."""
    held, counts = _held(shingled, owners)
    overlap = (held @ _first_holders(held, owners).T).tocoo()  # shingles of each chunk that each document holds
    candidates = defaultdict(list)
    near = (overlap.col < owners[overlap.row]) & (overlap.data >= LEAST_COVERED**2 * counts[overlap.row])
    for row, document in zip(overlap.row[near].tolist(), overlap.col[near].tolist(), strict=True):
        candidates[row].append(document)
    rows_of = {
        document: np.flatnonzero(owners == document) for document in {d for ds in candidates.values() for d in ds}
    }
    found: dict[int, list[int]] = {}
    for row, documents in candidates.items():
        for document in sorted(documents):
            others = rows_of[document]
            if _is_covered(shingled[row], np.concatenate([shingled[other].shingles for other in others.tolist()])):
                shares = (held[others] @ held[row].T).toarray().ravel() / counts[row]
                found[row] = [int(others[n]) for n in np.argsort(-shares, kind="stable") if shares[n] >= LEAST_SHARE]
                break
    return {row: [n for n in rows if n not in found] for row, rows in found.items()}


def _held(shingled: Sequence[_Shingled], owners: npt.NDArray[np.int64]) -> tuple[csr_matrix, npt.NDArray[np.int64]]:
    """Which chunk has which of the shingles that two documents have, as a matrix of ones (chunks, shingles); and how
    many different shingles each chunk has."""
    unique = [np.unique(one.shingles) for one in shingled]
    counts = np.array([len(one) for one in unique], dtype=np.int64)
    rows = np.repeat(np.arange(len(unique)), counts)
    _, columns = np.unique(np.concatenate([np.zeros(0, np.int64), *unique]), return_inverse=True)
    first = np.full(columns.max(initial=-1) + 1, -1)
    first[columns[::-1]] = owners[rows[::-1]]  # the owner of one place where each stands
    shared = np.zeros(len(first), dtype=bool)
    shared[columns[owners[rows] != first[columns]]] = True
    kept = shared[columns]
    numbers = np.cumsum(shared) - 1
    ones = np.ones(int(kept.sum()), dtype=np.int32)
    shape = (len(unique), int(shared.sum()))
    return csr_matrix((ones, (rows[kept], numbers[columns[kept]])), shape=shape), counts


def _first_holders(held: csr_matrix, owners: npt.NDArray[np.int64]) -> csr_matrix:
    """Which document has which shingle (documents, shingles), for each shingle the earliest documents only."""
    entries = held.tocoo()
    pairs = np.unique(np.stack([entries.col, owners[entries.row]]), axis=1)  # by shingle, then by rank
    starts = np.searchsorted(pairs[0], np.arange(held.shape[1]))
    kept = np.arange(pairs.shape[1]) - starts[pairs[0]] < MOST_HOLDERS
    ones = np.ones(int(kept.sum()), dtype=np.int32)
    shape = (int(owners.max(initial=-1)) + 1, held.shape[1])
    return csr_matrix((ones, (pairs[1][kept], pairs[0][kept])), shape=shape)


def _is_covered(chunk: _Shingled, original: npt.NDArray[np.int64]) -> bool:
    """Whether nearly all words of a chunk stand in runs that the original has, and all that are telling."""
    runs = np.isin(chunk.shingles, original)
    words = np.zeros(len(chunk.telling), dtype=bool)
    for offset in range(SHINGLE):
        words[offset : offset + len(runs)] |= runs
    return bool(words.mean() >= LEAST_COVERED and words[chunk.telling].all())
