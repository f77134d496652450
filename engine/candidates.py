"""Passages → candidates: the sentences, list items and table rows that may answer, scored by a learned ranking.

A unit's score is a weighted sum of its signals. The weights are in `ranking.json`, fitted by `python -m
citewell.eval.calibrate` so that exp(score), as a share of that of all units, is the probability that the unit answers:
a difference of scores is one of log odds. The first of them are then read, and what the reader says is added.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..index.fusion import min_max
from ..index.glossary import Glossary
from ..index.passage import Passage
from ..index.terms import terms
from ..ingest.chunk import Unit
from ..ingest.document import CELL_SEPARATOR
from .reader import legible, read
from .rewrite import Query

RANKING = Path(__file__).with_name("ranking.json")
K1, B = 1.2, 0.5  # BM25 of units; they vary less in length than passages
READ = 7  # candidates that the reader reads: each takes some 7 ms
CONSIDERED = 10  # candidates among which a thing of the kind asked for must be …
ABOUT = 0.4  # … in one that covers no less of the question, where nothing else would answer
SURE = 2.0  # log odds above which what is read is an answer, whatever kind of thing it holds
EXACT = ("money", "email", "phone", "address", "body")  # kinds that mislead when they are of another thing
NAMED = 0.99  # the share of a row's first cell from which a question names it in full
SAYS_ENOUGH = 30  # terms beside the question's with which a unit says as much as it can

QUOTABLE = ("sentence", "item", "row", "cell")

Idf = Callable[[str], float]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Candidate:
    """A unit of a passage, scored.

    `terms` are the unit's own; `label` is the share, 0…1, of a row's first cell that the question holds; `coverage` is
    the share of the question, by idf, that the unit and its table hold; `gained` is what the unit before it adds to it;
    `read` is what the reader says of it, as log odds; of a unit that was not read the least of those that were, and no
    more than 0.
    """

    passage: Passage
    number: int  # of the unit in its chunk
    terms: tuple[str, ...]
    label: float
    coverage: float
    gained: float
    score: float
    read: float = 0.0

    @property
    def unit(self) -> Unit:
        return self.passage.chunk.units[self.number]

    @property
    def text(self) -> str:
        return self.passage.chunk.text[self.unit.start : self.unit.end]

    @property
    def published(self) -> str:
        """The ISO date of the document; empty when it has none."""
        return self.passage.chunk.published or ""

    @property
    def cosine(self) -> float:
        """Of the unit with the question."""
        return self.passage.units[self.number]


@dataclass(frozen=True)
class _Quotable:
    """A unit that may be quoted, with its own terms and those that its table lends it."""

    passage: Passage
    number: int
    text: str
    terms: tuple[str, ...]
    lent: tuple[str, ...]

    @classmethod
    def of(cls, passage: Passage, number: int) -> "_Quotable":
        unit = passage.chunk.units[number]
        text = passage.chunk.text[unit.start : unit.end]
        return cls(passage, number, text, terms(text), _lent(passage, unit))

    @property
    def kind(self) -> str:
        return self.passage.chunk.units[self.number].kind


def find_candidates(query: Query, passages: Sequence[Passage], idf: Idf) -> list[Candidate]:
    """Every quotable unit of the passages, best first; `idf` gives the inverse document frequency of a term."""
    units = _quotable(passages)
    if not units:
        return []
    labels = _labels(units, query.weights)
    found = _signals(units, labels, query, idf)
    scores = np.asarray(sum(weight * found[name] for name, weight in weights().items()))
    return [
        Candidate(
            u.passage, u.number, u.terms, *(float(v[i]) for v in (labels, found["coverage"], found["gained"], scores))
        )
        for i in np.argsort(-scores, kind="stable")
        for u in [units[i]]
    ]


def read_candidates(candidates: Sequence[Candidate], query: Query, glossary: Glossary) -> list[Candidate]:
    """The candidates in the order that reading the first of them with the question gives, best first."""
    first = candidates[:READ]
    if not first:
        return []
    scores, share = read(query.text, [legible(c.passage.chunk, c.unit, glossary) for c in first])
    unread = min(float(scores.min()), 0.0)
    odds = [*map(float, scores), *[unread] * (len(candidates) - len(first))]
    found = [replace(c, score=share * c.score + z, read=z) for c, z in zip(candidates, odds, strict=True)]
    return sorted(_named_first(found), key=lambda c: -c.score)


def _named_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, no row scored above one of its table that the question names in full: names tell rows apart, and
    a small reader may take one for another."""
    named: dict[tuple[str, ...], float] = {}
    for c in candidates:
        if c.label >= NAMED:
            named[_table(c)] = max(c.score, named.get(_table(c), c.score))
    return [
        replace(c, score=min(c.score, named.get(_table(c), c.score))) if c.unit.kind == "row" and c.label < NAMED else c
        for c in sorted(candidates, key=lambda c: c.label < NAMED)  # of equals, what is named comes first
    ]


