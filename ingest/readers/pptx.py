"""Presentations: every slide as a heading, with its texts, lists and tables in reading order, and the speaker's notes.

python-pptx cares for the package; the slides are walked as XML, as the library leaves out shapes that have a form for
newer programs and one for older. The order is that of the XML, in which PowerPoint itself reads a slide aloud.
"""

import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

import pptx
from lxml import etree  # type: ignore[import-untyped]

from ..document import ITEM_SEPARATOR, Block, Metadata
from ..metadata import given_author
from .archive import company, damaged, given_title, opened
from .grid import Span, grid_blocks, joined_runs, whole_number
from .page import Page, one_line, words

KIND = "a PowerPoint presentation"
Element = Any  # lxml has no types
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
TITLES, FURNITURE = words("title ctrTitle"), words("dt ftr hdr sldNum sldImg")
BULLETED = words("body obj")  # placeholders whose paragraphs are bullets unless they say otherwise
BULLETS = {A + "buChar", A + "buAutoNum", A + "buBlip"}
NOT_TABLES = {"diagram": "a diagram (SmartArt)", "chart": "a chart", "ole": "an embedded file"}  # by the URI's end
SAVE = "open it in PowerPoint and save it again"
TEXTS = (A + "t", A + "br", MATH_TEXT)
ON = words("1 true on")


def read(data: bytes, source: str) -> Page:
    """Blocks of the slides that are shown, each with the slide's number as its page; metadata as given.

    Raises:
        DocumentError: not a presentation, damaged, with a password, or too large.
    """
    with opened(data, source, KIND) as file:
        presentation = pptx.Presentation(file)
        blocks: list[Block] = []
        warnings: list[str] = []
        for number, slide in enumerate(presentation.slides, start=1):
            if slide.element.tag != P + "sld":
                raise damaged(source, KIND)
            if slide.element.get("show", "1") in ON:
                blocks += _slide(slide, number, source)
                warnings += [f"slide {number}: {told}" for told in _left_out(slide, file)]
            else:
                warnings.append(f"slide {number}: hidden, and left out; show it if it is to be searched")
        properties = presentation.core_properties
        metadata = Metadata(given_title(properties.title), company(data), given_author(properties.author))
        return Page(tuple(blocks), metadata, tuple(warnings))


def _slide(slide: Any, number: int, source: str) -> Iterator[Block]:
    """A slide's title, what is on it, and its notes."""
    shapes = [(shape, _placeholder(shape)) for shape in _shapes(slide.element.iterfind(f"{P}cSld/{P}spTree"))]
    titles = [shape for shape, kind in shapes if kind in TITLES]
    title = one_line(" ".join(_text(paragraph) for paragraph in titles[0].iter(A + "p"))) if titles else ""
    yield Block("heading", title or f"Slide {number}", level=1, page=number)
    for shape, kind in shapes:
        if shape not in titles[:1] and kind not in FURNITURE:
            for block in _shape(shape, kind, source):
                yield replace(block, page=number)
    if notes := _notes(slide):
        yield Block("text", f"Notes: {notes}", page=number)


def _shapes(elements: Iterable[Element]) -> Iterator[Element]:
    """The shapes and frames with text among elements, those in groups included."""
    for element in elements:
        if element.tag in {P + "sp", P + "graphicFrame"}:
            yield element
        elif element.tag == ALTERNATIVES:  # one form for new programs and one for old, with the same text
            yield from _shapes(element[:1])
        else:
            yield from _shapes(element)


def _placeholder(shape: Element) -> str:
    """What a shape stands for on its slide, such as "title"; empty when it stands for itself."""
    found = shape.find(f"*/{P}nvPr/{P}ph")
    return found.get("type", "obj") if found is not None else ""


def _shape(shape: Element, kind: str, source: str) -> Iterator[Block]:
    """The texts and lists of a shape, or the tables of a frame."""
    for table in shape.iter(A + "tbl"):
        yield from _table(table, source)
    paragraphs = [paragraph for body in shape.iterfind(P + "txBody") for paragraph in body.iterfind(A + "p")]
    for is_list, run in groupby(_lines(paragraphs, kind in BULLETED), key=lambda line: line[0]):
        lines = [text for _, text in run]
        yield from [Block("list", "\n".join(lines))] if is_list else (Block("text", text) for text in lines)


