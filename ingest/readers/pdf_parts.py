"""Lines of all pages → paragraphs, list items and headings; what pages have in common is left out."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ..metadata import parse_date
from .page import one_line
from .pdf_lines import BULLETS, MARKER, Line, in_order
from .pdf_tables import Grid, aligned_tables

MARGIN = 0.1  # of a page's height: where headers and footers stand
LEAST_REPEATED = 3  # pages
LAST_CONTENTS = 30  # page
LONGEST_LINE = 300  # characters, of one that may be a header, a footer or an entry in a table of contents
UNNUMBERED = 30  # pages: the numbers printed on them may run that far ahead of their count
LONGEST_HEADING = 150  # characters
LARGER = 1.12  # times the size of most text
DEEPEST = 6  # level of a heading
NEW_PARAGRAPH = 1.3  # times the usual distance between lines

CONTENTS = re.compile(r"(?:table of )?contents:?", re.I)
CONTENTS_LINE = re.compile(r"(?P<title>\S.*?)[\s.…·_]*(?<=[\s.…·_])(?P<page>\d{1,4})")
LEADER = re.compile(r"\.{4,}|(?:\. ){4,}|…{2,}")
CAPTION = re.compile(r"(?:table|figure|fig\.|chart|graph|box|source|note)s?\b", re.I)
ALONE = re.compile(r"page \d+ of \d+|[ivxl]{1,6}", re.I)  # page numbers, also when no other page has one
NOT_A_HEADING = re.compile(r"https?:|www\.|@|[|<>{}=©]")
ENDS = (".", "!", "?", ":", ";")
CLEAR_BULLETS = frozenset(BULLETS) - frozenset("–—-*·")  # the others also stand in prose


@dataclass(frozen=True)
class Sheet:
    """A page as extracted, before what it has in common with others is known."""

    number: int  # from 1
    height: float
    lines: tuple[Line, ...]
    grids: tuple[Grid, ...]
    blank: bool  # nothing is drawn on it

    @property
    def has_text(self) -> bool:
        return bool(self.lines or self.grids)


@dataclass
class Part:
    """Lines that belong together, or a table."""

    kind: str  # "text", "item", "heading" or "table"
    lines: list[Line] = field(default_factory=list)
    grid: Grid | None = None
    edge: float = 0.0  # how far lines reach to the right here
    level: int = 0

    @property
    def text(self) -> str:
        return one_line(" ".join(line.text for line in self.lines))

    @property
    def page(self) -> int:
        return self.grid.page if self.grid else self.lines[0].page

    @property
    def style(self) -> tuple[float, bool]:
        return round(self.lines[0].size), self.lines[0].bold


def without_furniture(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The sheets less the lines near an edge that others have there too, page numbers counted on."""
    margins = [
        [line for line in sheet.lines if len(line.text) <= LONGEST_LINE and _edge(line, sheet)] for sheet in sheets
    ]
    pages: defaultdict[str, set[int]] = defaultdict(set)
    for sheet, lines in zip(sheets, margins, strict=True):
        for line in lines:
            for form in _forms(line, sheet):
                pages[form].add(sheet.number)
    least = min(max(len(sheets), 2), LEAST_REPEATED)
    repeated = {form for form, numbers in pages.items() if len(numbers) >= least}
    found = []
    for sheet, lines in zip(sheets, margins, strict=True):
        dropped = {line for line in lines if repeated.intersection(_forms(line, sheet)) or ALONE.fullmatch(line.text)}
        found.append(replace(sheet, lines=tuple(line for line in sheet.lines if line not in dropped)))
    return found


def _edge(line: Line, sheet: Sheet) -> str:
    if line.base < MARGIN * sheet.height:
        return "top"
    return "bottom" if line.top > (1 - MARGIN) * sheet.height else ""


def _forms(line: Line, sheet: Sheet) -> Iterator[str]:
    """The forms in which a line may return on other pages: as it is, and with a number in it that counts the pages."""
    edge, text = _edge(line, sheet), line.text
    yield f"{edge} {text}"
    for match in re.finditer(r"\d{1,5}", text):
        yield f"{edge} {text[: match.start()]}<page {int(match[0]) - sheet.number:+}>{text[match.end() :]}"


