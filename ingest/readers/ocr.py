"""Pictures of pages → words and ruled lines, by tesseract; needs the extra `ocr` and the program.

A wrong figure is worse than none, and tesseract is at times sure of a wrong one. So each page is read twice, at two
sizes, and a figure counts only where both readings agree on it, tesseract is sure of it and it has the form of a
figure; else it is shown as unclear, and a page on which much is unclear is left out. Of 1,512 figures of 10 points on
pages rendered clean, at 150 dpi, as by fax and as poor JPEG, 1,425 came out right, 84 unclear, and none as another.
"""

import importlib.util
import math
import os
import re
import shutil
from base64 import b64decode
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple
from zlib import decompress

import numpy as np
from lxml import etree  # type: ignore[import-untyped]
from numpy.typing import NDArray

from .page import one_line
from .pdf_lines import Word
from .pdf_tables import Rule

MAX_PAGES = 200  # of one file: at about five seconds each, a quarter of an hour
MAX_SECONDS = 20  # for one reading of a page
MAX_SLOW = 3  # pages that take longer, before no more are tried
SMALLER = 0.75  # the size of the second reading
LANGUAGE = "eng"
AUTOMATIC, ONE_BLOCK = 3, 6  # tesseract's page segmentation: the one finds columns, the other the cells of tables
SURE_FIGURE, SURE_WORD = 80, 60  # of 100: tesseract's confidence
MOST_UNCLEAR = 0.25  # of a page's words: with more, what seems sure is not
UNCLEAR = "[unclear]"
NOISE = re.compile(r"\W*[|_~\\]\W*|[^\w\s]{3,}")
# Forms that come of misreading: 36,07 for 36.07, £160.819 for £160,819, 46] for 461, 47A6 for 47.46, a 41st month.
ODD_FIGURE = re.compile(
    r".*(?:\d,(?!\d{3}(?!\d))\d|(?<![\d.])[1-9]\d*\.\d{3}(?!\d)|\d[^\W\d_]\d|[lIO|{}]\d|\d[lIO|{}]"
    r"|\b\d{1,2}/(?:1[3-9]|[2-9]\d)/\d|^[^\[]*\d\]|\[\d[^\]]*$)"
)
LIKE_FIGURE = re.compile(r"[lOZzSsBgq]\W*")  # alone, it is a misread figure
EM = 1.05  # times tesseract's size of a line is that of its letters
SAME_SIZE = 0.15  # tesseract's sizes of lines in the same letters differ by as much
LEAST_SLOPE, MOST_SLOPE = 0.004, 0.1  # of lines, of a page that was put in aslant
LEAST_RULE, THICKEST_RULE, NEAR_RULE = 15.0, 1.8, 3.0  # points
LONG_RULE = 60.0  # points: a shorter one down the page is a letter, unless it meets one across
MAX_RULES = 8_000  # in pixels' thickness
MISSING = 'pip install "citewell[ocr]", and the program tesseract'
TOLD = {
    "read": "read by OCR; check figures against the original",
    "unclear": f"what OCR is not sure of is shown as “{UNCLEAR}”; look it up in the original",
    "doubtful": "left out, as OCR is not sure of too many of its words; scan it anew, sharper and upright",
    "empty": "no text, and none that OCR finds; if there is some, scan it anew",
    "slow": f"left out, as OCR takes more than {MAX_SECONDS} seconds; scan it anew, or give it a text layer",
    "failed": f"left out, as tesseract fails on it; check that it has the language “{LANGUAGE}”",
    "over": f"no text, and left out: {MAX_PAGES} pages of a file are read by OCR; split it",
    "missing": f"no text, scanned?; left out; to have it read by OCR, install {MISSING}",
}
TOLD_OF_PICTURES = {  # on pages that have a few words beside one, which are kept
    why: f"mostly a picture; {told}" for why, told in TOLD.items()
} | {
    "over": f"mostly a picture, which is left out: {MAX_PAGES} pages of a file are read by OCR; split it",
    "missing": f"mostly a picture, scanned?, which is left out; to have it read by OCR, install {MISSING}",
}

Gray = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Pixels = tuple[int, int, int, int]  # left, top, right, bottom


