"""Passages → candidates: the sentences, list items and table rows that may answer, scored."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..index.fusion import min_max
from ..index.passage import Passage
from ..index.terms import terms
from ..ingest.chunk import Unit
from ..ingest.document import CELL_SEPARATOR
from .intent import Intent
from .rewrite import Query

K1, B = 1.2, 0.5  # BM25 of units; they vary less in length than passages
WEIGHTS = {"lexical": 0.3, "dense": 0.4, "passage": 0.3}
MEETS_INTENT = 0.25  # added when a unit holds a thing of the kind asked for
SAYS_MORE = 0.1  # added in full for a unit with 30 terms that the question does not have
NAMES_ROW = (
    0.35  # added in full for a row whose label the question holds, and whose table is about all the question's terms
)

QUOTABLE = ("sentence", "item", "row", "cell")

Idf = Callable[[str], float]


@dataclass(frozen=True)
class Candidate:
    """A unit of a passage, scored.

    `terms` are the unit's own; `label` is the share, 0…1, of a row's first cell that the question holds.
    """

    passage: Passage
    number: int  # of the unit in its chunk
    terms: tuple[str, ...]
    label: float
    score: float

    @property
    def unit(self) -> Unit:
        return self.passage.chunk.units[self.number]

    @property
    def text(self) -> str:
        return self.passage.chunk.text[self.unit.start : self.unit.end]


def find_candidates(query: Query, intent: Intent, passages: Sequence[Passage], idf: Idf) -> list[Candidate]:
    """Every quotable unit of the passages, best first; `idf` gives the inverse document frequency of a term."""
    weights = query.weights
    total = sum(weight * idf(term) for term, weight in weights.items()) or 1.0
    units = [
        (passage, number, unit)
        for passage in passages
        for number, unit in enumerate(passage.chunk.units)
        if unit.kind in QUOTABLE
    ]
    if not units:
        return []
    texts = [passage.chunk.text[unit.start : unit.end] for passage, _, unit in units]
    own = [terms(text) for text in texts]
    shared = [_shared_terms(passage, unit) for passage, _, unit in units]
    mean = float(np.mean([len(t) for t in own])) or 1.0
    labels = [
        label_match(text, weights) if unit.kind == "row" else 0.0
        for text, (_, _, unit) in zip(texts, units, strict=True)
    ]
    parts = {
        "lexical": np.array(
            [bm25((*t, *more), weights, idf, mean, len(t)) for t, more in zip(own, shared, strict=True)]
        ),
        "dense": np.array([passage.units[number] for passage, number, _ in units]),
        "passage": np.array([passage.score for passage, _, _ in units]),
    }
    scores = sum(weight * min_max(parts[name]) for name, weight in WEIGHTS.items())
    scores += MEETS_INTENT * np.array([intent.kind != "other" and intent.is_met_by(text, query.text) for text in texts])
    scores += SAYS_MORE * np.array([min(len(set(t) - set(weights)), 30) / 30 for t in own])
    covered = [
        label and label * sum(weights[term] * idf(term) for term in set(t).union(more) & set(weights)) / total
        for label, t, more in zip(labels, own, shared, strict=True)
    ]
    scores += NAMES_ROW * np.array(covered)
    order = np.argsort(-scores, kind="stable")
    return [Candidate(units[i][0], units[i][1], own[i], labels[i], float(scores[i])) for i in order]


def bm25(tokens: Sequence[str], query: Mapping[str, float], idf: Idf, mean: float, length: int) -> float:
    """The BM25 score of a unit; `length` counts its own terms, and `mean` is the mean of that."""
    counts = Counter(tokens)
    norm = K1 * (1 - B + B * length / mean)
    return sum(weight * idf(t) * counts[t] * (K1 + 1) / (counts[t] + norm) for t, weight in query.items() if counts[t])


def label_match(row: str, query: Mapping[str, float]) -> float:
    """The weighted share of the terms of a row's first cell that the question holds; a long first cell is no label."""
    label = set(terms(row.split(CELL_SEPARATOR, 1)[0]))
    return sum(query.get(term, 0.0) for term in label) / len(label) if 0 < len(label) <= 12 else 0.0


def _shared_terms(passage: Passage, unit: Unit) -> tuple[str, ...]:
    """What a table says for all its rows, or for all cells of a column; nothing for what is in no table."""
    chunk = passage.chunk
    if unit.kind == "row":
        return terms(f"{chunk.caption} {' '.join(chunk.header)}")
    if unit.kind == "cell" and unit.column < len(chunk.header):
        return terms(chunk.header[unit.column])
    return ()
