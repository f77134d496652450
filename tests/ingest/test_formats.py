"""Markdown, HTML and CSV to blocks."""

import time
from datetime import date

import pytest

from citewell.errors import DocumentError
from citewell.ingest.document import Block, Metadata
from citewell.ingest.readers import READERS, TEXT, Page
from citewell.ingest.readers.page import MAX_CELLS, UnreadableError, make_table

PROSE = "Bins are emptied once a week, and garden waste every other week from March to November. "


def blocks(page: Page) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, block.text) for block in page.blocks]


MARKDOWN = """---
title: "Bin days"
date: 3 May 2022
publisher: Exampleton Council
author: Jo Doe
kind: Guidance
review-by: 2026-05-01
url: https://example.org/bins
---
# Bins

We *collect* [bins](https://example.org) <b>weekly</b>.
Even `glass`.

- paper
- glass
  1. clear

    indented inside glass

3. third
4. fourth

<div>raw</div>

| Area | Day |
|------|-----|
| North | **Mon** |
| South |

```
line one

line two
```

> quoted
"""


def test_markdown() -> None:
    page = TEXT[".md"](MARKDOWN)
    assert page.metadata == Metadata(
        title="Bin days",
        publisher="Exampleton Council",
        author="Jo Doe",
        address="https://example.org/bins",
        kind="guidance",
        published=date(2022, 5, 3),
        review_by=date(2026, 5, 1),
    )
    assert blocks(page) == [
        ("heading", 1, "Bins"),
        ("text", 0, "We collect bins weekly.\nEven glass."),
        ("list", 0, "- paper\n- glass indented inside glass\n1. clear"),
        ("list", 0, "3. third\n4. fourth"),
        ("text", 0, "raw"),
        ("table", 0, "Area\tDay\nNorth\tMon\nSouth\t–"),
        ("text", 0, "line one\nline two"),
        ("text", 0, "quoted"),
    ]


def test_markdown_without_front_matter() -> None:
    page = TEXT[".markdown"]("Text\n\n---\n\nMore")
    assert blocks(page) == [("text", 0, "Text"), ("text", 0, "More")]
    assert page.metadata == Metadata()


def test_markdown_rule_at_the_start_opens_no_front_matter() -> None:
    page = TEXT[".md"]("---\n\n# Bins\n\nText\n\n---\n\nMore")
    assert blocks(page) == [("heading", 1, "Bins"), ("text", 0, "Text"), ("text", 0, "More")]


def test_markdown_front_matter_of_lists_and_long_values() -> None:
    page = TEXT[".md"]("---\ntitle: Bins\n\ntags:\n- a\n# why\nnote: >\n  long\n\n  text\n---\nText\n\n---\n\nMore")
    assert page.metadata.title == "Bins"
    assert blocks(page) == [("text", 0, "Text"), ("text", 0, "More")]


def test_markdown_html_is_read_as_html() -> None:
    row = "<tr><td>North</td><td>Mon</td></tr>"
    table = f"<table>\n<tr><th>Area</th><th>Day</th></tr>\n\n{row}\n</table>\n<!-- no -->"
    assert blocks(TEXT[".md"](f"{table}\n\nA<br>b <i>c</i>\n\n- d\n\n  <p>e</p>")) == [
        ("table", 0, "Area\tDay\nNorth\tMon"),
        ("text", 0, "A\nb c"),
        ("list", 0, "- d e"),
    ]


@pytest.mark.parametrize("mark", ["> ", "- "])
def test_markdown_nested_deep_is_whole_or_refused(mark: str) -> None:
    page = TEXT[".md"](f"{mark * 60}deep\n\nend")
    assert [text.removeprefix("- ") for _, _, text in blocks(page)] == ["deep", "end"]
    with pytest.raises(DocumentError, match=r"a\.md: .* nested too deep; "):
        READERS[".md"](f"{mark * 1000}deep\n\nend".encode(), "a.md")


