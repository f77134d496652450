"""Words on a page → lines, and those in the order of reading."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

GUTTER = 9.0  # points: the least space between two columns
NEAR = 12.0  # points: items whose tops are no farther apart stand side by side
WIDE_SPACE = 0.8  # times the size of the letters: what parts two columns or cells on one line
LEAST_COLUMN = 120.0  # points: a column of prose is as wide
LEAST_LINES = 3  # in a column
BULLETS = "•●▪■◦‣⁃∙○□➢➤✓❖–—-*·"
LETTER_BULLETS = frozenset("o§")  # what Word's second-level bullets are in some fonts
MARKER = re.compile(
    rf"[{re.escape(BULLETS)}]|(?:\d{{1,3}}|[a-z]|[ivx]{{1,5}})[.)]|\((?:\d{{1,3}}|[a-z]|[ivx]{{1,5}})\)|\d+(?:\.\d+)+\.?"
)


class Word(NamedTuple):
    """A word as set: points from the page's left and upper sides; `base` is the line that it stands on."""

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, self.base - 0.3 * self.size


@dataclass(frozen=True)
class Line:
    """Words side by side, without a wide space between them."""

    text: str
    left: float
    right: float
    top: float  # of all that stands beside it too
    base: float
    size: float
    bold: bool  # all of it
    page: int
    alone: bool = True  # nothing stands beside it in its column


class Placed(Protocol):
    """What stands in a page's flow: a line or a table."""

    @property
    def left(self) -> float: ...
    @property
    def right(self) -> float: ...
    @property
    def top(self) -> float: ...


T = TypeVar("T", bound=Placed)


def rows_of(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Words that stand on one line, from left to right; lines from the top."""
    row: list[Word] = []
    for word in sorted(words, key=lambda word: (word.base, word.left)):
        if row and word.base - row[0].base > 0.4 * min(word.size, row[0].size):
            yield sorted(row, key=lambda word: word.left)
            row = []
        row.append(word)
    if row:
        yield sorted(row, key=lambda word: word.left)


def lines_of(words: Iterable[Word], page: int) -> list[Line]:
    """The lines of a page from the top; a wide space ends one, but not after a list's marker."""
    rows = (row for row in rows_of(words) if any(word.text not in BULLETS for word in row))
    return [_line(part, row, page) for row in rows for part in _parts(row)]


def _parts(row: Sequence[Word]) -> Iterator[list[Word]]:
    part = [row[0]]
    for word in row[1:]:
        wide = word.left - part[-1].right > WIDE_SPACE * max(word.size, part[-1].size)
        if wide and not (part == row[:1] and _marks(row[0])):
            yield part
            part = []
        part.append(word)
    yield part


def _marks(word: Word) -> bool:
    return word.text in LETTER_BULLETS or MARKER.fullmatch(word.text) is not None


def _line(words: Sequence[Word], row: Sequence[Word], page: int) -> Line:
    texts = [word.text for word in words]
    if len(words) > 1 and texts[0] in LETTER_BULLETS and words[1].left - words[0].right > 0.6 * words[0].size:
        texts[0] = "•"
    sizes, bases = Counter[float](), Counter[float]()
    for word in words:
        sizes[word.size] += len(word.text)
        bases[word.base] += len(word.text)
    return Line(
        text=" ".join(texts),
        left=words[0].left,
        right=max(word.right for word in words),
        top=min(word.base - 0.8 * word.size for word in row),
        base=bases.most_common(1)[0][0],
        size=sizes.most_common(1)[0][0],
        bold=all(word.bold for word in words if word.text not in BULLETS),
        page=page,
    )


# Columns


def in_order(items: Sequence[T]) -> list[list[T]]:
    """The runs of a page's items in the order of reading: a column each, or what stands across columns."""
    runs: list[list[T]] = []
    whole = False  # the last run is no column
    for band in filter(None, _bands(sorted(items, key=lambda item: (item.top, item.left)))):
        columns = _split(band)
        if whole and len(columns) == 1:
            runs[-1] += columns[0]
        else:
            runs += columns
        whole = len(columns) == 1
    return runs


def _bands(items: Sequence[T]) -> Iterator[list[T]]:
    """Items from the top in bands: one begins where items stand side by side, and ends with what reaches across."""
    band: list[T] = []
    low = high = 0.0  # the free space between the sides; none when they are one
    for item in items:
        if high > low:
            if item.left + item.right < low + high:
                low = max(low, item.right)
            else:
                high = min(high, item.left)
            if high - low < GUTTER:
                beside = [other for other in band if other.top == item.top]
                yield band[: len(band) - len(beside)]
                band, low, high = beside, 0.0, 0.0
        elif band and item.left - band[-1].right >= GUTTER and item.top - band[-1].top < NEAR:
            yield band[:-1]
            band, low, high = band[-1:], band[-1].right, item.left
        band.append(item)
    yield band


def _split(band: Sequence[T]) -> list[list[T]]:
    """A band as its columns of prose from left to right, or whole when it has none."""
    cut = _gutter(band)
    if cut is None:
        return [list(band)]
    sides = [[item for item in band if item.right <= cut], [item for item in band if item.right > cut]]
    if not all(_is_column(side) for side in sides):
        return [list(band)]
    return [run for side in sides for run in _split(side)]


def _gutter(band: Sequence[T]) -> float | None:
    """The middle of the widest space that no item of the band reaches into; None when there is none."""
    best, cut = GUTTER, None
    reach = float("-inf")
    for item in sorted(band, key=lambda item: item.left):
        if item.left - reach >= best and reach > float("-inf"):
            best, cut = item.left - reach, (item.left + reach) / 2
        reach = max(reach, item.right)
    return cut


def _is_column(items: Sequence[T]) -> bool:
    """Whether items fill a column as prose does; cells of a table are narrow, or of all widths."""
    extent = max(item.right for item in items) - min(item.left for item in items)
    widths = sorted(item.right - item.left for item in items)
    return len(items) >= LEAST_LINES and extent >= LEAST_COLUMN and widths[len(widths) // 2] >= 0.8 * extent
