"""What commands show to a person: answers, passages and tables on standard output, progress on standard error."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from .engine.answer import Answer, Citation
    from .eval.gaps import Gap, GapReport
    from .index.passage import Passage
    from .index.records import DocumentRecord
    from .index.sync import SyncReport

EXCERPT = 300  # characters of a passage
PIPE_WIDTH = 1000  # columns: where nobody looks at a terminal, a row is one line


def stdout() -> Console:
    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def say(text: str) -> None:
    """One line on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


@contextmanager
def progress(lines: bool = True) -> Iterator[Callable[[str, int, int], None]]:
    """A callback for long work: a bar on a terminal; elsewhere a plain line for each step, or nothing."""
    if not sys.stderr.isatty():
        yield lambda name, number, whole: say(f"{number}/{whole} {name}") if lines else None
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda name, number, whole: bar.update(task, completed=number, total=whole, description=name)


def show_report(report: "SyncReport") -> None:
    for failure in report.failures:
        say(f"not read: {failure.source}: {failure.error}")
    changes = f"{report.added} added, {report.changed} changed, {report.renamed} renamed, {report.removed} removed"
    stdout().print(
        f"Documents: {changes}, {report.unchanged} unchanged, {len(report.failures)} failed. "
        f"Chunks: {report.chunks}, {report.chunks_added} of them new. {report.seconds:.1f} s.",
        soft_wrap=True,
    )


def show_documents(records: "Sequence[DocumentRecord]") -> None:
    table = Table("id", "title", "published", "publisher", "document", "chunks")
    for record in records:
        cells = (record.id, record.title, record.published or "", record.publisher, record.document)
        table.add_row(*map(Text, cells), str(record.chunks))
    stdout().print(table if records else "No documents yet; add some with citewell ingest PATH.")


def show_document(record: "DocumentRecord", text: str) -> None:
    facts = (record.publisher, record.published or "undated", record.source)
    lines = (Text(record.title, "bold"), " · ".join(filter(None, facts)), "")
    stdout().print(*lines, sep="\n", markup=False, soft_wrap=True)
    sys.stdout.write(text + "\n")  # as it is: rich would turn tabs into spaces


def show_passages(passages: "Sequence[Passage]") -> None:
    """Passages best first, with their score, document and place, each cut to an excerpt."""
    console = stdout()
    for passage in passages:
        chunk = passage.chunk
        place = " · ".join(filter(None, (chunk.title, chunk.published, chunk.locator)))
        score = f"({passage.score:.2f}, {chunk.document})"
        console.print(Text(f"{passage.rank}. {place}", "bold"), score, markup=False, soft_wrap=True)
        console.print(f"   {excerpt(chunk.text)}", markup=False, soft_wrap=True)


def show_answer(answer: "Answer") -> None:
    """The answer with its [1] markers, then its sources; when it was not found, the nearest passages."""
    console = stdout()
    for statement in answer.statements:
        text = Text(statement.text)
        for start, end in statement.asked:
            text.stylize("bold", start, end)
        console.print(text.append(" " + "".join(f"[{n}]" for n in statement.citations)), soft_wrap=True)
    if answer.message:
        console.print(
            answer.message, markup=False, soft_wrap=True, style="bold" if answer.status == "blocked" else None
        )
    if answer.rewritten:
        say(f"searched for: {answer.rewritten}")
    for citation in answer.citations:
        show_citation(citation)
    if answer.status == "not_found" and answer.passages:
        stdout().print("\nNearest, but not an answer:")
        show_passages(answer.passages[:2])


def show_citation(citation: "Citation") -> None:
    place = ", ".join(filter(None, (citation.title, citation.published, citation.locator, citation.document)))
    stdout().print(f"\n[{citation.n}] {place}\n    “{one_line(citation.quote)}”", markup=False, soft_wrap=True)


def show_gaps(report: "GapReport") -> None:
    """Gaps, the greatest first, each with how it shows, examples, comments and the nearest passages."""
    console = stdout()
    if not report.gaps:
        console.print("No gaps: no stored question ended without an answer or was voted down.")
    for gap in report.gaps:
        show_gap(gap, console)
    if report.left_out:
        console.print(f"Left out: {report.left_out:,} older questions.")


def show_gap(gap: "Gap", console: Console) -> None:
    first, *others = gap.examples
    days = f"on {gap.first}" if gap.first == gap.last else f"from {gap.first} to {gap.last}"
    facts = f"asked {gap.count} times" if gap.count > 1 else "asked once"
    console.print(
        Text(first, "bold"), f"({facts} {days}; {gap.not_found} not found, {gap.voted_down} voted down)", soft_wrap=True
    )
    lines = [f"also: {one_line(other)}" for other in others] + [f"comment: {one_line(text)}" for text in gap.comments]
    for passage in gap.nearest:
        place = ", ".join(filter(None, (passage.chunk.title, passage.chunk.published, passage.chunk.locator)))
        lines.append(f"nearest: {place}: {excerpt(passage.chunk.text, 120)}")
    console.print(*(f"   {line}" for line in lines), "", sep="\n", markup=False, soft_wrap=True)


def excerpt(text: str, length: int = EXCERPT) -> str:
    """The text on one line, cut at a word to at most `length` characters."""
    line = one_line(text)
    return line if len(line) <= length else line[: length - 1].rsplit(" ", 1)[0] + "…"


def one_line(text: str) -> str:
    """Text without line breaks; a table's cells are parted by bars."""
    return " ".join(text.strip().replace("\t", " | ").split())
