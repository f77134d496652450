"""What Office files share: runs of text; tables with cells that span others, header rows, titles above, notes below."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ...errors import DocumentError
from ..document import Block
from .page import MAX_CELLS, make_table, one_line

MAX_TEXT = 20_000_000  # characters of one table; merged cells, which are repeated, could make any number
NOTE = re.compile(r"(?:notes?|sources?|key)\b.*|[*†(].*|.{40,}\.", re.I)  # what stands below a table and is no row


class Span(NamedTuple):
    """A cell that stands for several: its place, counted from 0, and the rows and columns that it covers."""

    row: int
    column: int
    rows: int
    columns: int


def whole_number(text: str, otherwise: int) -> int:
    """The number that an attribute holds, if it is one within reason and not negative."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else otherwise


def joined_runs(runs: Iterable[str]) -> str:
    """The words of a paragraph's runs, without soft hyphens; its line breaks stay, and empty lines go."""
    lines = (one_line(line) for line in "".join(runs).replace("\u00ad", "").split("\n"))
    return "\n".join(line for line in lines if line)


def grid_blocks(
    rows: Iterable[Sequence[str]], spans: Iterable[Span], source: str, headers: int = 1, is_sheet: bool = False
) -> list[Block]:
    """A grid of cells as a table, its title lines above it and the notes below it as text.

    Args:
        rows: the cells' texts, row by row; what a span covers besides its first cell is empty.
        spans: the merged cells; every cell that they cover gets the text.
        headers: how many header rows the format itself marks; more are found by merged cells.
        is_sheet: whether nothing but empty cells sets a title apart, so that a cell alone in its row is one; else it
            must be merged over all columns.

    Raises:
        DocumentError: the table has more than `MAX_CELLS` cells or `MAX_TEXT` characters, merged ones repeated.
    """
    grid = list(rows)
    _check_size(sum(map(len, grid)), source)
    cells, merged = _without_empty_columns([[one_line(cell) for cell in row] for row in grid], spans, source)
    wide = {(span.row, span.column): span.columns for span in merged if span.columns > 1}
    filled = [number for number, row in enumerate(cells) if any(row)]
    first = next((number for number in filled if not _is_title(number, cells[number], wide, is_sheet)), len(cells))
    last = max((number for number in filled if number >= first and not _is_note(cells[number])), default=len(cells))
    below = [span._replace(row=span.row - first) for span in merged if span.row >= first]
    table = _table(cells[first : last + 1], below, source, headers)
    texts = [Block("text", text) if (text := "".join(row)) else None for row in cells[:first] + cells[last + 1 :]]
    return [block for block in [*texts[:first], table, *texts[first:]] if block]


def _check_size(size: int, source: str) -> None:
    if size > MAX_CELLS:
        raise DocumentError(source, f"a table has {size:,} cells, more than the limit of {MAX_CELLS:,}; split it")


def _without_empty_columns(
    cells: list[list[str]], spans: Iterable[Span], source: str
) -> tuple[list[list[str]], list[Span]]:
    """Rows of equal length and their spans, without columns that are empty in all rows."""
    used = sorted({column for row in cells for column, cell in enumerate(row) if cell})
    _check_size(len(used) * len(cells), source)
    place = {column: number for number, column in enumerate(used)}
    full = [[row[column] if column < len(row) else "" for column in used] for row in cells]
    return full, [
        Span(
            span.row,
            place[span.column],
            min(span.rows, len(full) - span.row),
            bisect_left(used, span.column + span.columns) - place[span.column],
        )
        for span in spans
        if span.column in place and span.row < len(full) and full[span.row][place[span.column]]
    ]


def _is_title(number: int, row: Sequence[str], wide: Mapping[tuple[int, int], int], is_sheet: bool) -> bool:
    """Whether a row has but one cell, and that is no header of some of the columns."""
    column, *others = (column for column, cell in enumerate(row) if cell)
    if others or (number, column) in wide or not is_sheet:
        return not others and wide.get((number, column)) == len(row)
    return column == 0 or len(row) > 2


def _is_note(row: Sequence[str]) -> bool:
    return sum(map(bool, row)) == 1 and NOTE.fullmatch("".join(row)) is not None


def _table(cells: list[list[str]], spans: Sequence[Span], source: str, headers: int) -> Block | None:
    """The rows as one table block; those that were empty but for cells merged into them are left out."""
    depth = max(headers if headers < len(cells) else 1, _header_depth(cells, spans))
    used = [number for number, row in enumerate(cells) if any(row) and number >= depth]
    texts = [cells[span.row][span.column] for span in spans]  # taken first, as damaged files merge cells twice
    size = sum(len(cell) for row in cells for cell in row)
    size += sum(len(text) * span.rows * span.columns for text, span in zip(texts, spans, strict=True))
    if size > MAX_TEXT:
        fault = f"a table has {size:,} characters, merged cells repeated; the limit is {MAX_TEXT:,}; split it"
        raise DocumentError(source, fault)
    for text, (row, column, rows, columns) in zip(texts, spans, strict=True):
        for below in cells[row : row + rows]:
            below[column : column + columns] = [text] * columns
    header = [" ".join(dict.fromkeys(filter(None, column))) for column in zip(*cells[:depth], strict=True)]
    return make_table([header, *(cells[number] for number in used)])


def _header_depth(cells: Sequence[Sequence[str]], spans: Sequence[Span]) -> int:
    """Two where cells of the first row are merged across and stand above headers of their own, else one.

    The second row is a header when it goes with the first: no other column has a cell in both. Where all columns are
    merged across, its cells must all be words, as "Girls" and "Boys" are below "2023" and below "2024".
    """
    heads = [span for span in spans if span.row == 0 and span.columns > 1]
    if not heads or len(cells) < 3:
        return 1
    across = {column for span in heads for column in range(span.column, span.column + span.columns)}
    others = [column for column in range(len(cells[0])) if column not in across]
    if others:
        return 1 if any(cells[0][column] and cells[1][column] for column in others) else 2
    return 2 if all(cell and not any(map(str.isdigit, cell)) for cell in cells[1]) else 1
