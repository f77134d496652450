"""Spreadsheets: every sheet that is not hidden as a heading and its tables, values as the sheet shows them.

openpyxl reads the cells row by row, which keeps large sheets out of the memory. In that mode it does not tell which
cells are merged, and its other mode would hold every cell and be led by a merged range of a million rows to make as
many cells: so the merged ranges are looked up in the sheet's XML, whatever the size of the file.
"""

import math
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from openpyxl.reader.excel import ExcelReader  # type: ignore[import-untyped]
from openpyxl.utils import range_boundaries  # type: ignore[import-untyped]

from ...errors import DocumentError
from ..document import Block, Metadata
from ..metadata import given_author
from .archive import company, damaged, given_title, opened
from .grid import Span, grid_blocks
from .page import Page, one_line

KIND = "an Excel workbook (.xlsx, .xlsm)"
MAX_MARKUP = 200 * 1024 * 1024  # bytes of XML: rows are not kept, so it may be more than elsewhere
MAX_ROWS = 100_000  # of one sheet, those with something in them
MAX_CELLS = 1_000_000  # of one workbook, empty ones included where the file has them: about ten seconds
MAX_TEXT = 50_000_000  # characters of one workbook: any number of cells may share one text
MAX_MERGED = 100_000  # ranges of merged cells in one sheet
LAST_ROW = 1_048_576  # of the format
SAVE = "open it in Excel and save it"
PLAIN_NAME = re.compile(r"(?:sheet|worksheet|tabelle|feuil)\s*\d*", re.I)
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]{0,200}?\bref=[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})[\"']")
CELLS = re.compile(rb"<(?:\w+:)?sheetData\b")
CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
FILLED_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*>\s*<(?:\w+:)?c\b[^<>]*(?<!/)>")  # one whose first cell is not empty
WITHOUT_RESULT = re.compile(
    rb"<c\b(?![^<>]*\bt=.str)[^<>]*><f\b[^<>]{0,500}(?:/>|>[^<]{0,9000}</f>)(?:<v\s?/>|<v></v>)?</c>"
)
# A number format, as far as it is plain: what stands before, digits, decimals, percent, what stands after.
FORMAT = re.compile(r"(?P<before>[^0#?.%E@]*?)(?P<whole>#,##0|0+|#)(?:\.(?P<decimals>0+))?(?P<after>%?[^0#?.,%E@]*)")
CONDITION = re.compile(r"\[[<>=]")
LITERAL = re.compile(r"\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].|\\(.)|\"([^\"]*)\"")
Row = tuple[int, list[str]]  # the row's number, from 0, and its cells' texts


def read(data: bytes, source: str) -> Page:
    """A heading for each sheet that is not hidden, and its tables; metadata by the workbook's properties.

    Raises:
        DocumentError: not a workbook, damaged, with a password, or too large: nothing of a sheet is left out.
    """
    with opened(data, source, KIND, MAX_MARKUP) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of what it would lose on writing
        reader = ExcelReader(file, read_only=True, data_only=True)
        reader.read()
        workbook = reader.wb
        sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        size = _Size(source)
        blocks: list[Block] = []
        for sheet in sheets:
            found = list(_sheet(sheet, file, size))
            if found and (len(sheets) > 1 or not PLAIN_NAME.fullmatch(sheet.title)):
                blocks.append(Block("heading", one_line(sheet.title), level=1))
            blocks += found
        hidden = [one_line(sheet.title) for sheet in workbook.worksheets if sheet not in sheets]
        left_out = [f"sheet “{title}”: hidden, and left out; show it if it is to be searched" for title in hidden]
        named = [one_line(sheet.name) for sheet in reader.parser.sheets if sheet.name not in workbook.sheetnames]
        missing = [f"sheet “{title}”: not in the file, though it names it; {SAVE}" for title in named]
        properties = workbook.properties
        metadata = Metadata(given_title(properties.title), company(data), given_author(properties.creator))
        return Page(tuple(blocks), metadata, (*missing, *left_out, *size.warnings))


@dataclass
class _Size:
    """What was read of a workbook, up to its limits, and what could not be."""

    source: str
    cells: int = 0
    length: int = 0
    warnings: list[str] = field(default_factory=list)

    def check(self, sheet: Any, **sizes: tuple[int, int]) -> None:
        """Refuse a sheet of which one of the sizes is over its limit."""
        for name, (size, limit) in sizes.items():
            if size > limit:
                fault = f"over the limit of {limit:,} {name} at the sheet “{sheet.title}”; split it"
                raise DocumentError(self.source, fault)


