"""The report on a run, for people: one HTML file that needs nothing else, and a Markdown summary for a pull request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from .baseline import Comparison
from .beside import Row
from .excerpt import Piece, Span, excerpt, places
from .reply import Quote, Retrieved
from .results import Result, Results
from .tables import expected, fault, label

FILE = "report.html"
SUMMARY = "summary.md"

_TEMPLATES = Path(__file__).with_name("templates")
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~#$&]")
_SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class Section:
    """A suite in the report; `number` sets the addresses of its items apart from those of other suites."""

    number: int
    result: Result

    @cached_property
    def address(self) -> dict[str, str]:
        """Item → where in the page it is shown."""
        return {item.id: f"s{self.number}-{row}" for row, (item, _, _) in enumerate(self.result.rows, start=1)}

    @cached_property
    def question(self) -> dict[str, str]:
        """Item → its question."""
        return {item.id: item.question for item, _, _ in self.result.rows}


def save_report(folder: Path, results: Results) -> None:
    """Write the run's report for people, and its summary, beside it."""
    threshold = results.run.settings.get("answer_threshold")
    sections = [Section(number, result) for number, result in enumerate(results.scored, start=1)]
    drawn = {section.number: draw(section, threshold) for section in sections}
    environment = _environment()
    for name in (FILE, SUMMARY):
        text = environment.get_template(name).render(
            results=results, sections=sections, plots=drawn, threshold=threshold
        )
        (folder / name).write_text(text, encoding="utf-8")


def draw(section: Section, threshold: float | None) -> Mapping[str, Markup]:
    """A suite's plots, by name."""
    from . import plots  # noqa: PLC0415

    rows, scores = section.result.rows, section.result.scores
    confidence = {kind: [v.confidence for _, _, v in rows if v.answerable == kind] for kind in (True, False)}
    drawn = {
        "categories": plots.category_bars(scores.categories, section.result.suite.category_floors),
        "reliability": plots.reliability_diagram(scores.reliability),
        "confidence": plots.confidence_histograms(confidence[True], confidence[False], threshold),
        "length": plots.histogram([v.length for _, _, v in rows if not v.refused], "length", "characters"),
        "latency": plots.histogram([reply.ms for _, reply, _ in rows if not reply.error], "latency", "milliseconds"),
    }
    return {name: plots.set_apart(svg, f"s{section.number}-{name}-") for name, svg in drawn.items()}


def meaning(comparison: Comparison) -> str:
    """What a comparison says of the answers, in one sentence."""
    gained, lost = len(comparison.gained), len(comparison.lost)
    if not gained and not lost:
        return "Every item that both hold fared as it did before."
    if comparison.p >= _SIGNIFICANCE:
        return "A difference of this size may well be chance: it does not show that answers got better or worse."
    return f"A difference of this size is hardly chance: answers got {'better' if gained > lost else 'worse'}."


def shown(row: Row) -> list[tuple[Retrieved, list[Piece]]]:
    """The passages that were retrieved for an item, and what is shown of each: facts are marked where they count."""
    item, reply, _ = row
    pairs = []
    for passage in reply.passages:
        quotes = [_span(quote, passage) for quote in reply.quotes if quote.document == passage.document]
        counts = not item.sources or passage.document in item.sources
        facts = [span for fact in item.facts for span in places(passage.text, fact)] if counts else []
        pairs.append((passage, excerpt(passage.text.rstrip(), quotes, facts)))
    return pairs


def markdown(text: str) -> str:
    """A text on one line, in which nothing is taken for Markdown or HTML."""
    return _MARKDOWN.sub(r"\\\g<0>", " ".join(text.split()))


def _span(quote: Quote, passage: Retrieved) -> Span:
    """Where in the passage's text a quote of its document stands; it may lie outside."""
    start = quote.start - passage.start
    return start, start + len(quote.text)


def _date(made: str) -> str:
    """`2026-03-01T09:05:00+00:00` as `1 March 2026, 09:05 UTC`."""
    time = datetime.fromisoformat(made)
    return f"{time.day} {time:%B %Y, %H:%M} UTC"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "date": _date, "expected": expected, "fault": fault, "label": label, "markdown": markdown, "meaning": meaning,
        "shown": shown,
    }  # fmt: skip
    environment.filters |= filters
    return environment