HTML = f"""<!doctype html><html><head><title>Bins | Exampleton</title><style>p {{}}</style>
<meta property="og:site_name" content="Exampleton Council">
<meta property="article:published_time" content="2022-05-03T10:00:00Z"></head><body>
<header><nav><a>Home</a></nav></header><div class="cookie-banner"><p>We use cookies</p></div>
<main><header><h1>Bin days</h1></header>
<p>{PROSE}<br>See <a href="#">the map</a>.</p><script>x()</script>
<section class="social-care" id="skip-hire"><h2>Skips</h2>loose text</section>
<ul><li>paper<ul><li>card</li></ul></li><li>glass</li></ul><ol start="3"><li>c</li><li>d</li></ol>
<figure><table><thead><tr><th rowspan="2">Area</th><th colspan="2">Day</th></tr><tr><th>am</th><th>pm</th></tr></thead>
<tr><td>North</td><td>Mon</td><td>Tue</td></tr>
<tr><td rowspan="2">South</td><td>Wed</td></tr><tr><td>Thu</td><td>Fri</td></tr>
</table><figcaption>Days by area</figcaption></figure>
<aside>Aside</aside><figure><img><figcaption>A bin</figcaption></figure><div class="share-buttons">Share</div>
<p hidden>Secret</p><p>Leave a Reply</p><p>Name</p></main><footer>Foot</footer></body></html>"""
CONTENT = [
    ("text", 0, f"{PROSE.strip()}\nSee the map."),
    ("heading", 2, "Skips"),
    ("text", 0, "loose text"),
    ("list", 0, "- paper\n- card\n- glass"),
    ("list", 0, "3. c\n4. d"),
    ("table", 0, "Area\tDay am\tDay pm\nNorth\tMon\tTue\nSouth\tWed\t\nSouth\tThu\tFri"),
]


def test_html_with_main() -> None:
    page = TEXT[".html"](HTML)
    assert (page.metadata.title, page.metadata.publisher, page.metadata.published) == (
        "Bin days",
        "Exampleton Council",
        date(2022, 5, 3),
    )
    assert blocks(page) == [("heading", 1, "Bin days"), *CONTENT]
    table = page.blocks[-1].table
    assert table is not None
    assert table.caption == "Days by area"


def test_html_without_main_keeps_content() -> None:
    page = TEXT[".htm"](HTML.replace("<main>", "<div>").replace("</main>", "</div>"))
    assert blocks(page) == CONTENT


MENU = "<div>" + "".join(f'<a href="/{n}">Link number {n}</a> ' for n in range(30)) + "</div>"


def test_html_without_main_leaves_menus_out() -> None:
    page = TEXT[".html"](f"<body><form>{MENU}<div><h1>Bins</h1><p>{PROSE * 9}</p></div></form></body>")
    assert blocks(page) == [("heading", 1, "Bins"), ("text", 0, (PROSE * 9).strip())]


def test_html_page_of_links_keeps_them() -> None:
    page = TEXT[".html"](f"<body><h1>Services</h1>{MENU}<p>Choose one.</p></body>")
    assert "Link number 7" in page.blocks[1].text


def test_html_short_list_page() -> None:
    page = TEXT[".html"]("<title>Tips</title><body><ul><li>Rinse jars</li><li>Fold card</li></ul></body>")
    assert blocks(page) == [("list", 0, "- Rinse jars\n- Fold card")]
    assert page.metadata.title == "Tips"


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2022-05-03"}</script>',
        '<meta name="DCTERMS.issued" content="2022-05-03">',
        '<meta name="dc.date" content="3 May 2022">',
    ],
)
def test_html_dates(head: str) -> None:
    assert TEXT[".html"](f"<html><head>{head}</head><body><p>Bins</p></body>").metadata.published == date(2022, 5, 3)


def html_metadata(head: str, before: str = "") -> Metadata:
    return TEXT[".html"](f"{before}<html><head>{head}</head><body><p>Bins</p></body></html>").metadata


@pytest.mark.parametrize(
    ("head", "before", "address"),
    [
        ('<link rel="canonical" href="https://example.org/bins">', "", "https://example.org/bins"),
        ('<link rel="Canonical" href="/bins"><meta property="og:url" content="http://e.org/b">', "", "http://e.org/b"),
        ('<link rel="canonical" href="javascript:x()">', "", ""),
        ("", "<!-- saved from url=(0023)https://example.org/b -->", "https://example.org/b"),
    ],
)
def test_html_address(head: str, before: str, address: str) -> None:
    assert html_metadata(head, before).address == address


