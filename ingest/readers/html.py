"""Web pages: the main content's headings, paragraphs, lists and tables; what surrounds it is left out."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date
from itertools import zip_longest

import lxml.html  # type: ignore[import-untyped]
from lxml.etree import ParserError  # type: ignore[import-untyped]
from lxml.html import HtmlElement

from ..document import Block
from ..furniture import furniture
from ..metadata import parse_date
from .page import Page, make_table, one_line, words

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
WIDEST = 50  # columns or rows that one cell may span
HEADING = re.compile(r"h[1-6]")
LEAST_SHARE = 0.5  # of a page's text that must be left without menus; else the links are what it is about
MENU_SHARE = 0.8  # of a menu's text that is links
PUBLISHED = (
    "//meta[@property='article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//meta[translate(@name, 'DCTERMS', 'dcterms')='dcterms.issued']/@content",
    "//meta[translate(@name, 'DCATE', 'dcate')='dc.date']/@content",
    "//meta[@name='date' or @name='pubdate' or @name='publish-date']/@content",
    "//time[@pubdate]/@datetime",
)
LINKED_DATA_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')


def read(text: str) -> Page:
    """Blocks of a page's main content; title, publisher and date from its `<meta>`, `<title>` and linked data."""
    try:
        page = lxml.html.document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser=_parser())
    except (ParserError, ValueError):  # nothing but comments, or nothing at all
        return Page(())
    title, publisher, published = _title(page), _publisher(page), _published(page)
    blocks = _main_blocks(page)
    dropped = furniture([block.text for block in blocks])
    kept = tuple(block for number, block in enumerate(blocks) if number not in dropped)
    return Page(kept, title=title, publisher=publisher, published=published)


def _parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)


def _main_blocks(page: HtmlElement) -> list[Block]:
    """What the page marks as its main part; where it marks none, all of it but menus, unless menus are most of it."""
    marked = page.xpath(MAIN) or _only(page.xpath("//article"))
    found = list(_blocks(marked[0])) if marked else []
    if found:
        return found
    everything = list(_blocks(page))
    without_menus = list(_blocks(page, _menus(page)))
    return without_menus if _length(without_menus) >= LEAST_SHARE * _length(everything) else everything


def _only(found: list[HtmlElement]) -> list[HtmlElement]:
    """A single article is the main part; several are a list of teasers, or an article and its comments."""
    return found if len(found) == 1 else []


def _length(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _menus(page: HtmlElement) -> set[HtmlElement]:
    """The elements that hold several links and hardly anything else."""
    links, linked, length = Counter[HtmlElement](), Counter[HtmlElement](), Counter[HtmlElement]()
    for element in reversed(list(page.iter("*"))):  # so that what is inside an element is counted before it
        length[element] += len((element.text or "").strip())
        if _tag(element) == "a":
            links[element], linked[element] = 1, length[element]
        above = element.getparent()
        if above is not None:
            length[above] += length[element] + len((element.tail or "").strip())
            links[above] += links[element]
            linked[above] += linked[element]
    return {element for element in links if links[element] >= 3 and linked[element] >= MENU_SHARE * length[element]}


# Metadata


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


def _published(page: HtmlElement) -> date | None:
    for path in PUBLISHED:
        for value in page.xpath(path):
            if found := parse_date(str(value)):
                return found
    scripts = (script.text or "" for script in page.xpath("//script[@type='application/ld+json']"))
    dates = (match[1] for script in scripts if (match := LINKED_DATA_DATE.search(script)))
    return next((found for value in dates if (found := parse_date(value))), None)


# Content


def _tag(element: HtmlElement) -> str:
    return element.tag.rsplit("}", 1)[-1].lower() if isinstance(element.tag, str) else ""


def _is_boilerplate(element: HtmlElement) -> bool:
    tag = _tag(element)
    if not tag or tag in BOILERPLATE or element.get("role") in ROLES or element.get("aria-hidden") == "true":
        return True
    if element.get("hidden") is not None or (tag == "header" and not _in_content(element)):
        return True
    if tag in {"body", "html", "main", "article"}:
        return False
    classes, identifier = (element.get("class") or "").split(), element.get("id") or ""
    return any(map(BOILERPLATE_CLASS.fullmatch, classes)) or BOILERPLATE_ID.fullmatch(identifier) is not None


def _in_content(element: HtmlElement) -> bool:
    return any(_tag(ancestor) in {"main", "article"} for ancestor in element.iterancestors())


def _blocks(root: HtmlElement, without: Collection[HtmlElement] = ()) -> Iterator[Block]:
    """The blocks below an element less those of `without`.

    It is walked with a stack of our own, as pages may nest deeper than Python recurses.
    """
    text: list[str] = []
    stack: list[HtmlElement | str] = [root]
    while stack:
        here = stack.pop()
        if here == PARAGRAPH or (not isinstance(here, str) and _tag(here) in BREAKS):
            yield from _text_blocks(text)
            text.clear()
        if isinstance(here, str):
            text.append(here)
        elif here is root or not (here in without or _is_boilerplate(here)):
            whole = _whole_block(here)
            if whole is None:
                stack += reversed(_parts(here))
            else:
                yield from whole
    yield from _text_blocks(text)


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
    if tag in LISTS and element.find(".//table") is None:
        items = list(_items(element))
        return [Block("list", "\n".join(items))] if items else []
    if tag == "table" and element.find(".//table") is None and element.get("role") != "presentation":
        rows = list(_rows(element))
        headers = max(len(element.findall("thead/tr")), 1)
        table = make_table([_joined(rows[:headers]), *rows[headers:]], _caption(element))
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
        if text := _words(item, without=LISTS):
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
        fill()
        yield cells


def _span(cell: HtmlElement, name: str) -> int:
    value = cell.get(name, "1")
    return min(max(int(value), 1), WIDEST) if value.isdecimal() and len(value) < 6 else 1
