"""Word documents: headings, paragraphs, lists, tables, notes and text boxes in the order of the text.

python-docx cares for the package; its body is walked as XML, as the library leaves out tracked changes, notes, text
boxes and the numbers of lists. Tracked changes are accepted; comments, headers, footers, hidden text and tables of
contents are left out.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from lxml import etree  # type: ignore[import-untyped]

from ..document import ITEM_SEPARATOR, Block, Metadata
from ..metadata import EFFECTIVE_LABEL, PUBLISHED_LABEL, REVIEW_LABEL, given_author, stated_date
from .archive import company, given_title, opened
from .grid import Span, grid_blocks, joined_runs, whole_number
from .page import Page, one_line, words
from .symbols import symbol

KIND = "a Word document"
Element = Any  # lxml has no types
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
LEFT_OUT = {W + name for name in ("del", "moveFrom", "rPr", "pPr", "sdtPr", "instrText", "delText", "object")}
CHARACTERS = {W + "tab": " ", W + "ptab": " ", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/"
OPEN, WRITE = "open it in Word, and save it anew", "write what they say as text or a table"  # remedies
UNREAD = {
    W + "altChunk": ("files put into it whole", OPEN),
    W + "subDoc": ("documents that it is made of", "put their text into it"),
    "{urn:schemas-microsoft-com:office:office}OLEObject": ("embedded objects", WRITE),
    DRAWING + "chart}chart": ("charts", WRITE),
    "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart": ("charts", WRITE),
    DRAWING + "diagram}relIds": ("diagrams", WRITE),
}  # what shows text that is kept elsewhere
SIGN = W + "sym"
NOTES = {W + "footnoteReference": "footnote", W + "endnoteReference": "endnote"}
OFF = words("0 false off none")
CUSTOM_PROPERTIES = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
COVER_PAGE = b"http://schemas.microsoft.com/office/2006/coverPageProps"
HEADING = re.compile(r"heading (\d)")
CONTENTS = re.compile(r"toc \d|toc heading|table of figures")
LIST_STYLE = re.compile(r"list (bullet|number)(?: \d)?")
TABLE_CAPTION = re.compile(r"table\b", re.I)
LONGEST_HEADING = 300  # characters: a longer paragraph is no heading, whatever its style says
WIDEST = 50  # columns that one cell may span
DEEPEST = 9  # levels of a list


def read(data: bytes, source: str) -> Page:
    """Blocks of a document; title by its title paragraph or its properties, publisher by the company in them, author.

    Dates are those that somebody filled in, as in "Publish date" of a cover page; when a file was made says nothing.

    Raises:
        DocumentError: not a Word document, damaged, with a password, or too large.
    """
    with opened(data, source, KIND) as file:
        document = docx.Document(file)
        numbers = _Numbers(_part(document, RELATIONSHIP_TYPE.NUMBERING))
        walk = _Walk(source, _styles(document), numbers, _notes(document))
        blocks = [block for block in walk.blocks(document.element.body) if block.text]
        stated = list(_properties(document))
        metadata = Metadata(
            title=walk.title or given_title(document.core_properties.title),
            publisher=company(data),
            author=given_author(document.core_properties.author),
            published=stated_date(PUBLISHED_LABEL, stated),
            effective=stated_date(EFFECTIVE_LABEL, stated),
            review_by=stated_date(REVIEW_LABEL, stated),
        )
        warnings = _warnings(document.element.body, len(walk.notes_gone))
        return Page(tuple(_captions_first(blocks, walk.captions)), metadata, tuple(warnings))


def _warnings(body: Element, notes_gone: int) -> Iterator[str]:
    """What of the text is not read."""
    if notes_gone:
        yield f"notes ({notes_gone}) that the text refers to are not in the file; look for a whole one"
    for (name, remedy), count in Counter(UNREAD[element.tag] for element in body.iter(*UNREAD)).items():
        yield f"{name} ({count}) not read; {remedy}"


# Parts of the package


def _part(document: Any, kind: str) -> Element:
    """The root of a part that the document refers to; an empty element where it has none."""
    try:
        blob = document.part.part_related_by(kind).blob
    except KeyError:
        return etree.Element("none")
    return etree.fromstring(blob, etree.XMLParser(resolve_entities=False))


def _properties(document: Any) -> Iterator[str]:
    """The properties that a person gave the file, or filled in on its cover page, as lines "label: value"."""
    for part in document.part.package.iter_parts():
        is_own = part.content_type == CUSTOM_PROPERTIES
        if is_own or (part.partname.startswith("/customXml/") and COVER_PAGE in part.blob[:500]):
            for item in etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False)).iterchildren("*"):
                name = item.get("name") or etree.QName(item).localname
                words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", name)  # PublishDate, Review_date
                yield f"{words}: {''.join(item.itertext())}"


@dataclass(frozen=True)
class _Style:
    """What a paragraph style says, its own and what it is based on: name, level as a heading, list and level in it."""

    name: str = ""
    level: int = 0
    numbering: tuple[str, int] | None = None


def _styles(document: Any) -> dict[str, _Style]:
    part = _part(document, RELATIONSHIP_TYPE.STYLES)
    elements = {style.get(W + "styleId", ""): style for style in part.iter(W + "style")}
    styles: dict[str, _Style] = {}
    for name, element in elements.items():
        _resolve(name, element, elements, styles)
    default = next((name for name, style in elements.items() if _is_default(style)), "")
    return {"": styles.get(default, _Style()), **styles}


def _is_default(style: Element) -> bool:
    return style.get(W + "type") == "paragraph" and style.get(W + "default", "0") not in OFF


def _resolve(identifier: str, element: Element, elements: dict[str, Element], styles: dict[str, _Style]) -> None:
    """Add a style and those that it is based on; a circle of them, as in a damaged file, ends where it began."""
    chain = []
    while element is not None and identifier not in styles and identifier not in chain:
        chain.append(identifier)
        identifier = _value(element, "basedOn")
        element = elements.get(identifier)
    base = styles.get(identifier, _Style())
    for identifier in reversed(chain):
        base = styles[identifier] = _derived(elements[identifier], base)


def _derived(element: Element, base: _Style) -> _Style:
    name = _value(element, "name").lower()
    known = bool(HEADING.fullmatch(name) or CONTENTS.fullmatch(name) or LIST_STYLE.fullmatch(name))
    named = known or name in {"title", "subtitle", "caption"} or base.name == ""
    properties = element.find(W + "pPr")
    heading = HEADING.fullmatch(name)
    outline = _outline(properties)
    level = int(heading[1]) if heading else base.level if outline is None else outline
    numbering = _numbering(properties, base.numbering)
    return _Style(name if named else base.name, level, numbering)


def _value(element: Element, name: str) -> str:
    """The `val` of a child; empty where it has none."""
    child = element.find(W + name) if element is not None else None
    return child.get(W + "val", "") if child is not None else ""


def _is_on(element: Element, name: str) -> bool:
    """Whether a switch such as `w:vanish` is there and not off."""
    child = element.find(W + name) if element is not None else None
    return child is not None and child.get(W + "val", "1") not in OFF


def _outline(properties: Element) -> int | None:
    """The outline level as that of a heading: 0 for body text, None where nothing is said."""
    text = _value(properties, "outlineLvl")
    return (whole_number(text, 9) + 1) % 10 if text else None


def _numbering(properties: Element, otherwise: tuple[str, int] | None) -> tuple[str, int] | None:
    """The list that a paragraph or style is in, and the level; list "0" takes it out of any."""
    numbers = properties.find(W + "numPr") if properties is not None else None
    if numbers is None:
        return otherwise
    identifier, level = _value(numbers, "numId"), min(whole_number(_value(numbers, "ilvl"), 0), DEEPEST - 1)
    if not identifier:
        return (otherwise[0], level) if otherwise else None
    return (identifier, level) if identifier != "0" else None


class _Numbers:
    """Markers of list items: decimal ones counted as Word counts them, all others a dash."""

    def __init__(self, numbering: Element) -> None:
        self._lists = {item.get(W + "numId", ""): item for item in numbering.iter(W + "num")}
        self._schemes = {item.get(W + "abstractNumId", ""): item for item in numbering.iter(W + "abstractNum")}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)  # by scheme: lists that share one go on counting
        self._seen: set[str] = set()

    def marker(self, identifier: str, level: int) -> str:
        item = self._lists.get(identifier)
        scheme = _value(item, "abstractNumId")
        counts = self._counts[scheme]
        if item is not None and identifier not in self._seen:
            self._seen.add(identifier)
            counts.update((at, start - 1) for at, start in _overrides(item))
        definition = self._level(scheme, level)
        start = whole_number(_value(definition, "start"), 1) if definition is not None else 1
        counts[level] = counts.get(level, start - 1) + 1
        for deeper in [at for at in counts if at > level]:
            del counts[deeper]
        return f"{counts[level]}." if _value(definition, "numFmt") == "decimal" else "-"

    def _level(self, scheme: str, level: int) -> Element:
        levels = self._schemes[scheme].iterfind(W + "lvl") if scheme in self._schemes else ()
        return next((item for item in levels if item.get(W + "ilvl") == str(level)), None)


def _overrides(item: Element) -> Iterator[tuple[int, int]]:
    """The levels that a list begins anew, and the numbers with which."""
    for override in item.iterfind(W + "lvlOverride"):
        if start := _value(override, "startOverride"):
            yield whole_number(override.get(W + "ilvl", ""), 0), whole_number(start, 1)


def _notes(document: Any) -> dict[tuple[str, str], Element]:
    """Footnotes and endnotes, by kind and identifier."""
    kinds = {"footnote": RELATIONSHIP_TYPE.FOOTNOTES, "endnote": RELATIONSHIP_TYPE.ENDNOTES}
    return {
        (kind, note.get(W + "id", "")): note
        for kind, part in kinds.items()
        for note in _part(document, part).iterfind(W + kind)
    }


# The text


@dataclass
class _Inline:
    """What a paragraph holds: its text, and the notes and text boxes that hang on it."""

    pieces: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return joined_runs(self.pieces)


def _inline(element: Element, found: _Inline) -> None:
    """Gather what stands in an element. The parser lets nothing nest deeper than 256, so this may call itself."""
    for child in element:
        tag = child.tag
        if tag in {W + "t", MATH_TEXT}:
            found.pieces.append(child.text or "")
        elif tag in CHARACTERS:
            found.pieces.append(CHARACTERS[tag])
        elif tag == SIGN:
            found.pieces.append(symbol(child.get(W + "font", ""), child.get(W + "char", "")))
        elif tag in NOTES:
            found.notes.append((NOTES[tag], child.get(W + "id", "")))
        elif tag == W + "txbxContent":
            found.boxes.append(child)
        elif tag == ALTERNATIVES:  # one drawing for new programs and one for old, with the same text
            _inline(child[:1], found)
        elif not (tag in LEFT_OUT or _is_unseen(child)):
            _inline(child, found)


def _is_unseen(element: Element) -> bool:
    """Whether a run is hidden text, or a field of a form still holds its prompt."""
    if element.tag == W + "sdt":
        return _is_on(element.find(W + "sdtPr"), "showingPlcHdr")
    return element.tag == W + "r" and _is_on(element.find(W + "rPr"), "vanish")


def _children(element: Element) -> Iterator[Element]:
    """The paragraphs, tables, rows or cells in an element, out of the wrappers around them."""
    for child in element:
        if child.tag in {W + "p", W + "tbl", W + "tr", W + "tc"}:
            yield child
        elif child.tag == ALTERNATIVES:
            yield from _children(child[:1])
        elif not (child.tag in LEFT_OUT or _is_unseen(child)):
            yield from _children(child)


@dataclass
class _Walk:
    """One pass over a document."""

    source: str
    styles: dict[str, _Style]
    numbers: _Numbers
    note_texts: dict[tuple[str, str], Element]  # None for those told
    title: str = ""
    notes_told: int = 0
    notes_gone: set[tuple[str, str]] = field(default_factory=set)
    captions: set[str] = field(default_factory=set)

    def blocks(self, container: Element) -> Iterator[Block]:
        """The blocks in a body or text box: neighbouring list items as one, notes and text boxes after their anchor."""
        items: list[str] = []
        waiting: list[Block] = []
        for block, after in self._parts(container):
            if block.kind == "list":
                items.append(block.text)
                waiting += after
            elif block.text or after:
                yield from _listed(items, waiting)
                items, waiting = [], []
                yield block
                yield from after
        yield from _listed(items, waiting)

    def _parts(self, container: Element) -> Iterator[tuple[Block, list[Block]]]:
        """Paragraphs and tables as blocks, each with what comes after it; where nothing is left, the text is empty."""
        inline = _Inline()
        for child in _children(container):
            if child.tag == W + "tbl":
                yield from self._table(child)
            elif child.tag == W + "p" and len(child):
                _inline(child, inline)
                mark = child.find(f"{W}pPr/{W}rPr")
                if mark is None or mark.find(W + "del") is None:  # else the next paragraph goes on with this one
                    yield self._paragraph(child, inline.text), self._after(inline)
                    inline = _Inline()
        if inline.pieces:
            yield Block("text", inline.text), self._after(inline)

    def _paragraph(self, paragraph: Element, text: str) -> Block:
        """A paragraph as a heading, a list item or text."""
        properties = paragraph.find(W + "pPr")
        style = self.styles.get(_value(properties, "pStyle"), self.styles[""])
        numbering = _numbering(properties, style.numbering)
        marker = self.numbers.marker(*numbering) if numbering else "-"  # counted even where it is not shown
        level = style.level or _outline(properties) or 0
        if not text or CONTENTS.fullmatch(style.name):
            return Block("text", "")
        if style.name == "title" and not self.title:
            self.title = one_line(text)
            return Block("text", "")
        if (level or style.name == "title") and len(text) <= LONGEST_HEADING:
            return Block("heading", one_line(text), level=level or 1)
        if numbering or LIST_STYLE.fullmatch(style.name):
            return Block("list", f"{marker} {one_line(text)}")
        if style.name == "caption":
            self.captions.add(text)
        return Block("text", text)

    def _after(self, inline: _Inline) -> list[Block]:
        """The notes that a paragraph refers to, and its text boxes."""
        blocks: list[Block] = []
        for name in inline.notes:
            if name not in self.note_texts:
                self.notes_gone.add(name)
                continue
            note, self.note_texts[name] = self.note_texts[name], None
            text = one_line(" ".join(block.text for block in self.blocks(note))) if note is not None else ""
            if text:
                self.notes_told += 1
                blocks.append(Block("text", f"Note {self.notes_told}: {text}"))
        for box in inline.boxes:
            blocks += self.blocks(box)
        return blocks

    def _table(self, table: Element) -> Iterator[tuple[Block, list[Block]]]:
        """A table as data; one with a single cell is a box around text."""
        rows = [row for row in _children(table) if row.tag == W + "tr" and row.find(f"{W}trPr/{W}del") is None]
        if len(rows) == 1 and len(cells := list(_children(rows[0]))) == 1:
            yield from self._parts(cells[0])
            return
        texts, spans, after = self._cells(rows)
        marked = [_is_on(row.find(W + "trPr"), "tblHeader") for row in rows]
        blocks = grid_blocks(texts, spans, self.source, (*marked, False).index(False) or 1)
        yield from ((block, []) for block in blocks)
        yield Block("text", ""), after

    def _cells(self, rows: list[Element]) -> tuple[list[list[str]], list[Span], list[Block]]:
        """The texts of a table's cells, those merged, and what comes after the table."""
        texts: list[list[str]] = []
        spans: dict[tuple[int, int], Span] = {}
        after: list[Block] = []
        open_: dict[int, tuple[int, int]] = {}  # column → the cell above that goes on down
        for number, row in enumerate(rows):
            line = [""] * min(whole_number(_value(row.find(W + "trPr"), "gridBefore"), 0), WIDEST)
            for cell in _children(row):
                place, properties = (number, len(line)), cell.find(W + "tcPr")
                columns = min(max(whole_number(_value(properties, "gridSpan"), 1), 1), WIDEST)
                merge = properties.find(W + "vMerge") if properties is not None else None
                goes_on = merge is not None and merge.get(W + "val") != "restart"
                if goes_on and place[1] in open_:
                    first = open_[place[1]]
                    spans[first] = spans[first]._replace(rows=number - first[0] + 1)
                    text = ""
                else:
                    text, others = self._cell(cell)
                    after += others
                    open_.pop(place[1], None)
                    if merge is not None:
                        open_[place[1]] = place
                    if merge is not None or columns > 1:
                        spans[place] = Span(*place, 1, columns)
                line += [text, *[""] * (columns - 1)]
            texts.append(line)
        return texts, list(spans.values()), after

    def _cell(self, cell: Element) -> tuple[str, list[Block]]:
        """The words of a cell on one line, list items and rows of tables in it parted by dots; what comes after."""
        if next(cell.iter(W + "t", SIGN, MATH_TEXT, *NOTES), None) is None:  # most of a form's cells are empty
            return "", []
        text, after, before = "", [], "text"
        for block, others in self._parts(cell):
            after += others
            if block.text:
                apart = "text" != block.kind != "heading" or before not in {"text", "heading"}
                words = ITEM_SEPARATOR.join(line.removeprefix("- ") for line in block.text.split("\n"))
                text += (ITEM_SEPARATOR if apart else " ") * bool(text) + words
                before = block.kind
        return text, after


def _listed(items: list[str], waiting: list[Block]) -> list[Block]:
    return [Block("list", "\n".join(items)), *waiting] if items else []


def _captions_first(blocks: list[Block], captions: set[str]) -> list[Block]:
    """The blocks, a table's caption that stands below it put above, where captions are looked for."""
    ordered = list(blocks)
    for number in range(1, len(ordered)):
        table, caption = ordered[number - 1 : number + 1]
        above = ordered[number - 2].text if number > 1 else ""
        below = ordered[number + 1].kind if number + 1 < len(ordered) else ""
        is_caption = caption.text in captions and TABLE_CAPTION.match(caption.text)
        if table.table and is_caption and above not in captions and below != "table":
            ordered[number - 1 : number + 1] = [caption, table]
    return ordered
