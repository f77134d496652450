"""The command line: parse, call, print."""

import asyncio
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer
from typer.core import TyperGroup

from .errors import CitewellError, InputError

if TYPE_CHECKING:
    from .engine.answer import Question
    from .engine.engine import Engine
    from .eval.baseline import Outcomes
    from .eval.gate import Found
    from .index.store import Store

# Heavy packages are imported inside the commands, so that --help answers at once.
# ruff: noqa: PLC0415

HELP = """Answers questions from your own documents, each with the exact passage it came from.

Settings are environment variables CITEWELL_… or citewell.toml; the README lists them.
--debug, anywhere on the line, adds the traceback to an error.

Example: citewell ingest samples && citewell ask "What is the agency rate for social workers?"
"""


class RunUnlessNamed(TyperGroup):
    """`citewell eval samples` is `citewell eval run samples`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        return super().parse_args(ctx, args if first in self.commands or first == "--help" else ["run", *args])


app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
documents = typer.Typer(help="List, show and delete what is indexed.", no_args_is_help=True)
app.add_typer(documents, name="documents")
evaluation = typer.Typer(help="Ask suites of known facts; without a command, run.", cls=RunUnlessNamed)
app.add_typer(evaluation, name="eval")

Wording = Annotated[
    Literal["auto", "quotes", "llm"],
    typer.Option(help="Who words answers: a language model where one is set (llm insists on it), or quotes alone."),
]
Json = Annotated[bool, typer.Option("--json", help="Machine output on standard output.")]
Batch = Annotated[
    str | None, typer.Option(metavar="FILE", help="Questions as JSON lines, - for standard input; JSON lines out.")
]
Text = Annotated[str | None, typer.Argument(metavar="[QUESTION]", help="In plain words.", show_default=False)]
Suites = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SUITE]...", help="Names, or .jsonl files; all when left out.", show_default=False),
]
Docs = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Documents of suites that have none of their own.")]
Against = Annotated[
    Path | None, typer.Option(metavar="RUN", help="Outcomes that must not be lost: a run's folder, or baseline.")
]
InDocument = Annotated[str | None, typer.Option("--document", metavar="NAME", help="Only in this file.")]
OfKind = Annotated[
    str | None, typer.Option("--kind", help="Only in documents of this kind: policy, guidance, minutes …")
]
After = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only in documents published on this day or later: 2024-07-31.")
]
Before = Annotated[str | None, typer.Option(metavar="DATE", help="Only in documents published on this day or earlier.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.", show_default=False)]
DocumentId = Annotated[str, typer.Argument(metavar="ID", help="As `citewell documents list` shows it.")]


@app.command(epilog="Example: citewell ingest reports/ minutes.html --prune")
def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.", show_default=False)],
    prune: Annotated[bool, typer.Option("--prune", help="Remove indexed documents that are not among them.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the index anew: after a change of model.")] = False,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing when documents are indexed.")] = False,
    stated: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="State of these files, this time: kind=policy, published=…"),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and keep in step: changes, and files that go.")] = False,
    as_json: Json = False,
) -> None:
    """Make the index equal to these files and folders; unchanged files cost nothing."""
    from . import terminal
    from .index.home import writing
    from .index.sync import SyncReport, sync
    from .index.watch import follow
    from .ingest.sidecar import parse_set
    from .ingest.workers import sensible_number
    from .settings import load_settings

    given = parse_set(stated or [])
    home = load_settings().home

    def step(store: "Store") -> SyncReport:
        with terminal.progress() as progress:
            return sync(
                store, paths, prune, progress, follow=watch, given=given, processes=sensible_number(os.cpu_count())
            )

    def show(report: SyncReport) -> None:
        _print(report.as_json()) if as_json else terminal.show_report(report)

    def step_alone() -> None:
        with writing(home):
            report = step(store)
        if report.has_news:
            show(report)

    with writing(home):  # before the store is opened: to rebuild begins with that
        store = _store(rebuild)
        if if_empty and store.documents():
            return
        report = step(store)
    show(report)
    if watch:
        follow(paths, step_alone, terminal.say)
    else:
        _exit_if(bool(report.failures))


@documents.command("list", epilog="Example: citewell documents list --json")
def list_documents(as_json: Json = False) -> None:
    """List the indexed documents by title."""
    from . import terminal

    records = _store().documents()
    _print({"documents": [asdict(record) for record in records]}) if as_json else terminal.show_documents(records)


@documents.command(epilog="Example: citewell documents show 3f2a9c41d07b")
def show(document_id: DocumentId, as_json: Json = False) -> None:
    """Show a document: where it comes from, and its text as stored."""
    from . import terminal

    store = _store()
    record = store.document(document_id)
    text = "".join(chunk.text for chunk in store.chunks_of(document_id))
    _print({**asdict(record), "text": text}) if as_json else terminal.show_document(record, text)


@documents.command(epilog="Example: citewell documents delete 3f2a9c41d07b")
def delete(document_id: DocumentId, as_json: Json = False) -> None:
    """Delete a document from the index; its file stays."""
    from .index.home import writing
    from .settings import load_settings

    with writing(load_settings().home):
        record = _store().delete(document_id)
    _print({"deleted": asdict(record)}) if as_json else typer.echo(f"Deleted {record.title} ({record.document}).")


@app.command(epilog='Example: citewell search "agency staff by job role" --top 3')
def search(
    question: Text = None,
    top: Annotated[int, typer.Option(min=1, max=100, help="How many passages.")] = 10,
    document: InDocument = None,
    kind: OfKind = None,
    after: After = None,
    before: Before = None,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Find the passages nearest to a question."""
    from . import terminal

    def reply(engine: "Engine", asked: "Question") -> dict[str, Any]:
        passages, ms = engine.search(asked, top)
        return {"id": asked.id, "passages": [passage.as_json() for passage in passages], "ms": ms}

    filters = _filters(document=document, kind=kind, after=after, before=before)
    if batch:
        _reply_to_all(question, batch, filters, reply)
        return
    asked = _question(question, filters)
    engine = _engine()
    _print(reply(engine, asked)) if as_json else terminal.show_passages(engine.search(asked, top)[0])


