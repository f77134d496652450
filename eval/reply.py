"""What the engine replied to an item, as plain data: all that scoring and reporting need to be done again."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ..engine.answer import Answer, Citation, Status
from ..index.passage import Passage
from .dataset import Item


@dataclass(frozen=True)
class Quote:
    """A citation's quote; `verbatim` when the document's stored text at its offsets is exactly that."""

    document: str
    text: str
    verbatim: bool
    start: int = 0
    locator: str = ""


@dataclass(frozen=True)
class Retrieved:
    """A passage, best first in a reply; `start` is its offset in the document's stored text."""

    document: str
    text: str
    start: int = 0
    locator: str = ""


@dataclass(frozen=True)
class Asked:
    """The part of an item that its reply depends on."""

    question: str
    turns: tuple[str, ...] = ()
    filters: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, item: Item) -> "Asked":
        return cls(item.question, item.turns, item.filters)


@dataclass(frozen=True)
class Reply:
    """One reply: `text` is the statements without citation markers, `ms` the whole time taken in milliseconds.

    `error` is the one line of a question that failed; its status is then `blocked`, but it is no refusal.
    """

    item: str
    asked: Asked
    status: Status
    text: str = ""
    quotes: tuple[Quote, ...] = ()
    passages: tuple[Retrieved, ...] = ()
    confidence: float = 0.0
    rewritten: str | None = None
    ms: float = 0.0
    error: str = ""

    @classmethod
    def of(cls, item: Item, answer: Answer, stored_text: Callable[[str], str]) -> "Reply":
        """A reply from an answer; `stored_text` gives a document's stored text by its id."""
        return cls(
            item=item.id,
            asked=Asked.of(item),
            status=answer.status,
            text="\n".join(statement.text for statement in answer.statements),
            quotes=tuple(_quote(citation, stored_text(citation.document_id)) for citation in answer.citations),
            passages=tuple(map(_retrieved, answer.passages)),
            confidence=answer.confidence,
            rewritten=answer.rewritten,
            ms=round(answer.ms.get("total", 0.0), 1),
        )

    @classmethod
    def failed(cls, item: Item, error: str) -> "Reply":
        return cls(item.id, Asked.of(item), "blocked", error=error)


def _quote(citation: Citation, stored: str) -> Quote:
    verbatim = stored[citation.start : citation.end] == citation.quote
    return Quote(citation.document, citation.quote, verbatim, citation.start, citation.locator)


def _retrieved(passage: Passage) -> Retrieved:
    chunk = passage.chunk
    return Retrieved(chunk.document, chunk.text, chunk.start, chunk.locator)
