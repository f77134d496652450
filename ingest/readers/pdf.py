"""PDF: headings, paragraphs, lists and tables by how a page is set; each block knows its page."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from ...errors import DocumentError
from ..caption import captioned
from ..document import ITEM_SEPARATOR, Block, Metadata
from ..metadata import given_author
from . import ocr
from .page import Page, make_table, one_line
from .pdf_lines import BULLETS, Line, Word, lines_of
from .pdf_parts import Part, Sheet, is_cut, mark_headings, parts_of, title_key, without_contents, without_furniture
from .pdf_tables import Grid, glued, ruled_tables

PROCESS = Path(__file__).with_name("pdf_process.py")

FAULTS = {
    "damaged": "damaged, or not a PDF; open it in its own program and save it again",
    "locked": "has a password; save it without one",
    "uncounted": "damaged: it has more pages than it says, {pages:,}; open it in its own program and save it again",
    "pages": "{pages:,} pages are more than the limit of {limit:,}; split it",
    "crowded": "more than {limit:,} words on one page; split it",
}
DAMAGED = "damaged, and left out; open the file in its own program and save it again"
SHARED = (
    "a part of it is damaged, so that text may be missing or wrong; open the file in its own program and save it again"
)
NO_TEXT = "no text in it; check that it is the right file"
TOO_MUCH = "takes too much time or memory to read; print it to a new PDF, or split it"

FILE_NAME = re.compile(r".*\.(?:docx?|pdf|rtf|odt|indd|pptx?|xlsx?|html?|pub|qxd)|(?=\S*[_\d])\S+", re.I)
PROGRAM = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel|office|publisher)\b|(?:untitled|document|title|slide|presentation)\s?\d*$"
    r"|powerpoint presentation$|about:|\(?(?:anonymous|unspecified|unknown)\b|file:|https?:|no title$)",
    re.I,
)
WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
HYPHENATED = re.compile(r"([A-Za-z]+)[-\u2010]$")
LONGEST_WORD = 60
FIRST_WORD = re.compile(r"[a-z]+")


def read(data: bytes, source: str) -> Page:
    """Blocks of a PDF, each with its page from 1; the title when the file's properties give one that is no file name.

    Pages that are scanned are read by OCR where it is there; warnings name them, and those that are left out.

    Raises:
        DocumentError: damaged, locked with a password, without any text, of more than 5,000 pages, or too much work.
    """
    scans = ocr.Scans(ocr.is_there())
    answers = _answers(data, source, ocr.MAX_PAGES if scans.can_read else 0)
    head = next(answers)
    sheets = [_sheet(number, answer, scans) for number, answer in enumerate(answers, 1)]
    warnings = (*_damage(head), *scans.warnings())
    if not any(sheet.has_text for sheet in sheets):
        raise DocumentError(source, "; ".join(warnings) or NO_TEXT)
    outline = {(page + 1, title_key(title)): depth + 1 for depth, title, page in head["outline"]}
    sheets = without_contents(without_furniture(sheets))
    parts = _continued(parts_of(sheets, outline))
    mark_headings(parts)
    metadata = Metadata(title=_title(head["title"]), author=_author(head["author"]))
    blocks = (replace(block, scanned=block.page in scans.pages_read) for block in _carried(_blocks(parts)))
    return Page(tuple(blocks), metadata, warnings)


# What the process answers


def _answers(data: bytes, source: str, pictures: int) -> Iterator[dict[str, Any]]:
    """What `pdf_process.py` writes of a file: first of the whole, then of each page, so many of them as pictures."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        # -I: the modules beside it have names of the standard library
        command = [sys.executable, "-I", str(PROCESS), str(pictures)]
        with subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            try:
                for line in process.stdout or ():
                    answer = json.loads(line) if line.endswith(b"\n") else {}
                    if "fault" in answer:
                        raise DocumentError(source, FAULTS[answer["fault"]].format(**answer))
                    if answer:
                        yield answer
            except GeneratorExit:
                process.kill()
                raise
    if process.returncode:
        raise DocumentError(source, TOO_MUCH if process.returncode < 0 else FAULTS["damaged"])


def _sheet(number: int, answer: dict[str, Any], scans: ocr.Scans) -> Sheet:
    words, rules, (_, high) = [Word(*word) for word in answer["words"]], answer["rules"], answer["size"]
    if answer["scanned"]:
        picture = answer.get("picture")
        words, rules = scans.read(number, picture, words)
        high = picture["high"] * picture["scale"] if picture else high
    grids, rest = ruled_tables(words, rules, number)
    return Sheet(number, high, tuple(lines_of(rest, number)), tuple(grids), answer["blank"])


