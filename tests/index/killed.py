"""Kills syncs at random moments and checks after each that the index is whole: `python killed.py HOME FOLDER ROUNDS`.

A process of its own, which imports everything and opens nothing, and then forks: what is killed must be a process, and
importing Chroma for each would take most of the time.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import chromadb  # noqa: F401  # before the forks

from citewell.index.retriever import HybridRetriever
from citewell.index.store import Store, connect
from citewell.index.sync import sync
from citewell.settings import load_settings
from citewell.tests.index.fake_embedder import FakeEmbedder

FILES, PARAGRAPHS = 4, 60


def write(folder: Path, version: int) -> None:
    """Every paragraph of every file says its version, so that a mixture shows."""
    for number in range(FILES):
        lines = (f"Pond {n} of park {number} has version{version} ducks. " * 12 for n in range(PARAGRAPHS))
        (folder / f"park{number}.txt").write_text("\n\n".join(lines), encoding="utf-8")


def opened(home: Path) -> Store:
    return Store(connect(load_settings(home=home)), FakeEmbedder(), home)


def make(home: Path, folder: Path) -> None:
    sync(opened(home), [folder])


def check(home: Path) -> None:
    """Every document is there, whole, of one version, and found."""
    store = opened(home)
    records = store.documents()
    assert {record.document for record in records} == {f"park{n}.txt" for n in range(FILES)}
    for record in records:
        text = "".join(chunk.text for chunk in store.chunks_of(record.id))
        assert len({word for word in text.split() if word.startswith("version")}) == 1
        assert text.count("Pond") == 12 * PARAGRAPHS
    found = HybridRetriever(store).search("How many ducks has pond 7 of park 2?")
    assert "Pond 7 of park 2" in found[0].chunk.text


def run(step: Callable[..., None], *arguments: Path, kill_after: float | None = None) -> bool:
    """Run a step in a child; whether it ended well."""
    child = os.fork()
    if child == 0:
        try:
            step(*arguments)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must hear of it, and nothing else run
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
            os._exit(1)
        os._exit(0)
    if kill_after is not None:
        time.sleep(kill_after)  # the moment of the kill: there is nothing to wait for
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def main(home: Path, folder: Path, rounds: int) -> None:
    write(folder, 0)
    begun = time.monotonic()
    assert run(make, home, folder)
    whole = time.monotonic() - begun
    moments, killed = random.Random(7), 0
    for version in range(1, rounds + 1):
        write(folder, version)
        killed += not run(make, home, folder, kill_after=moments.uniform(0, whole))
        assert run(check, home), f"after kill {version}"
    assert run(make, home, folder)
    assert run(check, home)
    sys.stdout.write(f"{killed} of {rounds} killed in their work\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
