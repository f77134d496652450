"""What is kept of real use: recorded, voted on, deleted in time, shared by threads and processes, backed up."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, event

from citewell.app import build_eval_engine
from citewell.backup import back_up, restore
from citewell.engine.answer import Answer, Question
from citewell.engine.engine import Engine as Answering
from citewell.engine.history import FILE, MAX_ID, History, Vote, kept
from citewell.errors import ConfigurationError, InputError, StoreError
from citewell.settings import load_settings

NOON = datetime(2025, 3, 10, 12, tzinfo=UTC)
ANSWER = Answer("a1", "And for managers?", "not_found", (), (), (), 0.2, "print-1", {}, rewritten="Rate for managers?")


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


def url_of(folder: Path) -> URL:
    return URL.create("sqlite", database=str(folder / FILE))


@pytest.fixture
def history(tmp_path: Path, clock: Clock) -> Iterator[History]:
    with closing(History(url_of(tmp_path), 30, clock)) as history:
        yield history


# Recorded


def test_a_question_is_kept_with_what_was_looked_for_and_how_it_ended(history: History) -> None:
    history.record(ANSWER)
    [asked] = history.unmet()
    assert (asked.id, asked.at, asked.status, asked.vote, asked.comment) == ("a1", NOON, "not_found", None, "")
    assert (asked.question, asked.retrieved_for) == ("And for managers?", "Rate for managers?")
    history.record(replace(ANSWER, rewritten=None))
    assert history.unmet()[0].retrieved_for == "And for managers?"


def test_the_table_holds_nothing_else(history: History, tmp_path: Path) -> None:
    history.record(ANSWER)
    database: Engine = create_engine(url_of(tmp_path))
    with database.connect() as connection:
        [row] = connection.exec_driver_sql("SELECT * FROM asked").mappings()
    assert set(row) == {
        *("n", "id", "at", "question", "retrieved_for", "status", "confidence", "fingerprint"),
        *("vote", "comment", "voted_at"),
    }
    assert (row["confidence"], row["fingerprint"]) == (0.2, "print-1")


def test_only_what_was_not_found_or_voted_down_is_unmet(history: History) -> None:
    for key, status, vote in [("a", "answered", None), ("b", "answered", "up"), ("c", "answered", "down")]:
        history.record(replace(ANSWER, id=key, status=status))
        if vote:
            history.vote(Vote(key, vote))
    history.record(replace(ANSWER, id="d"))
    assert [asked.id for asked in history.unmet()] == ["d", "c"]


def test_what_was_blocked_is_never_kept(history: History) -> None:
    history.record(replace(ANSWER, status="blocked"))
    with pytest.raises(InputError, match="a1"):
        history.vote(Vote("a1", "down"))


def test_the_engine_records_each_question(engine: Answering, history: History) -> None:
    recording = Answering(engine.store, load_settings(), history)
    answer = recording.ask(Question("What is the capital of Peru?"))
    [asked] = history.unmet()
    assert (asked.id, asked.question, asked.status) == (answer.id, answer.question, "not_found")


def test_an_answer_that_cannot_be_recorded_is_given_all_the_same(
    engine: Answering, history: History, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with create_engine(url_of(tmp_path)).begin() as connection:
        connection.exec_driver_sql("DROP TABLE asked")
    with caplog.at_level(logging.WARNING):
        answer = Answering(engine.store, load_settings(), history).ask(Question("What is the capital of Peru?"))
    assert answer.status == "not_found"
    [line] = caplog.messages
    assert "no such table" in line
    assert "\n" not in line


def test_text_that_no_database_takes_is_a_clear_error(history: History) -> None:
    with pytest.raises(StoreError, match="CITEWELL_DATABASE_URL"):
        history.record(replace(ANSWER, question="\ud800"))


def test_a_suite_s_engine_records_nothing(home: Path) -> None:
    assert build_eval_engine(load_settings(), "samples").history is None
    assert not list(home.rglob(FILE))


# Votes


def test_a_second_vote_replaces_the_first(history: History) -> None:
    history.record(ANSWER)
    history.vote(Vote("a1", "down", "Wrong year"))
    history.vote(Vote("a1", "up"))
    assert [(asked.vote, asked.comment) for asked in history.unmet()] == [("up", "")]


def test_of_answers_with_one_id_the_newest_has_the_vote(history: History) -> None:
    for question in ("First?", "Second?"):
        history.record(replace(ANSWER, id="1", question=question))
    history.vote(Vote("1", "down"))
    assert [(asked.question, asked.vote) for asked in history.unmet()] == [("Second?", "down"), ("First?", None)]


def test_an_id_may_be_long(history: History) -> None:
    history.record(replace(ANSWER, id="x" * 5000))
    history.vote(Vote("x" * 5000, "down"))
    assert [(len(asked.id), asked.vote) for asked in history.unmet()] == [(MAX_ID, "down")]


def test_a_vote_on_nothing_is_an_error(history: History) -> None:
    with pytest.raises(InputError, match="answer 'a1': not stored here"):
        history.vote(Vote("a1", "up"))


# Kept for a time


def test_older_rows_go_when_it_is_opened(history: History, clock: Clock, tmp_path: Path) -> None:
    history.record(replace(ANSWER, id="old"))
    clock.time += timedelta(days=29)
    history.record(replace(ANSWER, id="new"))
    clock.time += timedelta(days=2)
    with closing(History(url_of(tmp_path), 30, clock)) as later:
        assert [asked.id for asked in later.unmet()] == ["new"]


def test_questions_since_a_day(history: History, clock: Clock) -> None:
    for day in (9, 10, 11):
        clock.time = NOON.replace(day=day, hour=0)
        history.record(replace(ANSWER, id=str(day)))
    assert [asked.id for asked in history.unmet(date(2025, 3, 10))] == ["11", "10"]


def test_with_no_days_nothing_is_kept_and_what_was_goes(home: Path) -> None:
    home.mkdir()
    history = kept(History.open(load_settings()))
    history.record(ANSWER)
    off = History.open(load_settings(history_days=0))
    assert off is None
    assert history.unmet() == []
    with pytest.raises(ConfigurationError, match="CITEWELL_HISTORY_DAYS"):
        kept(off)


# Several at once


def test_threads_share_it(history: History) -> None:
    def record_and_vote(number: int) -> None:
        history.record(replace(ANSWER, id=str(number)))
        history.vote(Vote(str(number), "down"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(record_and_vote, range(80)))
    assert sorted(int(asked.id) for asked in history.unmet() if asked.vote == "down") == list(range(80))


WRITER = f"""
import sys
from sqlalchemy import URL
from citewell.engine.answer import Answer
from citewell.engine.history import History
history = History(URL.create("sqlite", database=sys.argv[1]), {365 * 50})
for number in range(100):
    history.record(Answer(f"{{sys.argv[2]}}-{{number}}", "Why?", "not_found", (), (), (), 0.0, "", {{}}))
