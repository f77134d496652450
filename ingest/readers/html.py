"""Web pages: the main content's headings, paragraphs, lists and tables; what surrounds it is left out."""

import json
import re
from collections import Counter, deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice, takewhile, zip_longest
from typing import Any

import lxml.html  # type: ignore[import-untyped]
from lxml.etree import ErrorTypes, ParserError, iterwalk  # type: ignore[import-untyped]
from lxml.html import HtmlElement

from ..document import Block, Metadata
from ..furniture import furniture
from ..metadata import given_author, parse_date, web_address
from .page import Page, UnreadableError, check_size, make_table, one_line, words

MAIN = "//main|//*[@role='main']"
BOILERPLATE = words(
    "script style noscript template nav aside footer button input select textarea label svg math iframe object video "
    "audio canvas figcaption picture dialog menu head"
)
ROLES = words("navigation banner contentinfo complementary search dialog alert menu")
# What classes (and, with one of the endings, identifiers) call boilerplate; "social-care" and "skip-hire" are content.
NAME = r"adverts?|breadcrumbs?|comments?|cookies?|newsletter|pagination|related|sidebar|shar(?:e|ing)|social"
ENDING = (
    r"[-_]*(?:area|articles|banner|bar|box|buttons?|consent|container|content|form|icons?|items|links?|list|media|nav"
    r"|notice|overlay|pop-?up|posts|section|signup|stories|tools?|trail|widget|wrapper)"
)
BOILERPLATE_CLASS = re.compile(rf"(?:{NAME})(?:{ENDING})*|skip-?(?:to-)?(?:link|content|main)s?", re.I)
BOILERPLATE_ID = re.compile(rf"(?:{NAME})(?:{ENDING})+|skip-?(?:to-)?(?:link|content|main)s?", re.I)
BREAKS = words(
    "p div section article main header blockquote pre address dl dt dd ul ol li table tr td th caption h1 h2 h3 h4 h5 "
    "h6 hr body details summary center fieldset figure form"
)
LISTS = words("ul ol")
LINE, PARAGRAPH = "\n", "\n\n"  # what a <br> and the end of a block leave in the walk; text itself has no newline left
MAX_TAGS = 1_000_000  # which take some 10 s and 500 MB
WIDEST = 50  # columns or rows that one cell may span
HEADING = re.compile(r"h[1-6]")
CORE_SHARE = 0.8  # of the prose that a core has
SHORTEST_PROSE = 50  # characters of a paragraph
MOST_LINKED = 0.5  # of a paragraph that counts as prose
LEAST_SHARE = 0.5  # of a page's text that must be left without menus; else the links are what it is about
MENU_SHARE = 0.8  # of a menu's text that is links
FEWEST_LINKS = 3  # of a menu
FIRST_ROWS = 50  # of a table that show whether it is one
CONTAINERS = words("body div section article main td center form")
ITEMS = words("li dt dd")
PUBLISHED = (
    "//meta[@property='article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//meta[translate(@name, 'DCTERMS', 'dcterms')='dcterms.issued']/@content",
    "//meta[translate(@name, 'DCATE', 'dcate')='dc.date']/@content",
    "//meta[@name='date' or @name='pubdate' or @name='publish-date']/@content",
    "//time[@pubdate]/@datetime",
)
ADDRESS = (
    "//link[contains(concat(' ', translate(@rel, 'CANOIL', 'canoil'), ' '), ' canonical ')]/@href",
    "//meta[@property='og:url']/@content",
)
SAVED_FROM = re.compile(r"<!-- saved from url=\(\d{4}\)(\S+) -->")  # browsers write it into a page that they save
AUTHOR = (
    "//meta[translate(@name, 'AUTHOR', 'author')='author']/@content",
    "//meta[@property='article:author']/@content",
)
NEWS = re.compile(r"\w*NewsArticle")


