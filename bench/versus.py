"""Citewell against a plain pipeline: `python bench/versus.py FOLDER_OR_SQUAD_FILE` (formats: see eval/reading.py).

The plain pipeline is what LlamaIndex and Chroma give when nothing is added (see plain.py), with chunks of 256 tokens,
which is what the model reads, and with the splitter's defaults. Both run in this process and in turns, ingest by ingest
and question by question, so that whatever else the machine does slows all of them: read the ratios.

Alike: documents, questions, the model's weights, the processor's threads, Chroma on disk, the number of passages
retrieved, and what counts as the right passage: one of the right document with a sentence of the right paragraph.
Models are loaded, and a first question asked, before the clock starts.

Not alike: Citewell embeds in bfloat16 where the processor multiplies it natively, keeps a vector for every sentence, a
lexical index and a document's title with each chunk, and knows unchanged files; the plain pipeline embeds in 32-bit
floats, with the file's path before each chunk. `ask` is an answer with quotes found and verified for Citewell, and the
passages alone for the plain one. `shown` is Citewell's answer, and the plain pipeline's first passage, cut to the
median length of Citewell's answers. Longer chunks hold more sentences: they are right more easily, and show more text.
Memory is not told: it cannot be split between pipelines of one process.
"""

import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Protocol

import typer
from rich.table import Table

from citewell import terminal
from citewell.app import build_eval_engine
from citewell.engine.answer import Question
from citewell.errors import CitewellError
from citewell.eval.dataset import Item
from citewell.eval.judge import Verdict, judge
from citewell.eval.reading import ANSWERABLE, Benchmark, load_reading
from citewell.eval.reply import Reply
from citewell.eval.scores import Score, latency, percentile_score, score
from citewell.index.embedder import packaged_model
from citewell.index.sync import sync
from citewell.settings import load_settings

SPLITS = {"plain, 256 tokens": (256, 50), "plain, 1024 tokens": (1024, 200)}  # size and overlap
ROUNDS = 3  # of ingest
Figures = dict[str, Score]  # a number that is counted or timed once is its own interval


class System(Protocol):
    """What is measured: `ingest` gives the number of chunks in the index, `ask` a reply and the time of retrieval."""

    def ingest(self, docs: Path) -> int: ...

    def ask(self, item: Item) -> tuple[Reply, float]: ...


Maker = Callable[[Path], System]  # from the folder for its index
Asked = list[tuple[Reply, float]]


class Citewell:
    """The engine over an index of its own."""

    def __init__(self, home: Path) -> None:
        self._engine = build_eval_engine(load_settings(home=home), "versus")
        self._engine.store.embedder.query("load the weights")

    def ingest(self, docs: Path) -> int:
        return sync(self._engine.store, [docs]).chunks

    def ask(self, item: Item) -> tuple[Reply, float]:
        answer = self._engine.ask(Question(item.question))
        return Reply.of(item, answer, lambda _: ""), answer.ms["retrieve"]


