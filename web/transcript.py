"""Answers as the HTML that the chat shows. Every piece of a document or a question is escaped."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from urllib.parse import quote, urlencode

from ..engine.answer import Answer, Citation, Statement
from ..engine.dates import long_date
from ..index.passage import Passage
from ..ingest.chunk import Chunk
from ..ingest.document import BLOCK_SEPARATOR, CELL_SEPARATOR

BLOCKED = "blocked"
UNFINISHED = "unfinished"
OWN_WORDS = '<p class="label">In the documents’ own words</p>'
COMPOSING = '<p class="composing">A language model is putting this into words…</p>'
COMPOSED = "Worded by a language model; each sentence is checked against its sources."
NO_BREAK = "\u00a0"
NEAREST = 2  # passages offered with “not found”
MOST_NAMED = 3  # other documents with the same passage
EXCERPT = 280  # characters of such a passage
EXCERPT_ROWS = 4  # of such a table, the header counted
ROW = 140  # characters of such a row


def literal(text: str) -> str:
    """Text that the chat's Markdown shows as it is: all ASCII punctuation as character references."""
    return "".join(f"&#{ord(c)};" if c.isascii() and not c.isalnum() and c != " " else c for c in text)


def answer_html(answer: Answer, votes: bool = False, composing: bool = False) -> str:
    """An answer: statements with their `[1]`, then the sources; or why there is none, and what came nearest. What is
    said where a question was not looked up stands out, alone. With `votes`, the buttons that ask what the reader thinks
    of it; `composing` says that a language model is still at work on it."""
    if answer.status == "blocked":
        return f'<div class="answer {BLOCKED}" role="alert">{_lines(answer.message)}</div>'
    parts = [_note(f"Understood as: {answer.rewritten}")] if answer.rewritten else []
    if answer.statements:
        parts.append(statements_html(answer.statements, answer.citations))
    if answer.message:
        parts.append(f'<p class="verdict">{_line(answer.message)}</p>')
    if answer.status == "not_found":
        parts.append(_nearest(answer.passages[:NEAREST]))
    if answer.answers == "llm" or answer.note:
        parts.append(_note(f"{COMPOSED if answer.answers == 'llm' else ''} {answer.note}"))
    if composing:
        return _div(f"answer {UNFINISHED}", "".join([*parts, COMPOSING]))
    if votes:
        parts.append(_votes(answer.id))
    return _div("answer", "".join(parts))


def progress_html(passages: Sequence[Passage], statements: Sequence[Statement], citations: Sequence[Citation]) -> str:
    """An answer on its way."""
    shown = statements_html(statements, citations)
    count = f"{len(passages)} passages found. " if passages else ""
    return _div(f"answer {UNFINISHED}", shown or _note(f"{count}Reading…"))


def without_composing(html: str) -> str:
    """An answer's HTML when no language model is at work on it any more."""
    return html.replace(COMPOSING, "")


def statements_html(statements: Sequence[Statement], citations: Sequence[Citation]) -> str:
    """Statements, a paragraph each, those in a language model's words first and apart; then the list of sources."""
    by_number = {citation.n: citation for citation in citations}
    composed = [_paragraph(statement, by_number) for statement in statements if statement.verified == "supported"]
    quotes = [_paragraph(statement, by_number) for statement in statements if statement.verified == "quote"]
    paragraphs = [*composed, *([OWN_WORDS] if composed and quotes else []), *quotes]
    documents = groupby(citations, key=lambda citation: citation.document_id)
    sources = "".join(_source(list(group)) for _, group in documents)
    return "".join(paragraphs) + (f'<ul class="sources">{sources}</ul>' if sources else "")


def has_statements(html: str) -> bool:
    """Whether an answer's HTML holds a statement: no text of a document or a question can look like one."""
    return '<p class="statement">' in html


def is_blocked(html: str) -> bool:
    """Whether an answer's HTML says that the question was not looked up: nothing else can look like it."""
    return html.startswith(f'<div class="answer {BLOCKED}"')


def message_html(text: str) -> str:
    """A line of Citewell's own, such as an error's, as a sentence."""
    return _div("answer", f'<p class="verdict">{_sentence(text)}</p>')


def hint_html(text: str, kept: bool) -> str:
    """Why a question was not asked; unless the question was `kept` in the box, shown only while the box is empty."""
    return f'<p role="alert" class="{"kept" if kept else "blank"}">{_sentence(text)}</p>'


def source_url(document_id: str, start: int, end: int) -> str:
    """Where a passage is shown, relative to the chat page, so that it works below any path."""
    return f"source/{quote(document_id)}?{urlencode({'start': start, 'end': end})}#quote"


def _paragraph(statement: Statement, by_number: Mapping[int, Citation]) -> str:
    marks = "".join(_mark(by_number[n]) for n in statement.citations)
    return f'<p class="statement">{_statement(statement)} {marks}</p>'


