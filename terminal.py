"""What commands show to a person: answers, passages and tables on standard output, progress on standard error."""

import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table
from rich.text import Text

if TYPE_CHECKING:
    from .engine.answer import Answer, Citation, Statement
    from .engine.engine import Event
    from .eval.gaps import Gap, GapReport
    from .index.passage import Passage
    from .index.records import DocumentRecord
    from .index.sync import SyncReport, Told

AT_WORK = "A language model is putting this into words…"
COMPOSED = "Worded by a language model; each sentence is checked against its sources."
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
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda name, number, whole: bar.update(task, completed=number, total=whole, description=name)


class _Rate(ProgressColumn):
    """Steps a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


def show_report(report: "SyncReport") -> None:
    """A table of what was read, skipped and failed, and why; what was not read is said on standard error."""
    skipped = Counter(told.error for told in report.skipped)
    rows = [
        ("added", report.added, ""),
        ("changed", report.changed, ""),
        ("renamed", report.renamed, ""),
        ("removed", report.removed, ""),
        ("unchanged", report.unchanged, ""),
        ("copies", report.copies, "files with the same content as another"),
        ("skipped", len(report.skipped), "\n".join(f"{count} × {why}" for why, count in skipped.most_common())),
        ("read in part", len({told.source for told in report.partly}), _each(report.partly)),
        ("failed", len(report.failures), _each(report.failures)),
    ]
    table = Table("documents", Column("files", justify="right"), "which and why", box=SIMPLE_HEAD)
    for name, count, why in rows:
        if count or name in ("added", "failed"):
            table.add_row(name, str(count), Text(why, overflow="fold"))
    console = stdout()
    console.print(table)
    console.print(
        f"Chunks: {report.chunks}, {report.chunks_added} of them new. {report.seconds:.1f} s.", soft_wrap=True
    )
    for failure in report.failures:
        say(f"not read: {failure.source}: {failure.error}")


def _each(told: "Sequence[Told]") -> str:
    return "\n".join(f"{Path(one.source).name}: {one.error}" for one in told)


def show_documents(records: "Sequence[DocumentRecord]") -> None:
    table = Table("id", "title", "kind", "published", "publisher", "document", "chunks")
    for record in records:
        names = "\n".join(record.names)
        cells = (record.id, record.title, record.kind, record.published or "", record.publisher, names)
        table.add_row(*map(Text, cells), str(record.chunks))
    stdout().print(table if records else "No documents yet; add some with citewell ingest PATH.")


def show_document(record: "DocumentRecord", text: str) -> None:
    facts = (record.kind, record.author, record.publisher, record.published or "undated", record.address)
    dates = (("in force from", record.effective), ("to be reviewed by", record.review_by))
    told = [*facts, *(f"{name} {day}" for name, day in dates if day)]
    lines = (Text(record.title, "bold"), " · ".join(filter(None, told)), *(record.source, *record.copies), "")
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


async def watched(events: "AsyncGenerator[Event, None]") -> "Answer":
    """The answer that a stream ends with; on a terminal it is shown while it is worded, the quotes at once."""
    answer = None
    with Live(console=Console(stderr=True, highlight=False), transient=True, auto_refresh=False) as live:
        async with aclosing(events):
            async for event in events:
                answer = event.answer or answer
                if event.kind == "answer" and answer and sys.stderr.isatty():
                    live.update(Group(*map(stated, answer.statements), Text(AT_WORK, "dim")), refresh=True)
    assert answer, "the last event carries the answer"
    return answer


def show_answer(answer: "Answer") -> None:
    """The answer with its [1] markers, what is in a language model's words apart from quotes, then its sources; when it
    was not found, the nearest passages."""
    console = stdout()
    composed = [statement for statement in answer.statements if statement.verified == "supported"]
    quotes = [statement for statement in answer.statements if statement.verified == "quote"]
    label = [Text("\nIn the documents’ own words:", "dim")] if composed and quotes else []
    for line in (*map(stated, composed), *label, *map(stated, quotes)):
        console.print(line, soft_wrap=True)
    if answer.message:
        console.print(
            answer.message, markup=False, soft_wrap=True, style="bold" if answer.status == "blocked" else None
        )
    if note := f"{COMPOSED if composed else ''} {answer.note}".strip():
        console.print(note, markup=False, soft_wrap=True, style="dim")
    if answer.rewritten:
        say(f"searched for: {answer.rewritten}")
    for citation in answer.citations:
        show_citation(citation)
    if answer.status == "not_found" and answer.passages:
        stdout().print("\nNearest, but not an answer:")
        show_passages(answer.passages[:2])


def stated(statement: "Statement") -> Text:
    """A statement with its [1] markers, what was asked for in bold."""
    text = Text(statement.text)
    for start, end in statement.asked:
        text.stylize("bold", start, end)
    return text.append(" " + "".join(f"[{n}]" for n in statement.citations))


def show_citation(citation: "Citation") -> None:
    place = ", ".join(filter(None, (citation.title, citation.published, citation.locator, citation.document)))
    also = f"\n    also in {', '.join(citation.also_in)}" if citation.also_in else ""
    stdout().print(f"\n[{citation.n}] {place}\n    “{one_line(citation.quote)}”{also}", markup=False, soft_wrap=True)


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