def _table(candidate: Candidate) -> tuple[str, ...]:
    chunk = candidate.passage.chunk
    return (chunk.document_id, chunk.caption, *chunk.header)


def by_best_unit(passages: Sequence[Passage], candidates: Sequence[Candidate]) -> list[Passage]:
    """The passages in the order of their likeliest units, then those without any.

    Their fused scores are dealt out anew, the highest to the first, so that they stay comparable between questions.
    """
    likeliest: dict[int, int] = {}
    for place, candidate in enumerate(candidates):
        likeliest.setdefault(id(candidate.passage), place)
    scores = sorted((passage.score for passage in passages), reverse=True)
    ordered = sorted(passages, key=lambda passage: likeliest.get(id(passage), len(candidates)))
    return [
        replace(passage, score=score, rank=rank)
        for rank, (passage, score) in enumerate(zip(ordered, scores, strict=True), 1)
    ]


def answering(candidates: Sequence[Candidate], query: Query, qualified: bool) -> list[Candidate]:
    """The candidates that may answer, best first: none where none of the first holds a thing of the kind asked for.

    Of a strict intent only those stay that hold such a thing, and are about the question or read as an answer to it;
    and those that surely read as one, whatever they hold: no pattern knows every wording. A number or percentage is
    wanted as strictly when the question is `qualified`, limited to a year or place.
    """
    intent = query.intent
    if intent.strict:
        about = ABOUT if intent.kind in EXACT or not candidates else min(ABOUT, candidates[0].coverage)
        able = (c for c in candidates if c.coverage >= about or c.read > 0)
        return [c for c in able if c.read > SURE or intent.is_met_by(c.text, query.text)]
    wants_figure = qualified and intent.kind in ("percent", "number")
    met = not wants_figure or any(intent.is_met_by(c.text, query.text) for c in candidates[:CONSIDERED])
    return list(candidates) if met else []


def signals(
    query: Query, passages: Sequence[Passage], idf: Idf
) -> tuple[list[tuple[Passage, Unit]], dict[str, Values]]:
    """What the ranking is fitted on: the quotable units of the passages, and their signals, each of shape (units,)."""
    units = _quotable(passages)
    pairs = [(u.passage, u.passage.chunk.units[u.number]) for u in units]
    return pairs, _signals(units, _labels(units, query.weights), query, idf) if units else {}


def _quotable(passages: Iterable[Passage]) -> list[_Quotable]:
    return [
        _Quotable.of(passage, number)
        for passage in passages
        for number, unit in enumerate(passage.chunk.units)
        if unit.kind in QUOTABLE
    ]


