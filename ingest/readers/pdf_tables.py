"""Tables on a page: by the lines ruled around their cells, or by cells that stand in columns."""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from ..document import ITEM_SEPARATOR
from .pdf_lines import BULLETS, Line, Word, rows_of

Rule = Sequence[float]  # left, top, right, bottom
Span = tuple[float, float]

SAME = 1.0  # point: lines this near are one
NEAR = 3.0  # points: lines this near are meant to meet
MAX_LINES = 1_000  # on a page, once their pieces are joined
MAX_CELLS = 20_000  # in a table
LEAST_FILLED = 0.25  # of a table's cells: a chart's grid is empty
MOST_HEADER_ROWS = 3
LONGEST_NUMBER = 40  # characters
NUMERIC = re.compile(r"[^A-Za-z]*\d[^A-Za-z]*|n/?a|[-–—]|[<>≤≥~]?[£€$]?[\d.,]+\s?(?:%|m|k|bn|pp|years?|days?)?", re.I)


@dataclass(frozen=True)
class Grid:
    """A table as found: its rows of cells, the first its header, and where it stands; `columns` are left sides."""

    rows: tuple[tuple[str, ...], ...]
    left: float
    right: float
    top: float
    bottom: float
    columns: tuple[float, ...]
    caption: str = ""
    page: int = 0


def ruled_tables(words: Sequence[Word], rules: Iterable[Rule], page: int) -> tuple[list[Grid], list[Word]]:
    """The tables that have ruling lines, from the top, and the words that are in none."""
    across, down = _joined_rules(rules)
    grids: list[Grid] = []
    if sum(map(len, [*across.values(), *down.values()])) > MAX_LINES:
        return grids, list(words)
    for rows, columns in [*_frames(across, down), *_stacks(words, across, down)]:
        inside = [w for w in words if columns[0] <= w.middle[0] <= columns[-1] and rows[0] <= w.middle[1] <= rows[-1]]
        grid = _grid(inside, rows, columns, across, down)
        if grid:
            taken = set(inside)
            words = [word for word in words if word not in taken]
            grids.append(replace(grid, page=page))
    return grids, list(words)


# Lines


Lines = dict[float, list[Span]]  # position → from where to where, in order


def _joined_rules(rules: Iterable[Rule]) -> tuple[Lines, Lines]:
    """Ruling lines across (by height) and down (by distance from the left), their pieces joined."""
    across: list[tuple[float, float, float]] = []
    down: list[tuple[float, float, float]] = []
    for left, top, right, bottom in rules:
        if right - left >= bottom - top:
            across.append(((top + bottom) / 2, left, right))
        else:
            down.append(((left + right) / 2, top, bottom))
    return _joined(across), _joined(down)


def _joined(pieces: Iterable[tuple[float, float, float]]) -> Lines:
    lines: Lines = {}
    at = float("-inf")
    for position, start, end in sorted(pieces):
        if position - at > SAME:
            at = position
        lines.setdefault(at, []).append((start, end))
    return {position: list(_merged(spans)) for position, spans in lines.items()}


def _merged(spans: Iterable[Span], gap: float = NEAR) -> Iterator[Span]:
    """Spans joined where they overlap or less than `gap` parts them."""
    low, high = float("inf"), float("-inf")
    for start, end in sorted(spans):
        if start > high + gap and high > low:
            yield low, high
            low, high = start, end
        low, high = min(low, start), max(high, end)
    if high > low:
        yield low, high


def _covers(lines: Lines, at: float, point: float) -> bool:
    return any(start - NEAR <= point <= end + NEAR for start, end in lines.get(at, ()))


# Frames: groups of lines that cross


