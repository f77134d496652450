"""What a run of a suite looks like: tables for people, plain data for machines."""

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .dataset import Item
from .metrics import Verdict, percentile
from .reply import Reply
from .runner import Skipped, SuiteRun

_SHARES = ("accuracy", "citation", "verbatim", "refusal_precision", "refusal_recall", "mrr")


def as_json(run: SuiteRun | Skipped) -> dict[str, Any]:
    """A run as data: `scores` and `latency_ms`, the floors `missed`, and the `failed` items; or why it was skipped."""
    if isinstance(run, Skipped):
        return {"suite": run.suite, "skipped": run.reason}
    return {
        "suite": run.suite,
        "scores": asdict(run.scores),
        "latency_ms": _latency(run),
        "missed": list(run.missed),
        "failed": [_failure(*row) for row in run.failures],
    }


def show(run: SuiteRun | Skipped, console: Console) -> None:
    """Print a run: its scores, its categories, every failed item, and the floors that it missed."""
    if isinstance(run, Skipped):
        console.print(f"[bold]{run.suite}[/] skipped: {escape(run.reason)}")
        return
    console.print(_scores(run), _categories(run))
    for row in run.failures:
        _show_failure(console, _failure(*row))
    verdict = "[red]gate not met:[/] " + "; ".join(run.missed) if run.missed else "[green]gate met[/]"
    console.print(f"[bold]{run.suite}[/] {verdict}")


def _scores(run: SuiteRun) -> Table:
    table = Table("score", "value", title=f"{run.suite}: {run.scores.items} items")
    for name in _SHARES:
        table.add_row(name.replace("_", " "), f"{getattr(run.scores, name):.3f}")
    for depth, value in run.scores.hit.items():
        table.add_row(f"hit@{depth}", f"{value:.3f}")
    table.add_row("median length", f"{run.scores.length:.0f} characters")
    for name, ms in _latency(run).items():
        table.add_row(f"latency {name}", f"{ms:.0f} ms")
    return table


def _categories(run: SuiteRun) -> Table:
    table = Table("category", "right", "of", "accuracy")
    for name, (right, whole) in run.scores.categories.items():
        table.add_row(escape(name), str(right), str(whole), f"{right / whole:.3f}")
    return table


def _latency(run: SuiteRun) -> dict[str, float]:
    times = [reply.ms for reply in run.replies if not reply.error]
    return {f"p{percent}": round(percentile(times, percent), 1) for percent in (50, 95)}


def _failure(item: Item, reply: Reply, verdict: Verdict) -> dict[str, Any]:
    return {
        "id": item.id,
        "question": item.question,
        "status": reply.status,
        "answer": reply.error or reply.text,
        "expected": [" | ".join(fact) for fact in item.facts] or ["a refusal"],
        "fault": _fault(reply, verdict),
    }


def _fault(reply: Reply, verdict: Verdict) -> str:
    if reply.error:
        return "the question failed"
    if not verdict.answerable:
        return "answered, though the documents do not say"
    if verdict.refused:
        return "refused, though the documents say"
    if verdict.missing or verdict.forbidden:
        parts = [f"lacks {text!r}" for text in verdict.missing] + [f"says {text!r}" for text in verdict.forbidden]
        return ", ".join(parts)
    return "right, but no verbatim quote of a right document holds every fact"


def _show_failure(console: Console, failure: dict[str, Any]) -> None:
    lines = (
        f"[red]✗[/] [bold]{escape(failure['id'])}[/] {escape(failure['question'])}",
        f"  {escape(failure['fault'])}",
        f"  expected: {escape('; '.join(failure['expected']))}",
        f"  {failure['status']}: {escape(' '.join(failure['answer'].split()))}",
    )
    console.print(*lines, sep="\n", soft_wrap=True)
