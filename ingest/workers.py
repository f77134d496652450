"""Reading files in processes beside this one: several at a time, and none of them can take this one along."""

import logging
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path

from ..errors import DocumentError
from .chunk import Chunk, chunk_document
from .document import Document, Metadata
from .read import read_document
from .readers import TEXT

LOGGER = logging.getLogger(__name__)
AHEAD = 2  # files for each process that are read before what was read first is taken
LONGEST = 1800  # seconds that one file may take: 200 scanned pages take twenty minutes
LITTLE = 1_000_000  # bytes of text
MOST = 8  # processes: embedding, which takes what they give, cannot keep up with more


@dataclass(frozen=True)
class Task:
    """A file to read, and what a person states about it."""

    path: Path
    stated: Metadata


@dataclass(frozen=True)
class Reading:
    """What a task found: a document and its chunks, or why there is none."""

    task: Task
    found: tuple[Document, list[Chunk]] | DocumentError

    @property
    def chunks(self) -> int:
        """How many."""
        return 0 if isinstance(self.found, DocumentError) else len(self.found[1])


def sensible_number(cores: int | None) -> int:
    """How many processes are of use beside the one that embeds, which takes all the cores that it is given."""
    return max(1, min((cores or 1) // 2, MOST))


def read_all(tasks: Sequence[Task], processes: int) -> Iterator[Reading]:
    """Every task's reading, as each is done; in this process and in order when `processes` is 0, or not worth while.

    No more readings are held at a time than the processes need to be kept busy.
    """
    if not processes or _is_little_text(tasks):
        yield from map(read, tasks)
        return
    waiting = iter(tasks)
    while True:
        lost: list[Task] = []
        yield from _read_until_broken(waiting, processes, lost)
        if not lost:
            return
        for task in lost:  # one of them ended its process: each has one of its own now, which shows which
            again: list[Task] = []
            yield from _read_until_broken(iter([task]), 1, again)
            for each in again:
                fault = (
                    "reading it ended the process that read it, for lack of memory perhaps; split it, or save it anew"
                )
                yield Reading(each, DocumentError(str(each.path), fault))


def _is_little_text(tasks: Sequence[Task]) -> bool:
    """Whether reading takes less time than a process to start; other files than text are read by libraries that may
    take all memory, or never end."""
    if any(task.path.suffix.lower() not in TEXT for task in tasks):
        return False
    return sum(task.path.stat().st_size for task in tasks if task.path.exists()) < LITTLE


def read(task: Task) -> Reading:
    """One task's reading."""
    try:
        document = read_document(task.path, task.stated)
        return Reading(task, (document, chunk_document(document)))
    except DocumentError as error:
        return Reading(task, error)
    except ImportError as error:  # of a reader, which is loaded with the first file of its format
        return Reading(
            task, DocumentError(str(task.path), f"its reader does not load ({error}); install citewell again")
        )
    except Exception as error:  # a fault of a reader, or of a library below it, must not stop the others
        LOGGER.info("%s", task.path, exc_info=error)
        fault = (
            f"cannot be read ({type(error).__name__}: {' '.join(str(error).split())[:200]}); save it in another format"
        )
        return Reading(task, DocumentError(str(task.path), fault))


def _read_until_broken(waiting: Iterator[Task], processes: int, lost: list[Task]) -> Iterator[Reading]:
    """Readings until there are no more tasks, or a process ends, which puts those that were begun into `lost`."""
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin)
    pending: dict[Future[Reading], Task] = {}
    try:
        while True:
            for task in islice(waiting, AHEAD * processes - len(pending)):
                pending[pool.submit(_read_in_time, task)] = task
            if not pending:
                return
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                reading = future.result()
                del pending[future]
                yield reading
    except BrokenProcessPool:
        lost += pending.values()
    finally:
        pool.shutdown(cancel_futures=True)


# In the process that reads


def _begin() -> None:
    """Interrupts are the parent's to handle; and when that is killed, this process must not stay behind."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


class _OutOfTime(BaseException):
    """Not to be caught by a reader that turns whatever its library raises into an error of its own."""


def _read_in_time(task: Task) -> Reading:
    try:
        with _time_limit(LONGEST):
            return read(task)
    except _OutOfTime:
        fault = f"takes more than {LONGEST} s to read; split it, or save it in another format"
        return Reading(task, DocumentError(str(task.path), fault))


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """_OutOfTime in this thread after so many seconds; no limit on systems without such a signal (Windows)."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: object) -> None:
        raise _OutOfTime

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