def _frames(across: Lines, down: Lines) -> Iterator[tuple[list[float], list[float]]]:
    """The heights and distances of the lines of each group that cross one another, its open sides included."""
    groups: list[tuple[set[tuple[float, Span]], set[tuple[float, Span]]]] = []
    flat = [(y, span) for y, spans in across.items() for span in spans]
    for x, spans in down.items():
        for top, bottom in spans:
            met = {(y, (a, b)) for y, (a, b) in flat if a - NEAR <= x <= b + NEAR and top - NEAR <= y <= bottom + NEAR}
            touched = [group for group in groups if group[0] & met]
            groups = [group for group in groups if not group[0] & met]
            horizontal = met.union(*(group[0] for group in touched))
            groups.append((horizontal, {(x, (top, bottom))}.union(*(group[1] for group in touched))))
    for horizontal, vertical in groups:
        if horizontal:
            rows = _positions([y for y, _ in horizontal], [end for _, span in vertical for end in span])
            columns = _positions([x for x, _ in vertical], [end for _, span in horizontal for end in span])
            if len(rows) > 2 or len(columns) > 2:
                yield rows, columns


def _positions(lines: Iterable[float], ends: Sequence[float]) -> list[float]:
    found = sorted(set(lines))
    if min(ends) < found[0] - 2 * NEAR:
        found.insert(0, min(ends))
    if max(ends) > found[-1] + 2 * NEAR:
        found.append(max(ends))
    return [found[0], *(second for first, second in pairwise(found) if second - first > NEAR)]


def _stacks(words: Sequence[Word], across: Lines, down: Lines) -> Iterator[tuple[list[float], list[float]]]:
    """Three lines or more across, one under the other, of one width, that no line down crosses; a header over them."""
    lone = [
        (y, a, b)
        for y, spans in sorted(across.items())
        for a, b in spans
        if not any(a - NEAR <= x <= b + NEAR and _covers(down, x, y) for x in down)
    ]
    while lone:
        _, left, right = lone[0]
        same = [line for line in lone if abs(line[1] - left) < 2 * NEAR and abs(line[2] - right) < 2 * NEAR]
        lone = [line for line in lone if line not in same]
        if len(same) > 2:
            rows, columns = [line[0] for line in same], [left, right]
            yield [*_header_above(words, rows, columns), *rows], columns


# Cells


