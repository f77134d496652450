"""Comma-, semicolon- or tab-separated values: one table, its first row the header."""

import csv
import io

from .page import Page, make_table

DELIMITERS = ",;\t"
SAMPLE_LENGTH = 10_000  # characters looked at to find the delimiter
csv.field_size_limit(2**31 - 1)


def read(text: str) -> Page:
    """A sheet as one table without caption."""
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    rows = csv.reader(io.StringIO(text), delimiter=_delimiter(text[:SAMPLE_LENGTH]))
    table = make_table(rows)
    return Page((table,) if table else ())


def _delimiter(sample: str) -> str:
    """The delimiter that parts the most lines into the same number of cells, more than one."""
    lines = [line for line in sample.split("\n") if line.strip()][:50]

    def agreement(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        common = max(set(widths), key=widths.count, default=0)
        return (widths.count(common), common) if common > 1 else (0, 0)

    return max(DELIMITERS, key=agreement)