def is_there() -> bool:
    """Whether pages can be read by OCR."""
    return importlib.util.find_spec("pytesseract") is not None and shutil.which("tesseract") is not None


class Scans:
    """The scanned pages of one file: reads them, and keeps what is to be told of each."""

    def __init__(self, can_read: bool) -> None:
        self.can_read = can_read
        self._told: defaultdict[tuple[str, bool], list[int]] = defaultdict(list)

    def read(
        self, number: int, picture: dict[str, Any] | None, known: Sequence[Word] = ()
    ) -> tuple[list[Word], list[Rule]]:
        """The words and ruled lines of a page, in points; only those known where it cannot be read, which is told then.

        Args:
            number: the page's, from 1.
            picture: `wide` and `high` in pixels, points to a pixel as `scale`, and `pixels`, a gray value of a byte
                each, compressed, in Base64; None where the page is one too many.
            known: the words that it has as text, such as those of a stamp, which stay as they are.
        """
        page, told = self._read(picture, known)
        for why in told:
            self._told[why, bool(known)].append(number)
        return [*known, *page.words], list(page.rules)

    def _read(self, picture: dict[str, Any] | None, known: Sequence[Word]) -> tuple["_Page", tuple[str, ...]]:
        """What a picture has besides the words that are known, and what is to be told of it."""
        if not self.can_read:
            return NOTHING, ("missing",)
        if picture is None or len(self._told["slow", False] + self._told["slow", True]) >= MAX_SLOW:
            return NOTHING, ("over" if picture is None else "slow",)
        try:
            page = _page(picture)
        except RuntimeError as error:  # what pytesseract raises, for a timeout too
            return NOTHING, ("slow" if "timeout" in str(error) else "failed",)
        words = [word for word in page.words if not any(_over(word, other) for other in known)]
        if not words:
            return NOTHING, () if known else ("empty",)
        unclear = sum(word.text == UNCLEAR for word in words)
        if unclear > MOST_UNCLEAR * len(words):
            return NOTHING, ("doubtful",)
        return _Page(words, page.rules), ("read", "unclear") if unclear else ("read",)

    @property
    def pages_read(self) -> frozenset[int]:
        """The numbers of the pages of which words were read from a picture."""
        return frozenset(self._told["read", False] + self._told["read", True])

    def warnings(self) -> tuple[str, ...]:
        """What is to be told, a line for each kind of it, which names its pages."""
        kinds = [(why, told, False) for why, told in TOLD.items()]
        kinds += [(why, told, True) for why, told in TOLD_OF_PICTURES.items()]
        found = [(self._told[why, is_picture], told) for why, told, is_picture in kinds]
        return tuple(f"{pages_named(numbers)}: {told}" for numbers, told in found if numbers)


def _over(word: Word, other: Word) -> bool:
    """Whether two words stand in one place."""
    across = min(word.right, other.right) > max(word.left, other.left)
    return across and abs(word.base - other.base) < 0.6 * max(word.size, other.size)