def read(text: str) -> Page:
    """Blocks of a page's main content; metadata from its `<meta>`, `<link>`, `<title>` and linked data.

    Raises:
        UnreadableError: it is nested too deep, or it or a table is too large.
    """
    page = _parsed(text)
    if page is None:
        return Page(())
    metadata = _metadata(page, text)
    blocks = _main_blocks(page, metadata.kind == "news")
    dropped = furniture([block.text for block in blocks])
    kept = tuple(block for number, block in enumerate(blocks) if number not in dropped)
    return Page(kept, metadata)


def fragment(text: str) -> list[Block]:
    """Blocks of a piece of a page, as other formats hold them.

    Raises:
        UnreadableError: it is nested too deep, or it or a table is too large.
    """
    page = _parsed(text)
    return [] if page is None else list(_blocks(page))


def _parsed(text: str) -> HtmlElement | None:
    """The page's root; None where there is nothing in it, or nothing but comments."""
    if (tags := text.count("<")) > MAX_TAGS:
        raise UnreadableError(f"{tags:,} tags are more than the limit of {MAX_TAGS:,}; split it")
    # Without `huge_tree`, what stands more than 256 deep is left out, and a text of 10 MB with all that comes after it.
    parser = lxml.html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    try:
        page = lxml.html.document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except (ParserError, ValueError):
        return None
    if any(error.type == ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log):
        raise UnreadableError("tags nested too deep, 2,000 or more; save the page anew, or as a PDF")
    _mark_banners(page)
    return page


def _mark_banners(page: HtmlElement) -> None:
    """Give a `<header>` that is not in the content the role that it has by its place."""
    depth = 0
    for event, element in iterwalk(page, ("start", "end"), tag=("main", "article", "header")):
        if element.tag != "header":
            depth += 1 if event == "start" else -1
        elif not depth:
            element.set("role", "banner")


def _main_blocks(page: HtmlElement, is_news: bool) -> list[Block]:
    """What the page marks as its main part; where it marks none, its core less menus.

    News pages hang teasers about a story, so of their main part the core is taken, too. Menus stay where they are most
    of a core: then the links are what the page is about.
    """
    marked = page.xpath(MAIN) or _only(page.xpath("//article"))
    if marked and (found := list(_blocks(_core(marked[0], _counted(marked[0])) if is_news else marked[0]))):
        return found
    counts = _counted(page)
    core = _core(page, counts)
    everything = list(_blocks(core))
    without_menus = list(_blocks(core, counts.menus(core)))
    return without_menus if _length(without_menus) >= LEAST_SHARE * _length(everything) else everything


def _only(found: list[HtmlElement]) -> list[HtmlElement]:
    """A single article is the main part; several are a list of teasers, or an article and its comments."""
    return found if len(found) == 1 else []


