"""The gate itself: the system is broken on purpose, and the gate must say so."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from citewell.app import build_engine
from citewell.engine import candidates
from citewell.engine import engine as engine_module
from citewell.engine.answer import Answer, Citation, Question, Wording
from citewell.engine.engine import Engine
from citewell.engine.reader import Reading
from citewell.eval import baseline
from citewell.eval.dataset import load_suite
from citewell.eval.gate import choose_suites
from citewell.eval.results import Result, result_of
from citewell.eval.runner import ask_all
from citewell.index.lexical import LexicalIndex
from citewell.index.sync import sync
from citewell.settings import Settings, load_settings

[SUITE] = choose_suites(["samples"])
ITEMS = load_suite(SUITE.path)
UNANSWERABLE = {item.id for item in ITEMS if not item.answerable}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a home in which the samples are indexed."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("gate")
        patch.setenv("CITEWELL_HOME", str(home))
        settings = load_settings()
        assert SUITE.folder
        sync(build_engine(settings).store, [SUITE.folder])
        yield settings


def gate(engine: Engine) -> Result:
    before = baseline.load_outcomes(baseline.COMMITTED)
    return result_of(SUITE, ITEMS, ask_all(engine, ITEMS), before=before)


def lost(result: Result) -> set[str]:
    return {row[0].id for row in result.lost}


def floors(result: Result) -> set[str]:
    return {line.split()[0] for line in result.missed}


@pytest.fixture(scope="module")
def intact(settings: Settings) -> Result:
    return gate(build_engine(settings))


def test_intact_it_is_met(intact: Result) -> None:
    assert intact.met
    assert intact.comparison
    assert intact.comparison.new == intact.comparison.gone == ()


def test_with_the_lexical_half_turned_round(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = LexicalIndex.scores
    monkeypatch.setattr(LexicalIndex, "scores", lambda self, words: scores(self, words).max() - scores(self, words))
    result = gate(build_engine(settings))
    assert lost(result)
    assert {"accuracy", "citation"} <= floors(result)


def test_with_a_reader_that_finds_all_alike(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "read", lambda _, texts: Reading(np.zeros(len(texts)), 1.0))
    result = gate(build_engine(settings))
    assert lost(result)
    assert {"refusal_recall", "unanswerable"} <= floors(result)


def next_sentence(citation: Citation, engine: Engine) -> Citation:
    """The citation moved by one unit of its chunk: still verbatim, and proof of something else."""
    chunk = next(c for c in engine.store.chunks_of(citation.document_id) if c.start <= citation.start < c.end)
    units = [(chunk.start + unit.start, chunk.start + unit.end) for unit in chunk.units]
    after = [unit for unit in units if unit[0] >= citation.end]
    others = after or [unit for unit in units if unit[1] <= citation.start]
    if not others:  # the chunk is one unit
        return replace(citation, quote="", end=citation.start)
    start, end = others[0]
    return replace(citation, quote=chunk.text[start - chunk.start : end - chunk.start], start=start, end=end)


def test_every_quote_shifted_by_a_sentence(settings: Settings, intact: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Callable[[Engine, Question, Wording], Answer] = Engine.ask

    def shifted(self: Engine, question: Question, wording: Wording = "auto") -> Answer:
        answer = asked(self, question, wording)
        return replace(answer, citations=tuple(next_sentence(citation, self) for citation in answer.citations))

    monkeypatch.setattr(Engine, "ask", shifted)
    result = gate(build_engine(settings))
    values = result.scores.overall
    assert values["accuracy"] == intact.scores.overall["accuracy"]  # the answers read as before
    assert values["verbatim"].value == 1  # and every quote is in its document
    assert lost(result)
    assert {"citation", "citation_recall"} <= floors(result)


def test_one_figure_changed_in_a_document(settings: Settings, tmp_path: Path) -> None:
    assert SUITE.folder
    papers = copytree(SUITE.folder, tmp_path / "papers")
    briefing = papers / "workforce-briefing.md"
    text = briefing.read_text(encoding="utf-8")
    assert text.count("67.2%") == 1
    briefing.write_text(text.replace("67.2%", "76.2%"), encoding="utf-8")
    engine = build_engine(settings.model_copy(update={"home": tmp_path / "home"}))
    sync(engine.store, [papers])
    result = gate(engine)
    holding = {item.id for item in ITEMS if ("67.2%",) in item.facts}
    assert "agency-share-senior-practitioner" in lost(result)
    assert lost(result) == holding


def test_answering_everything(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "confidence", lambda _: 1.0)
    result = gate(build_engine(settings))
    assert lost(result) & UNANSWERABLE
    assert {"refusal_recall", "unanswerable"} <= floors(result)


def test_refusing_everything(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "confidence", lambda _: 0.0)
    result = gate(build_engine(settings))
    assert len(lost(result)) > len(ITEMS) / 2
    assert {"accuracy", "citation", "refusal_precision"} <= floors(result)