def _sheet(sheet: Any, file: Any, size: _Size) -> Iterator[Block]:
    """A sheet's tables and texts."""
    with zipfile.ZipFile(file) as archive:
        markup = archive.read(sheet._worksheet_path)  # the library has no public name for it
    if not CELLS.search(markup):
        size.warnings.append(f"sheet “{one_line(sheet.title)}”: damaged, or no sheet of cells, and left out; {SAVE}")
        return
    if missing := len(WITHOUT_RESULT.findall(markup)):
        some = f"{missing:,} formulas have" if missing > 1 else "1 formula has"
        size.warnings.append(f"sheet “{one_line(sheet.title)}”: {some} no stored result; {SAVE}")
    filled, cells = len(FILLED_ROW.findall(markup)), len(CELL.findall(markup))
    size.check(sheet, rows=(filled, MAX_ROWS), cells=(cells, MAX_CELLS))  # so that what is too large is refused at once
    merged = set(MERGED.findall(markup))
    size.check(sheet, merges=(len(merged), MAX_MERGED))
    spans = sorted(_span(reference.decode()) for reference in merged)
    del markup
    for rows, inside in _tables(_rows(sheet, size), spans):
        yield from grid_blocks(rows, inside, size.source, is_sheet=True)


def _span(reference: str) -> Span:
    """“B2:D2” as a span."""
    left, top, right, bottom = range_boundaries(reference)
    return Span(top - 1, left - 1, bottom - top + 1, right - left + 1)


def _rows(sheet: Any, size: _Size) -> Iterator[Row]:
    """The rows that have something in them.

    Raises:
        DocumentError: the sheet has more rows, or the workbook more cells or text, than it may.
    """
    sheet.reset_dimensions()  # what the file says of them may be wrong, and every row would be filled up to them
    rows = 0
    for number, row in enumerate(sheet.iter_rows()):
        texts = [_shown(cell) for cell in row]
        rows += any(texts)
        size.cells += len(texts)
        size.length += sum(map(len, texts))
        size.check(sheet, rows=(rows, MAX_ROWS), cells=(size.cells, MAX_CELLS), characters=(size.length, MAX_TEXT))
        if number >= LAST_ROW:  # openpyxl would go on to any row that a damaged file names
            raise damaged(size.source, KIND)
        if any(texts):
            yield number, texts


def _tables(rows: Iterator[Row], spans: Sequence[Span]) -> Iterator[tuple[list[list[str]], list[Span]]]:
    """The runs of rows that no empty row parts, each with the merged cells in it, counted from its first row.

    A row that is empty only because cells above are merged down over it parts nothing.
    """
    waiting = list(reversed(spans))
    table: list[list[str]] = []
    inside: list[Span] = []
    first = reach = 0  # the table's first row; the row after its last, or after what is merged down from it
    for number, row in rows:
        if table and number > reach:
            yield table, inside
            table, inside = [], []
        if not table:
            first = number
        while waiting and waiting[-1].row <= number:
            span = waiting.pop()
            if span.row >= first:
                inside.append(span._replace(row=span.row - first))
                reach = max(reach, span.row + span.rows) if span.row == number else reach
        table += [[] for _ in range(number - first - len(table))]
        table.append(row)
        reach = max(reach, number + 1)
    if table:
        yield table, inside


# Values


def _shown(cell: Any) -> str:
    """A cell's value as the sheet shows it in plain cases; dates as ISO, so that they can be read but one way."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    return _moment(value)


def _moment(value: date | time | timedelta) -> str:
    if isinstance(value, timedelta):  # hours may be more than a day has
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    text = value.isoformat(" ", "seconds") if isinstance(value, datetime) else value.isoformat()
    return text.removesuffix(":00")


def _number(value: float, form: str) -> str:
    """A number by its format where that is plain, else with all its digits."""
    plain = _plain(form)
    if plain is None or not math.isfinite(value) or abs(value) >= 1e15:
        return str(value) if isinstance(value, int) else str(int(value)) if _is_whole(value) else f"{value:.15g}"
    exact = Decimal(repr(value)) * (100 if plain["after"].startswith("%") else 1)
    shown = exact.quantize(Decimal(1).scaleb(-len(plain["decimals"] or "")), ROUND_HALF_UP)
    if "," in plain["whole"]:
        digits = f"{abs(shown):,f}"
    else:
        whole, point, decimals = f"{abs(shown):f}".partition(".")
        digits = whole.zfill(len(plain["whole"])) + point + decimals
    return f"{'-' * (shown < 0)}{plain['before'].lstrip()}{digits}{plain['after'].rstrip()}"


def _is_whole(value: float) -> bool:
    return value.is_integer() and abs(value) < 1e15


@lru_cache(maxsize=1000)
def _plain(form: str) -> re.Match[str] | None:
    """The parts of a number format of digits, decimals, a sign of currency or per cent and fixed words, if it is one.

    Of formats for positive and other numbers, it is the first; one that depends on the value is not plain.
    """
    first, _, _ = form.partition(";")
    if CONDITION.search(first):
        return None
    return FORMAT.fullmatch(LITERAL.sub(lambda match: match[1] or match[2] or match[3] or "", first))