def _lines(paragraphs: list[Element], bulleted: bool = False) -> Iterator[tuple[bool, str]]:
    """Paragraphs that are not empty, as list items with their markers (then True) or as text."""
    filled = [(paragraph, text) for paragraph in paragraphs if (text := _text(paragraph))]
    counts: dict[int, int] = defaultdict(int)
    for paragraph, text in filled:
        properties = paragraph.find(A + "pPr")
        marks = [child for child in properties if child.tag in BULLETS] if properties is not None else []
        is_plain = properties is not None and properties.find(A + "buNone") is not None
        level = whole_number(properties.get("lvl", ""), 0) if properties is not None else 0
        counts = defaultdict(int, {at: count for at, count in counts.items() if at <= level})
        if marks and marks[0].get("type", "").startswith("arabic"):
            counts[level] += 1
            yield True, f"{counts[level] - 1 + whole_number(marks[0].get('startAt', ''), 1)}. {one_line(text)}"
            continue
        counts.pop(level, None)
        is_item = bool(marks) or (bulleted and len(filled) > 1 and not is_plain)
        yield is_item, f"- {one_line(text)}" if is_item else text


def _text(paragraph: Element) -> str:
    """The words of a paragraph; its line breaks stay."""
    return joined_runs("\n" if element.tag == A + "br" else element.text or "" for element in paragraph.iter(*TEXTS))


def _table(table: Element, source: str) -> list[Block]:
    rows = [[_cell(cell) for cell in row.iterfind(A + "tc")] for row in table.iterfind(A + "tr")]
    spans = [
        Span(number, column, whole_number(cell.get("rowSpan", ""), 1), whole_number(cell.get("gridSpan", ""), 1))
        for number, row in enumerate(table.iterfind(A + "tr"))
        for column, cell in enumerate(row.iterfind(A + "tc"))
        if cell.get("rowSpan") or cell.get("gridSpan")
    ]
    return grid_blocks(rows, spans, source)


def _cell(cell: Element) -> str:
    """A cell's words; empty where it is merged into another. The items of a list stand between dots."""
    if cell.get("hMerge") in ON or cell.get("vMerge") in ON:
        return ""
    lines = list(_lines(list(cell.iter(A + "p"))))
    between = ITEM_SEPARATOR if any(is_item for is_item, _ in lines) else " "
    return between.join(text.removeprefix("- ") if is_item else text for is_item, text in lines)


def _notes(slide: Any) -> str:
    """What the speaker is to say, paragraph by paragraph."""
    if not slide.has_notes_slide:
        return ""
    shapes = _shapes(slide.notes_slide.element.iterfind(f"{P}cSld/{P}spTree"))
    texts = (_text(paragraph) for shape in shapes if _placeholder(shape) == "body" for paragraph in shape.iter(A + "p"))
    return "\n".join(text for text in texts if text)


def _left_out(slide: Any, file: Any) -> Iterator[str]:
    """What of a slide is not read."""
    shapes = _shapes(slide.element.iterfind(f"{P}cSld/{P}spTree"))
    kinds = [graphic.get("uri", "").rpartition("/")[2] for shape in shapes for graphic in shape.iter(A + "graphicData")]
    for name in dict.fromkeys(NOT_TABLES.get(kind, "an object") for kind in kinds if kind != "table"):
        yield f"{name}, which is left out; add what it says as text or as a table"
    if not slide.has_notes_slide and _names_notes(slide, file):
        yield f"its notes are not in the file, though it names them; {SAVE}"


def _names_notes(slide: Any, file: Any) -> bool:
    """Whether the file says that a slide has notes; the library leaves out what is said of parts that are not there."""
    name = slide.part.partname.rels_uri.membername
    with zipfile.ZipFile(file) as archive:
        relations = etree.fromstring(archive.read(name)) if name in archive.namelist() else ()
    return any(relation.get("Type", "").endswith("/notesSlide") for relation in relations)