def _grid(words: Sequence[Word], rows: list[float], columns: list[float], across: Lines, down: Lines) -> Grid | None:
    """The table within a frame; None when it is no table but a box or a drawing."""
    if not words or (len(rows) - 1) * (len(columns) - 1) > MAX_CELLS:
        return None
    if len(columns) == 2:
        columns = _columns_by_space(words, columns)
        down = {x: [(rows[0], rows[-1])] for x in columns}
        across = {y: [(columns[0], columns[-1])] for y in rows}
    owner = _owners(rows, columns, _nearby(across, rows), _nearby(down, columns))
    held: dict[int, list[Word]] = {}
    for word in words:
        row, column = bisect(rows, word.middle[1]) - 1, bisect(columns, word.middle[0]) - 1
        row, column = min(row, len(rows) - 2), min(column, len(columns) - 2)
        held.setdefault(owner[row][column], []).append(word)
    texts = {number: cell_text(cell) for number, cell in held.items()}
    caption, owner = _title_row(owner, texts)
    width = len(columns) - 1
    cells = [_row(row, texts) for row in owner]
    if len(cells) <= 3 and len(set(owner[-1])) == width:  # rules under the header only
        cells = cells[:-1] + _stacked_rows([held.get(number, []) for number in owner[-1]])
    depth = _header_depth(owner)
    header = tuple(" ".join(dict.fromkeys(filter(None, column))) for column in zip(*cells[:depth], strict=True))
    table = tuple(row for row in (header, *cells[depth:]) if any(row))
    if not _is_table(table):
        return None
    return Grid(table, columns[0], columns[-1], rows[0], rows[-1], tuple(columns[:-1]), caption)


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows of cells have two columns in use, and enough in them; a single row may go on with a table."""
    columns = sum(any(column) for column in zip(*rows, strict=True))
    filled = sum(bool(cell) for row in rows for cell in row)
    return columns > 1 and filled >= LEAST_FILLED * len(rows) * columns


def _header_above(words: Sequence[Word], rows: list[float], columns: list[float]) -> list[float]:
    """Where the header begins that stands on the first line, with none over it; nothing when there is none."""
    reach = rows[1] - rows[0]
    near = [w for w in words if columns[0] - NEAR <= w.left and w.right <= columns[-1] + NEAR and rows[0] - w.base > 0]
    above = list(rows_of(word for word in near if rows[0] - word.base < reach and rows[0] - word.base < 2 * word.size))
    if not above or not any(second.left - first.right > second.size for first, second in pairwise(above[-1])):
        return []
    return [min(word.base - word.size for word in above[-1])]


def _columns_by_space(words: Sequence[Word], sides: list[float]) -> list[float]:
    """The sides of the columns that white space parts from top to bottom."""
    size = sorted(word.size for word in words)[len(words) // 2]
    spans = list(_merged(((word.left, word.right) for word in words), gap=0.7 * size))
    return [sides[0], *((first[1] + second[0]) / 2 for first, second in pairwise(spans)), sides[-1]]


def _owners(rows: list[float], columns: list[float], across: Lines, down: Lines) -> list[list[int]]:
    """For each place of the grid the number of its cell: places with no line between them are one."""
    width = len(columns) - 1
    owner = list(range((len(rows) - 1) * width))

    def root(number: int) -> int:
        while owner[number] != number:
            number = owner[number]
        return number

    for row, (top, bottom) in enumerate(pairwise(rows)):
        for column, (left, right) in enumerate(pairwise(columns)):
            here = row * width + column
            if column and not _covers(down, left, (top + bottom) / 2):
                owner[root(here)] = root(here - 1)
            if row and not _covers(across, top, (left + right) / 2):
                first, second = sorted((root(here), root(here - width)))
                owner[second] = first
    return [[root(row * width + column) for column in range(width)] for row in range(len(rows) - 1)]


def _nearby(lines: Lines, positions: Iterable[float]) -> Lines:
    """What is ruled at each position, or so near to it that it is meant there."""
    return {at: [span for near in lines if abs(near - at) <= NEAR for span in lines[near]] for at in positions}


def _title_row(owner: list[list[int]], texts: dict[int, str]) -> tuple[str, list[list[int]]]:
    """A first row of one cell is a caption."""
    if len(owner) > 2 and len(owner[0]) > 1 and len(set(owner[0])) == 1 and owner[0][0] not in owner[1]:
        return texts.get(owner[0][0], ""), owner[1:]
    return "", owner


def _row(owners: Sequence[int], texts: dict[int, str]) -> tuple[str, ...]:
    """A row's cells; one that spans columns is repeated in each, but one that is a whole row stands once."""
    if len(owners) > 1 and len(set(owners)) == 1:
        return (texts.get(owners[0], ""), *[""] * (len(owners) - 1))
    return tuple(texts.get(number, "") for number in owners)


def _header_depth(owner: Sequence[Sequence[int]]) -> int:
    """How many rows the header has: those that its first row's cells reach into or stand over."""
    if len(owner) < 3:
        return 1
    first = owner[0]
    over = any(first.count(number) > 1 for number in first)
    reach = max(sum(row[column] == number for row in owner) for column, number in enumerate(first))
    return min(max(reach, 1 + over), MOST_HEADER_ROWS, len(owner) - 1) if over or reach < len(owner) else 1


def _is_number(text: str) -> bool:
    return len(text) <= LONGEST_NUMBER and NUMERIC.fullmatch(text) is not None