def _damage(head: dict[str, Any]) -> Iterator[str]:
    """What is to be told of pages, and of parts of the file, that are damaged."""
    if head["damaged"]:
        yield f"{ocr.pages_named(head['damaged'])}: {DAMAGED}"
    if head["shared"]:
        yield SHARED


def _title(text: str) -> str:
    """The title in the file's properties, unless a program put a file's name or its own there."""
    title = one_line(text)
    letters = sum(character.isalpha() for character in title)
    sane = 3 < len(title) <= 200 and letters * 2 > len(title) and not FILE_NAME.fullmatch(title)
    return title if sane and not PROGRAM.match(title) else ""


def _author(text: str) -> str:
    """The author in the file's properties, unless a program put a word there for nobody."""
    return "" if PROGRAM.match(text) else given_author(text)


# Parts to blocks


def _blocks(parts: Sequence[Part]) -> Iterator[Block]:
    """Parts as blocks: items of a page that follow one another are one list."""
    vocabulary = {word for part in parts for line in part.lines for word in WORD.findall(line.text.lower())}
    for _, run in groupby(parts, key=lambda part: part.page if part.kind == "item" else -id(part)):
        some = list(run)
        part, texts = some[0], [_joined(part.lines, vocabulary) for part in some if part.lines]
        if part.grid:
            yield from _table(part.grid)
        elif part.kind == "item":
            yield Block("list", "\n".join(map(_item, texts)), page=part.page)
        else:
            yield Block("heading" if part.level else "text", texts[0], level=part.level, page=part.page)


def _carried(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with the captions of tables, which are those of what goes on with them too."""
    above: Block | None = None
    for block in captioned(list(blocks)):
        before, table = above.table if above else None, block.table
        on_next_page = above and above.page and block.page == above.page + 1
        if table and before and on_next_page and not table.caption and table.header == before.header:
            block = replace(block, table=replace(table, caption=before.caption))  # noqa: PLW2901
        yield block
        above = block


def _continued(parts: Sequence[Part]) -> list[Part]:
    """The parts, each table that goes on with one at the end of the page before given its header.

    A row that the end of the page cuts is put together on the page where it begins.
    """
    found: list[Part] = []
    for part in parts:
        before = found[-1].grid if found else None
        if part.grid and before and _goes_on(before, part.grid):
            header, *rows = part.grid.rows
            rows = rows if header == before.rows[0] else [header, *rows]
            if rows and len(before.rows) > 1 and any(map(is_cut, before.rows[-1], rows[0])):
                cut = tuple(map(_cell, before.rows[-1], rows.pop(0)))
                found[-1] = replace(found[-1], grid=replace(before, rows=(*before.rows[:-1], cut)))
            if rows:
                grid = replace(part.grid, rows=(before.rows[0], *rows), caption=part.grid.caption or before.caption)
                found.append(replace(part, grid=grid))
        else:
            found.append(part)
    return found


def _goes_on(before: Grid, grid: Grid) -> bool:
    """Whether a table has the columns of the one on the page before it."""
    same = grid.page == before.page + 1 and len(grid.columns) == len(before.columns)
    return same and all(abs(a - b) < 8 for a, b in zip(grid.columns, before.columns, strict=True))


def _cell(text: str, after: str) -> str:
    """A cell that the end of a page parts."""
    if is_cut(text, after):
        return glued(text, after)
    return ITEM_SEPARATOR.join(filter(None, (text, after)))


def _table(grid: Grid) -> Iterator[Block]:
    """A table as a block; a single row, which has no header, as text."""
    if len(grid.rows) == 1:
        yield Block("text", "\n".join(_clean(cell) for cell in grid.rows[0] if cell), page=grid.page)
    elif table := make_table([[_clean(cell) for cell in row] for row in grid.rows], _clean(grid.caption)):
        yield replace(table, page=grid.page)


def _joined(lines: Sequence[Line], vocabulary: set[str]) -> str:
    """Lines as one; a word that a hyphen parts is mended when the document has it elsewhere, and only whole."""
    text = lines[0].text
    for line in lines[1:]:
        start, end = HYPHENATED.search(text[-LONGEST_WORD:]), FIRST_WORD.match(line.text)
        if start and end and end[0] in {"and", "or", "to"}:
            text = f"{text} {line.text}"
        elif (
            start
            and end
            and start[1].lower() + end[0] in vocabulary
            and f"{start[1].lower()}-{end[0]}" not in vocabulary
        ):
            text = text[:-1] + line.text
        else:
            text = glued(text, line.text)
    return _clean(text)


def _clean(text: str) -> str:
    return one_line(text.replace("\u2010", "-").replace("\u00ad", ""))


def _item(text: str) -> str:
    return f"- {text[1:].strip()}" if text[0] in BULLETS else text
