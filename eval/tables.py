"""What a run's results look like in a terminal and as data."""

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .baseline import Comparison
from .beside import Beside, Line, Row
from .results import Result, Results, Skipped, beside_json, latency_json
from .scores import Score


def as_json(results: Results) -> dict[str, Any]:
    """Results as data: `met`, and for each suite its scores, the floors missed, the items failed and those lost."""
    run = asdict(results.run)
    return {"met": results.met, "run": run, "suites": [_suite(result) for result in results.suites]}


def fault(row: Row) -> str:
    """Why an item did not pass, in a few words."""
    item, reply, verdict = row
    if reply.error:
        return "the question failed"
    if not item.answerable:
        return "answered, though the documents do not say"
    if verdict.refused:
        return "refused, though the documents say"
    if verdict.missing or verdict.forbidden:
        parts = [f"lacks {text!r}" for text in verdict.missing] + [f"says {text!r}" for text in verdict.forbidden]
        return ", ".join(parts)
    return "right, but no verbatim quote of a right document holds every fact"


def expected(row: Row) -> list[str]:
    """The facts that an item's answer should hold, with their alternatives."""
    return [" | ".join(fact) for fact in row[0].facts] or ["a refusal"]


def describe(row: Row) -> str:
    """Why an item did not pass, what was expected, and what the reply was: three lines."""
    reply = row[1]
    answer = " ".join((reply.error or reply.text or f"(confidence {reply.confidence:.2f})").split())
    return f"  {fault(row)}\n  expected: {'; '.join(expected(row))}\n  {reply.status}: {answer}"


def show(results: Results, console: Console) -> None:
    """Print each suite's scores, categories and failed items, and then what the gate says."""
    for result in results.suites:
        if isinstance(result, Skipped):
            continue
        console.print(scores_table(result), categories_table(result))
        if result.beside:
            _show_beside(result.beside, console)
        for row in result.failures:
            _show_failure(row, console, "lost" if row in result.lost else "fails")
    for result in results.suites:
        console.print(_verdict(result), soft_wrap=True)


def _suite(result: Result | Skipped) -> dict[str, Any]:
    if isinstance(result, Skipped):
        return {"suite": result.suite, "skipped": result.reason}
    compared = {"composed": beside_json(result.beside)} if result.beside else {}
    return {
        "suite": result.suite.name,
        "scores": asdict(result.scores),
        "latency_ms": latency_json(result.milliseconds),
        **compared,
        "missed": list(result.missed),
        "comparison": asdict(result.comparison) if result.comparison else None,
        "failed": [_failure(row) for row in result.failures],
    }


def _failure(row: Row) -> dict[str, Any]:
    item, reply, _ = row
    return {
        "id": item.id,
        "question": item.question,
        "status": reply.status,
        "answer": reply.error or reply.text,
        "expected": expected(row),
        "fault": fault(row),
    }


def scores_table(result: Result) -> Table:
    """Every score of a suite, and its latency, with their intervals."""
    table = Table("score", "value", "95% interval", title=f"{result.suite.name}: {result.scores.items} items")
    for name, score in result.scores.overall.items():
        table.add_row(name.replace("_", " "), *_cells(score, 0 if name == "length" else 3))
    for name, score in result.milliseconds.items():
        table.add_row(f"latency {name}, ms", *_cells(score, 0))
    return table


def _cells(score: Score, digits: int) -> tuple[str, str]:
    return f"{score.value:.{digits}f}", f"{score.low:.{digits}f} to {score.high:.{digits}f}"


def categories_table(result: Result) -> Table:
    """What passed, by category."""
    table = Table("category", "passed", "of", "share", "95% interval")
    for name, category in result.scores.categories.items():
        table.add_row(escape(name), str(category.passed), str(category.items), *_cells(category.score, 3))
    return table


def beside_table(beside: Beside) -> Table:
    """Composed answers beside quotes answers."""
    table = Table("composed beside quotes", "quotes", "composed", "points", "p")
    for line in beside.lines:
        table.add_row(label(line), *line.cells)
    return table


def label(line: Line) -> str:
    """The name of a line of that table, for people."""
    return line.name.replace("_", " ") + {"ms": ", ms", "characters": ", characters"}.get(line.unit, "")


def _show_beside(beside: Beside, console: Console) -> None:
    console.print(beside_table(beside))
    for change, items in (
        ("right only when composed", beside.right.gained),
        ("right only in quotes", beside.right.lost),
    ):
        if items:
            console.print(f"{change}: {', '.join(items)}", markup=False, soft_wrap=True)
    for item, claims in beside.unsupported.items():
        console.print(f"unsupported {item}: {', '.join(claims)}", style="red", markup=False, soft_wrap=True)


def _show_failure(row: Row, console: Console, how: str) -> None:
    item = row[0]
    console.print(f"[red]{how}[/] [bold]{escape(item.id)}[/] {escape(item.question)}", soft_wrap=True)
    console.print(describe(row), markup=False, soft_wrap=True)


def _verdict(result: Result | Skipped) -> str:
    if isinstance(result, Skipped):
        return f"[bold]{escape(result.suite)}[/] skipped: {escape(result.reason)}"
    faults = [f"lost {row[0].id} “{escape(row[0].question)}”" for row in result.lost]
    faults += [f"gone {escape(item)}" for item in result.gone]
    faults += [escape(f"floor {line}") for line in result.missed]
    passed = f"{result.passed} of {len(result.rows)} pass"
    fine = f"[green]gate met[/], {passed}" if result.held else f"{passed}; held to no floor and no baseline"
    verdict = "[red]gate not met:[/] " + "; ".join(faults) if faults else fine
    return f"[bold]{escape(result.suite.name)}[/] {verdict}{_compared(result.comparison)}"


def _compared(comparison: Comparison | None) -> str:
    if not comparison:
        return ""
    named = f" ({', '.join(map(escape, comparison.gained))})" if comparison.gained else ""
    counts = [f"{len(comparison.lost)} lost", f"{len(comparison.gained)} gained{named}"]
    counts += [f"{len(comparison.new)} new"] if comparison.new else []
    return f"; {', '.join(counts)}, p = {comparison.p:.3f}"
