"""Runs suites through the engine: documents are indexed, questions asked, replies judged."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..engine.answer import Question
from ..engine.engine import Engine
from ..errors import CitewellError, InputError
from ..index.sync import sync
from .dataset import Item, load_suite
from .gate import Suite, find_documents, missed_floors
from .metrics import Scores, Verdict, judge, score
from .reply import Reply

EngineMaker = Callable[[str], Engine]


@dataclass(frozen=True)
class SuiteRun:
    """A suite's run: items, replies and verdicts in the same order; `missed` are the floors not reached."""

    suite: str
    items: tuple[Item, ...]
    replies: tuple[Reply, ...]
    verdicts: tuple[Verdict, ...]
    scores: Scores
    missed: tuple[str, ...]

    @property
    def failures(self) -> list[tuple[Item, Reply, Verdict]]:
        """The items that are not right, or whose citations do not hold the facts."""
        rows = zip(self.items, self.replies, self.verdicts, strict=True)
        return [row for row in rows if not row[2].right or (row[2].answerable and not row[2].cited)]


@dataclass(frozen=True)
class Skipped:
    """A suite that could not be run here, and why."""

    suite: str
    reason: str


def run_suites(
    suites: Iterable[Suite], docs: Path | None, make_engine: EngineMaker, strict: bool = False
) -> Iterator[SuiteRun | Skipped]:
    """Run each suite on an engine of its own; one whose documents are not here is skipped.

    Args:
        docs: the folder of documents for the suites that have none of their own.
        make_engine: gives the engine, with an index of its own, for a suite's name.
        strict: raise instead of skipping.

    Raises:
        InputError: a suite's file is not a suite; or, when strict, its documents are not here.
    """
    for suite in suites:
        try:
            paths = find_documents(suite, docs)
        except InputError as error:
            if strict:
                raise InputError(f"suite {suite.name}: {error}") from error
            yield Skipped(suite.name, str(error))
            continue
        items = load_suite(suite.path)
        engine = make_engine(suite.name)
        sync(engine.store, paths, prune=True)
        yield judge_all(suite, items, ask_all(engine, items))


def ask_all(engine: Engine, items: Iterable[Item]) -> list[Reply]:
    """The engine's replies to the items, in order; a question that fails gives a reply with the error."""

    @cache
    def stored_text(document_id: str) -> str:
        return "".join(chunk.text for chunk in engine.store.chunks_of(document_id))

    def ask(item: Item) -> Reply:
        try:
            answer = engine.ask(Question(item.question, item.id, item.turns, item.filters))
        except CitewellError as error:
            return Reply.failed(item.id, str(error))
        return Reply.of(item.id, answer, stored_text)

    return [ask(item) for item in items]


def judge_all(suite: Suite, items: list[Item], replies: list[Reply]) -> SuiteRun:
    """Verdicts, scores and missed floors, from replies that may have been made earlier."""
    verdicts = tuple(judge(item, reply) for item, reply in zip(items, replies, strict=True))
    scores = score(items, verdicts)
    missed = tuple(missed_floors(scores, suite.floors))
    return SuiteRun(suite.name, tuple(items), tuple(replies), verdicts, scores, missed)
