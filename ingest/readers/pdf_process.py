"""A PDF's words and ruling lines: a script that `pdf.py` runs, PDF on standard input, a line of JSON a page out.

Its argument is how many scanned pages to give as pictures.

PDFium can be kept busy for hours, or brought down, by a file of a few hundred bytes, and nothing but the end of its
process stops it: so it has one, with limits on time and memory. Nothing here knows of Citewell.
"""

import json
import math
import re
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from ctypes import c_double, c_float, c_int, c_uint, create_string_buffer
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from zlib import compress

import pypdfium2 as pdfium  # type: ignore[import-untyped]
from pypdfium2 import raw

if sys.platform != "win32":
    import resource

MAX_PAGES = 5_000
MAX_SECONDS = (3, 0.2)  # of processor time: to open a file, and for each of its pages; a full page takes about 0.01
PICTURE_SECONDS = 2  # of processor time, for a picture of a page
MAX_MEMORY = 3 * 2**30  # bytes of addresses
MAX_WORDS = 50_000  # on a page
MAX_RULES = 4_000  # on a page: with more it is a drawing or a map
MAX_DOTS = 100  # on a page
MAX_OUTLINE = 20_000
THICKEST_RULE = 3.0  # points
FARTHEST = 20_000.0  # points: the longest rule
BOLD = re.compile(rb"bold|black|heavy|demi|cmbx", re.I)
MEANT = dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))  # ligatures
MEANT |= {0x02: "\u2010", 0xAD: "\u00ad"}  # PDFium's own sign for a hyphen at the end of a line
SUPERSCRIPTS = dict(zip(map(ord, "0123456789"), "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))
DEEPEST_FORM = 4
MOSTLY = 0.6  # of a page's area: with as much of it under pictures,
FEW_WORDS = 30  # and no more words, such as a header, a number and a stamp, it is a scanned page
LARGEST = 1_000.0  # points: of a letter
DPI = 300  # of a picture
LONGEST_SIDE = 5_000  # pixels of a picture: A3 at 300 dpi

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
LEFT_OUT = {"size": (0, 0), "words": [], "rules": [], "scanned": False, "blank": True}
Rule = tuple[float, float, float, float]  # left, top, right, bottom: one side is short
Word = tuple[str, float, float, float, float, bool]  # text, left, right, baseline, size, bold: in points, y downwards


class Frame(NamedTuple):
    """How a page lies: its box in its own coordinates, and the quarter turns anticlockwise of its text in them."""

    left: float
    bottom: float
    right: float
    top: float
    turn: int

    @property
    def size(self) -> Point:
        wide, high = self.right - self.left, self.top - self.bottom
        return (high, wide) if self.turn % 2 else (wide, high)

    def upright(self, x: float, y: float) -> Point:
        """A point as seen by who reads the text: from the left upper corner, y downwards."""
        if self.turn == 0:
            return x - self.left, self.top - y
        if self.turn == 1:
            return y - self.bottom, x - self.left
        if self.turn == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x


class Glyph(NamedTuple):
    """A character with its box in the upright frame; `place` counts PDFium's characters."""

    char: str
    left: float
    right: float
    base: float
    height: float
    place: int


class Style(NamedTuple):
    """How a word is set; `turn` counts the quarter turns anticlockwise of its direction, None when it is aslant."""

    size: float
    bold: bool
    turn: int | None


@dataclass
class Run:
    """The characters of a word as they come."""

    style: Style
    glyphs: list[Glyph]
    level: bool  # its direction is that of the page; what stands upright beside it is one word to the end of its line

    def takes(self, glyph: Glyph) -> bool:
        """Whether the next character is of the same word: next to the last, and on the line or raised above it."""
        if not self.level:
            return glyph.char.isprintable()
        last, size = self.glyphs[-1], self.style.size
        near = -0.5 * size < glyph.left - last.right < 0.2 * size or glyph.left == last.left  # of one ligature
        rise = self.glyphs[0].base - glyph.base
        return near and not glyph.char.isspace() and (abs(rise) < 0.1 * size or self.raises(glyph))

    def raises(self, glyph: Glyph) -> bool:
        rise = self.glyphs[0].base - glyph.base
        return glyph.height < 0.8 * self.glyphs[0].height and 0.1 * self.style.size < rise < 0.7 * self.style.size

    def word(self) -> Word:
        first = self.glyphs[0]
        text = "".join(
            glyph.char.translate(SUPERSCRIPTS) if self.level and self.raises(glyph) else glyph.char
            for glyph in self.glyphs
        )
        left = min(glyph.left for glyph in self.glyphs)
        right, base = max(glyph.right for glyph in self.glyphs), max(glyph.base for glyph in self.glyphs)
        base = first.base if self.level else base
        return text.strip(), round(left, 1), round(right, 1), round(base, 1), round(self.style.size, 1), self.style.bold


def main(damage: Callable[[Any], Any]) -> None:
    """Write what is on standard input: first what the whole file says, then its pages, each a line of JSON.

    Of a page that is damaged nothing is read.

    Args:
        damage: `pdf_damage.damage`.
    """
    data = sys.stdin.buffer.read()
    _limit(0)
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}
        _write({"fault": "locked" if locked else "damaged"})
        return
    pages = len(document)
    if pages > MAX_PAGES:
        _write({"fault": "pages", "pages": pages, "limit": MAX_PAGES})
        return
    _limit(pages)
    found = damage(document)
    if found.least > pages:
        _write({"fault": "uncounted", "pages": pages})
        return
    said = {name.lower(): document.get_metadata_value(name) for name in ("Title", "Author")}
    outline = list(_outline(document))
    _write({**said, "outline": outline, "damaged": found.pages, "shared": found.shared})
    pictures = int(sys.argv[1])
    for number in range(pages):
        answer = LEFT_OUT if number + 1 in found.pages else _page(document, number)
        if pictures and answer.get("scanned"):
            pictures -= 1
            answer["picture"] = _picture(document[number])
        _write(answer)


def _limit(pages: int) -> None:
    """Bound the process: beyond its time it is ended, beyond its memory it fails. Windows knows no such limits."""
    if sys.platform == "win32":
        return
    seconds = math.ceil(MAX_SECONDS[0] + MAX_SECONDS[1] * pages)
    for kind, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, MAX_MEMORY), (resource.RLIMIT_CORE, 0)):
        _set_limit(kind, most)