def _length(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _core(whole: HtmlElement, counts: "_Counts") -> HtmlElement:
    """The innermost container that has nearly all of the prose, and all of the tables, of a page or a part of it."""
    core = part = whole
    while (part := next((child for child in part if counts.is_core(child, whole)), None)) is not None:
        if _tag(part) in CONTAINERS:
            core = part
    return core


@dataclass(frozen=True)
class _Counts:
    """What is in each element, boilerplate left out: characters of text, those in links, and of prose; links; tables.

    Prose is what stands in paragraphs too long for a label and not mostly links; a table has rows and columns.
    """

    text: Counter[HtmlElement] = field(default_factory=Counter)
    linked: Counter[HtmlElement] = field(default_factory=Counter)
    prose: Counter[HtmlElement] = field(default_factory=Counter)
    links: Counter[HtmlElement] = field(default_factory=Counter)
    tables: Counter[HtmlElement] = field(default_factory=Counter)

    def is_core(self, part: HtmlElement, whole: HtmlElement) -> bool:
        """Whether a part has nearly all of the prose, and all tables, of the whole."""
        enough = self.prose[part] >= CORE_SHARE * self.prose[whole] > 0
        return enough and self.tables[part] == self.tables[whole] and _tag(part) not in ITEMS

    def menus(self, root: HtmlElement) -> set[HtmlElement]:
        """The elements that hold several links and hardly anything else."""
        return {
            element
            for element in root.iter("*")
            if self.links[element] >= FEWEST_LINKS
            and self.linked[element] >= MENU_SHARE * self.text[element]
            and not self.tables[element]
        }


def _counted(page: HtmlElement) -> _Counts:
    """What is in each element of a page or a part of it."""
    counts, own = _Counts(), Counter[HtmlElement]()  # own: text of an element that no paragraph in it has
    for element in reversed(list(page.iter("*"))):  # so that what is inside an element is counted before it
        tag, above = _tag(element), element.getparent()
        for counter in (counts.text, own):
            counter[element] += len((element.text or "").strip())
            if above is not None:
                counter[above] += len((element.tail or "").strip())
        if tag == "a":
            counts.links[element], counts.linked[element] = 1, counts.text[element]
        is_linked = counts.linked[element] >= MOST_LINKED * counts.text[element]
        if tag in BREAKS and own[element] >= SHORTEST_PROSE and not is_linked:
            counts.prose[element] += own[element]
        if tag == "table" and not counts.tables[element]:
            counts.tables[element] = int(_is_data(element, counts.text))
        if above is not None and not _is_boilerplate(element):
            for counter in (counts.text, counts.linked, counts.prose, counts.links, counts.tables):
                counter[above] += counter[element]
            own[above] += own[element] if tag not in BREAKS else 0
    return counts


def _is_data(table: HtmlElement, text: Counter[HtmlElement]) -> bool:
    """Whether a table has several rows and columns with something in them."""
    rows = islice(table.iter("tr"), FIRST_ROWS)
    return sum(sum(text[cell] > 0 for cell in row) > 1 for row in rows) > 1


# Metadata


def _metadata(page: HtmlElement, text: str) -> Metadata:
    linked = list(_linked(page))
    is_news = any(NEWS.fullmatch(kind) for node in linked for kind in _strings(node.get("@type")))
    is_post = bool(page.xpath("//meta[@property='og:type'][@content='article']") and page.xpath(PUBLISHED[0]))
    return Metadata(
        title=_title(page),
        publisher=_publisher(page),
        author=_author(page, linked),
        address=_address(page, text),
        kind="news" if is_news or is_post else "",
        published=_published(page, linked),
    )


def _linked(page: HtmlElement) -> Iterator[dict[str, Any]]:
    """The things that the page's linked data (JSON-LD) describes, and the parts of them, outermost first."""
    for script in page.xpath("//script[@type='application/ld+json']"):
        try:
            waiting = deque([json.loads(script.text or "", strict=False)])
        except (ValueError, RecursionError):  # not JSON, or nested to no purpose
            continue
        while waiting:
            node = waiting.popleft()
            if isinstance(node, dict):
                yield node
            parts = node.values() if isinstance(node, dict) else node
            waiting += [part for part in parts if isinstance(part, dict | list)]


def _strings(value: Any) -> list[str]:
    """The strings in a value of linked data, which may be one, or several, or things with a name."""
    values = value if isinstance(value, list) else [value]
    names = (part.get("name") if isinstance(part, dict) else part for part in values)
    return [name for name in names if isinstance(name, str)]


def _address(page: HtmlElement, text: str) -> str:
    """Where the page is published, as it says itself, or as the browser wrote that saved it."""
    saved = SAVED_FROM.search(text[:5000])
    given = [*(str(value) for path in ADDRESS for value in page.xpath(path)), saved[1] if saved else ""]
    return next((address for value in given if (address := web_address(value))), "")


def _author(page: HtmlElement, linked: list[dict[str, Any]]) -> str:
    """Who wrote the page; several names are parted by commas."""
    meta = [[str(value) for value in page.xpath(path)] for path in AUTHOR]
    for names in (*meta, *(_strings(node.get("author")) for node in linked)):
        given = [name for value in names if not web_address(value) and (name := given_author(value))]
        if given:
            return ", ".join(dict.fromkeys(given))
    return ""


def _first(page: HtmlElement, *paths: str) -> str:
    """The first non-empty value that one of the XPaths finds."""
    values = (one_line(str(value)) for path in paths for value in page.xpath(path))
    return next((value for value in values if value), "")


def _title(page: HtmlElement) -> str:
    """The page's only first-level heading, else what `<meta>` or `<title>` says."""
    headings = [text for heading in page.xpath("//h1") if (text := _words(heading))]
    if len(headings) == 1:
        return headings[0]
    return _first(page, "//meta[@property='og:title']/@content", "//title/text()")


def _publisher(page: HtmlElement) -> str:
    return _first(
        page,
        "//meta[@property='og:site_name']/@content",
        "//meta[translate(@name, 'DCPUBLISHERTM', 'dcpublishertm')='dc.publisher']/@content",
        "//meta[translate(@name, 'DCPUBLISHERTM', 'dcpublishertm')='dcterms.publisher']/@content",
        "//meta[@name='publisher' or @name='application-name']/@content",
    )


def _published(page: HtmlElement, linked: list[dict[str, Any]]) -> date | None:
    meta = (str(value) for path in PUBLISHED for value in page.xpath(path))
    data = (value for node in linked for value in _strings(node.get("datePublished")))
    return next((found for value in chain(meta, data) if (found := parse_date(value))), None)


# Content


def _tag(element: HtmlElement) -> str:
    return element.tag.rsplit("}", 1)[-1].lower() if isinstance(element.tag, str) else ""


def _is_boilerplate(element: HtmlElement) -> bool:
    tag = _tag(element)
    if not tag or tag in BOILERPLATE or element.get("role") in ROLES or element.get("aria-hidden") == "true":
        return True
    if element.get("hidden") is not None:
        return True
    if tag in {"body", "html", "main", "article"}:
        return False
    classes, identifier = (element.get("class") or "").split(), element.get("id") or ""
    return any(map(BOILERPLATE_CLASS.fullmatch, classes)) or BOILERPLATE_ID.fullmatch(identifier) is not None


def _blocks(root: HtmlElement, without: Collection[HtmlElement] = ()) -> Iterator[Block]:
    """The blocks below an element less those of `without`.

    It is walked with a stack of our own, as pages may nest deeper than Python recurses.
    """
    text: list[str] = []
    stack: list[HtmlElement | str] = [root]
    around = _around_tables(root)
    while stack:
        here = stack.pop()
        if here == PARAGRAPH or (not isinstance(here, str) and _tag(here) in BREAKS):
            yield from _text_blocks(text)
            text.clear()
        if isinstance(here, str):
            text.append(here)
        elif here is root or not (here in without or _is_boilerplate(here)):
            whole = None if here in around else _whole_block(here)
            if whole is None:
                stack += reversed(_parts(here))
            else:
                yield from whole
    yield from _text_blocks(text)


def _around_tables(root: HtmlElement) -> set[HtmlElement]:
    """The lists and tables with tables in them: these are for layout, and no blocks by themselves."""
    seen: set[HtmlElement] = set()
    for table in root.iter("table"):
        seen.update(takewhile(lambda above: above not in seen, table.iterancestors()))
    return {element for element in seen if _tag(element) in {*LISTS, "table"}}


def _parts(element: HtmlElement) -> list[HtmlElement | str]:
    """An element's text and children in order, and what its end leaves."""
    parts: list[HtmlElement | str] = [_spaced(element.text)]
    for child in element:
        parts += [child, _spaced(child.tail)]
    tag = _tag(element)
    return [*parts, PARAGRAPH if tag in BREAKS else LINE if tag == "br" else ""]


def _spaced(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _text_blocks(text: list[str]) -> Iterator[Block]:
    """The paragraphs of gathered text: blank lines part them, single line breaks stay."""
    for paragraph in re.split(r"\n\s*\n", "".join(text)):
        lines = (one_line(line) for line in paragraph.split("\n"))
        if joined := "\n".join(line for line in lines if line):
            yield Block("text", joined)


def _words(root: HtmlElement, without: frozenset[str] = frozenset()) -> str:
    """The words of an element on one line, less boilerplate and the tags in `without`."""
    text: list[str] = []
    stack: list[HtmlElement | str] = [root]
    while stack:
        here = stack.pop()
        if isinstance(here, str):
            text.append(here)
        elif here is root or not (_tag(here) in without or _is_boilerplate(here)):
            stack += reversed([" " if _tag(here) in BREAKS else "", *_parts(here)])
    return one_line("".join(text))


def _whole_block(element: HtmlElement) -> list[Block] | None:
    """A heading, list or data table as blocks; None for what is to be walked into."""
    tag = _tag(element)
    if HEADING.fullmatch(tag):
        text = _words(element)
        return [Block("heading", text, level=int(tag[1]))] if text else []
    if tag in LISTS:
        items = list(_items(element))
        return [Block("list", "\n".join(items))] if items else []
    if tag == "table" and element.get("role") != "presentation":
        rows = _rows(element)
        header = _joined(list(islice(rows, max(len(element.findall("thead/tr")), 1))))
        table = make_table(chain([header], rows), _caption(element))
        return [table] if table else []
    return None


def _items(root: HtmlElement) -> Iterator[str]:
    """A list's items and those of lists within, one line each, with their markers."""
    numbers: dict[HtmlElement, int] = {}
    for item in root.iter("li"):
        above = item.getparent()
        ordered = above is not None and _tag(above) == "ol"
        if ordered:
            start = above.get("start", "1")
            numbers[above] = numbers.get(above, (int(start) if start.isdecimal() else 1) - 1) + 1
        if text := _words(item, without=LISTS | {"li"}):
            yield f"{numbers[above]}. {text}" if ordered else f"- {text}"


def _joined(rows: list[list[str]]) -> list[str]:
    """Header rows as one: what stands above one column is joined, so that "2024" over "Girls" is "2024 Girls"."""
    columns = zip_longest(*rows, fillvalue="")
    return [" ".join(dict.fromkeys(filter(None, column))) for column in columns]


def _caption(table: HtmlElement) -> str:
    """What `<caption>` says, or the `<figcaption>` of the figure around the table."""
    found = table.find("caption")
    above = table.getparent()
    if found is None and above is not None and _tag(above) == "figure":
        found = above.find("figcaption")
    return _words(found) if found is not None else ""


def _rows(table: HtmlElement) -> Iterator[list[str]]:
    """The rows of a table; a cell that spans columns or rows is repeated in each, so that columns keep their places."""
    below: dict[int, tuple[int, str]] = {}  # column → rows that a cell above still spans, and its words
    size = 0
    for row in table.iter("tr"):
        cells: list[str] = []

        def fill(cells: list[str] = cells) -> None:
            while (spanned := below.get(len(cells), (0, "")))[0]:
                below[len(cells)] = (spanned[0] - 1, spanned[1])
                cells.append(spanned[1])

        for cell in row:
            if _tag(cell) not in {"td", "th"}:
                continue
            fill()
            text, rows = _words(cell), _span(cell, "rowspan")
            for _ in range(_span(cell, "colspan")):
                below[len(cells)] = (rows - 1, text)
                cells.append(text)
            check_size(size + len(cells))
        fill()
        size += len(cells)
        yield cells


def _span(cell: HtmlElement, name: str) -> int:
    value = cell.get(name, "1")
    return min(max(int(value), 1), WIDEST) if value.isdecimal() and len(value) < 6 else 1
