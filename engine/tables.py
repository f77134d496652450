"""Table rows as readable statements."""

import re
from collections.abc import Mapping

from ..index.terms import terms
from ..ingest.document import CELL_SEPARATOR
from .intent import Intent

LONG_CELL = 80  # characters: a first cell that is longer is no label

_PERCENT = re.compile(r"\d\s?%")
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


def read_row(row: str, header: tuple[str, ...], query: Mapping[str, float], intent: Intent) -> str:
    """A row as "label: column value; …", led by the column that the question asks for.

    Args:
        row: the row's cells, parted by tabs.
        query: the question's terms with their weights.
    """
    cells = row.split(CELL_SEPARATOR)
    has_label = len(cells) > 1 and bool(cells[0]) and len(cells[0]) <= LONG_CELL
    columns = [number for number in range(int(has_label), len(cells)) if cells[number]]
    asked = choose_column(header, cells, columns, query, intent)
    shown = sorted(columns, key=lambda n: n != asked)
    said = "; ".join(f"{header[n]} {cells[n]}".strip() if n < len(header) else cells[n] for n in shown)
    return f"{cells[0]}: {said}" if has_label and said else said or row


def choose_column(
    header: tuple[str, ...], cells: list[str], columns: list[int], query: Mapping[str, float], intent: Intent
) -> int | None:
    """The column that the question asks for, None where none stands out."""
    scored = sorted(
        ((_column_score(header[n], cells[n], query, intent), -n) for n in columns if n < len(header)), reverse=True
    )
    if not scored or scored[0][0] <= 0 or (len(scored) > 1 and scored[0][0] == scored[1][0]):
        return None
    return -scored[0][1]


def cell_number(cell: str) -> float | None:
    """The first number of a cell; None when it has none."""
    found = _NUMBER.search(cell)
    return float(found.group().replace(",", "")) if found else None


def _column_score(name: str, cell: str, query: Mapping[str, float], intent: Intent) -> float:
    percent = bool(_PERCENT.search(cell)) or "%" in name
    fits = (intent.kind == "percent" and percent) or (
        intent.kind == "number" and cell_number(cell) is not None and not percent
    )
    return _overlap(name, query) + fits


def _overlap(text: str, query: Mapping[str, float]) -> float:
    """The share of a text's terms that the question holds, by their weights."""
    own = set(terms(text))
    return sum(query.get(term, 0.0) for term in own) / len(own) if own else 0.0
