"""Reading in other processes: the same readings, and no file can take the others along."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from citewell.errors import DocumentError
from citewell.ingest import workers
from citewell.ingest.document import Document, Metadata
from citewell.ingest.workers import Reading, Task, read, read_all


def tasks(folder: Path, count: int) -> list[Task]:
    for number in range(count):
        (folder / f"{number:02}.txt").write_text(f"Pond {number} has ducks.\n", encoding="utf-8")
    return [Task(path, Metadata(kind="report")) for path in sorted(folder.iterdir())]


def told(reading: Reading) -> str:
    assert isinstance(reading.found, DocumentError)
    return str(reading.found)


@pytest.mark.parametrize("processes", [0, 1, 3])
def test_every_task_is_read_once(tmp_path: Path, processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "LITTLE", 0)
    given = tasks(tmp_path, 9)
    given[4].path.write_bytes(b"")
    readings = {reading.task: reading for reading in read_all(given, processes)}
    assert readings.keys() == set(given)
    assert told(readings.pop(given[4])).startswith(f"{given[4].path}: the file is empty")
    for task, reading in readings.items():
        assert isinstance(reading.found, tuple)
        document, chunks = reading.found
        assert isinstance(document, Document)
        assert (document.source, document.metadata.kind) == (str(task.path), "report")
        assert [chunk.text for chunk in chunks] == [document.text]


class Counted(list[Task]):
    """Tasks that know how many of them have been taken."""

    taken = 0

    def __iter__(self) -> Iterator[Task]:
        for task in super().__iter__():
            self.taken += 1
            yield task


def test_no_more_is_read_ahead_than_keeps_the_processes_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_is_little_text", lambda _: False)
    given = Counted(tasks(tmp_path, 20))
    readings = read_all(given, 2)
    next(readings)
    assert given.taken <= 2 * workers.AHEAD
    readings.close()


def test_a_little_text_is_read_here_and_anything_else_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    monkeypatch.setattr(workers, "_read_until_broken", lambda waiting, *_: begun.append(len(list(waiting))) or [])
    assert len(list(read_all(tasks(tmp_path, 3), 2))) == 3
    assert begun == []
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    assert list(read_all(tasks(tmp_path, 3), 2)) == []
    (tmp_path / "a.pdf").unlink()
    monkeypatch.setattr(workers, "LITTLE", 10)
    list(read_all(tasks(tmp_path, 3), 2))
    assert begun == [4, 3]


def test_a_process_that_reads_text_loads_no_large_library() -> None:
    """Each holds what it loads, beside the process that embeds."""
    program = "import sys, citewell.ingest.workers, citewell.ingest.readers.text; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "citewell.ingest.read" in loaded.split()
    assert not {"docx", "lxml", "numpy", "openpyxl", "pptx", "pydantic", "torch"} & set(loaded.split())


def test_a_reader_that_fails_in_a_way_of_its_own_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RecursionError("maximum depth\nexceeded")

    monkeypatch.setattr(workers, "read_document", fail)
    [task] = tasks(tmp_path, 1)
    assert told(read(task)) == (
        f"{task.path}: cannot be read (RecursionError: maximum depth exceeded); save it in another format"
    )


def test_a_reader_that_does_not_load_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ImportError("no such library")

    monkeypatch.setattr(workers, "read_document", fail)
    [task] = tasks(tmp_path, 1)
    assert told(read(task)) == f"{task.path}: its reader does not load (no such library); install citewell again"


class Deadly(Metadata):
    """Ends the process that it is sent to, as the system does with one that takes all memory."""

    def __reduce__(self) -> tuple[Callable[[int], NoReturn], tuple[int]]:
        return os._exit, (9,)


def test_a_file_that_ends_its_process_is_told_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LITTLE", 0)
    given = tasks(tmp_path, 7)
    given[2] = Task(given[2].path, Deadly())
    readings = {reading.task: reading for reading in read_all(given, 2)}
    assert "reading it ended the process that read it" in told(readings.pop(given[2]))
    assert len(readings) == 6
    assert not any(isinstance(reading.found, DocumentError) for reading in readings.values())


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no such signal here")
def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def linger(*_: object) -> None:
        while True:
            try:
                time.sleep(60)  # ended by the signal
            except Exception:  # noqa: BLE001 - as a reader may that trusts nothing
                continue

    monkeypatch.setattr(workers, "read_document", linger)
    monkeypatch.setattr(workers, "LONGEST", 0.1)
    [task] = tasks(tmp_path, 1)
    assert "takes more than 0.1 s to read; split it" in told(workers._read_in_time(task))