def _set_limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _write(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _outline(document: Any) -> Iterator[tuple[int, str, int]]:
    """The bookmarks: depth from 0, title, page from 0."""
    for mark in islice(document.get_toc(), MAX_OUTLINE):
        target = mark.get_dest()
        page = target.get_index() if target else None
        if page is not None:
            yield mark.level, mark.get_title(), page


def _page(document: Any, number: int) -> dict[str, Any]:
    try:
        page = document[number]
        text = page.get_textpage()
    except pdfium.PdfiumError:
        return {"fault": "damaged"}
    left, bottom, right, top = page.get_bbox()
    frame = Frame(left, bottom, right, top, _turn(text))
    blank = not raw.FPDFPage_CountObjects(page)
    words = list(islice(_words(text, frame), MAX_WORDS + 1))
    if len(words) > MAX_WORDS:
        return {"fault": "crowded", "limit": MAX_WORDS}
    dots, rules = _drawn(page, frame)
    scanned = not (blank or words or dots)
    if 0 < len(words) <= FEW_WORDS and _under_pictures(page, frame) >= MOSTLY:
        scanned = True
        frame = frame._replace(turn=page.get_rotation() // 90)  # as it is seen, and so as its picture is
        words, dots, rules = list(_words(text, frame)), [], []
    text.close()
    page.close()
    return {"size": frame.size, "words": words + dots, "rules": rules, "scanned": scanned, "blank": blank}


def _picture(page: Any) -> dict[str, Any]:
    """A page as gray pixels, as it is seen; `scale` is points to a pixel."""
    if sys.platform != "win32":
        _set_limit(resource.RLIMIT_CPU, resource.getrlimit(resource.RLIMIT_CPU)[0] + PICTURE_SECONDS)
    times = min(DPI / 72, LONGEST_SIDE / max(page.get_size()))
    bitmap = page.render(scale=times, grayscale=True)
    wide, high, stride = bitmap.width, bitmap.height, bitmap.stride
    pixels = bytes(bitmap.buffer)
    rows = b"".join(pixels[row * stride : row * stride + wide] for row in range(high))
    page.close()
    return {"wide": wide, "high": high, "scale": 1 / times, "pixels": b64encode(compress(rows, 1)).decode()}


# Words


def _turn(text: Any) -> int:
    """The direction of most of a page's text."""
    count = raw.FPDFText_CountChars(text)
    turns = [turn for index in range(0, count, count // 100 + 1) if (turn := _style(text, index).turn) is not None]
    return max(set(turns), key=turns.count, default=0)


def _words(text: Any, frame: Frame) -> Iterator[Word]:
    """The words of a page in the order of its content; those aslant, such as a watermark, are left out."""
    run: Run | None = None
    for glyph in _glyphs(text, frame):
        if run and not run.takes(glyph):
            if run.style.turn is not None:
                yield run.word()
            run = None
        if run:
            run.glyphs.append(glyph)
        elif glyph.char.isprintable() and not glyph.char.isspace():
            style = _style(text, glyph.place)
            run = Run(style, [glyph], level=style.turn == frame.turn)
    if run and run.style.turn is not None:
        yield run.word()


def _glyphs(text: Any, frame: Frame) -> Iterator[Glyph]:
    """The characters within the page's box; a line break for what has no print."""
    box, x, y = raw.FS_RECTF(), c_double(), c_double()
    for index in range(raw.FPDFText_CountChars(text)):
        code = raw.FPDFText_GetUnicode(text, index)
        raw.FPDFText_GetLooseCharBox(text, index, box)
        raw.FPDFText_GetCharOrigin(text, index, x, y)
        if not (frame.left <= x.value <= frame.right and frame.bottom <= y.value <= frame.top):
            continue
        ends = frame.upright(box.left, box.bottom), frame.upright(box.right, box.top)
        left, right = sorted((ends[0][0], ends[1][0]))
        base = frame.upright(x.value, y.value)[1]
        if math.isfinite(left) and math.isfinite(right):
            yield Glyph(_char(code), left, right, base, abs(ends[0][1] - ends[1][1]), index)


def _char(code: int) -> str:
    """What a character code stands for; a bullet for the private use that symbol fonts make of letters."""
    if 0xE000 <= code <= 0xF8FF:
        return "•"
    char = MEANT.get(code) or chr(code)
    return " " if char.isspace() and char not in "\r\n" else char if char.isprintable() else "\n"


def _style(text: Any, index: int) -> Style:
    matrix, name = raw.FS_MATRIX(), create_string_buffer(100)
    raw.FPDFText_GetMatrix(text, index, matrix)
    raw.FPDFText_GetFontInfo(text, index, name, 100, c_int())
    scale = math.hypot(matrix.c, matrix.d)
    angle = math.degrees(math.atan2(matrix.b, matrix.a))
    turn = None if abs(angle / 90 - round(angle / 90)) > 0.05 else round(angle / 90) % 4
    size = min(max(1.0, raw.FPDFText_GetFontSize(text, index) * scale), LARGEST)
    return Style(size, bool(BOLD.search(name.value)), turn)


# Pictures and rules


def _under_pictures(page: Any, frame: Frame) -> float:
    """The share of a page that lies under pictures; what lies under two counts twice."""
    area = (frame.right - frame.left) * (frame.top - frame.bottom)
    covered = 0.0
    for _, (a, b, c, d, x, y) in _objects(page, raw.FPDF_PAGEOBJ_IMAGE):  # each a square of 1 by 1, mapped
        left, right = x + min(0, a) + min(0, c), x + max(0, a) + max(0, c)
        bottom, top = y + min(0, b) + min(0, d), y + max(0, b) + max(0, d)
        wide, high = min(right, frame.right) - max(left, frame.left), min(top, frame.top) - max(bottom, frame.bottom)
        covered += max(0, wide) * max(0, high)
    return covered / area if area > 0 else 0


def _drawn(page: Any, frame: Frame) -> tuple[list[Word], list[Rule]]:
    """Small discs, as browsers draw the bullets of lists, and the straight lines along the page's sides.

    With more than there may be of the one or the other it is a drawing, and neither is meant.
    """
    dots: list[Word] = []
    rules: list[Rule] = []
    for path, matrix in _objects(page, raw.FPDF_PAGEOBJ_PATH):
        points, strokes = _outline_of(path, matrix)
        corners = [frame.upright(x, y) for x, y in points]
        if corners and not strokes:
            dots += _dot(corners)
        for start, end in strokes:
            rules += _rule(frame.upright(*start), frame.upright(*end))
        if len(dots) > MAX_DOTS or len(rules) > MAX_RULES:
            return [], []
    return dots, rules


def _rule(start: Point, end: Point) -> Iterator[Rule]:
    (left, right), (top, bottom) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    if min(right - left, bottom - top) <= THICKEST_RULE < max(right - left, bottom - top) < FARTHEST:
        yield round(left, 1), round(top, 1), round(right, 1), round(bottom, 1)


def _dot(corners: Sequence[Point]) -> Iterator[Word]:
    """What is round and of a bullet's size, as a word that stands on the line beside it."""
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    wide, high = right - left, bottom - top
    if 2 < wide < 8 and abs(wide - high) < 0.2 * wide:
        yield "•", round(left, 1), round(right, 1), round(bottom + 0.4 * high, 1), round(2.5 * high, 1), False


def _objects(page: Any, kind: int) -> Iterator[tuple[Any, Matrix]]:
    """The objects of a kind on a page and in its forms, each with what maps its coordinates to the page's."""
    return _inside(page, (raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject), kind, IDENTITY, 0)


def _inside(
    holder: Any, ways: tuple[Any, Any], wanted: int, matrix: Matrix, depth: int
) -> Iterator[tuple[Any, Matrix]]:
    count, get = ways
    for index in range(count(holder)):
        found = get(holder, index)
        kind = raw.FPDFPageObj_GetType(found)
        if kind == wanted:
            yield found, _product(_matrix(found), matrix)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < DEEPEST_FORM:
            of_form = raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject
            yield from _inside(found, of_form, wanted, _product(_matrix(found), matrix), depth + 1)


def _matrix(found: Any) -> Matrix:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(found, matrix)
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _product(first: Matrix, second: Matrix) -> Matrix:
    a, b, c, d, e, f = second
    x, y = first[4] * a + first[5] * c + e, first[4] * b + first[5] * d + f
    return (
        first[0] * a + first[1] * c,
        first[0] * b + first[1] * d,
        first[2] * a + first[3] * c,
        first[2] * b + first[3] * d,
        x,
        y,
    )


def _outline_of(path: Any, matrix: Matrix) -> tuple[list[Point], list[tuple[Point, Point]]]:
    """The points of a path that is seen, and its straight pieces; white on nothing is not seen."""
    fill, stroke = c_int(), c_int()
    raw.FPDFPath_GetDrawMode(path, fill, stroke)
    if not stroke.value and (not fill.value or _is_white(path)):
        return [], []
    a, b, c, d, e, f = matrix
    x, y = c_float(), c_float()
    points: list[Point] = []
    pieces: list[tuple[Point, Point]] = []
    start = 0
    for index in range(min(raw.FPDFPath_CountSegments(path), MAX_RULES)):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        points.append((a * x.value + c * y.value + e, b * x.value + d * y.value + f))
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = index
        elif kind == raw.FPDF_SEGMENT_LINETO and index:
            pieces.append((points[-2], points[-1]))
        if raw.FPDFPathSegment_GetClose(segment) and points[start] != points[-1] and kind == raw.FPDF_SEGMENT_LINETO:
            pieces.append((points[-1], points[start]))
    return points, pieces


def _is_white(path: Any) -> bool:
    red, green, blue, alpha = c_uint(), c_uint(), c_uint(), c_uint()
    raw.FPDFPageObj_GetFillColor(path, red, green, blue, alpha)
    return min(red.value, green.value, blue.value) >= 0xFE or not alpha.value


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parent))  # last, as modules there have names of the standard library
    import pdf_damage  # type: ignore[import-not-found]

    main(pdf_damage.damage)