def _statement(statement: Statement) -> str:
    """The text, with what was asked for in bold."""
    parts, done = [], 0
    for start, end in statement.asked:
        parts += [_piece(statement.text[done:start]), f"<strong>{_piece(statement.text[start:end])}</strong>"]
        done = end
    return "".join(parts) + _piece(statement.text[done:])


def _mark(citation: Citation) -> str:
    """The `[1]` of a statement. Its name for screen readers says what it opens."""
    name = f'<span class="spoken"> source: {_line(citation.title)}</span>'
    return f'<a class="cite" href="{_href(citation)}">[{citation.n}]{name}</a>'


def _source(citations: Sequence[Citation]) -> str:
    """A document, and the places in it that consecutive citations are of."""
    first = citations[0]
    link = f'<a class="cite" href="{_href(first)}">{_line(first.title)}</a>'
    places = "".join(_place(list(group)) for _, group in groupby(citations, key=lambda citation: citation.locator))
    also = dict.fromkeys(name for citation in citations for name in citation.also_in)
    facts = " · ".join(filter(None, (long_date(first.published), also_in(list(also)))))
    return f'<li>{link} <span class="facts">{_line(facts)}</span>{places}</li>'


def also_in(names: Sequence[str]) -> str:
    """In which other documents a passage stands."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"also in {', '.join(names[:MOST_NAMED])}{more}" if names else ""


def _place(citations: Sequence[Citation]) -> str:
    locator = _line(citations[0].locator)
    spoken = f'<span class="spoken"> {locator}</span>'
    links = " ".join(f'<a class="cite" href="{_href(c)}">[{c.n}]{spoken}</a>' for c in citations)
    return f'<span class="place">{links} <span aria-hidden="true">{locator}</span></span>'


def _nearest(passages: Sequence[Passage]) -> str:
    if not passages:
        return ""
    items = "".join(map(_passage, passages))
    return f'<p class="nearest">Nearest passages (not an answer)</p><ul class="passages">{items}</ul>'


def _passage(passage: Passage) -> str:
    chunk = passage.chunk
    href = escape(source_url(chunk.document_id, chunk.start, chunk.start + len(chunk.text.rstrip())))
    facts = " · ".join(filter(None, (long_date(chunk.published), chunk.locator, also_in(passage.also_in))))
    link = f'<a class="cite" href="{href}">{_line(chunk.title)}</a>'
    shown = f'<span class="facts">{_line(facts)}</span><span class="excerpt">{_excerpt(chunk)}</span>'
    return f"<li>{link} {shown}</li>"


def _excerpt(chunk: Chunk) -> str:
    """The beginning of a chunk, escaped, without its headings, which the locator shows; of a table its first rows."""
    parts = [part for part in chunk.text.split(BLOCK_SEPARATOR) if part not in chunk.headings]
    if chunk.kind != "table":
        return _line(_cut(" ".join(parts), EXCERPT))
    rows = [row for part in parts for row in part.split("\n") if row.strip()]
    header = CELL_SEPARATOR.join(chunk.header)
    if header and header not in rows:
        rows.insert(0, header)
    shown = [_line(_cut(row.replace(CELL_SEPARATOR, " | "), ROW)) for row in rows[:EXCERPT_ROWS]]
    return "<br>".join(shown + ["…"] * (len(rows) > EXCERPT_ROWS))


def _votes(answer_id: str) -> str:
    """Buttons that page.js sends votes for, and the line in which it says what came of one. Gradio's sanitiser takes
    away `aria-` and `data-` attributes, hence a legend for the name, and name and value for what is sent."""
    name = escape(answer_id)
    labels = (("up", "Helpful"), ("down", "Not helpful"))
    buttons = "".join(f'<button type="button" name="{name}" value="{vote}">{label}</button>' for vote, label in labels)
    legend = '<legend class="spoken">Was this answer helpful?</legend>'
    return f'<fieldset class="votes">{legend}{buttons}<span role="status"></span></fieldset>'


def _cut(text: str, length: int) -> str:
    """Text of at most so many characters, cut at a word."""
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"


def _sentence(text: str) -> str:
    return _line(f"{text[:1].upper()}{text[1:]}.")


def _href(citation: Citation) -> str:
    return escape(source_url(citation.document_id, citation.start, citation.end))


def _piece(text: str) -> str:
    """Escaped text of a line, without line breaks."""
    return escape(re.sub(r"\s+", " ", text))


def _line(text: str) -> str:
    """Escaped text on one line: a blank line would end the HTML block and let Markdown in."""
    return escape(" ".join(text.split()))


def _lines(text: str) -> str:
    """Escaped text, a paragraph a line; a telephone number stays on one line."""
    lines = re.sub(r"(?<=\d) (?=\d)", NO_BREAK, text).splitlines()
    return "".join(f"<p>{escape(line)}</p>" for line in lines if line.strip())


def _note(text: str) -> str:
    return f'<p class="note">{_line(text)}</p>'


def _div(name: str, content: str) -> str:
    return f'<div class="{name}">{content}</div>'
