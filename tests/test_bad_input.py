"""Bad input through the command line: one line on standard error, and nothing half done."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from citewell.app import build_store
from citewell.index import store as store_module
from citewell.index.sync import sync
from citewell.ingest.chunk import chunk_document
from citewell.ingest.read import MAX_BYTES, read_document
from citewell.settings import load_settings
from citewell.tests.conftest import Cli, Run
from citewell.tests.index.fake_embedder import FakeEmbedder

QUESTION = "How much does a cup of coffee cost at the café by the pond?"
TEXT = "Prices at the pond\r\n\r\nA cup of coffee costs £3.40 at the Café Zoë by the pond.\r\n"
COMMANDS: list[list[str]] = [
    ["ingest", "PAPERS"],
    ["documents", "list"],
    ["documents", "show", "abc"],
    ["documents", "delete", "abc"],
    ["search", QUESTION],
    ["ask", QUESTION],
]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake embedder in the place of the model, where the model is not the point."""
    monkeypatch.setattr(store_module, "Embedder", lambda name: FakeEmbedder(name or "fake"))


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "prices.txt").write_bytes(TEXT.encode())
    return folder


def state(home: Path) -> list[tuple[str, Any]]:
    """What is indexed under a home folder."""
    store = build_store(load_settings(home=home))
    return [(store.fingerprint, [record.document for record in store.documents()]), *sorted(store.chunks())[:1]]


# Files


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(
    "bad",
    [
        ("empty.txt", b"", "the file is empty; add its text or leave it out"),
        ("blank.md", b" \r\n\t\n", "the file is empty"),
        ("photo.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "this is a PNG image, not text"),
        ("program.csv", b"\x7fELF" + bytes(range(256)) * 8, "this is a program, not text"),
        ("noise.html", random.Random(7).randbytes(5000), "this is binary data, not text"),
        ("report.txt", b"%PDF-1.7 ...", "this is a PDF, not text"),
        ("utf16.txt", b"\xff\xfea", "damaged at byte"),
    ],
    ids=lambda bad: bad[0],
)
def test_a_file_that_cannot_be_read_is_told_and_leaves_the_index_alone(
    cli: Cli, papers: Path, home: Path, bad: tuple[str, bytes, str]
) -> None:
    name, data, fault = bad
    cli("ingest", papers)
    before = state(home)
    (papers / name).write_bytes(data)
    run = cli("ingest", papers / name, "--json")
    assert run.code == 1
    report = json.loads(run.out)
    assert {name: count for name, count in report["documents"].items() if count} == {"failed": 1}
    [failure] = report["failures"]
    assert failure["source"] == str(papers / name)
    assert fault in failure["error"]
    assert state(home) == before


@pytest.mark.usefixtures("fake")
def test_one_bad_file_among_good_ones_is_one_line(cli: Cli, papers: Path) -> None:
    (papers / "empty.txt").touch()
    run = cli("ingest", papers)
    assert run.code == 1
    [told] = [line for line in run.err.splitlines() if "not read" in line]
    assert f"{papers / 'empty.txt'}: the file is empty" in told
    assert ["added", "1"] in [line.split() for line in run.out.splitlines()]


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("names", [[], ["photo.png", "letter.odt"], [".hidden.txt", ".git/notes.txt"]], ids=str)
def test_a_folder_with_nothing_readable(cli: Cli, tmp_path: Path, names: list[str]) -> None:
    folder = tmp_path / "folder"
    for name in ("sub/", *names):
        path = folder / name
        path.mkdir(parents=True) if name == "sub/" else path.parent.mkdir(exist_ok=True)
        if path.suffix:
            path.write_bytes(TEXT.encode())
    assert f"{folder}: nothing to read there; add files of these kinds: .csv" in cli("ingest", folder, "--prune").fault


@pytest.mark.usefixtures("fake")
def test_one_missing_path_among_good_ones_changes_nothing(cli: Cli, papers: Path, home: Path) -> None:
    cli("ingest", papers)
    before = state(home)
    (papers / "new.txt").write_bytes(TEXT.encode())
    assert "nosuch: no such file or folder; check the spelling" in cli("ingest", papers, papers / "nosuch").fault
    assert "letter.docx: no such file" in cli("ingest", papers, papers / "letter.docx", "--prune").fault
    assert state(home) == before


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le", "utf-8-sig", "utf-32"])
def test_accents_of_any_encoding_are_answered(cli: Cli, tmp_path: Path, encoding: str) -> None:
    """The real model: a few seconds the first time."""
    (tmp_path / "prices.txt").write_bytes(TEXT.encode(encoding))
    assert cli("ingest", tmp_path / "prices.txt").code == 0
    answer = json.loads(cli("ask", QUESTION, "--json").out)
    assert answer["status"] == "answered"
    assert answer["citations"][0]["quote"] == "A cup of coffee costs £3.40 at the Café Zoë by the pond."
    assert answer["statements"][0]["text"] == answer["citations"][0]["quote"]


# Size


def large_text(size: int) -> str:
    """Sections of prose, `size` bytes of them."""
    words = "the panel heard that every visit was planned and written up by staff who know families well".split()
    picked = random.Random(1)
    prose = [" ".join(picked.choices(words, k=14)).capitalize() + "." for _ in range(500)]
    parts: list[str] = []
    length = 0
    while length < size:
        number = len(parts)
        parts.append(f"Section {number}" if number % 20 == 0 else f"Note {number}. {' '.join(picked.sample(prose, 5))}")
        length += len(parts[-1]) + 2
    return "\n\n".join(parts)


def test_a_large_file_takes_time_in_proportion(tmp_path: Path) -> None:
    """10 MB take about 5 s and 50 MB about 25 s to read and cut into chunks; the model takes far longer than that."""
    seconds = []
    for megabytes in (1, 5):
        path = tmp_path / f"{megabytes}.txt"
        path.write_text(large_text(megabytes * 2**20), encoding="utf-8")
        begun = time.perf_counter()
        document = read_document(path)
        chunks = chunk_document(document)
        seconds.append(time.perf_counter() - begun)
        assert "".join(chunk.text for chunk in chunks) == document.text
        assert len(chunks) > 2000 * megabytes
    assert seconds[1] < 15 * max(seconds[0], 0.2)


@pytest.mark.usefixtures("fake")
def test_a_file_over_the_limit_is_told_at_once(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 2**20)  # sparse: nothing is written
    run = cli("ingest", path, "--json")
    assert run.code == 1
    assert "101 MB is more than the limit of 100 MB; split it" in json.loads(run.out)["failures"][0]["error"]


# Questions


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    ("question", "fault"),
    [
        ("", "question: empty; type a question in plain words"),
        (" \t\n ", "question: empty"),
        ("?…!", "question: empty"),
        ("why " * 2500, "question: 9,999 characters long; shorten it to 2,000 or fewer"),
    ],
    ids=["empty", "blank", "marks", "long"],
)
def test_questions_that_cannot_be_asked(cli: Cli, home: Path, command: str, question: str, fault: str) -> None:
    assert fault in cli(command, question).fault
    assert not home.exists()


