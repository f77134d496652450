"""A quotes answer and the verified sentences of a language model → one answer."""

from collections.abc import Sequence
from dataclasses import replace

from ...ingest.document import CELL_SEPARATOR
from ..answer import Answer, Citation, Dropped, Statement
from ..dates import asks_now, long_date
from ..draft import Draft, citation_of
from ..intent import Intent
from ..verify import unsupported
from .judge import Written
from .support import Run

WIDER = 300  # characters by which a quote that is there already may be longer than what a sentence rests on

LEFT_OUT = "Part of what a language model wrote could not be confirmed in the documents and is not shown."
NOTHING_HELD = (
    "These are the documents’ own words: what a language model wrote could not be confirmed in them and is not shown."
)
NOTHING = "These are the documents’ own words: the language model had nothing to add."
FAILED = "These are the documents’ own words: the language model did not answer."
BROKEN = "The language model did not finish."


def merged(
    quotes: Answer, written: Sequence[Written], dropped: Sequence[Dropped], intent: Intent, looked_for: str
) -> Answer:
    """The answer in which verified sentences lead, and the quotes follow that they do not say.

    Citations are numbered anew, in the order in which they are first used. Where sources of different dates are cited,
    each sentence is told with its date; a question about now has the newest first.

    Args:
        intent: of the question, and `looked_for` its text: what was asked for is marked.
    """
    if not written:
        return replace(quotes, dropped=tuple(dropped))
    if asks_now(looked_for):
        written = sorted(written, key=lambda sentence: sentence.runs[0].pieces[0].chunk.published or "", reverse=True)
    kept = [statement for statement in quotes.statements if not _is_said(statement, quotes, written)]
    by_number = {citation.n: citation for citation in quotes.citations}
    cited = [[_citation(run, quotes) for run in sentence.runs] for sentence in written]
    dated = len({c.published for own in cited for c in own} | {c.published for c in quotes.citations}) > 1
    leading = [
        Statement(_dated(sentence.text, own, dated), (), "supported", tuple(intent.spans(sentence.text, looked_for)))
        for sentence, own in zip(written, cited, strict=True)
    ]
    pairs = [
        *zip(leading, cited, strict=True),
        *((statement, [by_number[n] for n in statement.citations]) for statement in kept),
    ]
    statements, citations = _numbered(pairs)
    return replace(
        quotes, statements=statements, citations=citations, answers="llm", dropped=tuple(dropped), note=_note(dropped)
    )


def note_of(written: Sequence[Written], dropped: Sequence[Dropped], failed: bool) -> str:
    """What is told of a model's part in an answer that is done; nothing when all is well."""
    if not written:
        return NOTHING_HELD if dropped else FAILED if failed else NOTHING
    return " ".join(filter(None, (BROKEN if failed else "", _note(dropped))))


def _note(dropped: Sequence[Dropped]) -> str:
    return LEFT_OUT if dropped else ""


def _is_said(statement: Statement, quotes: Answer, written: Sequence[Written]) -> bool:
    """Whether the sentences say what a quote says: they rest on the whole of it, and no figure, name or duty of it is
    missing in them."""
    by_number = {citation.n: citation for citation in quotes.citations}
    rests = [_span(run) for sentence in written for run in sentence.runs]
    if not all(any(_lies_in(by_number[n], span) for span in rests) for n in statement.citations):
        return False
    return not unsupported(statement.text, [sentence.text for sentence in written])


def _citation(run: Run, quotes: Answer) -> Citation:
    """What a sentence rests on, as a citation: one of the quotes where that is hardly longer."""
    document, start, end = _span(run)
    for citation in quotes.citations:
        same = citation.document_id == document and citation.start <= start and end <= citation.end
        if same and len(citation.quote) <= end - start + WIDER:
            return citation
    chunk = run.pieces[0].chunk
    also = next((p.also_in for p in quotes.passages if p.place == (document, chunk.ordinal)), ())
    row = run.pieces[0].text.split(CELL_SEPARATOR, 1)[0] if run.pieces[0].unit.kind == "row" else ""
    return citation_of(Draft("", chunk, _text(run), start, row), 0, also)


def _span(run: Run) -> tuple[str, int, int]:
    first, last = run.pieces[0], run.pieces[-1]
    return first.chunk.document_id, first.start, last.start + len(last.text)


def _text(run: Run) -> str:
    """The stored text from the first piece to the last; they stand in chunks that follow each other."""
    _, start, end = _span(run)
    chunks = list(dict.fromkeys(piece.chunk for piece in run.pieces))
    return "".join(chunk.text for chunk in chunks)[start - chunks[0].start : end - chunks[0].start]


def _lies_in(citation: Citation, span: tuple[str, int, int]) -> bool:
    document, start, end = span
    return citation.document_id == document and start <= citation.start and citation.end <= end


def _dated(text: str, cited: Sequence[Citation], dated: bool) -> str:
    return f"{text} ({long_date(cited[0].published)})" if dated and cited[0].published else text


def _numbered(
    pairs: Sequence[tuple[Statement, Sequence[Citation]]],
) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    """Statements and their citations, numbered from 1 in the order of first use."""
    numbers: dict[tuple[str, int, int], Citation] = {}
    statements = []
    for statement, cited in pairs:
        own: dict[int, None] = {}
        for citation in cited:
            key = citation.document_id, citation.start, citation.end
            numbers.setdefault(key, replace(citation, n=len(numbers) + 1))
            own[numbers[key].n] = None
        statements.append(replace(statement, citations=tuple(own)))
    return tuple(statements), tuple(numbers.values())
