"""Comma-, semicolon- or tab-separated values: one table, its first row the header."""

import csv
import io
from collections.abc import Iterator
from itertools import chain

from .page import Page, UnreadableError, make_table

DELIMITERS = ",;\t"
SAMPLE_LENGTH = 10_000  # characters looked at to find the delimiter
END = "\0"  # no cell holds it
csv.field_size_limit(2**31 - 1)


def read(text: str) -> Page:
    """A sheet as one table without caption.

    Raises:
        UnreadableError: a quotation mark is never closed, which makes the rest of the sheet one cell, or the sheet is
            too large.
    """
    text = text.replace(END, "").replace("\r\n", "\n").replace("\r", "\n")
    delimiter = _delimiter(text[:SAMPLE_LENGTH])
    warnings: list[str] = []
    table = make_table(_rows(text, delimiter, warnings))
    return Page((table,) if table else (), warnings=tuple(warnings))


def _rows(text: str, delimiter: str, warnings: list[str]) -> Iterator[list[str]]:
    """The rows; of cells that seem to hold rows, as what stands between two stray quotation marks does, is warned."""
    reader = csv.reader(chain(io.StringIO(text), ["\n", END]), delimiter=delimiter)
    width = start = 0
    for row in reader:
        if row and row[-1].endswith(END):
            row[-1] = row[-1].removesuffix(END).rstrip()
            if "\n" in row[-1]:
                fault = f"the quotation mark that opens a cell in line {start + 1:,} is never closed"
                raise UnreadableError(f"{fault}, so that the rows below it cannot be told; close it")
        width = width or len(row)
        if not warnings and reader.line_num > start + 3 and any(_holds_rows(cell, delimiter, width) for cell in row):
            warnings.append(f"line {start + 1:,}: a cell holds what seem to be rows; check its quotation marks")
        start = reader.line_num
        yield row


def _holds_rows(cell: str, delimiter: str, width: int) -> bool:
    """Whether all of a cell's lines, the first and the last aside, have as many delimiters as a row."""
    inner = cell.split("\n")[1:-1]
    return len(inner) > 1 and width > 2 and all(line.count(delimiter) == width - 1 for line in inner)


def _delimiter(sample: str) -> str:
    """The delimiter that parts the most lines into the same number of cells, more than one."""
    lines = [line for line in sample.split("\n") if line.strip()][:50]

    def agreement(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        common = max(set(widths), key=widths.count, default=0)
        return (widths.count(common), common) if common > 1 else (0, 0)

    return max(DELIMITERS, key=agreement)
