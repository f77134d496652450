"""Whether a row of a table says a part of a sentence."""

from collections.abc import Collection, Sequence

from ...ingest.document import CELL_SEPARATOR
from ..draft import Piece
from .words import INTRODUCES, MEASURES, Word, forms_of


def row_says(piece: Piece, part: Sequence[Word], lends: Collection[str]) -> bool:
    """Whether a row says a part: it names the row, and for each column that it speaks of both the head and the cell,
    beside each other."""
    cells, heads = _cells(piece)
    label, columns = cells[0], range(1, len(cells))
    spoken: list[set[int]] = []
    seen: set[str] = set()
    groups: list[set[str]] = []
    for form in (word.form for word in part if word.form):
        seen.add(form)
        own = {n for n in columns if form in cells[n] or form in heads[n]}
        if not own and form not in label | heads[0] | frozenset(lends) | INTRODUCES | MEASURES:
            return False
        if not own or form in label:
            continue
        if spoken and spoken[-1] & own:
            spoken[-1] &= own
            groups[-1].add(form)
        else:
            spoken.append(own)
            groups.append({form})
    settled = [min(own) for own in spoken if len(own) == 1]
    if not spoken or len(settled) < len(spoken) or len(set(settled)) < len(settled) or not label <= seen:
        return False
    several = len(columns) > 1
    return all(
        cells[n] <= group and not (several and (head := _own_head(heads, n)) and not head & group)
        for n, group in zip(settled, groups, strict=True)
    )


def _cells(piece: Piece) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """The forms of a row's cells, and those of its column heads; a cell under “%” has its figure with and without."""
    header = piece.chunk.header
    values = piece.text.split(CELL_SEPARATOR)
    heads = [forms_of(header[n] if n < len(header) else "") for n in range(len(values))]
    cells = [
        f"{value}%" if n < len(header) and "%" in header[n] and value[-1:].isdigit() else value
        for n, value in enumerate(values)
    ]
    return [forms_of(cell) for cell in cells], heads


def _own_head(heads: Sequence[frozenset[str]], column: int) -> frozenset[str]:
    """What of a column's head no other column's has."""
    return heads[column] - frozenset(form for n, head in enumerate(heads) if n != column for form in head)
