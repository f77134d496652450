"""The command line, over a real index of the samples."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest

from citewell.app import build_store
from citewell.cli import app
from citewell.eval import baseline
from citewell.eval.dataset import load_suite
from citewell.index.sync import sync
from citewell.settings import load_settings
from citewell.tests.conftest import Cli

QUESTION = "What share of social workers is agency staff?"
COMMANDS = [
    *([command.name or command.callback.__name__] for command in app.registered_commands if command.callback),
    *(["documents", name] for name in ("list", "show", "delete")),
    *(["eval", name] for name in ("run", "score", "sample", "baseline", "check", "new")),
]


@pytest.fixture(scope="session")
def indexed_home(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("indexed") / "home"
    sync(build_store(load_settings(home=home)), [samples])
    return home


@pytest.fixture
def indexed(indexed_home: Path, home: Path) -> Path:
    """A home in which the samples are indexed."""
    return Path(shutil.copytree(indexed_home, home))


# Help and errors


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_of_every_command_has_an_example(cli: Cli, command: list[str]) -> None:
    run = cli(*command, "--help")
    assert run.code == 0
    assert "Example: citewell" in run.out
    assert "--json" in run.out


def test_without_a_command_its_help_is_shown(cli: Cli) -> None:
    assert "Usage: citewell" in cli().out


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\nfrom citewell.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"chromadb", "torch", "gradio", "llama_index", "fastapi", "numpy", "pydantic", "uvicorn"}
    assert not heavy & set(done.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["nosuch"], "No such command 'nosuch'; see citewell --help"),
        (["ask", "--nosuch"], "No such option: --nosuch; see citewell ask --help"),
        (["ask"], "question: missing"),
        (["ask", " ?"], "question: empty"),
        (["ask", "why " * 3000], "characters long; shorten it"),
        (["ask", QUESTION, "--answers", "llm"], "no language model is set"),
        (["ask", QUESTION, "--batch", "x.jsonl"], "give one or the other"),
        (["search", "--batch", "/nonexistent.jsonl"], "/nonexistent.jsonl: No such file"),
        (["ingest", "/nonexistent"], "/nonexistent"),
        (["ingest", "x", "--set", "kind"], "--set kind: not key=value"),
        (["ingest", "x", "--set", "kind=poem"], "poem is no kind of document"),
        (["search", QUESTION, "--kind", "poem"], "filter kind: 'poem' is no kind of document"),
        (["ask", QUESTION, "--after", "May"], "filter after: 'May' is not a date"),
        (["documents", "show", "nosuch"], "document nosuch: not in the index"),
        (["documents", "delete", "nosuch"], "document nosuch: not in the index"),
        (["eval", "nosuch"], "suite nosuch: there is none"),
        (["eval", "check", "nosuch"], "suite nosuch: there is none"),
        (["eval", "score", "/nonexistent"], "/nonexistent: not the folder of a run"),
        (["eval", "sample", "/nonexistent"], "/nonexistent: not the folder of a run"),
        (["eval", "baseline", "/nonexistent"], "/nonexistent: no such file or folder"),
        (["eval", "--against", "/nonexistent"], "/nonexistent: no such file or folder"),
        (["eval", "/nonexistent.jsonl"], "suite /nonexistent.jsonl: no such file"),
        (["eval", "new", "/nonexistent"], "/nonexistent: "),
        (["eval", "tameside", "--docs", "/nonexistent"], "suite tameside: /nonexistent/000"),
        (["serve", "--port", "70000"], "65535"),
        (["serve", "--host", "nosuch.invalid"], "choose another with --host"),
        (["backup", "/nonexistent/b.zip"], "holds nothing to back up"),
        (["restore", "/nonexistent.zip"], "/nonexistent.zip: no such file"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_bad_input_is_one_line(cli: Cli, arguments: list[str], fault: str) -> None:
    assert fault in cli(*arguments).error


def test_an_unknown_setting_is_one_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWELL_TOPK", "3")
    assert "CITEWELL_TOPK: no such setting" in cli("documents", "list").error


@pytest.mark.parametrize("arguments", [["--debug", "ask", ""], ["ask", "", "--debug"]], ids=["before", "after"])
def test_debug_adds_the_traceback(cli: Cli, arguments: list[str]) -> None:
    run = cli(*arguments)
    assert run.code == 2
    assert "Traceback" in run.err
    assert run.err.splitlines()[-1].startswith("citewell: question: empty")


# Ingest and documents


def test_ingest_then_again(cli: Cli, samples: Path) -> None:
    count = len(list(samples.iterdir()))
    first = cli("ingest", samples, "--json").json
    assert {name: number for name, number in first["documents"].items() if number} == {"added": count}
    assert first["chunks"] == first["chunks_added"] > count
    again = cli("ingest", samples)
    assert again.code == 0
    rows = [line.split() for line in again.out.splitlines()]
    assert ["unchanged", str(count)] in rows and ["added", "0"] in rows and ["failed", "0"] in rows
    assert again.err == ""


def test_an_unreadable_file_is_told_and_the_others_go_on(cli: Cli, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "good.txt").write_text("The panel met on Monday in the town hall.\n", encoding="utf-8")
    (papers / "bad.txt").write_bytes(bytes(range(256)) * 20)
    run = cli("ingest", papers)
    assert run.code == 1
    rows = [line.split() for line in run.out.splitlines()]
    assert ["added", "1"] in rows
    assert ["failed", "1", "bad.txt:"] in [row[:3] for row in rows]
    assert "not read: " in run.err and "bad.txt: " in run.err


def test_the_report_says_what_was_skipped_and_what_was_read_in_part(cli: Cli, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "good.txt").write_text("The panel met on Monday in the town hall.\n", encoding="utf-8")
    (papers / "copy.txt").write_bytes((papers / "good.txt").read_bytes())
    for name in ("a.jpg", "b.jpg", "c.mp4"):
        (papers / name).write_bytes(b"x")
    mail = (
        "From: a@exampleton.example\nSubject: Panel\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
    )
    parts = "--x\n\nThe panel met on Friday.\n--x\nContent-Type: image/vnd.dwg\n"
    parts += "Content-Disposition: attachment; filename=plan.dwg\n\nx\n--x--\n"
    (papers / "panel.eml").write_text(mail + parts, encoding="utf-8")
    run = cli("ingest", papers)
    assert run.code == 0
    words = " ".join(run.out.split())
    assert "copies 1 files with the same content as another" in words
    assert "skipped 3 2 × no reader for .jpg 1 × no reader for .mp4" in words
    assert "read in part 1 panel.eml: " in words and "plan.dwg" in words


def test_watching_keeps_a_folder_in_step(home: Path, tmp_path: Path) -> None:
    """A real process: what is added, changed and deleted is followed; an interrupt ends it well."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.txt").write_text("The panel met on Monday in the town hall.\n", encoding="utf-8")
    command = [sys.executable, "-m", "citewell", "ingest", str(folder), "--watch", "--json"]
    env = {**os.environ, "CITEWELL_HOME": str(home), "WATCHFILES_FORCE_POLLING": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, text=True) as process:
        lines = iter(process.stdout or ())
        assert json.loads(next(lines))["documents"]["added"] == 1
        (folder / "b.txt").write_text("The panel met on Friday in the library.\n", encoding="utf-8")
        assert json.loads(next(lines))["documents"]["added"] == 1
        (folder / "b.txt").rename(folder / "c.txt")
        assert json.loads(next(lines))["documents"]["renamed"] == 1
        (folder / "a.txt").unlink()
        told = json.loads(next(lines))["documents"]
        assert (told["removed"], told["unchanged"]) == (1, 1)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_what_is_set_and_filtered(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("The panel met on Monday in the town hall.\n", encoding="utf-8")
    cli("ingest", tmp_path, "--set", "kind=minutes", "--set", "published=2024-05-06")
    [record] = cli("documents", "list", "--json").json["documents"]
    assert (record["kind"], record["published"]) == ("minutes", "2024-05-06")
    asked = ("search", "When did the panel meet?", "--json")
    for passing in (
        ["--kind", "minutes"],
        ["--after", "2024-05-06", "--before", "2024-05-06"],
        ["--document", "note.txt"],
    ):
        assert len(cli(*asked, *passing).json["passages"]) == 1, passing
    for other in (["--kind", "policy"], ["--after", "2024-05-07"], ["--document", "other.txt"]):
        assert cli(*asked, *other).json["passages"] == [], other
    assert "No document passes the filters." in cli("ask", "When did the panel meet?", "--kind", "news").out
    lines = tmp_path / "batch.jsonl"
    lines.write_text(
        '{"id": "1", "question": "panel"}\n{"id": "2", "question": "panel", "filters": {"kind": "minutes"}}'
    )
    found = cli("search", "--batch", lines, "--kind", "policy").out.splitlines()
    assert [len(json.loads(line)["passages"]) for line in found] == [0, 1]  # a line's own filter counts


@pytest.mark.usefixtures("indexed")
def test_if_empty_leaves_an_index_alone(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_text("The panel met on Monday in the town hall.\n", encoding="utf-8")
    assert cli("ingest", "--if-empty", tmp_path / "new.txt").code == 0
    assert "new.txt" not in cli("documents", "list", "--json").out


@pytest.mark.usefixtures("indexed")
def test_documents_are_listed_shown_and_deleted(cli: Cli) -> None:
    records = cli("documents", "list", "--json").json["documents"]
    briefing = next(record for record in records if record["document"] == "workforce-briefing.md")
    assert briefing["title"] in cli("documents", "list").out
    shown = cli("documents", "show", briefing["id"])
    assert shown.out.startswith(briefing["title"])
    assert cli("documents", "show", briefing["id"], "--json").json["text"] in shown.out
    assert cli("documents", "delete", briefing["id"]).out.startswith("Deleted ")
    left = cli("documents", "list", "--json").json["documents"]
    assert {record["id"] for record in left} == {record["id"] for record in records} - {briefing["id"]}


def test_an_empty_index_says_what_to_do(cli: Cli) -> None:
    assert "citewell ingest" in cli("documents", "list").out
    assert cli("documents", "list", "--json").json == {"documents": []}
    assert "citewell ingest" in cli("ask", QUESTION).out


# Ask and search


@pytest.mark.usefixtures("indexed")
def test_ask_shows_the_answer_then_its_sources(cli: Cli) -> None:
    run = cli("ask", QUESTION)
    assert run.code == 0
    answer, sources = run.out.split("\n\n", 1)
    assert "37.7%" in answer and "[1]" in answer
    assert sources.startswith("[1] Workforce briefing")
    assert "“" in sources and "workforce-briefing.md" in sources


@pytest.mark.usefixtures("indexed")
def test_ask_as_json(cli: Cli) -> None:
    answer = cli("ask", QUESTION, "--json").json
    assert answer["status"] == "answered"
    assert answer["index"]
    citation = answer["citations"][0]
    stored = cli("documents", "show", citation["document_id"], "--json").json["text"]
    assert stored[citation["start"] : citation["end"]] == citation["quote"]


def test_a_blocked_question_gets_its_card_or_refusal_alone(cli: Cli, tmp_path: Path) -> None:
    card = cli("ask", "a child is being hurt now")
    assert (card.code, card.err) == (0, "")
    assert card.out.splitlines()[0] == "If anybody is in immediate danger, call 999."
    assert "CITEWELL_URGENT_CONTACTS" in card.out
    batch = tmp_path / "questions.jsonl"
    batch.write_text(json.dumps({"id": "1", "question": "Who visits Ann Lee, dob 12/03/2014?"}), encoding="utf-8")
    run = cli("ask", "--batch", str(batch), "--debug")
    assert json.loads(run.out)["status"] == "blocked"
    assert "a date of birth" in run.out
    assert "Ann" not in run.out + run.err


@pytest.mark.usefixtures("indexed")
def test_what_is_not_in_the_documents_offers_the_nearest(cli: Cli) -> None:
    run = cli("ask", "Who won the football world cup in 1998?")
    assert run.code == 0
    assert "do not say" in run.out
    assert "Nearest, but not an answer:" in run.out


@pytest.mark.usefixtures("indexed")
def test_search(cli: Cli) -> None:
    assert len(cli("search", QUESTION, "--top", 3, "--json").json["passages"]) == 3
    shown = cli("search", QUESTION, "--top", 1).out
    assert shown.startswith("1. ")
    assert "workforce-briefing.md" in shown


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.usefixtures("indexed")
def test_a_batch_gives_a_line_for_every_question(cli: Cli, tmp_path: Path, command: str) -> None:
    batch = tmp_path / "batch.jsonl"
    first = {"id": "a", "question": QUESTION}
    last = {"id": "e", "question": "and for team managers?", "turns": [QUESTION]}
    lines = [json.dumps(first), "not json", '{"id": "c", "question": ""}', "", '["d"]', json.dumps(last)]
    batch.write_text("\n".join(lines), encoding="utf-8")
    run = cli(command, "--batch", batch)
    assert run.code == 1
    assert [line["id"] for line in run.lines] == ["a", "", "c", "", "e"]
    assert ["error" in line for line in run.lines] == [False, True, True, True, False]


@pytest.mark.usefixtures("indexed")
def test_a_batch_from_standard_input() -> None:
    done = run_process("ask", "--batch", "-", input=json.dumps({"id": "ü", "question": QUESTION}) + "\n")
    assert done.returncode == 0
    assert json.loads(done.stdout)["id"] == "ü"


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\x00"])
def test_a_batch_without_questions(cli: Cli, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "batch.jsonl").write_bytes(content)
    assert "batch.jsonl" in cli("ask", "--batch", tmp_path / "batch.jsonl").error


@pytest.mark.usefixtures("indexed")
def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "citewell", "documents", "list", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""


# Serve


def test_a_port_that_is_taken_is_told_at_once(cli: Cli) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}: " in cli("serve", "--port", port).error


@pytest.mark.usefixtures("indexed")
def test_serve_prints_its_address_and_stops_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "citewell", "serve", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout and process.stderr
        address = json.loads(process.stdout.readline())["address"]
        with urlopen(address + "health") as reply:
            assert reply.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert "Traceback" not in process.stderr.read()


# Eval, doctor, backup


def test_a_named_suite_without_its_documents_is_an_error(cli: Cli, home: Path) -> None:
    assert (
        "suite tameside: its documents are not part of the project; give their folder" in cli("eval", "tameside").error
    )
    assert "suite tameside: its documents" in cli("eval", "check", "tameside").error
    assert not (home / "eval").exists()


def test_one_that_is_not_named_is_skipped_in_one_line(cli: Cli) -> None:
    run = cli("eval", "check")
    assert run.code == 0
    assert run.out.splitlines()[1].startswith("tameside skipped: ")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A suite of one's own, over the samples: one fact that is there and one that is not."""
    items = [
        {"id": "right", "category": "table", "question": QUESTION, "answerable": True, "facts": [["37.7%"]],
         "sources": ["workforce-briefing.md"], "where": {"table": "Agency staff by job role", "row": "Social Worker"}},
        {"id": "wrong", "category": "table", "question": "What share of team managers is agency staff?",
         "answerable": True, "facts": [["99%"]], "sources": ["workforce-briefing.md"],
         "where": {"table": "Agency staff by job role", "row": "Social Worker"}},
    ]  # fmt: skip
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    return path


def test_eval_of_ones_own_suite(cli: Cli, mine: Path, samples: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    first = cli("eval", mine, "--docs", samples, "--out", out)
    assert first.code == 0
    assert "fails wrong" in first.out
    assert "mine 1 of 2 pass; held to no floor and no baseline" in first.out
    assert first.out.endswith(f"Run: {out}\nReport: {out / 'report.html'}\n")
    kept = {path.name for path in out.iterdir()}
    assert {"run.json", "mine.answers.jsonl", "scores.json", "outcomes.json", "report.html", "summary.md"} <= kept

    before = tmp_path / "before.json"
    before.write_text(json.dumps({"mine": {"right": True, "wrong": True}}), encoding="utf-8")
    lost = cli("eval", "score", out, "--against", before)
    assert lost.code == 1
    assert "mine gate not met: lost wrong" in lost.out
    assert cli("eval", "score", out, "--against", out, "--json").json["met"] is True


def test_a_run_becomes_the_baseline(
    cli: Cli, mine: Path, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline, "COMMITTED", tmp_path / "baseline.json")
    baseline.COMMITTED.write_text("{}", encoding="utf-8")
    cli("eval", mine, "--docs", samples, "--out", tmp_path / "run")
    assert cli("eval", "baseline", tmp_path / "run").out == (
        f"mine: 1 items must pass\nWritten: {baseline.COMMITTED}\n"
    )
    again = cli("eval", mine, "--docs", samples, "--out", tmp_path / "run", "--against", "baseline", "--json")
    assert again.code == 0
    assert again.json["suites"][0]["comparison"]["lost"] == []


def test_eval_check(cli: Cli, mine: Path, samples: Path) -> None:
    run = cli("eval", "check", mine, "--docs", samples)
    assert run.code == 1
    assert run.out.startswith("wrong: ")
    assert run.out.endswith("mine: 2 items, 1 to correct\n")
    [checked] = cli("eval", "check", mine, "--docs", samples, "--json").json["suites"]
    assert [fault["item"] for fault in checked["faults"]] == ["wrong"]


def test_drafts_are_a_suite(cli: Cli, samples: Path, tmp_path: Path) -> None:
    drafts = tmp_path / "drafts.jsonl"
    drafts.write_text(cli("eval", "new", samples / "workforce-briefing.md", "--count", 5).out, encoding="utf-8")
    assert len(load_suite(drafts)) == 5
    assert cli("eval", "check", drafts, "--docs", samples).code == 0
    assert len(cli("eval", "new", samples, "--json", "--count", 3).json["items"]) == 3


def test_eval_as_a_module_is_the_same() -> None:
    done = run_process("tameside", "--json", module="citewell.eval")
    assert done.returncode == 2
    assert done.stderr.startswith("citewell: suite tameside: its documents")


@pytest.mark.usefixtures("indexed")
def test_doctor_is_content(cli: Cli) -> None:
    run = cli("doctor", "--json")
    assert run.code == 0
    assert [check["name"] for check in run.json["checks"]] == ["home", "model", "index", "history"]
    assert "9 documents" in cli("doctor").out
    assert "kept for 180 days" in cli("doctor").out


def test_doctor_says_what_to_do(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CITEWELL_HOME", str(tmp_path / "file"))
    run = cli("doctor")
    assert run.code == 1
    assert "FAULT home" in run.out and "set CITEWELL_HOME" in run.out


@pytest.mark.usefixtures("indexed")
def test_backup_and_restore(cli: Cli, tmp_path: Path) -> None:
    before = cli("ask", QUESTION, "--json").json
    saved = tmp_path / "saved.zip"
    assert cli("backup", saved, "--json").json["files"] > 1
    assert "already there" in cli("backup", saved).error
    assert "not empty; give --force" in cli("restore", saved).error
    former = Path(cli("restore", saved, "--force", "--json").json["former"])
    assert (former / "chroma").is_dir()
    # Chroma keeps a client a folder in one process: another process sees what a restarted server would see.
    after = json.loads(run_process("ask", QUESTION, "--json").stdout)
    assert (after["answer"], after["index"]) == (before["answer"], before["index"])


def test_a_backup_that_is_damaged_changes_nothing(cli: Cli, home: Path, tmp_path: Path) -> None:
    manifest = {"format": 1, "files": {"../evil": "0" * 64}}
    for name, entries in {
        "evil.zip": {"citewell-backup.json": json.dumps(manifest), "../evil": "x"},
        "digest.zip": {"citewell-backup.json": json.dumps({"files": {"a": "0" * 64}}), "a": "x"},
        "other.zip": {"a": "x"},
    }.items():
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for entry, text in entries.items():
                archive.writestr(entry, text)
    (tmp_path / "text.zip").write_text("no zip", encoding="utf-8")
    assert "outside its folder" in cli("restore", tmp_path / "evil.zip").error
    assert "a is damaged" in cli("restore", tmp_path / "digest.zip").error
    assert "not a whole Citewell backup" in cli("restore", tmp_path / "other.zip").error
    assert "not a whole Citewell backup" in cli("restore", tmp_path / "text.zip").error
    assert not home.exists()
    assert not list(tmp_path.glob("home.*"))
    assert not (tmp_path.parent / "evil").exists()


def run_process(*arguments: str, module: str = "citewell", input: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        input=input,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
