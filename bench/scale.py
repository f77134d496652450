"""Retrieval over many chunks: `python bench/scale.py --chunks 100000`.

The documents are made up: sentences of words drawn by Zipf's law (rank r as often as 1/r), of which the commonest are
English stop words and the others invented, so that postings are as long as a real corpus of that size has them. A
model would take half an hour over 100,000 chunks; in its place a text's vector is the sum of its words' random
vectors. Everything else is as in `citewell ingest`: chunker, store, unit vectors, commit. So `chunks per second` is
that of all but reading and embedding.

A question is some words of a sentence. It is embedded by the packaged model, for the time that this takes, and then
searched for by the sum of its words' vectors.

Filling and asking are two fresh processes, so that the memory told is that of asking alone, and the first search finds
nothing in memory. The files are those that were just written: a first search after a restart also waits for the disk.
"""

import json
import multiprocessing
import random
import resource
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer
from rich.table import Table

from citewell import terminal
from citewell.eval.metrics import percentile
from citewell.index.embedder import Embedder, Encoded, Vectors
from citewell.index.records import DocumentRecord
from citewell.index.retriever import HybridRetriever
from citewell.index.store import Store, connect
from citewell.index.terms import STOP_WORDS, terms
from citewell.ingest.chunk import Chunk, chunk_document
from citewell.ingest.document import Block, Document, Metadata
from citewell.settings import load_settings

WORDS = 50_000
PARAGRAPHS = 50  # a document; each is about a chunk
SENTENCES = 6  # a paragraph
LENGTHS = range(8, 21)  # words of a sentence
ASKED = 8  # words of a question
FIRST_DAY = date(2015, 1, 1)
FILTER = {"after": "2019-01-01"}  # lets six of ten documents through
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


@dataclass(frozen=True)
class Filled:
    """How an index was filled, and what to ask it."""

    documents: int
    chunks: int
    seconds: float
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What asking took: seconds of each step until the first passages, milliseconds of each search and its parts,
    and MiB of memory at most, with what the process and the model take of it."""

    seconds: dict[str, float]
    ms: dict[str, list[float]]
    mib: float
    mib_before: float


class WordVectors(Embedder):
    """Sums of words' random vectors in the place of the packaged model's, as the module says."""

    dimension = 384  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        table = np.random.default_rng(0).standard_normal((4096, self.dimension), dtype=np.float32)
        self._table = table / np.linalg.norm(table, axis=1, keepdims=True)

    def query(self, text: str) -> npt.NDArray[np.float32]:
        super().query(text)
        return self._sums([text])[0]

    def encode(self, chunks: Sequence[Chunk]) -> list[Encoded]:
        return [
            Encoded(
                self._sums([chunk.text])[0], self._sums([chunk.text[unit.start : unit.end] for unit in chunk.units])
            )
            for chunk in chunks
        ]

    def _sums(self, texts: Sequence[str]) -> Vectors:
        rows = [[zlib.crc32(term.encode()) % len(self._table) for term in terms(text)] for text in texts]
        sums = np.array([self._table[row].sum(axis=0) for row in rows], dtype=np.float32)
        return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)


def main(
    chunks: Annotated[int, typer.Option(min=1, help="At least how many.")] = 100_000,
    questions: Annotated[int, typer.Option(min=2, help="How many to time.")] = 200,
    as_data: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Fill an index with made-up documents, and time retrieval over it."""
    processes = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as home,
        ProcessPoolExecutor(1, mp_context=processes, max_tasks_per_child=1) as fresh,
    ):
        filled = fresh.submit(fill, Path(home), chunks, questions).result()
        asked = fresh.submit(ask, Path(home), filled.questions).result()
    if as_data:
        sys.stdout.write(json.dumps(report(filled, asked)) + "\n")
    else:
        terminal.stdout().print(*tables(filled, asked))


def fill(home: Path, chunks: int, questions: int) -> Filled:
    """Make an index of at least that many chunks."""
    store = Store(connect(load_settings(home=home)), WordVectors(), home)
    lot = random.Random(0)
    records: list[DocumentRecord] = []
    asked: list[str] = []
    seconds, count = 0.0, 0
    for document in documents(lot):
        begun = time.perf_counter()
        cut = chunk_document(document)
        record = DocumentRecord.of(document, cut)
        store.add([(record, cut)])
        seconds += time.perf_counter() - begun
        records.append(record)
        asked.append(question(document, lot))
        count += len(cut)
        if len(records) % 100 == 0:
            terminal.say(f"{count:,} chunks, {count / seconds:.0f} a second")
        if count >= chunks:
            break
    begun = time.perf_counter()
    store.commit(records)
    seconds += time.perf_counter() - begun
    return Filled(len(records), count, seconds, tuple(lot.choices(asked, k=questions)))


