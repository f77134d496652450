"""What the engine replied to an item, as plain data: all that scoring and reporting need to be done again."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..engine.answer import Answer, Citation, Dropped, Status
from ..engine.dates import long_date
from ..index.passage import Passage
from .dataset import Item

_PAGE = re.compile(r"^p\. \d+(?: \(scanned\))?(?: · )?")  # of a locator: its figure is none of the document's


@dataclass(frozen=True)
class Quote:
    """A citation's quote; `verbatim` when the document's stored text at its offsets is exactly that."""

    document: str
    text: str
    verbatim: bool
    start: int = 0
    locator: str = ""
    over: str = ""  # what stands over it: the document's title and date, headings, a table's caption and column heads


@dataclass(frozen=True)
class Retrieved:
    """A passage, best first in a reply; `start` is its offset in the document's stored text."""

    document: str
    text: str
    start: int = 0
    locator: str = ""


@dataclass(frozen=True)
class Said:
    """A statement of a reply; whether a model worded it (`supported`); which quotes it cites, by place from 0."""

    text: str
    verified: Literal["quote", "supported"] = "quote"
    quotes: tuple[int, ...] = ()


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

    `error` is the one line of a question that failed; its status is then `blocked`, but it is no refusal. Where a
    language model was asked, `in_quotes` is the reply to the same item without it, `dropped` are its sentences that are
    not shown, and `first_ms` is the time until its first one that is.
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
    answers: Literal["quotes", "llm"] = "quotes"
    statements: tuple[Said, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    first_ms: float | None = None
    note: str = ""
    in_quotes: "Reply | None" = None

    @property
    def composed(self) -> tuple[Said, ...]:
        """The sentences in a model's words."""
        return tuple(said for said in self.statements if said.verified == "supported")

    @classmethod
    def of(cls, item: Item, answer: Answer, stored_text: Callable[[str], str]) -> "Reply":
        """A reply from an answer; `stored_text` gives a document's stored text by its id."""
        place = {citation.n: position for position, citation in enumerate(answer.citations)}
        first = answer.ms.get("first")
        return cls(
            item=item.id,
            asked=Asked.of(item),
            status=answer.status,
            text="\n".join(statement.text for statement in answer.statements),
            quotes=tuple(
                _quote(citation, stored_text(citation.document_id), answer.passages) for citation in answer.citations
            ),
            passages=tuple(map(_retrieved, answer.passages)),
            confidence=answer.confidence,
            rewritten=answer.rewritten,
            ms=round(answer.ms.get("total", 0.0), 1),
            answers=answer.answers,
            statements=tuple(
                Said(said.text, said.verified, tuple(place[n] for n in said.citations if n in place))
                for said in answer.statements
            ),
            dropped=answer.dropped,
            first_ms=None if first is None else round(first, 1),
            note=answer.note,
        )

    @classmethod
    def failed(cls, item: Item, error: str) -> "Reply":
        return cls(item.id, Asked.of(item), "blocked", error=error)


def _quote(citation: Citation, stored: str, passages: Sequence[Passage]) -> Quote:
    verbatim = stored[citation.start : citation.end] == citation.quote
    return Quote(
        citation.document, citation.quote, verbatim, citation.start, citation.locator, _over(citation, passages)
    )


def _over(citation: Citation, passages: Sequence[Passage]) -> str:
    """What stands over a quote, as far as it is known from its locator and the passage that it stands in, and the date
    of its document, which is told with it where dates matter."""
    own = [p.chunk for p in passages if p.chunk.document_id == citation.document_id]
    contexts = [chunk.context for chunk in own if chunk.start <= citation.start < chunk.end]
    dates = [long_date(citation.published)] if citation.published else []
    return "\n".join((citation.title, *dates, _PAGE.sub("", citation.locator), *contexts))


def _retrieved(passage: Passage) -> Retrieved:
    chunk = passage.chunk
    return Retrieved(chunk.document, chunk.text, chunk.start, chunk.locator)