def linked(data: str) -> str:
    return f'<script type="application/ld+json">{data}</script>'


@pytest.mark.parametrize(
    ("head", "author"),
    [
        ('<meta name="Author" content="Jo Doe"><meta name="author" content="Al Roe">', "Jo Doe, Al Roe"),
        ('<meta name="author" content="admin">', ""),
        ('<meta property="article:author" content="https://example.org/jo">', ""),
        (linked('{"@graph": [{"author": [{"name": "Jo Doe"}, {"name": "Al Roe"}]}]}'), "Jo Doe, Al Roe"),
        (linked('{"author": "Jo Doe"') + linked("[" * 100_000) + linked('[{"author": "Al Roe"}, 7]'), "Al Roe"),
    ],
)
def test_html_author(head: str, author: str) -> None:
    assert html_metadata(head).author == author


POST = '<meta property="og:type" content="article"><meta property="article:published_time" content="2022-05-03">'


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (linked('{"@type": "NewsArticle"}'), "news"),
        (linked('{"@type": ["Article", "ReportageNewsArticle"]}'), "news"),
        (POST, "news"),
        ('<meta property="og:type" content="article">', ""),
        (linked('{"@type": "WebPage"}'), ""),
    ],
)
def test_html_kind(head: str, kind: str) -> None:
    assert html_metadata(head).kind == kind


STORY = f"<div><p>{PROSE}</p><p>{PROSE}</p></div>"
TEASERS = "<div><h3>More stories</h3><div>Pond opens</div><div>Bench mended</div></div>"
DAYS = "<table><tr><td>Area</td><td>Day</td></tr><tr><td>North</td><td>Mon</td></tr></table>"


def test_html_without_main_is_its_core() -> None:
    page = TEXT[".html"](f"<body><div>{TEASERS}<div>{STORY}<p>See also: ponds</p></div></div></body>")
    assert [text for _, _, text in blocks(page)] == [PROSE.strip(), PROSE.strip()]


def test_html_core_has_every_table() -> None:
    page = TEXT[".html"](f"<body>{STORY}<div>{DAYS}</div></body>")
    assert [kind for kind, _, _ in blocks(page)] == ["text", "text", "table"]


def test_html_core_has_all_of_prose_that_is_parted() -> None:
    page = TEXT[".html"](f"<body>{STORY}{STORY}{TEASERS}</body>")
    assert "More stories" in [text for _, _, text in blocks(page)]


def test_html_main_stays_whole_but_for_news() -> None:
    main = f"<body><main>{STORY}{TEASERS}</main></body>"
    assert "More stories" in [text for _, _, text in blocks(TEXT[".html"](main))]
    assert "More stories" not in [text for _, _, text in blocks(TEXT[".html"](f"<head>{POST}</head>{main}"))]


def test_html_table_of_links_is_no_menu() -> None:
    rows = "".join(f'<tr><td><a href="#">Form {n}</a></td><td><a href="#">Guide {n}</a></td></tr>' for n in range(5))
    page = TEXT[".html"](f"<body><p>{PROSE * 5}</p><table>{rows}</table></body>")
    assert [kind for kind, _, _ in blocks(page)] == ["text", "table"]


@pytest.mark.parametrize("tag", ["div", "table><tr><td", "b", "article", "ul><li"])
def test_html_nested_deep_is_whole_or_refused(tag: str) -> None:
    start = time.monotonic()
    (block,) = TEXT[".html"](f"<body>{f'<{tag}>' * 600}{PROSE}").blocks
    assert PROSE.strip() in block.text
    with pytest.raises(DocumentError, match=r"a\.html: tags nested too deep"):
        READERS[".html"](f"<body>{f'<{tag}>' * 20_000}{PROSE}".encode(), "a.html")
    assert time.monotonic() - start < 10


def test_html_after_a_long_text_is_read() -> None:
    page = TEXT[".html"](f"<main><p>{'a ' * 6_000_000}</p><p>end</p></main>")
    assert blocks(page)[-1] == ("text", 0, "end")


