"""The verdict on one reply: a pure function over an item and the reply to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .dataset import Item
from .facts import contains_tokens, tokens
from .reply import Quote, Reply, Retrieved

FactsHeld = Callable[[Item, Retrieved], frozenset[int]]


@dataclass(frozen=True)
class Verdict:
    """How one reply fared.

    `missing` are the facts that the answer lacks, by their first alternative, and `forbidden` what it must not say.
    Of the quotes, `verbatim` are the stored text at their offsets, and `supporting` hold a fact and are of a source;
    `cited` is the number of facts that supporting quotes hold. `gains` are as in `metrics`; None without sources.
    """

    item: str
    category: str
    answerable: bool
    refused: bool
    right: bool
    facts: int
    cited: int
    quotes: int
    verbatim: int
    supporting: int
    gains: tuple[int, ...] | None
    length: int  # characters
    confidence: float
    missing: tuple[str, ...]
    forbidden: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Right and, when the documents answer, proven: every fact stands in a verbatim quote of a source."""
        return self.right and self.cited == self.facts


def facts_held(item: Item, passage: Retrieved) -> frozenset[int]:
    """Which of an item's facts, by position, a passage of one of its sources holds."""
    return _held(item, passage.text) if passage.document in item.sources else frozenset()


def judge(item: Item, reply: Reply, held: FactsHeld = facts_held) -> Verdict:
    """The verdict on one reply. A refusal is right for an item that is not answerable; a failed question never is.

    Args:
        held: which facts a passage counts for; by default, those that it holds.
    """
    refused = reply.status in ("not_found", "blocked") and not reply.error
    said = tokens(reply.text)
    missing = tuple(fact[0] for fact in item.facts if not contains_tokens(said, fact))
    forbidden = tuple(phrase for phrase in item.must_not if contains_tokens(said, [phrase]))
    right = (not refused and not missing and not forbidden) if item.answerable else refused
    proven = [_proven(item, quote) for quote in reply.quotes]
    return Verdict(
        item=item.id,
        category=item.category,
        answerable=item.answerable,
        refused=refused,
        right=right,
        facts=len(item.facts),
        cited=len(frozenset().union(*proven)),
        quotes=len(reply.quotes),
        verbatim=sum(quote.verbatim for quote in reply.quotes),
        supporting=sum(map(bool, proven)),
        gains=_gains([held(item, passage) for passage in reply.passages]) if item.sources else None,
        length=len(reply.text),
        confidence=reply.confidence,
        missing=missing,
        forbidden=forbidden,
    )


def _proven(item: Item, quote: Quote) -> frozenset[int]:
    """The facts that a quote proves: it must be verbatim, and of a source (of any document when none is named)."""
    stands = quote.verbatim and (not item.sources or quote.document in item.sources)
    return _held(item, quote.text) if stands else frozenset()


def _held(item: Item, text: str) -> frozenset[int]:
    said = tokens(text)
    return frozenset(number for number, fact in enumerate(item.facts) if contains_tokens(said, fact))


def _gains(held: Sequence[frozenset[int]]) -> tuple[int, ...]:
    """How many facts each passage adds to those before it."""
    return tuple(len(facts.difference(*held[:rank])) for rank, facts in enumerate(held))