# State


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_store_made_with_another_model(
    cli: Cli, papers: Path, home: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("ingest", papers)
    before = state(home)
    with monkeypatch.context() as patch:
        patch.setenv("CITEWELL_EMBEDDING_MODEL", "other/model")
        fault = cli(*(str(papers) if word == "PAPERS" else word for word in command)).fault
    assert f"index {home}: made with model fake, but other/model is configured" in fault
    assert "citewell ingest --rebuild" in fault
    assert state(home) == before


@pytest.mark.usefixtures("fake")
def test_what_the_line_says_helps(cli: Cli, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli("ingest", papers)
    before = state(home)
    monkeypatch.setenv("CITEWELL_EMBEDDING_MODEL", "other/model")
    assert cli("ingest", "--rebuild", papers).code == 0
    assert cli("documents", "list").code == 0
    after = state(home)
    assert after[0][1] == before[0][1]
    assert after[0][0] != before[0][0]


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("place", ["home", "home/chroma", "home/below/it"])
def test_a_home_that_cannot_be_written(
    cli: Cli, papers: Path, command: list[str], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file in the place of a folder stops even root."""
    tmp_path = papers.parent
    path = tmp_path / place.removesuffix("/below/it")
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine", encoding="utf-8")
    home = tmp_path / "home" / "below" / "it" if place.endswith("it") else tmp_path / "home"
    monkeypatch.setenv("CITEWELL_HOME", str(home))
    fault = cli(*(str(papers) if word == "PAPERS" else word for word in command)).fault
    assert f"{home}" in fault
    assert "set CITEWELL_HOME to another folder" in fault or "run citewell doctor" in fault
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_damaged_database(cli: Cli, papers: Path, home: Path, command: list[str]) -> None:
    (home / "chroma").mkdir(parents=True)
    (home / "chroma" / "chroma.sqlite3").write_bytes(b"no database" * 500)
    fault = cli(*(str(papers) if word == "PAPERS" else word for word in command)).fault
    assert f"index {home / 'chroma'}: cannot be opened" in fault


@pytest.mark.usefixtures("fake")
def test_a_damaged_lexical_index_is_mended(cli: Cli, papers: Path, home: Path) -> None:
    cli("ingest", papers)
    before = json.loads(cli("search", QUESTION, "--json").out)["passages"]
    files = [path for path in (home / "derived").rglob("*") if path.is_file()]
    assert files
    for path in files:
        path.write_bytes(b"")
    assert json.loads(cli("search", QUESTION, "--json").out)["passages"] == before
    shutil.rmtree(home / "derived")
    assert json.loads(cli("search", QUESTION, "--json").out)["passages"] == before


def test_a_model_that_is_not_there_leaves_no_index(papers: Path, home: Path, tmp_path: Path) -> None:
    """Another process, as a user would see it."""
    environment = {**os.environ, "CITEWELL_EMBEDDING_MODEL": str(tmp_path / "nosuch"), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-m", "citewell", "ingest", str(papers)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert Run(done.returncode, done.stdout, done.stderr).fault.startswith(
        f"citewell: embedding model {tmp_path / 'nosuch'}: "
    )
    assert state(home)[0] == ("", [])


@pytest.mark.usefixtures("fake")
def test_an_ingest_that_is_stopped_leaves_the_old_index(
    cli: Cli, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("ingest", papers)
    before = state(home)
    (papers / "prices.txt").write_bytes(TEXT.replace("3.40", "3.80").encode())
    for name in ("a.txt", "z.txt"):
        (papers / name).write_text(f"{TEXT} {name}", encoding="utf-8")

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(store_module.Store, "commit", stopped)
        sync(build_store(load_settings()), [papers])
    assert build_store(load_settings()).fingerprint == before[0][0]
    assert "£3.40" in cli("search", QUESTION, "--top", 1).out
    assert cli("ingest", papers).code == 0
    assert "£3.80" in cli("search", QUESTION, "--json").out
    assert state(home)[0][1] == ["a.txt", "prices.txt", "z.txt"]