def _signals(units: Sequence[_Quotable], labels: Values, query: Query, idf: Idf) -> dict[str, Values]:
    """The signals by name, each of shape (units,); shares and cosines, or 0 and 1, but for `lexical` to `passage`,
    which are scaled to 0…1 over the units."""
    weights, intent = query.weights, query.intent
    value = {term: weight * idf(term) for term, weight in weights.items()}
    total = sum(value.values()) or 1.0
    asked = terms(query.text)
    phrases = set(pairwise(asked))

    def covered(held: Iterable[str]) -> float:
        return sum(value[term] for term in set(held) & value.keys()) / total

    held = [{*u.terms, *u.lent} for u in units]
    before = [set(p.terms) if p.passage is u.passage else set() for p, u in pairwise(units)]
    coverage = np.array([covered(h) for h in held])
    mean = float(np.mean([len(u.terms) for u in units])) or 1.0
    meets = np.array([float(intent.kind != "other" and intent.is_met_by(u.text, query.text)) for u in units])
    cosine = np.array([u.passage.units[u.number] for u in units])
    return {
        "lexical": min_max(np.array([bm25((*u.terms, *u.lent), weights, idf, mean, len(u.terms)) for u in units])),
        "dense": min_max(cosine),
        "passage": np.array([u.passage.score for u in units]),
        "cosine": cosine,
        "coverage": coverage,
        "passage_coverage": np.array([covered(u.passage.terms) for u in units]),
        "gained": np.array([covered(h | b) for h, b in zip(held, [set(), *before], strict=True)]) - coverage,
        "phrases": np.array([len(phrases & set(pairwise(u.terms))) / (len(phrases) or 1) for u in units]),
        "says_more": np.array([min(len(set(u.terms) - value.keys()), SAYS_ENOUGH) / SAYS_ENOUGH for u in units]),
        "names_row": labels * coverage,
        "is_item": np.array([float(u.kind == "item") for u in units]),
        "is_row": np.array([float(u.kind == "row") for u in units]),
        "asks": np.array([float(u.text.rstrip().endswith("?")) for u in units]),
        "meets": meets,
        **{f"meets_{kind}": meets * (intent.kind in kinds) for kind, kinds in _KINDS.items()},
    }


_KINDS = {"figure": ("number", "percent"), "person": ("person",), "date": ("date",)}


def _labels(units: Sequence[_Quotable], query: Mapping[str, float]) -> Values:
    return np.array([label_match(u.text, query, u.lent) if u.kind == "row" else 0.0 for u in units])


@cache
def weights() -> dict[str, float]:
    """Of the signals, by name."""
    loaded: dict[str, float] = json.loads(RANKING.read_text(encoding="utf-8"))["weights"]
    return loaded


def bm25(tokens: Sequence[str], query: Mapping[str, float], idf: Idf, mean: float, length: int) -> float:
    """The BM25 score of a unit; `length` counts its own terms, and `mean` is the mean of that."""
    counts = Counter(tokens)
    norm = K1 * (1 - B + B * length / mean)
    return sum(weight * idf(t) * counts[t] * (K1 + 1) / (counts[t] + norm) for t, weight in query.items() if counts[t])


def label_match(row: str, query: Mapping[str, float], lent: Collection[str] = ()) -> float:
    """The weighted share of the terms of a row's first cell that the question holds; a long first cell is no label.

    Terms `lent` by the table, which any of its rows has, tell none of them from the others.
    """
    label = set(terms(row.split(CELL_SEPARATOR, 1)[0]))
    label = label.difference(lent) or label
    return sum(query.get(term, 0.0) for term in label) / len(label) if 0 < len(label) <= 12 else 0.0


def _lent(passage: Passage, unit: Unit) -> tuple[str, ...]:
    """What a unit is told by what it stands in: the year of its document, and what its table says for all rows, or for
    all cells of a column."""
    chunk = passage.chunk
    year = terms((chunk.published or "")[:4])
    if unit.kind == "row":
        return (*year, *terms(f"{chunk.caption} {' '.join(chunk.header)}"))
    if unit.kind == "cell" and unit.column < len(chunk.header):
        return (*year, *terms(chunk.header[unit.column]))
    return year
