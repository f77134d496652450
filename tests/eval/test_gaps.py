"""The gap report: what counts as one question, what as one gap, and the command that shows it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from citewell.engine.answer import Question
from citewell.engine.engine import Engine
from citewell.engine.history import Asked, History, Vote, kept
from citewell.errors import ConfigurationError
from citewell.eval import gaps
from citewell.eval.gaps import cluster, describe, find_gaps, same_questions
from citewell.index.embedder import Embedder
from citewell.index.store import Store, connect
from citewell.index.sync import sync
from citewell.settings import load_settings
from citewell.tests.conftest import Cli
from citewell.tests.index.fake_embedder import FakeEmbedder

PONDS = "Ducks live on the pond in the park.\n"
MEANINGS = [
    ["How many foster carers are there?", "number of foster carers"],
    ["What does a social worker earn?", "How much are social workers paid?", "social worker salary"],
    ["When is the MASH open?", "MASH opening hours"],
    ["How do I get a council tax refund?", "Can I have my council tax back?"],
    ["What is the sickness rate of social workers?", "social worker sickness absence"],
]


def asked(text: str, day: int = 1, status: str = "not_found", vote: str | None = None, comment: str = "") -> Asked:
    return Asked("", datetime(2025, 3, day, 23, 59, tzinfo=UTC), "And then?", text, status, vote, comment)


@pytest.fixture
def engine(home: Path, tmp_path: Path) -> Engine:
    """An engine with a history over one small document, with the fake embedder."""
    (tmp_path / "ponds.txt").write_text(PONDS, encoding="utf-8")
    store = Store(connect(load_settings()), FakeEmbedder(), home)
    sync(store, [tmp_path / "ponds.txt"])
    return Engine(store, load_settings(), History.open(load_settings()))


@pytest.fixture
def ask(engine: Engine) -> Callable[[str], str]:
    """Asks and gives the answer's id."""
    return lambda text: engine.ask(Question(text)).id


def test_questions_are_the_same_but_for_case_space_and_punctuation() -> None:
    topics = same_questions([asked("What does tea cost?"), asked("Who?"), asked("what  does TEA cost")])
    assert [[one.retrieved_for for one in topic] for topic in topics] == [
        ["What does tea cost?", "what  does TEA cost"],
        ["Who?"],
    ]


def test_vectors_nearer_than_the_distance_are_one_cluster() -> None:
    degrees = np.radians([0, 10, 90, 100, 180])
    labels = cluster(np.stack([np.cos(degrees), np.sin(degrees)], axis=1), distance=0.1)
    assert labels[0] == labels[1]
    assert labels[2] == labels[3]
    assert len(set(labels.tolist())) == 3
    assert cluster(np.ones((1, 2))).tolist() == [0]


def test_the_distance_parts_real_questions_by_meaning() -> None:
    embedder = Embedder()
    labels = cluster(np.stack([embedder.meaning(text) for meaning in MEANINGS for text in meaning])).tolist()
    found = [{labels.pop(0) for _ in meaning} for meaning in MEANINGS]
    assert [len(own) for own in found] == [1] * len(MEANINGS)
    assert len(set.union(*found)) == len(MEANINGS)


def test_a_gap_tells_how_often_when_and_with_which_comments() -> None:
    rare = (asked("Tea price?", 9, "answered", "down", "Too old"),)
    common = (asked("What does tea cost?", 8), asked("what does tea cost", 2, vote="down", comment="Too old"))
    more = [(asked(f"Tea {n}?", 5, vote="up", comment="Thanks"),) for n in range(3)]
    gap = describe([rare, common, *more], lambda text: [text])
    assert (gap.count, gap.not_found, gap.voted_down) == (6, 5, 2)
    assert (gap.first, gap.last) == (date(2025, 3, 2), date(2025, 3, 9))
    assert gap.examples == ("What does tea cost?", "Tea price?", "Tea 0?")
    assert gap.comments == ("Too old",)
    assert gap.nearest == ("What does tea cost?",)


def test_gaps_are_ordered_by_count_and_show_the_nearest_passages(engine: Engine, ask: Callable[[str], str]) -> None:
    for text in ("Who paints bridges?", "What do swans cost?", "what do swans cost"):
        ask(text)
    kept(engine.history).vote(Vote(ask("Do ducks live on the pond?"), "down", "Which pond?"))
    report = find_gaps(engine)
    assert [(gap.examples[0], gap.count) for gap in report.gaps[:1]] == [("what do swans cost", 2)]
    assert {gap.examples[0] for gap in report.gaps[1:]} == {"Who paints bridges?", "Do ducks live on the pond?"}
    ducks = next(gap for gap in report.gaps if gap.voted_down)
    assert ducks.comments == ("Which pond?",)
    assert [passage.chunk.text for passage in ducks.nearest] == [PONDS.strip()]
    assert report.left_out == 0


def test_what_is_left_out_is_the_oldest_and_is_counted(
    engine: Engine, ask: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps, "MAX_QUESTIONS", 2)
    for text in ("Who paints bridges?", "What do swans cost?", "Where is Peru?"):
        ask(text)
    report = find_gaps(engine)
    assert {gap.examples[0] for gap in report.gaps} == {"What do swans cost?", "Where is Peru?"}
    assert report.left_out == 1


def test_without_questions_there_are_no_gaps_and_without_a_history_no_report(engine: Engine) -> None:
    assert find_gaps(engine).as_json() == {"gaps": [], "left_out": 0}
    engine.history = None
    with pytest.raises(ConfigurationError, match="CITEWELL_HISTORY_DAYS"):
        find_gaps(engine)


def test_the_command_shows_them(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "ponds.txt").write_text(PONDS, encoding="utf-8")
    cli("ingest", tmp_path / "ponds.txt")
    for text in ("What is the capital of Peru?", "what is the capital of Peru", "Who won the world cup in 1998?"):
        assert cli("ask", text).code == 0
    [first, second] = cli("gaps", "--json", "--since", "2025-01-01").json["gaps"]
    assert (first["count"], first["not_found"], first["voted_down"]) == (2, 2, 0)
    day = datetime.now(UTC).date().isoformat()
    assert (first["first"], first["last"]) == (day, day)
    assert first["examples"] == ["what is the capital of Peru"]
    assert first["comments"] == []
    assert first["nearest"][0]["document"] == "ponds.txt"
    assert second["count"] == 1
    shown = cli("gaps").out
    assert f"what is the capital of Peru (asked 2 times on {day}; 2 not found, 0 voted down)" in shown
    assert f"(asked once on {day}; 1 not found, 0 voted down)" in shown
    assert f"nearest: {PONDS.strip()}" in shown
    assert "No gaps" in cli("gaps", "--since", "2999-01-01").out
    assert "--since" in cli("gaps", "--since", "March").error
