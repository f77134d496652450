"""The report's plots, as SVG that stands in the page itself: its text is text, its colours are the page's.

The same results give the same bytes. Importing this imports matplotlib.
"""

import re
from collections.abc import Mapping, Sequence
from io import StringIO
from statistics import median
from typing import Any

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .metrics import BINS, Bin
from .scores import Category

# Stand-ins for the page's colours: it sets these variables, for light and for dark.
INK, LINE, BAR, ALERT = "#000001", "#000002", "#000003", "#000004"
_COLOURS = {INK: "var(--ink)", LINE: "var(--rule)", BAR: "var(--bar)", ALERT: "var(--alert)"}
_DROPPED = re.compile(r"<(metadata|style)\b.*?</\1>|font-family: [^;]*; |(?<=<svg)[^>]*?(?= viewBox)", re.DOTALL)
_IDENTIFIED = re.compile(r'\bid="|url\(#|href="#')

_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "citewell",
    "text.parse_math": False,
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": LINE,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.5,
    "grid.alpha": 0.6,
    "xtick.color": LINE,
    "ytick.color": LINE,
    **{f"{name}color": INK for name in ("text.", "axes.label", "xtick.label", "ytick.label")},
}
_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
NAME = 24  # characters of a name that there is room for
WIDTH = 5.0  # inches; the page scales it to the room there is


@rc_context(_STYLE)
def category_bars(categories: Mapping[str, Category], floors: Mapping[str, float]) -> Markup:
    """The share of each category that passes, with its interval, and its floor when it has one."""
    figure, axes = _figure(0.6 + 0.27 * len(categories))
    for row, (name, category) in enumerate(categories.items()):
        axes.barh(row, category.score.value, height=0.6, color=BAR)
        axes.hlines(row, category.score.low, category.score.high, color=INK, linewidth=1.5)
        axes.text(1.03, row, f"{category.passed} of {category.items}", va="center")
        if name in floors:
            axes.vlines(floors[name], row - 0.45, row + 0.45, color=ALERT, linewidth=3)
    axes.set(xlim=(0, 1), ylim=(len(categories) - 0.4, -0.6))
    axes.set_yticks(range(len(categories)), [_cut(name) for name in categories])
    axes.tick_params(axis="y", length=0)
    told = [
        f"{name}: {category.passed} of {category.items}" + (f", floor {floors[name]:.2f}" if name in floors else "")
        for name, category in categories.items()
    ]
    return _svg(figure, "Bars of the share that passes, by category. " + "; ".join(told))


@rc_context(_STYLE)
def reliability_diagram(bins: Sequence[Bin]) -> Markup:
    """How often the documents do answer, by how confident the engine was; below, how many items that stands on."""
    figure = Figure((WIDTH, 3.6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    above.plot([0, 1], [0, 1], color=INK, linewidth=1, linestyle="--")
    above.plot([b.estimate for b in bins], [b.observed for b in bins], color=BAR, marker="o")
    above.set(ylim=(-0.03, 1.05), ylabel="share answerable")
    above.grid(True)
    middles = [(b.low + b.high) / 2 for b in bins]
    below.bar(middles, [b.count for b in bins], width=0.9 / BINS, color=BAR)
    for middle, held in zip(middles, bins, strict=True):
        below.text(middle, held.count, str(held.count), ha="center", va="bottom")
    below.set(xlim=(0, 1), ylabel="items", xlabel="confidence", ylim=(0, 1.4 * max((b.count for b in bins), default=1)))
    below.set_yticks([])
    told = (f"{b.low:.1f} to {b.high:.1f}: {b.observed:.0%} of {b.count}" for b in bins)
    return _svg(figure, "Share of the items that are answerable, by confidence. " + "; ".join(told))


@rc_context(_STYLE)
def confidence_histograms(answerable: Sequence[float], others: Sequence[float], threshold: float | None) -> Markup:
    """Confidence in items that the documents answer, above, and in those that they do not, below."""
    figure = Figure((WIDTH, 3.6), layout="constrained")
    told = "Histograms of confidence. "
    kinds = {"answerable": (answerable, BAR), "not answerable": (others, ALERT)}
    for axes, (kind, (values, colour)) in zip(figure.subplots(2, 1, sharex=True), kinds.items(), strict=True):
        axes.hist(values, bins=2 * BINS, range=(0, 1), color=colour, rwidth=0.9)
        axes.set(title=f"{len(values)} {kind}", ylabel="items", xlim=(0, 1))
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
        axes.grid(True)
        told += f"{len(values)} {kind}" + (f", median {median(values):.2f}" if values else "") + ". "
        if threshold is not None:
            axes.axvline(threshold, color=INK, linewidth=1.5, linestyle="--")
            told += f"{sum(value >= threshold for value in values)} at or above the threshold of {threshold:g}. "
    axes.set_xlabel("confidence" + ("" if threshold is None else f" (dashed: answer threshold {threshold:g})"))
    return _svg(figure, told.strip())


@rc_context(_STYLE)
def histogram(values: Sequence[float], name: str, unit: str) -> Markup:
    """How values spread; `name` says of what they are."""
    figure, axes = _figure(2.2)
    axes.hist(values, bins=30, color=BAR, rwidth=0.9)
    axes.set(xlabel=unit, ylabel="answers", xlim=(0, None))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
    axes.grid(True)
    told = f": {min(values):,.0f} to {max(values):,.0f} {unit}, median {median(values):,.0f}" if values else ""
    return _svg(figure, f"Histogram of {name} over {len(values)} answers{told}")


def _cut(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME - 1]}…"


def _figure(height: float) -> tuple[Figure, Axes]:
    figure = Figure((WIDTH, height), layout="constrained")
    return figure, figure.subplots()


def set_apart(svg: Markup, prefix: str) -> Markup:
    """A plot whose identifiers begin with `prefix`, so that they are not those of another plot in the page."""
    return Markup(_IDENTIFIED.sub(rf"\g<0>{prefix}", str(svg)))


def _svg(figure: Figure, label: str) -> Markup:
    """The figure as an element; `label` says it in words."""
    out = StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata=_METADATA)
    svg = _DROPPED.sub("", out.getvalue()[out.getvalue().index("<svg") :])
    svg = re.sub(r"\s+", " ", svg)
    for stand_in, colour in _COLOURS.items():
        svg = svg.replace(stand_in, colour)
    return Markup('<svg role="img" aria-label="{}"').format(label) + Markup(svg.removeprefix("<svg"))
