"""Scores of a suite, as pure functions over items and replies.

Terms as in Manning, Raghavan and Schütze, *Introduction to Information Retrieval* (2008), chapter 8: precision, recall,
reciprocal rank. Hit@k is the share of questions with a relevant passage among the first k.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .dataset import Item
from .facts import contains_fact, contains_tokens, tokens
from .reply import Quote, Reply

DEPTHS = (1, 3, 5, 10)


@dataclass(frozen=True)
class Verdict:
    """How one reply fared. `cited` and `rank` are for answerable items; `rank` is that of the first relevant passage.

    `missing` are the facts that the answer lacks, by their first alternative, and `forbidden` what it must not say.
    """

    item: str
    category: str
    answerable: bool
    refused: bool
    right: bool
    cited: bool
    rank: int | None
    length: int
    quotes: int
    verbatim: int
    missing: tuple[str, ...]
    forbidden: tuple[str, ...]


@dataclass(frozen=True)
class Scores:
    """Shares in 0…1 of a suite; one that nothing speaks to is 1 for `verbatim` and the refusals' precision, else 0.

    `accuracy` and `citation` are over answerable items: answered with every fact and nothing forbidden, and that with
    every fact in the verbatim quote of a right document as well. `hit` and `mrr` are over items with known sources.
    `length` is the median length of the answers given, in characters. `categories` holds the right and all items of
    each, the unanswerable included.
    """

    items: int
    accuracy: float
    citation: float
    verbatim: float
    refusal_precision: float
    refusal_recall: float
    hit: dict[int, float]
    mrr: float
    length: float
    categories: dict[str, tuple[int, int]]


def judge(item: Item, reply: Reply) -> Verdict:
    """The verdict on one reply. A refusal is right for an item that is not answerable; a failed question never is."""
    refused = reply.status in ("not_found", "blocked") and not reply.error
    said = tokens(reply.text)
    missing = tuple(fact[0] for fact in item.facts if not contains_tokens(said, fact))
    forbidden = tuple(phrase for phrase in item.must_not if contains_tokens(said, [phrase]))
    right = (not refused and not missing and not forbidden) if item.answerable else refused
    return Verdict(
        item=item.id,
        category=item.category,
        answerable=item.answerable,
        refused=refused,
        right=right,
        cited=item.answerable and citation_correct(item, reply.quotes),
        rank=first_relevant(item, reply),
        length=len(reply.text),
        quotes=len(reply.quotes),
        verbatim=sum(quote.verbatim for quote in reply.quotes),
        missing=missing,
        forbidden=forbidden,
    )


def citation_correct(item: Item, quotes: Iterable[Quote]) -> bool:
    """Whether every fact stands in a verbatim quote of one of the item's sources (of any document when it has none)."""
    held = [tokens(q.text) for q in quotes if q.verbatim and (not item.sources or q.document in item.sources)]
    return all(any(contains_tokens(quote, fact) for quote in held) for fact in item.facts)


def first_relevant(item: Item, reply: Reply) -> int | None:
    """The rank, from 1, of the first passage that is of a source and holds one of the facts."""
    for rank, passage in enumerate(reply.passages, start=1):
        if passage.document in item.sources and any(contains_fact(passage.text, fact) for fact in item.facts):
            return rank
    return None


def score(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Scores:
    """The scores of a suite from the verdicts on its items, in the same order."""
    answerable = [v for v in verdicts if v.answerable]
    refused = [v for v in verdicts if v.refused]
    outside = [v for v in verdicts if not v.answerable]
    ranks = [v.rank for item, v in zip(items, verdicts, strict=True) if item.answerable and item.sources]
    return Scores(
        items=len(verdicts),
        accuracy=share(v.right for v in answerable),
        citation=share(v.right and v.cited for v in answerable),
        verbatim=_ratio(sum(v.verbatim for v in verdicts), sum(v.quotes for v in verdicts), empty=1.0),
        refusal_precision=share((not v.answerable for v in refused), empty=1.0),
        refusal_recall=share(v.refused for v in outside),
        hit={k: share(rank is not None and rank <= k for rank in ranks) for k in DEPTHS},
        length=percentile([v.length for v in verdicts if not v.refused], 50),
        mrr=_ratio(sum(1 / rank for rank in ranks if rank), len(ranks)),
        categories={
            name: (sum(v.right for v in verdicts if v.category == name), sum(v.category == name for v in verdicts))
            for name in sorted({v.category for v in verdicts})
        },
    )


def share(truths: Iterable[bool], empty: float = 0.0) -> float:
    """The part of these that is true; `empty` when there are none."""
    truths = list(truths)
    return _ratio(sum(truths), len(truths), empty)


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: the least value that `percent` of all values do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)] if ordered else 0.0


def _ratio(part: float, whole: int, empty: float = 0.0) -> float:
    return part / whole if whole else empty