@app.command(epilog='Example: citewell ask "What share of social workers is agency staff?"')
def ask(
    question: Text = None,
    answers: Wording = "auto",
    document: InDocument = None,
    kind: OfKind = None,
    after: After = None,
    before: Before = None,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Answer a question, with citations, or say that the documents do not."""
    from . import terminal

    filters = _filters(document=document, kind=kind, after=after, before=before)
    if batch:
        _reply_to_all(question, batch, filters, lambda engine, asked: engine.ask(asked, answers).as_json())
        return
    asked = _question(question, filters)
    answer = asyncio.run(terminal.watched(_engine().stream(asked, answers)))
    _print(answer.as_json()) if as_json else terminal.show_answer(answer)


@app.command(epilog="Example: citewell serve --port 8080")
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="CITEWELL_HOST")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0 picks a free one.", show_default="CITEWELL_PORT")
    ] = None,
    as_json: Json = False,
) -> None:
    """Serve the chat page, the API and the widget; prints the address when it is ready."""
    from . import server
    from .settings import load_settings

    given = {"host": host, "port": port}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    claimed = server.claim(settings.host, settings.port)
    address = server.address_of(claimed)

    from .app import build_engine, build_web  # after the port is known to be free: this takes seconds

    engine = build_engine(settings)
    engine.warm()
    count = len(engine.store.documents())

    def announce() -> None:
        if as_json:
            _print({"address": address, "documents": count})
        else:
            typer.echo(f"Citewell is at {address} and answers from {count} documents ({settings.home})")

    server.serve(build_web(engine, settings), claimed, announce)


@evaluation.command(epilog="Example: citewell eval run tameside --docs reports/ --against baseline")
def run(
    suites: Suites = None,
    docs: Docs = None,
    against: Against = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where to keep the run.", show_default="CITEWELL_HOME/eval/runs"),
    ] = None,
    answers: Wording = "auto",
    as_json: Json = False,
) -> None:
    """Ask suites, and score the answers: what `citewell eval` does. Exit code 1 when the gate is not met."""
    from . import terminal
    from .app import build_eval_engine
    from .eval import runner, runs
    from .settings import load_settings

    settings = load_settings()
    found = list(_suites(suites, docs))
    before = _outcomes(against)
    folder = out or runs.dated_folder(settings.home)
    with terminal.progress(lines=False) as progress:
        runner.ask_suites(found, partial(build_eval_engine, settings), settings, folder, progress, answers)
    _score(folder, before, as_json)


@evaluation.command(epilog="Example: citewell eval score run/ --against baseline")
def score(run: RunFolder, against: Against = None, as_json: Json = False) -> None:
    """Score a run's answers again, with the facts as they are now; nothing is asked."""
    _score(run, _outcomes(against), as_json)


@evaluation.command(epilog="Example: citewell eval sample run/")
def sample(
    run: RunFolder,
    count: Annotated[int, typer.Option(min=1, help="How many of each kind at most.")] = 50,
    as_json: Json = False,
) -> None:
    """Draw composed and withheld sentences of a run for you to judge; `citewell eval score` counts your verdicts."""
    from .eval.sheet import draw

    sheet, drawn = draw(run, count)
    if as_json:
        _print({"file": str(sheet), "sentences": len(drawn)})
    else:
        typer.echo(f"{len(drawn)} sentences to judge: {sheet}")


@evaluation.command(epilog="Example: citewell eval baseline run/")
def baseline(run: RunFolder, as_json: Json = False) -> None:
    """Make what passed in a run the baseline: from now on it must not be lost."""
    from .eval.baseline import COMMITTED, accept

    accepted = accept(run)
    if as_json:
        _print({"file": str(COMMITTED), "suites": [asdict(suite) for suite in accepted]})
    else:
        typer.echo("\n".join([line for suite in accepted for line in suite.lines()] + [f"Written: {COMMITTED}"]))


@evaluation.command(epilog="Example: citewell eval check samples")
def check(suites: Suites = None, docs: Docs = None, as_json: Json = False) -> None:
    """Check that every fact stands in the named place of the named source; exit code 1 when one does not."""
    from .eval.check import check_suites

    checked = list(check_suites(_suites(suites, docs)))
    if as_json:
        _print({"suites": [asdict(suite) for suite in checked]})
    else:
        typer.echo("\n".join(line for suite in checked for line in suite.lines()))
    _exit_if(any(suite.faults for suite in checked))


@evaluation.command(epilog="Example: citewell eval new samples/workforce-briefing.md > drafts.jsonl")
def new(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.", show_default=False)],
    count: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    as_json: Json = False,
) -> None:
    """Draft items from documents, a line each, for you to correct; put the good ones in a suite."""
    from .eval.dataset import suite_line
    from .eval.draft import draft_items
    from .ingest.find import find_files
    from .ingest.read import read_document

    drafts = draft_items(map(read_document, find_files(paths).files), count)
    if not drafts:
        raise InputError(f"{paths[0]}: holds no table and no figure to draw a question from; write items by hand")
    lines = [suite_line(item) for item in drafts]
    _print({"items": [json.loads(line) for line in lines]}) if as_json else typer.echo("\n".join(lines))


@app.command(epilog="Example: citewell gaps --since 2025-01-01")
def gaps(
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Only what was asked on this day or later."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what people asked and did not get: not found or voted down, clustered by meaning."""
    from . import terminal
    from .eval.gaps import find_gaps

    report = find_gaps(_engine(), since.date() if since else None)
    _print(report.as_json()) if as_json else terminal.show_gaps(report)


@app.command(epilog="Example: citewell doctor")
def doctor(as_json: Json = False) -> None:
    """Check the home folder, the models, the index and the history, and say what to do."""
    from .app import build_endpoint, build_store
    from .doctor import examine
    from .settings import load_settings

    settings = load_settings()
    checks = examine(settings, build_store, build_endpoint(settings))
    ok = all(check.ok for check in checks)
    if as_json:
        _print({"ok": ok, "checks": [asdict(check) for check in checks]})
    else:
        typer.echo("\n".join(f"{'ok   ' if check.ok else 'FAULT'} {check.name}: {check.detail}" for check in checks))
    _exit_if(not ok)


@app.command(epilog="Example: citewell backup citewell-monday.zip")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The zip file to write; it must not exist.")],
    as_json: Json = False,
) -> None:
    """Save the whole state in one file, also while serving."""
    from .backup import back_up
    from .settings import load_settings

    count = back_up(load_settings().home, file)
    _print({"backup": str(file), "files": count}) if as_json else typer.echo(f"Saved {count} files in {file}.")


@app.command(epilog="Example: citewell restore citewell-monday.zip --force")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that citewell backup made.")],
    force: Annotated[bool, typer.Option("--force", help="Also when there is state: it is kept beside.")] = False,
    as_json: Json = False,
) -> None:
    """Bring back a saved state; stop the server first."""
    from . import backup as backups
    from .settings import load_settings

    home = load_settings().home
    former = backups.restore(file, home, force)
    if as_json:
        _print({"home": str(home), "former": str(former) if former else None})
    else:
        typer.echo(f"Restored {home}." + (f" The former state is in {former}." if former else ""))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command line and exit; an error is one line on standard error."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    try:
        code = app([word for word in words if word != "--debug"], prog_name="citewell", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains at exit
        code = 1
    except (CitewellError, typer.TyperException) as error:
        if debug:
            traceback.print_exception(error)
        if line := _error_line(error):
            typer.echo(line, err=True)
        code = 2
    sys.exit(code or 0)


def _error_line(error: CitewellError | typer.TyperException) -> str:
    if isinstance(error, CitewellError):
        return f"citewell: {error}"
    context = getattr(error, "ctx", None)
    hint = f"; see {context.command_path} --help" if context else ""
    message = " ".join(error.format_message().rstrip(".").split())
    return f"citewell: {message}{hint}" if message else ""  # no command: its help was shown


def _store(rebuild: bool = False) -> "Store":
    from .app import build_store
    from .settings import load_settings

    return build_store(load_settings(), rebuild)


def _engine() -> "Engine":
    from .app import build_engine
    from .settings import load_settings

    return build_engine(load_settings())


def _filters(**given: str | None) -> dict[str, str]:
    return {name: value for name, value in given.items() if value is not None}


def _question(text: str | None, filters: dict[str, str]) -> "Question":
    from .engine.answer import Question

    if text is None:
        raise InputError("question: missing; type one, or give a file of them with --batch")
    return Question.parse({"question": text, "filters": filters})


def _reply_to_all(
    text: str | None, batch: str, filters: dict[str, str], reply: "Callable[[Engine, Question], dict[str, Any]]"
) -> None:
    """Print a line for each question of a batch; its own filters count before those given for all."""
    from .batch import read_lines, run

    if text is not None:
        raise InputError("--batch: a question is given as well; give one or the other")
    lines = read_lines(batch)
    engine = _engine()
    failed = False
    for line in run(lines, lambda asked: reply(engine, replace(asked, filters=filters | asked.filters))):
        failed |= "error" in line
        _print(line)
    _exit_if(failed)


def _suites(names: Sequence[str] | None, docs: Path | None) -> "Iterator[Found]":
    """The suites with their documents; those that were asked for by name must have them."""
    from .eval.gate import at_hand, choose_suites

    return at_hand(choose_suites(names or ()), docs, strict=bool(names))


def _outcomes(against: Path | None) -> "Outcomes | None":
    from .eval.baseline import load_outcomes

    return load_outcomes(against) if against else None


def _score(folder: Path, before: "Outcomes | None", as_json: bool) -> None:
    """Score a run, keep and show the results, and say by the exit code whether the gate is met."""
    from . import terminal
    from .eval import report, tables
    from .eval.results import save_results, score_run

    results = score_run(folder, before)
    save_results(folder, results)
    report.save_report(folder, results)
    if as_json:
        _print({"folder": str(folder), **tables.as_json(results)})
    else:
        tables.show(results, terminal.stdout())
        if results.scored:
            typer.echo(f"Run: {folder}\nReport: {folder / report.FILE}")
    _exit_if(not results.met)


def _print(record: dict[str, Any]) -> None:
    """One line of JSON, at once: a reader may be waiting for it."""
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _exit_if(failed: bool) -> None:
    if failed:
        raise typer.Exit(1)
