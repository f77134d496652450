"""Damaged and hostile files: each is read whole, or refused by name, or says what is missing; and soon."""

import os
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from citewell.errors import InputError
from citewell.ingest.find import find_files
from citewell.ingest.readers.page import words
from citewell.ingest.readers.pdf_process import MAX_MEMORY
from citewell.tests.conftest import Cli, Run
from citewell.tests.ingest.hostile import CASES, FATES, NAMES, Outcome, attempts, text_of, write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such files, and no such limits")
LONGEST = 10  # seconds of processor time, so that a busy machine does not count
HANGING = 60  # seconds by the clock
MOST_MEMORY = 1_500_000_000  # bytes; the process that reads a PDF has a limit of its own
FULL = 600_000_000  # bytes: with so many, a process is not used again, so that no file has another's memory counted
# Not read again where only the whole folder counts: all take more than half a second to make or to read.
SLOW = words(
    "form-bomb.pdf content-bomb.pdf filter-bomb.pdf word-bomb.pdf zip-bomb.docx lying-sizes.docx overlapping-few.docx "
    "merged-bomb.xlsx shared-text-bomb.xlsx million-rows.xlsx far-cell.xlsx million-columns.xlsx commas.csv vast.txt "
    "many-entries.docx markup-bomb.docx spanned-rows.html spanned-text.html wide-cells.html deep-lists.md "
    "deep-list-line.md nested-emphasis.md stuffed.csv stuffed.txt"
)
READ = sorted(name for name, fate in FATES.items() if not fate.skipped)


class Process:
    """A process that reads one file after another; a new one takes over after one that ends, fills or stops it."""

    def __init__(self) -> None:
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload(["citewell.tests.ingest.hostile"])
        self._process: ForkServerProcess | None = None

    def outcome(self, path: Path, texts: tuple[str, ...]) -> Outcome:
        if self._process is None:
            self._tasks, theirs = self._context.Pipe()
            self._process = self._context.Process(target=attempts, args=(theirs,))
            self._process.start()
            theirs.close()
        self._tasks.send((path, texts))
        found = Outcome(memory=FULL)
        try:
            assert self._tasks.poll(HANGING), "it hangs"
            found = self._tasks.recv()
        finally:
            if found.memory >= FULL:
                self.end()
        return found

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._tasks.close()
            self._process = None


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    process = Process()
    yield process
    process.end()


def test_there_are_enough() -> None:
    assert len(FATES) >= 150
    assert sum(bool(fate.error) for fate in FATES.values()) >= 45


@pytest.mark.parametrize("name", READ, ids=ascii)
def test_fate(process: Process, tmp_path: Path, name: str) -> None:
    write(tmp_path, [name])
    fate = FATES[name]
    found = process.outcome(tmp_path / name, fate.texts)
    assert found.source == str(tmp_path / name)
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


def test_each_file_is_found_once_and_what_is_no_file_is_told(tmp_path: Path) -> None:
    write(tmp_path, empty=True)
    found = find_files([tmp_path])
    assert sorted(str(path.relative_to(tmp_path)) for path in found.files) == READ
    skipped = {name: fate.skipped for name, fate in FATES.items() if fate.skipped}
    assert {str(path.relative_to(tmp_path)) for path in found.skipped} == set(skipped)
    for name, reason in skipped.items():
        assert reason in found.skipped[tmp_path / name]
        with pytest.raises(InputError, match=f"no such file|{reason}"):
            find_files([tmp_path / name])


@pytest.mark.skipif(sys.platform == "darwin", reason="it allows no such name")
def test_name_that_is_not_unicode_is_told(tmp_path: Path) -> None:
    """Neither the index nor JSON can hold it."""
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    path.write_text(text_of(1), encoding="utf-8")
    assert list(find_files([tmp_path], may_be_empty=True).skipped) == [path]


def test_folder_through_the_command_line(tmp_path: Path, home: Path, cli: Cli) -> None:
    """Another process, as a user would see it."""
    names = [
        name for name, fate in FATES.items() if name not in SLOW and (fate.error or fate.skipped or name not in CASES)
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
    documents = cli("documents", "list", "--json").json["documents"]
    identifiers = {os.path.relpath(document["source"], folder): document["id"] for document in documents}
    assert sorted(identifiers) == sorted(name for name in names if FATES[name].texts)
    assert text_of(7) in cli("documents", "show", identifiers[NAMES[7]], "--json").json["text"]
    assert not list(tmp_path.rglob("climbed*"))
