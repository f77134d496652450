"""A document as its stored text is shown: sections for the API, and a page with the quoted words marked."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from html import escape
from itertools import groupby
from typing import Any

from ..engine.dates import long_date
from ..index.records import DocumentRecord
from ..ingest.chunk import Chunk
from ..ingest.document import BLOCK_SEPARATOR, CELL_SEPARATOR

Span = tuple[int, int]

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – Citewell</title>
<link rel="icon" href="../web/favicon.png">
<link rel="stylesheet" href="../web/source.css">
</head>
<body class="source-page"><main>{article}</main></body>
</html>
"""


def document_json(record: DocumentRecord, chunks: Sequence[Chunk]) -> dict[str, Any]:
    """A document with its text and its sections: spans (characters) of the text that stand under the same headings."""
    sections = []
    for headings, group in groupby(chunks, key=lambda chunk: chunk.headings):
        run = list(group)
        sections.append({"headings": headings, "page": run[0].page, "start": run[0].start, "end": run[-1].end})
    return record_json(record) | {"text": "".join(chunk.text for chunk in chunks), "sections": sections}


def record_json(record: DocumentRecord) -> dict[str, Any]:
    """A document's record without its places on this machine's disk: of copies the names."""
    fields = asdict(record) | {"copies": record.names[1:]}
    return {name: value for name, value in fields.items() if name != "source"}


def source_page(record: DocumentRecord, chunks: Sequence[Chunk], quote: Span) -> str:
    """A whole HTML page with the document's text; `quote` (characters, end excluded) is marked as `#quote`."""
    facts = (*_facts(record), _headings(chunks, quote[0]))
    lead = f'<h1>{escape(record.title)}</h1><p class="facts">{escape(" · ".join(filter(None, facts)))}</p>'
    if record.address:
        lead += f'<p class="facts"><a href="{escape(record.address)}" rel="noreferrer">{escape(record.address)}</a></p>'
    body = "".join(_piece(text, start, chunk, quote) for text, start, chunk in paragraphs(chunks))
    body = body.replace("<mark>", '<mark id="quote" tabindex="-1">', 1)
    article = f'<article class="source-text"><header>{lead}</header>{body}</article>'
    return PAGE.format(title=escape(record.title), article=article)


def _facts(record: DocumentRecord) -> Iterator[str]:
    """Who says it, since when and until when it holds, and in which files."""
    yield from dict.fromkeys((record.publisher, record.author))
    yield long_date(record.published)
    for name, day in (("in force from", record.effective), ("to be reviewed by", record.review_by)):
        if day:
            yield f"{name} {long_date(day)}"
    yield ", ".join(record.names)


def paragraphs(chunks: Sequence[Chunk]) -> Iterator[tuple[str, int, Chunk]]:
    """The paragraphs, headings and tables of a document: text, start (characters), and the chunk it starts in."""
    starts, offset = [chunk.start for chunk in chunks], 0
    for text in "".join(chunk.text for chunk in chunks).split(BLOCK_SEPARATOR):
        if text.strip():
            yield text, offset, chunks[bisect_right(starts, offset) - 1]
        offset += len(text) + len(BLOCK_SEPARATOR)


def _headings(chunks: Sequence[Chunk], place: int) -> str:
    """The headings above a place in the text."""
    return next((" › ".join(chunk.headings) for chunk in chunks if chunk.start <= place < chunk.end), "")


def _piece(text: str, start: int, chunk: Chunk, quote: Span) -> str:
    if text in chunk.headings:
        level = min(2 + chunk.headings.index(text), 6)
        return f"<h{level}>{_marked(text, start, quote)}</h{level}>"
    if chunk.kind == "table":
        return _table(text, start, chunk, quote)
    return f"<p>{_marked(text.strip(), start + len(text) - len(text.lstrip()), quote)}</p>"


def _table(text: str, start: int, chunk: Chunk, quote: Span) -> str:
    rows: list[str] = []
    for line in text.split("\n"):
        cells, tag = [], "td" if rows else "th"
        for cell in line.split(CELL_SEPARATOR):
            cells.append(f"<{tag}>{_marked(cell, start, quote)}</{tag}>")
            start += len(cell) + 1
        rows.append(f"<tr>{''.join(cells)}</tr>")
    caption = f"<caption>{escape(chunk.caption)}</caption>" if chunk.caption else ""
    return f'<div class="table" tabindex="0"><table>{caption}{"".join(rows)}</table></div>'


def _marked(text: str, start: int, quote: Span) -> str:
    """Text that stands at `start`, escaped, the part of it that is in `quote` marked."""
    first, last = (min(max(bound - start, 0), len(text)) for bound in quote)
    if first >= last:
        return escape(text)
    return f"{escape(text[:first])}<mark>{escape(text[first:last])}</mark>{escape(text[last:])}"
