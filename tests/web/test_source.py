"""The source view: the whole text, in its structure, with exactly the quoted characters marked."""

import re
from html import unescape

import pytest

from citewell.ingest.chunk import chunk_document
from citewell.ingest.document import Document
from citewell.tests.web.fake_engine import BRIEFING, HOSTILE, INJECTION, FakeStore
from citewell.web.source import paragraphs, source_page


def page(document: Document, quote: str) -> str:
    store = FakeStore()
    record = next(record for record in store.documents() if record.document == document.name)
    start = document.text.index(quote)
    return source_page(record, store.chunks_of(record.id), (start, start + len(quote)))


def marked(html: str) -> list[str]:
    return [unescape(text) for text in re.findall(r"<mark[^>]*>(.*?)</mark>", html, re.DOTALL)]


@pytest.mark.parametrize("quote", ["one family met 17 social workers.", "Every post", "👩‍💼", "Paragraph 7"])
def test_the_quote_and_nothing_else_is_marked(quote: str) -> None:
    html = page(BRIEFING, quote)
    assert marked(html) == [quote]
    assert html.count('id="quote"') == 1


def test_a_table_row_is_marked_cell_by_cell_in_a_table_with_header_and_caption() -> None:
    html = page(BRIEFING, "Social Worker\t93\t37.7%")
    assert marked(html) == ["Social Worker", "93", "37.7%"]
    assert html.count('id="quote"') == 1
    assert "<caption>Agency staff by job role</caption>" in html
    assert "<th>Job role</th>" in html


def test_headings_stand_above_their_sections_and_the_quote_s_own_in_the_header() -> None:
    html = page(BRIEFING, "The panel was told.")
    assert "<h2>Turnover</h2><h3>One family</h3>" in html
    assert "7 October 2024 · workforce-briefing.md · Turnover › One family" in html


def test_every_piece_of_the_document_is_escaped() -> None:
    html = page(HOSTILE, INJECTION)
    assert "<script" not in html
    assert "<img" not in html
    assert marked(html) == [INJECTION]


def test_a_span_outside_the_text_marks_nothing() -> None:
    store = FakeStore()
    record = store.documents()[0]
    assert "<mark" not in source_page(record, store.chunks_of(record.id), (10**6, 10**6 + 5))


def test_paragraphs_cover_the_text_in_order_across_chunks() -> None:
    pieces = list(paragraphs(chunk_document(BRIEFING)))
    assert [text for text, _, _ in pieces] == [block.text for block in BRIEFING.blocks]
    assert all(BRIEFING.text[start : start + len(text)] == text for text, start, _ in pieces)
