"""Ingest against a plain pipeline: `python bench/ingest.py [FOLDER]` reads, cuts, embeds and stores the same files.

The plain pipeline is `SimpleDirectoryReader`, `SentenceSplitter`, `HuggingFaceEmbedding` in 32-bit floats and
`ChromaVectorStore` (see plain.py), with chunks of 256 tokens, which is what the model reads, and with the splitter's
defaults. Each ingest has a process of its own, which loads the weights before the clock starts; the pipelines take
turns, so that whatever else the machine does slows all of them: read the ratios.

Alike: files, the model's weights, Chroma on disk, the processor. Not alike: Citewell embeds in bfloat16 where the
processor multiplies it natively, keeps a vector for every sentence, and makes the lexical index and finds duplicates
within the time. Memory is what a pipeline's processes hold together, looked at every 20 ms.

Without a folder, texts are written for it, of words that the model knows whole, drawn by lot. Then the same files are
ingested again, unchanged: by the function, and as a user does it, by the command.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import psutil  # type: ignore[import-untyped]
import typer
from rich.table import Table

from citewell import terminal
from citewell.errors import CitewellError
from citewell.index.embedder import packaged_model

# Heavy packages are imported inside the functions: the processes that read import this module too.
# ruff: noqa: PLC0415

ROUNDS = 3
PARAGRAPHS, SENTENCES = 4, 9  # of an invented document: some 3,300 characters
SPLITS = {"plain, 256 tokens": (256, 50), "plain, 1024 tokens": (1024, 200)}  # size and overlap
COMMAND = Path(sys.executable).with_name("citewell")


@dataclass(frozen=True)
class Ingested:
    """What one ingest made, how long it took, and the memory that it had at most."""

    passages: int
    seconds: float
    peak_mib: float

    @property
    def rate(self) -> float:
        """Passages a second."""
        return self.passages / self.seconds


def main(
    folder: Annotated[Path | None, typer.Argument(help="Documents; invented ones when left out.")] = None,
    count: Annotated[int, typer.Option("--documents", min=1, help="How many are invented.")] = 1000,
    rounds: Annotated[int, typer.Option(min=1, help="How often each pipeline ingests them.")] = ROUNDS,
    as_data: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run the pipelines on the same files, and print what they reach and the ratios."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}
    try:
        with tempfile.TemporaryDirectory() as scratch:
            docs = folder or invented(Path(scratch, "docs"), count)
            runs = compare(docs, Path(scratch), rounds)
            again = unchanged(docs, Path(scratch, "Citewell-0"))
    except CitewellError as error:
        sys.exit(f"ingest: {error}")
    if as_data:
        data = {name: [asdict(run) for run in each] for name, each in runs.items()}
        sys.stdout.write(json.dumps({"first": data, "again": again}) + "\n")
        return
    console = terminal.stdout()
    console.print(table(runs))
    first = statistics.median(run.seconds for run in runs["Citewell"])
    for name, seconds in again.items():
        console.print(f"Unchanged, {name}: {seconds:.3f} s, which is {first / seconds:.0f} times faster")


def invented(folder: Path, count: int) -> Path:
    """A folder with texts of words drawn by lot, common ones more often, the same at every call."""
    folder.mkdir()
    vocabulary = (packaged_model() / "vocab.txt").read_text("utf-8").splitlines()
    words = [word for word in vocabulary if word.isascii() and word.isalpha() and len(word) > 1]
    chances = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    lot = random.Random(0)

    def paragraph() -> str:
        sentences = (lot.choices(words, cum_weights=chances, k=lot.randint(8, 20)) for _ in range(SENTENCES))
        return " ".join(f"{' '.join(sentence).capitalize()}." for sentence in sentences)

    for number in range(count):
        text = "\n\n".join(paragraph() for _ in range(PARAGRAPHS))
        (folder / f"{number:05}.txt").write_text(f"{text}\n", encoding="utf-8")
    return folder


def compare(docs: Path, scratch: Path, rounds: int) -> dict[str, list[Ingested]]:
    """The pipelines in turns, each run in a process of its own."""
    makers: dict[str, Callable[[Path, Path], Ingested]] = {"Citewell": citewell}
    makers |= {name: partial(plain, split) for name, split in SPLITS.items()}
    runs: dict[str, list[Ingested]] = {name: [] for name in makers}
    for number in range(rounds):
        for name, make in makers.items():
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
                runs[name].append(process.submit(make, docs, scratch / f"{name}-{number}").result())
            terminal.say(f"{name}: {runs[name][-1].seconds:.1f} s")
    return runs


def citewell(docs: Path, home: Path) -> Ingested:
    """One ingest by Citewell, as the command does it."""
    from citewell.app import build_store
    from citewell.index.sync import sync
    from citewell.ingest.workers import sensible_number
    from citewell.settings import load_settings

    store = build_store(load_settings(home=home))
    store.embedder.meaning("load the weights")
    with watched() as peak:
        begun = time.perf_counter()
        chunks = sync(store, [docs], processes=sensible_number(os.cpu_count())).chunks
        return Ingested(chunks, time.perf_counter() - begun, peak())


def plain(split: tuple[int, int], docs: Path, home: Path) -> Ingested:
    """One ingest by the plain pipeline."""
    from citewell.bench.plain import Plain, load_model

    model = load_model(packaged_model())
    model.get_query_embedding("load the weights")
    system = Plain(home, model, *split, top_k=1)
    with watched() as peak:
        begun = time.perf_counter()
        passages = system.ingest(docs)
        return Ingested(passages, time.perf_counter() - begun, peak())


@contextmanager
def watched() -> Iterator[Callable[[], float]]:
    """Gives the most memory, in MiB, that this process and those that it started have held together so far."""
    most, ended = 0, threading.Event()

    def look() -> None:
        nonlocal most
        own = psutil.Process()
        while not ended.wait(0.02):
            held = 0
            for process in (own, *own.children(recursive=True)):
                with suppress(psutil.Error):  # it has ended meanwhile
                    held += process.memory_info().rss
            most = max(most, held)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield lambda: most / 2**20
    finally:
        ended.set()
        watcher.join()


def unchanged(docs: Path, home: Path) -> dict[str, float]:
    """Seconds that an ingest of the same files takes once more; medians."""
    from citewell.app import build_store
    from citewell.index.sync import sync
    from citewell.settings import load_settings

    store = build_store(load_settings(home=home))
    env = {**os.environ, "CITEWELL_HOME": str(home)}
    calls: dict[str, Callable[[], object]] = {
        "the function": lambda: sync(store, [docs]),
        "the command": lambda: subprocess.run([COMMAND, "ingest", str(docs)], env=env, check=True, capture_output=True),
    }
    return {name: statistics.median(_seconds(call) for _ in range(5)) for name, call in calls.items()}


def _seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def table(runs: dict[str, list[Ingested]]) -> Table:
    """Medians, and the ratio of each pipeline's rate and memory to Citewell's."""
    shown = Table("pipeline", "passages", "seconds", "passages/s", "Citewell's rate", "peak MiB")
    own = statistics.median(run.rate for run in runs["Citewell"])
    for name, each in runs.items():
        rate = statistics.median(run.rate for run in each)
        seconds = statistics.median(run.seconds for run in each)
        memory = statistics.median(run.peak_mib for run in each)
        cells = (each[0].passages, f"{seconds:.1f}", f"{rate:.0f}", f"{own / rate:.2f} ×", f"{memory:.0f}")
        shown.add_row(name, *map(str, cells))
    return shown


if __name__ == "__main__":
    typer.run(main)