def test_html_item_that_is_not_closed_has_its_words_once() -> None:
    page = TEXT[".html"]("<main><ul><li><div>paper<li><div>glass</ul></main>")
    assert blocks(page) == [("list", 0, "- paper\n- glass")]


def test_html_header_counts_where_it_is_in_the_content() -> None:
    page = TEXT[".html"]("<body><header>Top</header><article><header>Bins</header><p>Text</p></article></body>")
    assert [text for _, _, text in blocks(page)] == ["Bins", "Text"]


@pytest.mark.parametrize(
    "cell", ["<td colspan=50 rowspan=50></td>", f"<td colspan=50 rowspan=50>{'a' * 90_000}</td>", "<td>a</td>" * 999]
)
def test_html_table_too_large_is_refused(cell: str) -> None:
    with pytest.raises(UnreadableError, match="more than the limit"):
        TEXT[".html"](f"<main><table>{f'<tr>{cell}</tr>' * 1_000}</table></main>")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv(delimiter: str) -> None:
    rows = ["Area,Day,Note", 'North,Mon,"first\nweek"', "South,Tue", ""]
    page = TEXT[".csv"]("\r\n".join(rows).replace(",", delimiter))
    assert blocks(page) == [("table", 0, "Area\tDay\tNote\nNorth\tMon\tfirst week\nSouth\tTue\t–")]


def test_csv_with_commas_in_quotes() -> None:
    (block,) = TEXT[".csv"]('Name;Street\nJo;"1, High St, Town"\nAl;"2, Low St, Town"\n').blocks
    assert block.table is not None
    assert block.table.rows[0] == ("Jo", "1, High St, Town")


def test_csv_long() -> None:
    (block,) = TEXT[".csv"]("id,value\n" + "".join(f"{n},{n * n}\n" for n in range(20_000))).blocks
    assert block.table is not None
    assert len(block.table.rows) == 20_000


def test_csv_with_a_quote_that_is_never_closed_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"a\.csv: the quotation mark .* in line 3 is never closed"):
        READERS[".csv"](b'Area,Day\n"North",Mon\n"South,Tue\nWest,Wed\n', "a.csv")


def test_csv_with_an_open_quote_in_its_last_line_is_whole() -> None:
    page = TEXT[".csv"]('Area,Day\nNorth,Mon\nSouth,"Tue\n\n')
    assert blocks(page) == [("table", 0, "Area\tDay\nNorth\tMon\nSouth\tTue")]
    assert page.warnings == ()


def test_csv_with_rows_between_stray_quotes_warns() -> None:
    page = TEXT[".csv"]('Area,Bins,Day\nNorth,417,"Mon\nSouth,286,Tue\nWest,12,Wed\nEast,9,"\nQuay,8,Fri\n')
    assert page.warnings == ("line 2: a cell holds what seem to be rows; check its quotation marks",)
    assert "Quay\t8\tFri" in page.blocks[0].text


def test_csv_with_an_address_of_several_lines_does_not_warn() -> None:
    page = TEXT[".csv"]('Name,Address,Day\nJo,"Flat 1\n2, High St, Town\nExampleton\nX1",Mon\n')
    assert page.warnings == ()


def table(*rows: list[str]) -> Block:
    block = make_table(rows)
    assert block is not None
    return block


def test_table_has_no_empty_rows_and_columns() -> None:
    assert table([], ["Area", "", "Day", ""], ["", " "], ["North", "", "Mon"]).text == "Area\tDay\nNorth\tMon"
    assert make_table([[""], []]) is None


def test_table_with_as_many_cells_as_it_may_have() -> None:
    wide = [""] * 5_000
    assert len(table(["a", *wide, "b"], *[["c"]] * 1_000).text.split("\n")) == 1_001
    assert len(table(["a"] * 2_000, *[["c"]] * (MAX_CELLS // 2_000 - 1)).text.split("\n")) == MAX_CELLS // 2_000


@pytest.mark.parametrize(("width", "height"), [(2_000, MAX_CELLS // 2_000), (MAX_CELLS, 1)])
def test_table_with_more_cells_is_refused(width: int, height: int) -> None:
    with pytest.raises(UnreadableError, match="more than the limit of 2,000,000; split it"):
        make_table([["a"] * width, *[["c"]] * height])
