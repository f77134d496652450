"""Reading benchmark: `python bench/reading.py FOLDER_OR_SQUAD_FILE` asks its questions (formats: see eval/reading.py).

The measures are those of `citewell eval`, but a passage counts when it holds a sentence of the paragraph that answers,
whether or not the answer is in it. Refusals are told apart by the kind of question that no document answers, each kind
beside the answerable ones; `unseen` is the half that eval/calibrate.py does not fit on.
"""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from citewell import terminal
from citewell.app import build_eval_engine
from citewell.errors import CitewellError
from citewell.eval.calibrate import is_held_out
from citewell.eval.gate import Suite
from citewell.eval.judge import Verdict
from citewell.eval.reading import Benchmark, load_reading
from citewell.eval.results import Result, Results, result_of, save_results
from citewell.eval.runner import ask_all
from citewell.eval.runs import Run, SuiteRecord, new_folder, save_replies, save_run
from citewell.eval.scores import Score, score
from citewell.eval.tables import as_json, categories_table, scores_table
from citewell.index.sync import sync
from citewell.settings import Settings, load_settings

Refusals = dict[str, dict[str, Score]]


def main(
    benchmark: Annotated[Path, typer.Argument(help="A folder with questions.jsonl and docs/, or a SQuAD file.")],
    out: Annotated[Path | None, typer.Option(help="Keep replies and scores in this folder.")] = None,
    as_data: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask every question, and print the scores of retrieval, answers and refusals."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            run(benchmark, Path(scratch), out, as_data)
    except CitewellError as error:
        sys.exit(f"reading: {error}")


def run(path: Path, scratch: Path, out: Path | None, as_data: bool) -> None:
    """`main` within an empty folder."""
    folder = new_folder(out or scratch / "run")
    (scratch / "docs").mkdir()
    benchmark = load_reading(path, scratch / "docs")
    if benchmark.left_out:
        terminal.say(f"left out, for want of a word in question or answers: {', '.join(benchmark.left_out)}")
    results = ask(benchmark, load_settings(home=scratch), folder, path)
    found = refusals([verdict for _, _, verdict in results.scored[0].rows])
    if as_data:
        named = {kind: {name: asdict(value) for name, value in scores.items()} for kind, scores in found.items()}
        sys.stdout.write(json.dumps({**as_json(results)["suites"][0], "refusals": named}, ensure_ascii=False) + "\n")
    else:
        show(results.scored[0], found, terminal.stdout())


def ask(benchmark: Benchmark, settings: Settings, folder: Path, source: Path) -> Results:
    """The results of all questions on an index of their own, kept in the folder of a run."""
    engine = build_eval_engine(settings, benchmark.name)
    sync(engine.store, [benchmark.documents])
    with terminal.progress() as progress:
        replies = ask_all(engine, benchmark.items, progress)
    save_replies(folder, benchmark.name, replies)
    record = SuiteRecord(str(source.resolve()), engine.store.fingerprint, len(engine.store.documents()))
    made = Run.now(settings, {benchmark.name: record})
    save_run(folder, made)
    suite = Suite(benchmark.name, source.resolve())  # without floors
    results = Results(made, (result_of(suite, benchmark.items, replies, held=benchmark.held),))
    save_results(folder, results)
    return results


def refusals(verdicts: list[Verdict]) -> Refusals:
    """Precision and recall of refusing each kind of question that no document answers, by kind and `KIND, unseen`."""
    found: Refusals = {}
    for kind in sorted({v.category for v in verdicts if not v.answerable}):
        chosen = [v for v in verdicts if v.answerable or v.category == kind]
        for name, part in ((kind, chosen), (f"{kind}, unseen", [v for v in chosen if is_held_out(v.item)])):
            overall = score(part).overall
            found[name] = {key: value for key, value in overall.items() if key.startswith("refusal_")}
    return found


def show(result: Result, found: Refusals, console: Console) -> None:
    """Print the tables of `citewell eval` and that of refusals."""
    table = Table("refusals", "score", "value", "95% interval")
    for kind, scores in found.items():
        for name, value in scores.items():
            spread = f"{value.low:.3f} to {value.high:.3f}"
            table.add_row(kind, name.removeprefix("refusal_"), f"{value.value:.3f}", spread)
    console.print(scores_table(result), categories_table(result), *([table] if found else []))


if __name__ == "__main__":
    typer.run(main)
