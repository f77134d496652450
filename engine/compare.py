"""Rows of a table held against each other: the extreme of a column, or the rows that a question names."""

from collections.abc import Sequence
from dataclasses import replace

from ..index.terms import terms
from ..ingest.document import CELL_SEPARATOR
from .candidates import Candidate
from .draft import Around, Draft, is_cut, pieces_of, row_draft
from .intent import Extreme
from .rewrite import Query
from .tables import cell_number, choose_column

LEADS = 10  # candidates among which a row leads to the table whose extreme is asked for

_MEASURES = frozenset(
    terms(
        "highest largest biggest greatest most common commonest often frequent lowest smallest fewest least rarest "
        "rate share proportion percentage percent number total figure"
    )
)


def extreme_row(candidates: Sequence[Candidate], query: Query, around: Around) -> Draft | None:
    """The row that is extreme in the column asked for, of the first table that is about the question; None where that
    is not clear."""
    rows = (c for c in candidates[:LEADS] if c.unit.kind == "row" and _names_column(c, candidates[0], query))
    return next((draft for row in rows if (draft := _extreme_in_table(row, query, around))), None)


def compared_rows(candidates: Sequence[Candidate], query: Query) -> list[Draft]:
    """The rows of one table that the question names beside each other, the one marked that holds more of what is asked
    for; none unless it names two or more."""
    named = [c for c in candidates if c.unit.kind == "row" and _label(c) and _label(c) <= query.weights.keys()]
    table = [c for c in named if _table(c) == _table(named[0])]
    rows = [c for c in table if not any(_label(c) < _label(other) for other in table)]
    if len(rows) < 2:
        return []
    drafts = [row_draft(row, query) for row in rows]
    column = _column([row.text for row in rows], rows[0].passage.chunk.header, rows[0].text, query)
    most = column and _extreme([_number(row.text, column) for row in rows], "highest")
    if most is not None:
        note = f"({'higher' if len(rows) == 2 else 'highest'} of the {len(rows)} rows asked about)"
        drafts[most] = replace(drafts[most], note=note)
    return drafts


def _extreme_in_table(candidate: Candidate, query: Query, around: Around) -> Draft | None:
    """The extreme row of the whole table that the candidate is a row of."""
    chunk, extreme = candidate.passage.chunk, query.intent.extreme
    chunks = around(chunk)
    table = [piece for piece in pieces_of(chunks) if piece.unit.block == candidate.unit.block]
    rows = [piece for piece in table if piece.unit.kind == "row"]
    if table[0].unit.kind != "header" or is_cut(chunks, chunk, table[-1]) or len(rows) < 2 or not extreme:
        return None
    column = _column([row.text for row in rows], chunk.header, candidate.text, query)
    place = column and _extreme([_number(row.text, column) for row in rows], extreme)
    if column is None or place is None:
        return None
    best = rows[place]
    label, value = (best.text.split(CELL_SEPARATOR)[n] for n in (0, column))
    note = f"({extreme} of the {len(rows)} rows of the table)"
    return Draft(f"{label}: {chunk.header[column]} {value}", best.chunk, best.text, best.start, label, note)


def _names_column(row: Candidate, best: Candidate, query: Query) -> bool:
    """Whether a row's table is about the things that the question measures as much as the best candidate is."""
    things = set(query.weights) - _MEASURES
    table = set(terms(f"{row.passage.chunk.caption} {' '.join(row.passage.chunk.header)}")) | set(row.terms)
    return len(things & table) >= max(1, len(things & set(best.terms)))


def _column(rows: Sequence[str], header: tuple[str, ...], row: str, query: Query) -> int | None:
    """The column that the question asks for, as one row has it, of those with a number in all rows: never the first."""
    numeric = [n for n in range(1, len(header)) if all(_number(text, n) is not None for text in rows)]
    if len(numeric) < 2:
        return numeric[0] if numeric else None
    return choose_column(header, row.split(CELL_SEPARATOR), numeric, query.weights, query.intent)


def _extreme(values: Sequence[float | None], extreme: Extreme) -> int | None:
    """The place of the one value that is highest or lowest."""
    numbers = [value for value in values if value is not None]
    most = max(numbers) if extreme == "highest" else min(numbers)
    return values.index(most) if values.count(most) == 1 else None


def _number(row: str, column: int) -> float | None:
    cells = row.split(CELL_SEPARATOR)
    return cell_number(cells[column]) if column < len(cells) else None


def _label(row: Candidate) -> frozenset[str]:
    """The terms of a row's first cell."""
    return frozenset(terms(row.text.split(CELL_SEPARATOR, 1)[0]))


def _table(row: Candidate) -> tuple[str, int]:
    return row.passage.chunk.document_id, row.unit.block
