"""Scoring of a run: replies become verdicts, scores, and what the gate says of them. Needs the run's folder only."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import InputError
from . import baseline
from .baseline import Comparison, Outcomes
from .beside import Beside, Row, beside
from .dataset import Item, load_suite
from .gate import Suite, choose_suites, missed_floors
from .judge import FactsHeld, facts_held, judge
from .reply import Asked, Reply
from .runs import Run, load_replies, load_run
from .scores import Score, Scores, latency, score
from .sheet import Judgement, judged, load_sheet


@dataclass(frozen=True)
class Result:
    """A suite's result: `rows` in its order, `missed` floors as lines, `comparison` when there is something to hold it
    against; `milliseconds` are percentiles of the time that answers took; `beside` is there when a language model was
    asked."""

    suite: Suite
    rows: tuple[Row, ...]
    scores: Scores
    milliseconds: dict[str, Score]
    missed: tuple[str, ...]
    comparison: Comparison | None
    beside: Beside | None = None

    @property
    def failures(self) -> list[Row]:
        """The items that did not pass."""
        return [row for row in self.rows if not row[2].passed]

    @property
    def passed(self) -> int:
        """How many items passed."""
        return len(self.rows) - len(self.failures)

    @property
    def lost(self) -> list[Row]:
        """The items that passed in what this is held against, and do no more."""
        lost = self.comparison.lost if self.comparison else ()
        return [row for row in self.rows if row[0].id in lost]

    @property
    def met(self) -> bool:
        """Whether the gate is met: every floor reached, nothing lost, and nothing that passed left out."""
        return not self.missed and not self.lost and not self.gone

    @property
    def gone(self) -> tuple[str, ...]:
        """The items that passed in what this is held against, and are asked no more."""
        return self.comparison.gone if self.comparison else ()

    @property
    def held(self) -> bool:
        """Whether there is anything that could be missed or lost."""
        return bool(self.comparison or self.suite.floors or self.suite.category_floors)

    @property
    def outcomes(self) -> dict[str, bool]:
        return {verdict.item: verdict.passed for _, _, verdict in self.rows}


@dataclass(frozen=True)
class Skipped:
    """A suite that could not be asked, and why."""

    suite: str
    reason: str


@dataclass(frozen=True)
class Results:
    """The results of a run."""

    run: Run
    suites: tuple[Result | Skipped, ...]

    @property
    def scored(self) -> list[Result]:
        return [result for result in self.suites if isinstance(result, Result)]

    @property
    def met(self) -> bool:
        return all(result.met for result in self.scored)


def score_run(folder: Path, before: Outcomes | None = None) -> Results:
    """The results of a run, from its folder and the suites as they are now, so that a fact put right counts at once.

    Args:
        before: outcomes to hold it against.

    Raises:
        InputError: the folder is not that of a run; a suite now asks something that the run did not.
    """
    run, sheet = load_run(folder), load_sheet(folder)
    suites: list[Result | Skipped] = []
    for name, asked in run.suites.items():
        if asked.skipped:
            suites.append(Skipped(name, asked.skipped))
            continue
        [suite] = choose_suites([asked.source])
        result = result_of(suite, load_suite(suite.path), load_replies(folder, name), before=before)
        suites.append(_with_judged(result, sheet))
    return Results(run, tuple(suites))


def _with_judged(result: Result, sheet: Sequence[Judgement]) -> Result:
    """The result, with what a person judged of its composed answers in the same table."""
    if not result.beside:
        return result
    lines = (*result.beside.lines, *judged(sheet, result.suite.name))
    return replace(result, beside=replace(result.beside, lines=lines))


def result_of(
    suite: Suite,
    items: Sequence[Item],
    replies: Sequence[Reply],
    *,
    before: Outcomes | None = None,
    held: FactsHeld = facts_held,
) -> Result:
    """A suite's result from the replies to its items, in any order.

    Args:
        before: outcomes to hold it against.
        held: which facts a passage counts for.

    Raises:
        InputError: an item has no reply, or one to another question.
    """
    by_item = {reply.item: reply for reply in replies}
    rows = tuple((item, reply, judge(item, reply, held)) for item in items for reply in [_reply_to(item, by_item)])
    scores = score([verdict for _, _, verdict in rows])
    outcomes = {verdict.item: verdict.passed for _, _, verdict in rows}
    return Result(
        suite=suite,
        rows=rows,
        scores=scores,
        milliseconds=latency([reply.ms for _, reply, _ in rows if not reply.error]),
        missed=tuple(missed_floors(scores, suite)),
        comparison=baseline.compare(before[suite.name], outcomes) if before and suite.name in before else None,
        beside=beside(rows, held),
    )


def _reply_to(item: Item, replies: dict[str, Reply]) -> Reply:
    reply = replies.get(item.id)
    if reply is None or reply.asked != Asked.of(item):
        raise InputError(f"item {item.id}: not asked like this in that run; run citewell eval anew")
    return reply


def save_results(folder: Path, results: Results) -> None:
    """Write what can be computed of a run beside it: scores, latency, outcomes and, where a language model was asked,
    composed answers beside quotes answers."""
    scored = results.scored
    _write(folder / "scores.json", {r.suite.name: asdict(r.scores) for r in scored})
    _write(folder / "latency.json", {r.suite.name: latency_json(r.milliseconds) for r in scored})
    if compared := {r.suite.name: beside_json(r.beside) for r in scored if r.beside}:
        _write(folder / "composed.json", compared)
    baseline.save_outcomes({r.suite.name: r.outcomes for r in scored}, folder / baseline.FILE)


def latency_json(milliseconds: Mapping[str, Score]) -> dict[str, Any]:
    """Percentiles by name, as data."""
    return {name: asdict(score) for name, score in milliseconds.items()}


def beside_json(beside: Beside) -> dict[str, Any]:
    """Composed answers beside quotes answers, as data."""
    lines = {line.name: {**asdict(line), "points": line.points} for line in beside.lines}
    return {"lines": lines, "right": asdict(beside.right), "unsupported": beside.unsupported}


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