def pages_named(numbers: Sequence[int]) -> str:
    """“page 3”, or “pages 2 to 5, 9”."""
    starts = [0, *(at for at, (a, b) in enumerate(pairwise(numbers), 1) if b > a + 1), len(numbers)]
    runs = [numbers[start:end] for start, end in pairwise(starts)]
    shown = [f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return f"{'pages' if len(numbers) > 1 else 'page'} {', '.join(shown)}"


# A page


class Seen(NamedTuple):
    """A word as tesseract sees it, in pixels; `slope` is that of the line that it stands on."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float
    slope: float
    sure: int  # of 100

    @property
    def is_figure(self) -> bool:
        return any(character.isdigit() for character in self.text)


@dataclass(frozen=True)
class _Page:
    words: Sequence[Word]
    rules: Sequence[Rule]


NOTHING = _Page((), ())


def _page(picture: dict[str, Any]) -> _Page:
    shape = picture["high"], picture["wide"]
    gray = np.frombuffer(decompress(b64decode(picture["pixels"])), np.uint8).reshape(shape)
    scale = picture["scale"]
    dpi = round(72 / scale)
    clean, rules = _without_rules(gray, scale)
    first = _seen(clean, 1, AUTOMATIC, dpi)
    slope = float(np.median([word.slope for word in first])) if first else 0.0
    if LEAST_SLOPE < abs(slope) < MOST_SLOPE:
        clean, rules = _without_rules(_turned(gray, slope), scale)
        first = _seen(clean, 1, AUTOMATIC, dpi)
    seen = [word for word in _clear(*_readings(first, clean, dpi)) if word.text]
    words = [
        Word(word.text, word.left * scale, word.right * scale, word.base * scale, size, False)
        for word, size in zip(seen, _sizes(seen, scale), strict=True)
    ]
    lines = [[round(place * scale, 1) for place in rule] for rule in rules]
    return _Page(words, lines)


def _sizes(seen: Sequence[Seen], scale: float) -> list[float]:
    """The sizes of words' letters: those near that of most text are the same, the others are whole points."""
    sizes = [word.size * scale * EM for word in seen]
    weights = [len(word.text) for word in seen]
    most = round(float(np.median(np.repeat(sizes, weights))) * 2) / 2 if seen else 0.0
    return [most if abs(size - most) <= SAME_SIZE * most else float(round(size)) for size in sizes]


# Reading it twice


def _readings(first: list[Seen], gray: Gray, dpi: int) -> tuple[list[Seen], list[Seen]]:
    """Two readings at two sizes; both look for columns, or both for cells where that finds more figures."""
    small = round(dpi * SMALLER)
    second = _seen(gray, SMALLER, ONE_BLOCK, small)
    words, figures = _sure(first)
    words_in_block, figures_in_block = _sure(second)
    if words_in_block < 0.9 * words or figures_in_block < figures:
        second = _seen(gray, SMALLER, AUTOMATIC, small)
    elif figures_in_block > figures:
        first = _seen(gray, 1, ONE_BLOCK, dpi)
    return first, second


def _sure(seen: Iterable[Seen]) -> tuple[int, int]:
    """How many words and how many figures tesseract is sure of."""
    sure = [word.is_figure for word in seen if word.sure >= SURE_FIGURE]
    return len(sure), sum(sure)


def _seen(gray: Gray, times: float, mode: int, dpi: int) -> list[Seen]:
    """The words of a picture that is read at so many times its size.

    Raises:
        RuntimeError: tesseract fails, or takes too much time.
    """
    from PIL import Image  # noqa: PLC0415 - comes with pytesseract

    image = Image.fromarray(gray)
    if times != 1:
        image = image.resize((max(1, round(image.width * times)), max(1, round(image.height * times))))
    options = f"--psm {mode} --dpi {dpi}"
    page = _program().image_to_pdf_or_hocr(image, LANGUAGE, options, extension="hocr", timeout=MAX_SECONDS)
    return [word for line in _lines(page) for word in _words(line, times)]


@cache
def _program() -> Any:
    """What runs tesseract, on one processor: more gain no time, and beside others at work cost five times as much."""
    import pytesseract  # type: ignore[import-untyped]  # noqa: PLC0415 - the extra may not be there

    pytesseract.pytesseract.environ = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # it has no other way to say so
    return pytesseract


def _lines(page: bytes) -> Iterator[Any]:
    tree = etree.fromstring(page, etree.XMLParser(resolve_entities=False, load_dtd=False, recover=True))
    kinds = {"ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"}
    return (element for element in tree.iter("{*}span") if element.get("class") in kinds)


def _words(line: Any, times: float) -> Iterator[Seen]:
    """The words of a line of hOCR."""
    told = _properties(line)
    left, bottom = told["bbox"][0], told["bbox"][3]
    slope, offset = told.get("baseline", (0.0, 0.0))
    size = told.get("x_size", (bottom - told["bbox"][1],))[0]
    for word in line.iter("{*}span"):
        if word.get("class") == "ocrx_word":
            box = _properties(word)
            base = bottom + offset + slope * (box["bbox"][0] - left)
            a, b, c, d = (place / times for place in box["bbox"])
            text = one_line("".join(word.itertext()))
            yield Seen(text, a, b, c, d, base / times, size / times, slope, int(box["x_wconf"][0]))


def _properties(element: Any) -> dict[str, tuple[float, ...]]:
    """“bbox 1 2 3 4; x_wconf 96” as names and numbers."""
    fields = (field.split() for field in element.get("title", "").split(";"))
    return {field[0]: tuple(map(float, field[1:])) for field in fields if field and field[0] != "image"}


def _clear(first: Sequence[Seen], second: Iterable[Seen]) -> Iterator[Seen]:
    """The words of the first reading, less noise, each marked as unclear where the readings do not bear it out."""
    others = sorted((word for word in second if word.is_figure), key=lambda word: word.top)
    tops = [word.top for word in others]
    for word in first:
        if word.is_figure:
            near = others[bisect_left(tops, word.top - word.size) : bisect_left(tops, word.top + word.size)]
            agreed = any(_same_place(word, other) and word.text == other.text for other in near)
            is_clear = agreed and word.sure >= SURE_FIGURE and not ODD_FIGURE.match(word.text)
        elif NOISE.fullmatch(word.text) or not (word.sure >= SURE_WORD or any(map(str.isalpha, word.text))):
            continue
        else:
            is_clear = word.sure >= SURE_WORD and not LIKE_FIGURE.fullmatch(word.text)
        yield word if is_clear else word._replace(text=UNCLEAR)


def _same_place(word: Seen, other: Seen) -> bool:
    across = min(word.right, other.right) - max(word.left, other.left)
    down = min(word.bottom, other.bottom) - max(word.top, other.top)
    return across > 0.5 * (word.right - word.left) and down > 0


# Ruled lines


def _rules(gray: Gray, scale: float) -> list[Pixels]:
    """The straight lines along a picture's sides, each as lines of one pixel's thickness."""
    dark = gray < 0.6 * np.median(gray)
    least, thickest = round(LEAST_RULE / scale), round(THICKEST_RULE / scale)
    thin_across = dark & ~_in_runs(dark.T, thickest).T
    thin_down = dark & ~_in_runs(dark, thickest)
    across = [(start, row, end, row) for row, start, end in _runs(thin_across, least)]
    down = [(column, start, column, end) for column, start, end in _runs(thin_down.T, least)]
    if len(across) + len(down) > MAX_RULES:  # a drawing, or a photograph
        return []
    near, long = NEAR_RULE / scale, LONG_RULE / scale
    return [*across, *(line for line in down if line[3] - line[1] > long or _meets(line, across, near))]


def _meets(line: Pixels, across: Iterable[Pixels], near: float) -> bool:
    """Whether a line down a picture meets one across it."""
    x, top, _, bottom = line
    return any(a - near <= x <= b + near and top - near <= y <= bottom + near for a, y, b, _ in across)


def _runs(mask: Mask, least: int) -> list[tuple[int, int, int]]:
    """The runs along the rows that have a length: row, start and end."""
    padded = np.pad(mask, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(padded, axis=1)
    rows, starts = np.nonzero(change == 1)
    ends = np.nonzero(change == -1)[1]
    long = ends - starts >= least
    return list(zip(rows[long].tolist(), starts[long].tolist(), ends[long].tolist(), strict=True))


def _in_runs(mask: Mask, least: int) -> Mask:
    """What of a mask is in runs of such a length along its rows."""
    found = np.zeros_like(mask)
    for row, start, end in _runs(mask, least):
        found[row, start:end] = True
    return found


def _without_rules(gray: Gray, scale: float) -> tuple[Gray, list[Pixels]]:
    """A picture with its lines painted over, which tesseract would take for letters, and those lines."""
    rules = _rules(gray, scale)
    clean = gray.copy()
    for left, top, right, bottom in rules:
        clean[max(0, top - 1) : bottom + 2, max(0, left - 1) : right + 2] = 255
    return clean, rules


def _turned(gray: Gray, slope: float) -> Gray:
    """A picture whose lines are level that had this slope."""
    from PIL import Image  # noqa: PLC0415 - comes with pytesseract

    turned = Image.fromarray(gray).rotate(math.degrees(math.atan(slope)), Image.Resampling.BICUBIC, fillcolor=255)
    return np.asarray(turned)