def main(
    benchmark: Annotated[Path, typer.Argument(help="A folder with questions.jsonl and docs/, or a SQuAD file.")],
    questions: Annotated[int, typer.Option(min=0, help="How many, drawn by lot; 0 for all.")] = 0,
    as_data: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run both pipelines on the same work, and print what they reach and the ratios."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}
    try:
        with tempfile.TemporaryDirectory() as scratch:
            docs = Path(scratch, "docs")
            docs.mkdir()
            found = compare(draw(load_reading(benchmark, docs), questions), makers(), Path(scratch))
    except CitewellError as error:
        sys.exit(f"versus: {error}")
    if as_data:
        data = {name: {key: asdict(value) for key, value in figures.items()} for name, figures in found.items()}
        sys.stdout.write(json.dumps(data) + "\n")
    else:
        terminal.stdout().print(table(found))


def draw(benchmark: Benchmark, count: int) -> Benchmark:
    """The benchmark with that many of its questions, the same at every call; with all of them for 0."""
    items = benchmark.items
    if not 0 < count < len(items):
        return benchmark
    return replace(benchmark, items=tuple(random.Random(0).sample(items, count)))


def makers() -> dict[str, Maker]:
    """The systems by name, Citewell first."""
    from citewell.bench.plain import Plain, load_model  # noqa: PLC0415 after the environment is set

    model = load_model(packaged_model())
    model.get_query_embedding("load the weights")
    top_k = load_settings().top_k

    def plain(size: int, overlap: int) -> Maker:
        return lambda home: Plain(home, model, size, overlap, top_k)

    return {"Citewell": Citewell, **{name: plain(*split) for name, split in SPLITS.items()}}


def compare(benchmark: Benchmark, makers: dict[str, Maker], scratch: Path) -> dict[str, Figures]:
    """The figures of each system, which take turns."""
    seconds: dict[str, list[float]] = {name: [] for name in makers}
    for number in range(ROUNDS):
        systems = {name: make(scratch / f"{name} {number}") for name, make in makers.items()}
        chunks = dict(_ingest(systems, benchmark.documents, seconds))
    asked = ask_in_turns(systems, benchmark.items)
    again: dict[str, list[float]] = {name: [] for name in makers}
    chunks_again = dict(_ingest(systems, benchmark.documents, again))
    length = _median_length([reply for reply, _ in next(iter(asked.values()))])
    return {
        name: ingest_figures(seconds[name], again[name], chunks[name], chunks_again[name])
        | answer_figures(benchmark, asked[name], length)
        for name in makers
    }


def _ingest(systems: dict[str, System], docs: Path, seconds: dict[str, list[float]]) -> Iterator[tuple[str, int]]:
    for name, system in systems.items():
        begun = time.perf_counter()
        chunks = system.ingest(docs)
        seconds[name].append(time.perf_counter() - begun)
        yield name, chunks


def ask_in_turns(systems: dict[str, System], items: Sequence[Item]) -> dict[str, Asked]:
    """Each system's replies to all items in order; whose turn is first goes round."""
    names = list(systems)
    asked: dict[str, Asked] = {name: [] for name in names}
    for name in names:
        systems[name].ask(items[0])
    with terminal.progress() as progress:
        for number, item in enumerate(items):
            progress(item.question, number + 1, len(items))
            first = number % len(names)
            for name in names[first:] + names[:first]:
                asked[name].append(systems[name].ask(item))
    return asked


def ingest_figures(seconds: list[float], again: list[float], chunks: int, chunks_again: int) -> Figures:
    """Of the first ingest, the fastest of the rounds, since other work only slows; of the second, the one there is."""
    low, high = min(seconds), max(seconds)
    return {
        "ingest, s": Score(low, low, high),
        "passages": _exact(chunks),
        "passages per s": Score(chunks / low, chunks / high, chunks / low),
        "ingest again, s": _exact(again[0]),
        "passages after that": _exact(chunks_again),
    }


def answer_figures(benchmark: Benchmark, asked: Asked, length: int) -> Figures:
    """Of the replies; `length` is what is shown of a passage, in characters."""
    replies = [reply for reply, _ in asked]
    firsts = [replace(reply, status="answered", text=reply.passages[0].text) for reply in replies if reply.passages]
    shown = [reply if reply.quotes else replace(reply, text=reply.text[:length]) for reply in replies]
    verdicts = _judged(benchmark, shown)
    overall = score(verdicts).overall
    times = {"retrieve": latency([ms for _, ms in asked]), "ask": latency([reply.ms for reply in replies])}
    return {
        **{f"{name} {key}, ms": value for name, found in times.items() for key, value in found.items()},
        **{name: overall[name] for name in ("hit@1", "hit@5", "mrr") if name in overall},
        **_told("shown", verdicts),
        **_told("first passage", _judged(benchmark, firsts)),
        **_refused(verdicts),
    }


def _judged(benchmark: Benchmark, replies: Sequence[Reply]) -> list[Verdict]:
    items = {item.id: item for item in benchmark.items}
    return [judge(items[reply.item], reply, benchmark.held) for reply in replies]


def _told(name: str, verdicts: Sequence[Verdict]) -> Figures:
    """How often the answer is in a text, and how long the text is, over answerable questions."""
    chosen = [v for v in verdicts if v.answerable]
    length = percentile_score([v.length for v in chosen if not v.refused], 50)
    found = {f"right in {name}": score(chosen).overall.get("accuracy"), f"characters of {name}": length}
    return {key: value for key, value in found.items() if value}


def _refused(verdicts: Sequence[Verdict]) -> Figures:
    kinds = sorted({v.category for v in verdicts}, key=lambda kind: (kind != ANSWERABLE, kind))
    shares = {kind: [v.refused for v in verdicts if v.category == kind] for kind in kinds}
    return {f"refused of {kind}": _exact(sum(refused) / len(refused)) for kind, refused in shares.items()}


def _median_length(replies: Sequence[Reply]) -> int:
    return statistics.median_low([len(reply.text) for reply in replies if reply.text] or [0])


def _exact(value: float) -> Score:
    return Score(value, value, value)


def table(found: dict[str, Figures]) -> Table:
    """A row for each figure, and for each system but the first a column with the first's ratio to it."""
    first, *others = found
    shown = Table("", first, *(title for name in others for title in (name, "ratio")))
    for row, own in found[first].items():
        pairs = [(found[name].get(row), own) for name in others]
        shown.add_row(row, _cell(own), *(text for other, own in pairs for text in (_cell(other), _ratio(own, other))))
    return shown


def _cell(score: Score | None) -> str:
    if score is None:
        return "–"
    spread = f" ({_short(score.low)} to {_short(score.high)})" if score.low != score.high else ""
    return _short(score.value) + spread


def _short(value: float) -> str:
    """With three digits or so; a whole number as one."""
    digits = 0 if value >= 100 or value == round(value) else 1 if value >= 1 else 3
    return f"{value:.{digits}f}"


def _ratio(own: Score, other: Score | None) -> str:
    return f"{own.value / other.value:.2f}" if other and other.value else "–"


if __name__ == "__main__":
    typer.run(main)