def without_contents(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The sheets less tables of contents: three entries or more whose titles return, or that dots lead to a page."""
    keys = Counter(title_key(line.text) for sheet in sheets for line in sheet.lines)
    found = []
    for sheet in sheets:
        listed = _contents(sheet, keys, len(sheets)) if sheet.number <= LAST_CONTENTS else set()
        found.append(replace(sheet, lines=tuple(line for line in sheet.lines if line.top not in listed)))
    return found


def _contents(sheet: Sheet, keys: Counter[str], pages: int) -> set[float]:
    """The tops of the lines that make the sheet's table of contents, its title included."""
    rows: defaultdict[float, str] = defaultdict(str)
    for line in sheet.lines:
        rows[line.top] += f" {line.text}"
    short = {top: text.strip() for top, text in rows.items() if len(text) <= LONGEST_LINE}
    entries = {top: match for top, text in short.items() if (match := CONTENTS_LINE.fullmatch(text))}
    numbers = [int(match["page"]) for match in entries.values()]
    if len(entries) < 3 or numbers != sorted(numbers) or numbers[-1] > pages + UNNUMBERED:
        return set()
    known = [match for match in entries.values() if keys[title_key(match["title"])] or LEADER.search(match[0])]
    if len(known) * 2 < len(entries):
        return set()
    return {top for top in rows if min(entries) <= top <= max(entries) or CONTENTS.fullmatch(short.get(top, ""))}


def title_key(text: str) -> str:
    """A title as compared: its number, quotation marks, white space and case aside."""
    return re.sub(r"^[\d.]+ |[^\w]", "", one_line(text).casefold()).replace(" ", "")


# Lines to parts


def parts_of(sheets: Sequence[Sheet], outline: dict[tuple[int, str], int]) -> list[Part]:
    """The document in its order: what follows closely and looks alike is one part, over the ends of columns too."""
    flow = [found for sheet in sheets for found in _flow(sheet)]
    usual = _distances([item for item, _ in flow])
    parts: list[Part] = []
    number = 0
    while number < len(flow):
        item, edge = flow[number]
        count, level = _titled(flow[number : number + 3], outline)
        if isinstance(item, Grid):
            parts.append(Part("table", grid=item))
        elif count:
            lines = [line for line, _ in flow[number : number + count] if isinstance(line, Line)]
            parts.append(Part("heading", lines, level=level))
        elif parts and _goes_on(parts[-1], item, usual):
            parts[-1].lines.append(item)
        else:
            parts.append(Part("item" if _marker(item.text) else "text", [item], edge=edge))
        number += max(count, 1)
    return parts


def _flow(sheet: Sheet) -> Iterator[tuple[Line | Grid, float]]:
    """What stands on a sheet in the order of reading, each with how far the lines around it reach."""
    placed: list[Line | Grid] = sorted([*sheet.lines, *sheet.grids], key=lambda item: item.top)
    for run in in_order(placed):
        edge = max(item.right for item in run)
        yield from ((item, edge) for item in aligned_tables(run))


def _titled(ahead: Sequence[tuple[Line | Grid, float]], outline: dict[tuple[int, str], int]) -> tuple[int, int]:
    """How many of the lines ahead are a title in the outline, and its level; zeros when none are."""
    text = ""
    for count, (item, _) in enumerate(ahead, 1):
        if isinstance(item, Grid):
            break
        text += f" {item.text}"
        if level := outline.get((item.page, title_key(text))):
            return count, level
    return 0, 0


def _distances(items: Sequence[Line | Grid]) -> dict[float, float]:
    """The usual distance from line to line for each size of letters: the least that is common."""
    seen: defaultdict[float, Counter[float]] = defaultdict(Counter)
    for first, second in pairwise(items):
        if isinstance(first, Line) and isinstance(second, Line) and first.size == second.size:
            distance = second.base - first.base
            if 0.9 * first.size < distance < 2.5 * first.size:
                seen[first.size][round(distance * 2) / 2] += 1
    return {
        size: min(distance for distance, count in counts.items() if count * 4 >= max(counts.values()))
        for size, counts in seen.items()
    }


def _goes_on(part: Part, line: Line, usual: dict[float, float]) -> bool:
    """Whether a line belongs to the part before it."""
    if part.kind not in {"text", "item"} or not _alike(part.lines[-1], line):
        return False
    last = part.lines[-1]
    if line.page != last.page or line.base < last.base - last.size:
        return is_cut(last.text, line.text)
    if line.top == last.top:
        return True
    near = line.base - last.base <= NEW_PARAGRAPH * usual.get(line.size, 1.25 * line.size)
    return near and line.alone and last.alone and not _opens(part, line)


def _alike(last: Line, line: Line) -> bool:
    """Whether two lines are set alike; a line that only ends in bold, or begins with it, may go on in plain letters."""
    same = abs(line.size - last.size) <= 0.08 * last.size
    return same and (line.bold == last.bold or line.text[0].islower())


def _opens(part: Part, line: Line) -> bool:
    """Whether a line that follows closely opens something new all the same."""
    last = part.lines[-1]
    done = last.text.endswith(ENDS)
    if _marker(line.text):
        return part.kind == "item" or done or line.text[0] in CLEAR_BULLETS
    short = last.right < part.edge - 0.2 * (part.edge - part.lines[0].left)
    return (short and done and not line.text[0].islower()) or (part.kind == "text" and _is_indented(line, part))


def _is_indented(line: Line, part: Part) -> bool:
    """Whether a line begins where a new paragraph does; lines that are centred do not count."""
    last = part.lines[-1]
    if abs((line.left + line.right) - (last.left + last.right)) < last.size:
        return False
    return line.left > last.left + last.size or (line.left < last.left - last.size and len(part.lines) > 1)


def is_cut(text: str, after: str) -> bool:
    """Whether the end of a column or page parts a sentence into these two."""
    return (
        bool(text and after)
        and (text[-1].isalnum() or text[-1] in ",-–\u2010\u00ad")
        and after[0].islower()
        and not _marker(after)
    )


def _marker(text: str) -> str:
    """The marker of a list item that a line begins with, or nothing."""
    first, _, rest = text.partition(" ")
    return first if rest and MARKER.fullmatch(first) and not re.fullmatch(r"\d+(?:\.\d+)+\.?", first) else ""


# Headings


def mark_headings(parts: Sequence[Part]) -> None:
    """Make parts headings that are set larger or bolder than most text; their levels by the outline, then by size."""
    sizes = Counter[tuple[float, bool]]()
    for part in parts:
        for line in part.lines:
            sizes[line.size, line.bold] += len(line.text)
    body, bold = sizes.most_common(1)[0][0] if sizes else (0.0, False)
    found = [part for part in parts if part.kind != "heading" and _looks_like_heading(part, body, bold)]
    known = {part.style: part.level for part in parts if part.kind == "heading"}
    lowest = max(known.values(), default=0)
    largest = max((style[0] for style in known), default=0)
    others = sorted({part.style for part in found} - set(known), reverse=True)
    smaller = [style for style in others if not known or style[0] <= largest]
    for part in found:
        part.kind = "heading"
        rank = lowest + smaller.index(part.style) + 1 if part.style in smaller else 1
        part.level = min(known.get(part.style, rank), DEEPEST)


def _looks_like_heading(part: Part, body: float, bold: bool) -> bool:
    """Whether a part stands out as a title does; `body` and `bold` are the letters of most text."""
    text, lines = part.text, part.lines
    if part.kind == "table" or len(lines) > 3 or len(text) > LONGEST_HEADING or not all(line.alone for line in lines):
        return False
    larger = all(line.size >= LARGER * body for line in lines)
    bolder = not bold and all(line.bold and line.size >= 0.95 * body for line in lines)
    if not (larger or bolder) or text.endswith((".", ",", ";")) or (text.endswith(":") and not larger):
        return False
    letters = sum(character.isalpha() for character in text)
    plain = text[0] not in BULLETS and not text[0].islower() and letters * 2 > len(text)
    return plain and not (CAPTION.match(text) or NOT_A_HEADING.search(text) or parse_date(text))
