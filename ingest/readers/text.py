"""Plain text: paragraphs, headings, lists and tables by how their lines look."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from itertools import groupby

from ..document import Block, Metadata
from ..furniture import furniture
from ..metadata import account_in, parse_date
from .page import Page, make_table, one_line

LONGEST_HEADING = 120  # characters
LONGEST_TITLE = 200  # characters, of an entry in a table of contents
SHORTEST_BROKEN = 60  # characters: what a page break cuts is at least a line long
MOST_HEADINGS_IN_A_ROW = 3  # more short lines in a row are a list of names or the like

CLOSING = (*".,;:!…", "")  # what a heading does not end with; a question mark it may

BLANK = re.compile(r"\n(?:[^\S\n]|[\u200b\ufeff])*\n")
BULLET = re.compile(r"[-–—•■▪●◦*·][^\S\n]+(?=\S)")
NUMBER = re.compile(r"(?:\d{1,3}[.)]|\(?(?:[a-z]|[ivx]{1,5})\)|[a-z]\.)[^\S\n]+(?=\S)")
BOLD = re.compile(r"(\*\*|__)(?=\S)([^*]+)(?<=\S)\1")
CONTENTS_TITLE = re.compile(r"(?:table of )?contents:?", re.I)
CONTENTS_LINE = re.compile(r"(?P<title>\S.*?)(?:\t+| ?\.{3,} ?| {2,})(?P<page>\d{1,4})")
PART = re.compile(r"(?:appendix|annex|part|chapter|section|schedule) (?:\d+|[A-Z]|[IVX]+)\b", re.I)
NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s+[A-Z]")
NOT_A_HEADING = re.compile(r"https?:|www\.|@|[|<>{}=©\t]|\d{1,2}[/:]\d\d", re.I)
LABEL = re.compile(
    r"(?:[\w-]+ )?(?:authors?|by|contact|date|e-?mail|from|note|ref|source|tel\w*|to)\b[^:]{0,20}: ", re.I
)
CELL_BREAK = re.compile(r"</?(?:p|ul|ol|li|br|div)\b[^<>]{0,200}>|[■•▪●]", re.I)
CELL_TAG = re.compile(r"</?(?:b|i|u|em|strong|span|a|sup|sub|font)\b[^<>]{0,200}>", re.I)


@dataclass(frozen=True)
class Piece:
    """A part of a paragraph, by how its lines look: prose, list items (one a line) or rows (cells parted by tabs)."""

    kind: str  # "text", "list" or "table"
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


def read(text: str) -> Page:
    """Blocks of a plain text; the publisher when the page's furniture names it."""
    paragraphs = _paragraphs(text)
    dropped = furniture([paragraph.strip() for paragraph in paragraphs])
    content = [paragraph for number, paragraph in enumerate(paragraphs) if number not in dropped]
    content, titles = _without_contents(content)
    pieces = _rejoined([piece for paragraph in content for piece in _pieces(paragraph)])
    blocks = tuple(_blocks(pieces, titles))
    return Page(blocks, Metadata(publisher=account_in(paragraphs[number] for number in sorted(dropped))))


