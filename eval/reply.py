"""What the engine replied to an item, as plain data: all that scoring needs, so that it can be done again later."""

from collections.abc import Callable
from dataclasses import dataclass

from ..engine.answer import Answer, Citation, Status


@dataclass(frozen=True)
class Quote:
    """A citation's quote; `verbatim` when the document's stored text at the citation's offsets is exactly that."""

    document: str
    text: str
    verbatim: bool


@dataclass(frozen=True)
class Retrieved:
    """A passage, best first in a reply."""

    document: str
    text: str


@dataclass(frozen=True)
class Reply:
    """One reply: `text` is the statements without citation markers, `ms` the whole time taken in milliseconds.

    `error` is the one line of a question that failed; its status is then `blocked`, but it is no refusal.
    """

    item: str
    status: Status
    text: str
    quotes: tuple[Quote, ...]
    passages: tuple[Retrieved, ...]
    confidence: float
    ms: float
    error: str = ""

    @classmethod
    def of(cls, item: str, answer: Answer, stored_text: Callable[[str], str]) -> "Reply":
        """A reply from an answer; `stored_text` gives a document's stored text by its id."""

        def quote(citation: Citation) -> Quote:
            stored = stored_text(citation.document_id)[citation.start : citation.end]
            return Quote(citation.document, citation.quote, stored == citation.quote)

        return cls(
            item=item,
            status=answer.status,
            text="\n".join(statement.text for statement in answer.statements),
            quotes=tuple(quote(citation) for citation in answer.citations),
            passages=tuple(Retrieved(p.chunk.document, p.chunk.text) for p in answer.passages),
            confidence=answer.confidence,
            ms=answer.ms.get("total", 0.0),
        )

    @classmethod
    def failed(cls, item: str, error: str) -> "Reply":
        return cls(item, "blocked", "", (), (), 0.0, 0.0, error)
