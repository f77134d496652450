"""A pytest plugin: each item of a suite is a test, named by its question.

`pytest eval/` asks every suite whose documents are at hand, `pytest my-facts.jsonl --citewell-docs papers/` one of your
own. An item that the committed baseline says does not pass is expected to fail; any other must pass.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..errors import CitewellError, InputError

if TYPE_CHECKING:
    from ..engine.engine import Engine
    from .beside import Row
    from .dataset import Item
    from .gate import Suite

# The plugin is loaded by every run of pytest where Citewell is installed: what it needs is imported when it is used.
# ruff: noqa: PLC0415

MARK = "known_facts"
DOCS = "--citewell-docs"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("citewell")
    group.addoption(DOCS, type=Path, metavar="FOLDER", help="documents of suites that have none of their own")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{MARK}: an item of a known-fact suite")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "SuiteFile | None":
    """The suites of the gate, and any other file of items that is named on the command line."""
    if file_path.suffix != ".jsonl":
        return None
    from .gate import choose_suites

    own = file_path in {suite.path for suite in choose_suites()}
    return SuiteFile.from_parent(parent, path=file_path) if own or parent.session.isinitpath(file_path) else None


class SuiteFile(pytest.File):
    """A suite; its documents are indexed when its first item is about to be asked."""

    suite: "Suite"
    engine: "Engine"

    def collect(self) -> "Iterator[KnownFact]":
        from . import baseline
        from .dataset import load_suite
        from .gate import choose_suites

        [self.suite] = choose_suites([str(self.path)])
        before = baseline.load_outcomes(baseline.COMMITTED).get(self.suite.name, {})
        try:
            items = load_suite(self.suite.path)
        except InputError as error:
            raise self.CollectError(str(error)) from error
        for item in items:
            name = f"{item.question} [{item.id}]"
            yield KnownFact.from_parent(self, name=name, item=item, held=before.get(item.id, True))

    def setup(self) -> None:
        from ..app import build_eval_engine
        from ..index.sync import sync
        from ..settings import load_settings
        from .gate import find_documents

        try:
            paths = find_documents(self.suite, self.config.getoption(DOCS))
        except InputError as error:
            told = f"{error}".replace("--docs", DOCS)
            if self.suite.documents:
                pytest.skip(told)
            raise self.CollectError(told) from error
        self.engine = build_eval_engine(load_settings(), self.suite.name)
        sync(self.engine.store, paths, prune=True)


class KnownFact(pytest.Item):
    """An item; it passes when the answer is right and proven, or when the refusal was due."""

    def __init__(self, *, item: "Item", held: bool, **rest: Any) -> None:
        super().__init__(**rest)
        self.item = item
        self.add_marker(MARK)
        if not held:
            reason = "does not pass in the baseline either"
            self.add_marker(pytest.mark.xfail(reason=reason, raises=NotPassed, strict=False))

    def runtest(self) -> None:
        from .judge import judge
        from .runner import ask_all

        assert isinstance(self.parent, SuiteFile)
        [reply] = ask_all(self.parent.engine, [self.item])
        verdict = judge(self.item, reply)
        if not verdict.passed:
            raise NotPassed((self.item, reply, verdict))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        error = excinfo.value
        return str(error) if isinstance(error, NotPassed | CitewellError) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name


class NotPassed(Exception):
    """An item whose answer is not right, or not proven."""

    def __init__(self, row: "Row") -> None:
        from .tables import describe

        super().__init__(describe(row))