def _paragraphs(text: str) -> list[str]:
    """What stands between blank lines; a leading tab is kept, as it may be an empty first cell."""
    text = re.sub(r"[\f\v\x1c-\x1e\x85\u2028\u2029]", "\n\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    parts = (part.strip("\n \u00a0\u200b\ufeff") for part in BLANK.sub("\n\n", text).split("\n\n"))
    return [part for part in parts if part.strip("\t\u200b\ufeff \u00a0\n")]


# Tables of contents


def _contents_titles(paragraph: str) -> list[str]:
    """The titles that a paragraph lists with page numbers; none when it is not such a list."""
    lines = paragraph.split("\n")
    if len(lines) < 3 or max(map(len, lines)) > LONGEST_TITLE:
        return []
    entries = [CONTENTS_LINE.fullmatch(line.strip()) for line in lines]
    found = [entry for entry in entries if entry]
    pages = [int(entry["page"]) for entry in found]
    return [_key(entry["title"]) for entry in found] if len(found) == len(lines) and pages == sorted(pages) else []


def _without_contents(paragraphs: list[str]) -> tuple[list[str], frozenset[str]]:
    """The paragraphs less a table of contents, and its titles: most of them must return as lines by themselves."""
    for number, paragraph in enumerate(paragraphs[:30]):
        titles = _contents_titles(paragraph)
        if not titles:
            continue
        lone = {_key(other) for other in paragraphs[number + 1 :] if len(other) <= LONGEST_TITLE}
        if sum(title in lone for title in titles) * 2 >= len(titles):
            first = number - 1 if number and CONTENTS_TITLE.fullmatch(_plain(paragraphs[number - 1])) else number
            return paragraphs[:first] + paragraphs[number + 1 :], frozenset(titles)
    return paragraphs, frozenset()


def _plain(line: str) -> str:
    """A line without the marks of a bold line."""
    match = BOLD.fullmatch(line.strip())
    return match[2].strip() if match else line.strip()


def _key(title: str) -> str:
    """A title as compared: quotation marks straight, white space single, case aside."""
    return one_line(_plain(title)).translate(str.maketrans("‘’“”–", "''\"\"-")).casefold()


# Paragraphs to pieces


def _is_row(line: str) -> bool:
    return "\t" in line.strip("\n ") and not BULLET.match(line.strip()) and not NUMBER.match(line.strip())


def _pieces(paragraph: str) -> Iterator[Piece]:
    """A paragraph's runs of rows, then of list items and of prose, in order; "3. STAFF" by itself is no item."""
    if paragraph.isupper() and "\n" not in paragraph.strip():
        yield Piece("text", (paragraph.strip(),))
        return
    for is_row, run in groupby(paragraph.split("\n"), key=_is_row):
        lines = tuple(run)
        if is_row and _is_table(lines):
            yield Piece("table", lines)
        else:
            yield from _prose_pieces(lines)


def _is_table(lines: Sequence[str]) -> bool:
    """Two rows or more with equally many cells, more than one of them in use."""
    widths = [line.count("\t") for line in lines]
    indented = all(not line.strip("\t").count("\t") and line.startswith("\t") for line in lines)
    return len(lines) > 1 and not indented and len(set(widths)) < len(widths)


def _prose_pieces(lines: Sequence[str]) -> Iterator[Piece]:
    """Lines before the first marker are prose; an unmarked line after it goes on with its item."""
    items: list[list[str]] = []
    prose: list[str] = []
    for line in lines:
        stripped = line.strip()
        if BULLET.match(stripped) or NUMBER.match(stripped):
            items.append([stripped])
        elif items and stripped:
            items[-1].append(stripped)
        elif stripped:
            prose.append(line.rstrip())
    if prose:
        yield Piece("text", tuple(prose))
    if items:
        yield Piece("list", tuple(" ".join(item) for item in items))


def _rejoined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Pieces with what blank lines part put together again: lists, and sentences that a page break cuts."""
    together: list[str] = []
    last: Piece | None = None
    for piece in pieces:
        if last and _goes_on(last, piece):
            together += piece.lines
        else:
            if last:
                yield replace(last, lines=tuple(together))
            together = list(piece.lines)
        last = piece
    if last:
        yield replace(last, lines=tuple(together))


def _goes_on(last: Piece, piece: Piece) -> bool:
    """Whether a piece goes on with the one before it."""
    if last.kind == "list":
        return piece.kind == "list"
    if last.kind != "text" or piece.kind != "text" or len(last.text) < SHORTEST_BROKEN:
        return False
    end, start = last.text[-1], piece.text[0]
    return (end.isalnum() or end in ",-–") and start.islower()


# Pieces to blocks


def _blocks(pieces: Iterator[Piece], titles: frozenset[str]) -> list[Block]:
    """Every piece as a block, or as several when it is a list of items that have items of their own."""
    known = list(pieces)
    looks = [piece.kind == "text" and _looks_like_heading(piece, known[n + 1 : n + 2]) for n, piece in enumerate(known)]
    crowded = _crowded(looks)
    blocks: list[Block] = []
    for number, piece in enumerate(known):
        if piece.kind == "table":
            table = make_table([_cells(line) for line in piece.lines])
            blocks += [table] if table else []
        elif piece.kind == "list":
            blocks += [Block("list", "\n".join(items)) for items in _item_groups(piece.lines)]
        elif _key(piece.text) in titles or (looks[number] and number not in crowded):
            blocks.append(Block("heading", one_line(_plain(piece.text)), level=_level(piece.text, titles, not blocks)))
        else:
            blocks.append(Block("text", _plain(piece.text)))
    return blocks


def _crowded(looks: Sequence[bool]) -> set[int]:
    """Numbers of the lines that look like headings but stand in too long a row of such lines; the first may be one."""
    crowded: set[int] = set()
    for like, run in groupby(range(len(looks)), key=lambda number: looks[number]):
        numbers = list(run)
        if like and len(numbers) > MOST_HEADINGS_IN_A_ROW:
            crowded.update(numbers[1:])
    return crowded


def _looks_like_heading(piece: Piece, following: Sequence[Piece]) -> bool:
    """A short line by itself that reads as a title and has something below it that does not go on with it."""
    line = _plain(piece.text)
    if not following or len(line) > LONGEST_HEADING or "\n" in line:
        return False
    if following[0].kind == "text" and following[0].text[0].islower():
        return False
    if PART.match(line):
        return line[-1] not in ".,;:"
    if not (line[0].isupper() or line[0].isdigit() or line[0] in "‘'") or line.rstrip("'’\"”")[-1:] in CLOSING:
        return False
    if ": " in line and (LABEL.match(line) or following[0].kind == "table"):
        return False
    letters = sum(character.isalpha() for character in line)
    return (
        letters * 2 > len(line.lstrip("0123456789. ")) and not NOT_A_HEADING.search(line) and parse_date(line) is None
    )


def _level(text: str, titles: frozenset[str], first: bool) -> int:
    """A heading's depth: the title, then what the contents list or calls a part, then the rest by its number."""
    line = _plain(text)
    if first:
        return 1
    if _key(text) in titles or PART.match(line):
        return 2
    numbered = NUMBERED.match(line)
    return 2 + bool(titles) + (numbered[1].count(".") if numbered else 0)


def _item_groups(items: Sequence[str]) -> Iterator[list[str]]:
    """A numbered item with bullets below it is a list of its own; other items stay together."""
    group: list[str] = []
    for number, item in enumerate(items):
        numbered = not BULLET.match(item)
        has_bullets = number + 1 < len(items) and BULLET.match(items[number + 1]) is not None
        after_bullet = bool(group) and BULLET.match(group[-1]) is not None
        if group and numbered and (has_bullets or after_bullet):
            yield group
            group = []
        group.append(item)
    yield group


def _cells(line: str) -> list[str]:
    return [_cell(cell) for cell in line.split("\t")]


def _cell(cell: str) -> str:
    """A cell's words; where markup or bullets part it, the parts stand between middle dots."""
    if not CELL_BREAK.search(cell) and not CELL_TAG.search(cell):
        return cell.strip()
    parts = (one_line(unescape(CELL_TAG.sub("", part))) for part in CELL_BREAK.split(cell))
    return " · ".join(part for part in parts if part)