def documents(lot: random.Random) -> Iterator[Document]:
    """Documents without end, the same for the same lot."""
    words = vocabulary()
    chances = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))

    def sentence() -> str:
        drawn = lot.choices(words, cum_weights=chances, k=lot.choice(LENGTHS))
        return " ".join(drawn).capitalize() + "."

    def paragraph() -> str:
        return " ".join(sentence() for _ in range(SENTENCES))

    number = 0
    while True:
        number += 1
        name = f"{number}.txt"
        yield Document(
            source=f"/{name}",
            name=name,
            metadata=Metadata(title=sentence().rstrip("."), published=FIRST_DAY + timedelta(days=lot.randrange(3650))),
            content_hash=sha256(name.encode()).hexdigest(),
            blocks=tuple(Block("text", paragraph()) for _ in range(PARAGRAPHS)),
        )


def vocabulary() -> list[str]:
    """The commonest first: stop words, then words of invented syllables."""
    base = len(SYLLABLES)

    def invented(number: int) -> str:
        return "".join(SYLLABLES[number // base**place % base] for place in range(3))

    return [*sorted(STOP_WORDS), *(invented(number * 6) for number in range(WORDS))]


def question(document: Document, lot: random.Random) -> str:
    """Words of one of the document's sentences, which are no stop words as far as there are others."""
    sentence = lot.choice(lot.choice(document.blocks).text.split("."))
    words = [word for word in sentence.split() if word.lower() not in STOP_WORDS] or [document.metadata.title]
    return " ".join(words[:ASKED]) + "?"


def ask(home: Path, questions: Sequence[str]) -> Asked:
    """Open the index as after an ingest, and ask every question, without a filter and with one."""
    embedder = WordVectors()
    embedder.query("load the weights")
    before = peak_mib()
    steps: dict[str, list[float]] = {}
    store = clocked("open the store", steps, lambda: Store(connect(load_settings(home=home)), embedder, home))()
    clocked("build the lexical index", steps, lambda: HybridRetriever(store).lexical)()
    retriever = HybridRetriever(store)
    clocked("or load it", steps, lambda: retriever.lexical)()
    clocked("first search", steps, retriever.search)(questions[0])
    ms: dict[str, list[float]] = {}
    parts = [
        ("embed the question", embedder, "query"),
        ("nearest vectors", store, "nearest"),
        ("lexical scores", retriever.lexical, "scores"),
        ("fetch candidates", store, "fetch"),
    ]
    for name, owner, method in parts:
        setattr(owner, method, clocked(name, ms, getattr(owner, method)))
    search = clocked("search", ms, retriever.search)
    for text in questions:
        search(text)
    ms["all but the embedding"] = [
        whole - own for whole, own in zip(ms["search"], ms["embed the question"], strict=True)
    ]
    for _, owner, method in parts:
        delattr(owner, method)  # the class's own again
    search = clocked("search with a date filter", ms, retriever.search)
    for text in questions:
        search(text, filters=FILTER)
    return Asked({name: spent[0] / 1000 for name, spent in steps.items()}, ms, peak_mib(), before)


def clocked(name: str, ms: dict[str, list[float]], call: Callable[..., Any]) -> Callable[..., Any]:
    """The same call, which adds its milliseconds to a list."""

    def timed(*args: Any, **kwargs: Any) -> Any:
        begun = time.perf_counter()
        try:
            return call(*args, **kwargs)
        finally:
            ms.setdefault(name, []).append((time.perf_counter() - begun) * 1000)

    return timed


def peak_mib() -> float:
    """The most memory that this process has had resident (Linux counts it in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(filled: Filled, asked: Asked) -> dict[str, Any]:
    """All figures: seconds, milliseconds as p50 and p95, MiB."""
    return {
        "documents": filled.documents,
        "chunks": filled.chunks,
        "questions": len(filled.questions),
        "chunks_per_second": round(filled.chunks / filled.seconds, 1),
        "seconds": {name: round(seconds, 2) for name, seconds in asked.seconds.items()},
        "ms": {
            name: {f"p{p}": round(float(percentile(spent, p)), 1) for p in (50, 95)} for name, spent in asked.ms.items()
        },
        "mib": {"before": round(asked.mib_before), "most": round(asked.mib)},
    }


def tables(filled: Filled, asked: Asked) -> tuple[Table, Table]:
    """The times of searches, and everything else."""
    data = report(filled, asked)
    times = Table("ms", "p50", "p95", title=f"{filled.chunks:,} chunks, {len(filled.questions)} questions")
    for name, found in data["ms"].items():
        times.add_row(name, *(f"{value:.1f}" for value in found.values()))
    rest = Table("once", "")
    rest.add_row("chunks stored a second", f"{data['chunks_per_second']:.0f}")
    for name, seconds in data["seconds"].items():
        rest.add_row(f"{name}, s", f"{seconds:.2f}")
    rest.add_row("memory before opening, MiB", f"{data['mib']['before']:,}")
    rest.add_row("memory at most, MiB", f"{data['mib']['most']:,}")
    return times, rest


if __name__ == "__main__":
    typer.run(main)
