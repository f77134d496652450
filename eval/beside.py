"""Composed answers beside quotes answers to the same items: a table of a run in which a language model was asked."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from .baseline import Comparison, compare
from .dataset import Item
from .judge import FactsHeld, Verdict, facts_held, judge
from .reply import Reply
from .scores import Score, latency, score
from .support import held_by, precise, supports, unsupported

Unit = Literal["share", "count", "characters", "ms"]
Row = tuple[Item, Reply, Verdict]

SHARES = ("accuracy", "citation", "citation_precision", "citation_recall", "refusal_precision", "refusal_recall")


@dataclass(frozen=True)
class Line:
    """A line of the table: the value of quotes answers and of composed ones, None where there is none.

    `p` is that of McNemar's exact test over the items' pairs; `interval` the 95% interval of `composed`.
    """

    name: str
    quotes: float | None
    composed: float | None
    unit: Unit = "share"
    p: float | None = None
    interval: tuple[float, float] | None = None

    @property
    def points(self) -> float | None:
        """By how many percentage points the share of composed answers is the higher one."""
        both = self.unit == "share" and self.quotes is not None and self.composed is not None
        return round(100 * ((self.composed or 0) - (self.quotes or 0)), 2) if both else None

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """Quotes, composed, difference and p, for people; empty where there is nothing to tell."""
        digits = 3 if self.unit == "share" else 0
        quotes, composed = ("" if v is None else f"{v:.{digits}f}" for v in (self.quotes, self.composed))
        if self.interval:
            composed += f" ({self.interval[0]:.3f} to {self.interval[1]:.3f})"
        points = "" if self.points is None else f"{self.points:+.1f}"
        return quotes, composed, points, "" if self.p is None else f"{self.p:.3f}"


@dataclass(frozen=True)
class Support:
    """The composed sentences of a reply: how many they are and how many their quotes support; how many citations they
    have and how many of those are precise; and the claims that none of a sentence's quotes holds."""

    sentences: int
    supported: int
    citations: int
    precise: int
    unsupported: tuple[str, ...]


@dataclass(frozen=True)
class Beside:
    """The table; how being right changed, by item; item → claims of composed sentences that no quote holds."""

    lines: tuple[Line, ...]
    right: Comparison
    unsupported: dict[str, tuple[str, ...]]


def support_of(reply: Reply) -> Support:
    """What the composed sentences of a reply rest on."""
    pairs = [(said.text, [held_by(reply.quotes[place]) for place in said.quotes]) for said in reply.composed]
    return Support(
        sentences=len(pairs),
        supported=sum(supports(held, text) for text, held in pairs),
        citations=sum(len(held) for _, held in pairs),
        precise=sum(sum(precise(held, text)) for text, held in pairs),
        unsupported=tuple(claim for text, held in pairs for claim in unsupported(text, held)),
    )


def beside(rows: Sequence[Row], held: FactsHeld = facts_held) -> Beside | None:
    """A suite's composed answers beside its quotes answers; None when no model was asked.

    An item that no model was asked about has one answer, which counts for both.
    """
    asked = [(reply, reply.in_quotes) for _, reply, _ in rows if reply.in_quotes]
    if not asked:
        return None
    composed = [verdict for _, _, verdict in rows]
    quotes = [judge(item, reply.in_quotes, held) if reply.in_quotes else verdict for item, reply, verdict in rows]
    right = compare(_right(quotes), _right(composed))
    supports = {reply.item: support_of(reply) for reply, _ in asked}
    lines = [
        *_shares(quotes, composed, right.p),
        *_sentences([reply for _, reply, _ in rows], list(supports.values())),
        *_waiting(asked),
    ]
    claims = {item: support.unsupported for item, support in supports.items() if support.unsupported}
    return Beside(tuple(line for line in lines if not line.quotes is line.composed is None), right, claims)


def _right(verdicts: Iterable[Verdict]) -> dict[str, bool]:
    return {verdict.item: verdict.right for verdict in verdicts if verdict.answerable}


def _proven(verdicts: Iterable[Verdict]) -> dict[str, bool]:
    return {verdict.item: verdict.passed for verdict in verdicts if verdict.answerable}


def _shares(quotes: Sequence[Verdict], composed: Sequence[Verdict], p: float) -> list[Line]:
    """The scores that both have, and the median length."""
    before, now = score(quotes).overall, score(composed).overall
    tested = {"accuracy": p, "citation": compare(_proven(quotes), _proven(composed)).p}
    lines = [Line(name, _value(before, name), _value(now, name), p=tested.get(name)) for name in SHARES]
    return [*lines, Line("length", _value(before, "length"), _value(now, "length"), "characters")]


def _sentences(replies: Sequence[Reply], supports: Sequence[Support]) -> list[Line]:
    """What became of the model's sentences."""
    answered = [reply for reply in replies if reply.status in ("answered", "partial")]

    def total(of: Callable[[Support], int]) -> int:
        return sum(map(of, supports))

    sentences, citations = total(lambda s: s.sentences), total(lambda s: s.citations)
    return [
        Line("answers_composed", None, _ratio(sum(reply.answers == "llm" for reply in answered), len(answered))),
        Line("sentences_shown", None, sentences, "count"),
        Line("sentences_withheld", None, sum(len(reply.dropped) for reply in replies), "count"),
        Line("sentences_supported", None, _ratio(total(lambda s: s.supported), sentences)),
        Line("composed_citation_precision", None, _ratio(total(lambda s: s.precise), citations)),
        Line("unsupported_claims", None, total(lambda s: len(s.unsupported)), "count"),
    ]


def _waiting(asked: Sequence[tuple[Reply, Reply]]) -> list[Line]:
    """The time until the first composed sentence and the whole time, where a model was asked."""
    first = latency([reply.first_ms for reply, _ in asked if reply.first_ms is not None])
    whole = latency([reply.ms for reply, _ in asked])
    before = latency([reply.ms for _, reply in asked if not reply.error])
    lines = [Line(f"first_sentence_{name}", None, _value(first, name), "ms") for name in whole]
    return lines + [Line(f"latency_{name}", _value(before, name), _value(whole, name), "ms") for name in whole]


def _value(scores: dict[str, Score], name: str) -> float | None:
    return scores[name].value if name in scores else None


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
