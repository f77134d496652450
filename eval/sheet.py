"""Judging by hand: a sheet of composed and of withheld sentences is drawn from a run, a person fills in the verdicts,
and the run's scores count them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError
from scipy.stats import binomtest

from ..errors import InputError
from .beside import Line
from .reply import Quote, Reply, Retrieved
from .runs import load_replies, load_run

FILE = "sheet.jsonl"  # in the folder of a run
SEED = 0

Kind = Literal["shown", "withheld"]
VERDICTS: dict[Kind, tuple[str, str]] = {
    "shown": ("supported", "not supported"),
    "withheld": ("wrongly withheld", "rightly withheld"),
}


@dataclass(frozen=True)
class Judgement:
    """A sentence to judge. `texts` are the quotes it cites or, when it was withheld for a `reason`, those of the answer
    without it and the passages found, each after its place; `passages` are the numbers that it named. `verdict` is one
    of `VERDICTS`, or empty until a person has filled it in."""

    suite: str
    item: str
    question: str
    kind: Kind
    text: str
    texts: tuple[str, ...] = ()
    passages: tuple[int, ...] = ()
    reason: str = ""
    verdict: str = ""


_JUDGEMENT = TypeAdapter(Judgement)


def draw(run: Path, count: int = 50) -> tuple[Path, list[Judgement]]:
    """Write a sheet into the folder of a run: `count` sentences of each kind by chance (all when there are fewer), the
    same at every call.

    Raises:
        InputError: it is not a run, has a sheet already, or no language model wrote in it.
    """
    sheet = run / FILE
    found = [one for suite in _suites(run) for reply in load_replies(run, suite) for one in judgements(suite, reply)]
    if not found:
        raise InputError(f"{run}: no language model wrote in this run; set one, and run citewell eval")
    if sheet.exists():
        raise InputError(f"{sheet}: is there already; fill it in, or delete it to draw anew")
    drawn = [one for kind in VERDICTS for one in sampled([one for one in found if one.kind == kind], count)]
    sheet.write_bytes(b"".join(_JUDGEMENT.dump_json(one) + b"\n" for one in drawn))
    return sheet, drawn


def judgements(suite: str, reply: Reply) -> Iterator[Judgement]:
    """The sentences of a reply that a person can judge."""
    question = reply.asked.question
    for said in reply.composed:
        texts = tuple(_placed(reply.quotes[place]) for place in said.quotes)
        yield Judgement(suite, reply.item, question, "shown", said.text, texts)
    found: tuple[Quote | Retrieved, ...] = (*(reply.in_quotes.quotes if reply.in_quotes else ()), *reply.passages)
    texts = tuple(_placed(text) for text in found)
    for one in reply.dropped:
        yield Judgement(suite, reply.item, question, "withheld", one.text, texts, one.passages, one.reason)


def _placed(text: Quote | Retrieved) -> str:
    return f"{text.document} · {text.locator}\n{text.text}"


def sampled(found: Sequence[Judgement], count: int) -> list[Judgement]:
    """At most `count` by chance, in their order."""
    places = random.Random(SEED).sample(range(len(found)), min(count, len(found)))
    return [found[place] for place in sorted(places)]


def load_sheet(run: Path) -> list[Judgement]:
    """The sheet in the folder of a run; empty when there is none.

    Raises:
        InputError: a line is damaged, or its verdict is none of those it may have.
    """
    sheet = run / FILE
    if not sheet.exists():
        return []
    filled = []
    for number, line in enumerate(sheet.read_bytes().splitlines(), 1):
        try:
            one = _JUDGEMENT.validate_json(line)
        except ValidationError as error:
            raise InputError(f"{sheet}:{number}: not a line of a sheet; draw it anew") from error
        if one.verdict not in ("", *VERDICTS[one.kind]):
            raise InputError(f"{sheet}:{number}: verdict {one.verdict!r}; write {' or '.join(VERDICTS[one.kind])}")
        filled.append(one)
    return filled


def judged(sheet: Sequence[Judgement], suite: str) -> list[Line]:
    """What a person found in a suite's sentences: the share supported, and that wrongly withheld, of those judged."""
    lines = []
    for kind, (told, _) in VERDICTS.items():
        verdicts = [one.verdict for one in sheet if (one.suite, one.kind) == (suite, kind) and one.verdict]
        if verdicts:
            lines.append(
                share(f"{told.replace(' ', '_')}_by_hand_of_{len(verdicts)}", verdicts.count(told), len(verdicts))
            )
    return lines


def share(name: str, part: int, whole: int) -> Line:
    """A share with its 95% interval by Wilson's score, which holds for small samples (Wilson: JASA 22, 1927)."""
    interval = binomtest(part, whole).proportion_ci(method="wilson")
    low, high = round(float(interval.low), 4), round(float(interval.high), 4)
    return Line(name, None, round(part / whole, 4), interval=(low, high))


def _suites(run: Path) -> list[str]:
    return [name for name, record in load_run(run).suites.items() if not record.skipped]