def _stacked_rows(cells: Sequence[Sequence[Word]]) -> list[tuple[str, ...]]:
    """The rows in cells that hold a value a line; one row when they hold prose."""
    whole = tuple(cell_text(cell) for cell in cells)
    lines = [[(line[0].base, " ".join(word.text for word in line)) for line in rows_of(cell)] for cell in cells]
    numbers = [column for column in lines if len(column) > 2 and all(_is_number(text) for _, text in column)]
    if not numbers:
        return [whole]
    bases = [base for base, _ in numbers[0]]
    rows = [[""] * len(cells) for _ in bases]
    for column, content in enumerate(lines):
        for base, text in content:
            nearest = min(range(len(bases)), key=lambda row: abs(bases[row] - base))
            rows[nearest][column] = f"{rows[nearest][column]} {text}".strip()
    return [tuple(row) for row in rows]


def cell_text(words: Iterable[Word]) -> str:
    """A cell's words; list items and paragraphs in it stand between middle dots."""
    parts: list[str] = []
    last: Word | None = None
    for row in rows_of(words):
        marked = row[0].text in BULLETS and len(row) > 1
        text = " ".join(word.text for word in (row[1:] if marked else row))
        if last is None or marked or row[0].base - last.base > 1.7 * last.size:
            parts.append(text)
        else:
            parts[-1] = glued(parts[-1], text)
        last = row[0]
    return ITEM_SEPARATOR.join(parts)


def glued(text: str, after: str) -> str:
    """Two lines as one; a hyphen at the end of the first stays, unless it is one that only a line break brings."""
    if text.endswith("\u00ad"):
        return text[:-1] + after
    hyphen = text.endswith(("-", "\u2010")) and text[-2:-1].isalpha() and after[:1].islower()
    return f"{text}{after}" if hyphen else f"{text} {after}"


# Tables without rules


def aligned_tables(items: Iterable[Line | Grid]) -> Iterator[Line | Grid]:
    """What stands in order, with runs of lines that stand in columns under a header made tables."""
    rows = (list(row) for _, row in groupby(items, key=lambda item: item.top if isinstance(item, Line) else -id(item)))
    for several, group in groupby(rows, key=lambda row: len(row) > 1):
        if several:
            yield from _beside([[item for item in row if isinstance(item, Line)] for row in group])
        else:
            yield from (item for row in group for item in row)


def _beside(rows: Sequence[Sequence[Line]]) -> Iterator[Line | Grid]:
    """Rows of several lines each: a table; else the rows as they stand; but lines with wide spaces when it is prose."""
    spans = list(_merged(((line.left, line.right) for row in rows for line in row), gap=rows[0][0].size / 2))
    near = all(second.left - first.right < 2 * first.size for first, second in pairwise(rows[0]))
    if len(spans) == 1 or (len(rows) == 1 and near):
        yield from map(_one_line, rows)
        return
    grid = _aligned(rows, spans) if len(rows) > 2 else None
    yield from [grid] if grid else (replace(line, alone=False) for row in rows for line in row)


def _one_line(row: Sequence[Line]) -> Line:
    text, bold = " ".join(line.text for line in row), all(line.bold for line in row)
    return replace(row[0], text=text, right=row[-1].right, bold=bold)


def _aligned(rows: Sequence[Sequence[Line]], spans: Sequence[Span]) -> Grid | None:
    """Rows of lines as a table: each cell in a column of its own, one of the columns with numbers under words."""
    lines = [line for row in rows for line in row]
    starts = [low for low, _ in spans]
    cells = [[""] * len(spans) for _ in rows]
    for number, row in enumerate(rows):
        for line in row:
            column = bisect(starts, (line.left + line.right) / 2) - 1
            if cells[number][column]:
                return None
            cells[number][column] = line.text
    body = list(zip(*cells[1:], strict=True))
    numbers = [bool(any(column)) and all(_is_number(cell) for cell in column if cell) for column in body]
    heads = [cell and not _is_number(cell) for cell in cells[0]]
    if not any(n and head for n, head in zip(numbers, heads, strict=True)):
        return None
    left, right = spans[0][0], spans[-1][1]
    top, bottom = lines[0].top, lines[-1].base
    return Grid(tuple(map(tuple, cells)), left, right, top, bottom, tuple(starts), page=lines[0].page)