"""


def test_processes_share_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / FILE)]
    writers = [subprocess.Popen([*command, name]) for name in ("a", "b")]  # the table is made by the first of them
    assert [writer.wait() for writer in writers] == [0, 0]
    with closing(History(url_of(tmp_path), 30)) as history:
        assert len({asked.id for asked in history.unmet()}) == 200


def test_a_row_does_not_wait_for_the_disk(history: History) -> None:
    modes = []

    def note(connection: object, *_: object) -> None:
        modes.extend(connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous"))

    event.listen(history._database, "checkout", note)
    history.record(ANSWER)
    assert modes == ["wal", 1]


# Databases that are none


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "not an address"),
        ("http://user:secret@host:port/", "not an address"),
        ("nosuch://user:secret@host/name", "nosuch"),
        ("mssql+nosuch://user:secret@host/name", "nosuch"),
    ],
)
def test_an_address_of_no_database_is_one_line(home: Path, url: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        History.open(load_settings(home=home, database_url=url))
    assert "database_url" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_database_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"unable to open database file; .*CITEWELL_DATABASE_URL") as caught:
        History.open(load_settings(database_url=f"sqlite:///{tmp_path}/nosuch/history.sqlite3"))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_one_line(home: Path) -> None:
    home.mkdir()
    (home / FILE).write_text("no database " * 100, encoding="utf-8")
    with pytest.raises(StoreError, match="not a database"):
        History.open(load_settings())


def test_another_database_is_used_when_it_is_named(home: Path, tmp_path: Path) -> None:
    kept(History.open(load_settings(database_url=f"sqlite:///{tmp_path}/other.db"))).record(ANSWER)
    assert (tmp_path / "other.db").exists()
    assert not home.exists()


# Backup


def test_it_comes_back_from_a_backup_made_while_it_was_in_use(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    history = kept(History.open(load_settings()))
    history.record(ANSWER)
    history.vote(Vote("a1", "down", "Wrong year"))
    back_up(home, tmp_path / "saved.zip")
    history.record(replace(ANSWER, id="a2"))
    history.close()
    restore(tmp_path / "saved.zip", home, force=True)
    again = kept(History.open(load_settings()))
    assert [(asked.id, asked.comment) for asked in again.unmet()] == [("a1", "Wrong year")]
    again.record(replace(ANSWER, id="a3"))
    assert len(again.unmet()) == 2
