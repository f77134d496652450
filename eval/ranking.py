"""Fits the ranking of units: how much each signal says about whether a unit answers."""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import softmax

from ..engine.candidates import Idf, signals
from ..engine.rewrite import Query
from ..index.passage import Passage
from ..ingest.chunk import Chunk, Unit
from .dataset import Item
from .facts import contains_tokens, tokens
from .metrics import Floats

Asked = tuple[Item, Query, Sequence[Passage]]  # an item, what was looked for, and what was found

PENALTY = 1e-3  # of the squared weights, of signals in standard deviations

Listed = tuple[
    Floats, Floats
]  # of a question: its units' signals (units, signals), and the share of facts that each holds


def fit_ranking(groups: Sequence[Sequence[Listed]], shares: Sequence[float]) -> Floats:
    """The weights, of shape (signals,), under which units that answer are most likely to be chosen.

    Maximises the log of the probability, by softmax over a question's units, that a unit is chosen that answers
    (maximum marginal likelihood; as Clark and Gardner: ACL 2018, sum objective).

    Args:
        groups: lists of one origin each; a list in which nothing answers is passed over.
        shares: how much each group counts in all, whatever its size.
    """
    telling = [[(x, y) for x, y in group if y.any()] for group in groups]
    told = [
        (x, y, share / len(group) / sum(shares)) for group, share in zip(telling, shares, strict=True) for x, y in group
    ]
    spread = np.vstack([x for x, _, _ in told]).std(axis=0) + 1e-9

    def loss(w: Floats) -> tuple[float, Floats]:
        value, slope = PENALTY * w @ w / 2, PENALTY * w
        for x, y, share in told:
            chosen = softmax(x @ (w / spread))
            right = chosen * y
            value -= share * np.log(right.sum())
            slope = slope + share * (x.T @ (chosen - right / right.sum())) / spread
        return float(value), slope

    return np.asarray(minimize(loss, np.zeros(len(spread)), jac=True, method="L-BFGS-B").x / spread)


def listed(asked: Iterable[Asked], idf: Idf) -> tuple[list[Listed], list[str]]:
    """The lists of the answerable items, and the names of the signals; `idf` is as for `find_candidates`."""
    found: list[Listed] = []
    names: list[str] = []
    for item, query, passages in asked:
        units, values = signals(query, passages, idf)
        if item.answerable and units:
            names = list(values)
            right = np.array([held(item, passage.chunk, unit) for passage, unit in units])
            found.append((np.column_stack(list(values.values())), right))
    return found, names


def held(item: Item, chunk: Chunk, unit: Unit) -> float:
    """The share of an item's facts that a unit of one of its sources holds, with its table's header."""
    if chunk.document not in item.sources:
        return 0.0
    header = " ".join(chunk.header) if unit.kind in ("row", "cell") else ""
    said = tokens(f"{chunk.text[unit.start : unit.end]} {header}")
    return sum(contains_tokens(said, fact) for fact in item.facts) / len(item.facts)
