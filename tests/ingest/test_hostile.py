"""Damaged and hostile files: each is read whole, or refused by name, or says what is missing; and soon."""

import os
import subprocess
import sys
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from citewell.errors import InputError
from citewell.ingest.read import find_files
from citewell.ingest.readers.page import words
from citewell.ingest.readers.pdf_process import MAX_MEMORY
from citewell.tests.conftest import Cli, Run
from citewell.tests.ingest.hostile import CASES, FATES, NAMES, Fate, Outcome, attempt, text_of, write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such files, and no such limits")
LONGEST = 10  # seconds of processor time, so that a busy machine does not count
HANGING = 60  # seconds by the clock
MOST_MEMORY = 1_500_000_000  # bytes; the process that reads a PDF has a limit of its own
# Losses and crashes that are known: the mark goes when a reader is mended, which these tests then ask for.
NOT_YET = words(
    "attachment-base64-broken.eml attachment-cut.eml boundary-of-a-million.eml lying-charset.eml mail-as-mail.eml "
    "no-boundary.eml deep-list-line.md deep-lists.md deep-quote-lines.md deep-quotes.md lists.md nested-emphasis.md "
    "deep-lists.html deep-tables.html deep-tags.html deep-unclosed.html giant-attribute.html giant-text.html "
    "notes-gone.docx second-notes-gone.pptx second-slide-other-xml.pptx second-page-cut.pdf second-page-garbled.pdf "
    "second-page-not-counted.pdf second-sheet-gone.xlsx second-sheet-other-xml.xlsx stuffed.csv stuffed.md stuffed.txt "
    "wide-cells.html"
)
# Not read again where only the whole folder counts: all take more than half a second to make or to read.
SLOW = words(
    "form-bomb.pdf content-bomb.pdf filter-bomb.pdf word-bomb.pdf zip-bomb.docx lying-sizes.docx overlapping-few.docx "
    "merged-bomb.xlsx shared-text-bomb.xlsx million-rows.xlsx far-cell.xlsx million-columns.xlsx commas.csv vast.txt"
)
READ = sorted(name for name, fate in FATES.items() if not fate.skipped)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    write(folder)
    return folder


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """What makes the processes, which have little in them but the readers."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["citewell.tests.ingest.hostile"])
    return context


def outcome(processes: ForkServerContext, path: Path, fate: Fate) -> Outcome:
    receiver, sender = processes.Pipe(duplex=False)
    process = processes.Process(target=attempt, args=(path, fate.texts, sender))
    process.start()
    sender.close()
    try:
        assert receiver.poll(HANGING), "it hangs"
        return receiver.recv()
    finally:
        process.kill()
        process.join()


def test_there_are_enough() -> None:
    assert len(FATES) >= 150
    assert sum(bool(fate.error) for fate in FATES.values()) >= 45


def parameters() -> list[ParameterSet]:
    mark = pytest.mark.xfail(strict=True)
    return [pytest.param(name, id=ascii(name), marks=mark if name in NOT_YET else ()) for name in READ]


@pytest.mark.parametrize("name", parameters())
def test_fate(processes: ForkServerContext, folder: Path, name: str) -> None:
    fate = FATES[name]
    found = outcome(processes, folder / name, fate)
    assert found.source == str(folder / name)
    assert found.seconds < LONGEST
    assert found.memory < (MAX_MEMORY if name.endswith(".pdf") else MOST_MEMORY)
    if found.error:
        assert fate.error or fate.missing, found.error
        assert fate.missing or fate.error in found.error
        assert ";" in found.error, "no remedy"
    else:
        assert not fate.error, "it is read"
        assert not found.lost
        assert bool(found.warnings) == bool(fate.missing)
        assert any(fate.missing in warning for warning in found.warnings) or not fate.missing


def test_each_file_is_found_once_and_what_is_no_file_is_told(folder: Path) -> None:
    found = find_files([folder])
    assert sorted(str(path.relative_to(folder)) for path in found.files) == READ
    skipped = {name: fate.skipped for name, fate in FATES.items() if fate.skipped}
    assert {str(path.relative_to(folder)) for path in found.skipped} == set(skipped)
    for name, reason in skipped.items():
        assert reason in found.skipped[folder / name]
        with pytest.raises(InputError, match=r"no such file|not a file"):
            find_files([folder / name])


@pytest.mark.xfail(strict=True)
@pytest.mark.skipif(sys.platform == "darwin", reason="it allows no such name")
def test_name_that_is_not_unicode_is_told(tmp_path: Path) -> None:
    """Neither the index nor JSON can hold it."""
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    path.write_text(text_of(1), encoding="utf-8")
    assert list(find_files([tmp_path], may_be_empty=True).skipped) == [path]


def test_folder_through_the_command_line(tmp_path: Path, home: Path, cli: Cli) -> None:
    """Another process, as a user would see it."""
    names = [
        name
        for name, fate in FATES.items()
        if name not in NOT_YET | SLOW and (fate.error or fate.skipped or name not in CASES)
    ]
    folder = tmp_path / "papers"
    folder.mkdir()
    write(folder, names)
    command = [sys.executable, "-m", "citewell", "ingest", str(folder), "--json"]
    environment = {**os.environ, "CITEWELL_HOME": str(home)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=240)
    run = Run(done.returncode, done.stdout, done.stderr)
    assert run.code == 1, run.err
    told = {
        key: sorted(os.path.relpath(item["source"], folder) for item in run.json[key])
        for key in ("failures", "skipped")
    }
    assert told["failures"] == sorted(name for name in names if FATES[name].error)
    assert told["skipped"] == sorted(name for name in names if FATES[name].skipped)
    sources = [document["source"] for document in cli("documents", "list", "--json").json["documents"]]
    read = [name for name in names if FATES[name].texts]
    assert sorted(os.path.relpath(source, folder) for source in sources) == sorted(read)
    passages = cli("search", "When does lorry number 47 leave the depot?", "--json").json["passages"]
    assert text_of(7) in passages[0]["text"]
    assert passages[0]["document"] == NAMES[7]
    assert not list(tmp_path.rglob("climbed*"))
