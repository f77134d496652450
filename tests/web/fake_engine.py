"""A small deterministic engine over two documents: what the web is tested against."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import date
from queue import SimpleQueue
from uuid import uuid4

from citewell.engine.answer import Answer, Citation, Question, Statement, Wording
from citewell.engine.engine import Event
from citewell.engine.guards import blocked
from citewell.engine.history import History
from citewell.errors import InputError, StoreError
from citewell.index.passage import Passage
from citewell.index.records import DocumentRecord
from citewell.ingest.chunk import Chunk, chunk_document, document_id
from citewell.ingest.document import Block, Document, Metadata, Table, table_block

ROLES = Table(
    ("Job role", "Permanent", "Agency share"),
    (("Team Manager", "36", "29.4%"), ("Senior Practitioner", "19", "67.2%"), ("Social Worker", "93", "37.7%")),
    "Agency staff by job role",
)
CONTACTS = "In danger: call 999.\nDuty <social> worker: 0161 496 0000"
FAMILY = ("Turnover", "One family")
BRIEFING = Document(
    source="/srv/papers/workforce-briefing.md",
    name="workforce-briefing.md",
    metadata=Metadata(
        title="Workforce briefing: agency staff & turnover",
        publisher="Citewell sample papers",
        published=date(2024, 10, 7),
    ),
    content_hash="0" * 64,
    blocks=(
        Block("heading", "Agency cover", level=1),
        Block("text", "The share is counted by job role. 👩‍💼 Every post is in the table below.", ("Agency cover",)),
        table_block(ROLES, ("Agency cover",)),
        Block("heading", "Turnover", level=1),
        Block("heading", "One family", ("Turnover",), level=2),
        *(Block("text", f"Paragraph {n}: visits were planned, held and written up.", FAMILY) for n in range(1, 41)),
        Block("text", "Over 18 months, one family met 17 social workers. The panel was told.", FAMILY),
    ),
)
INJECTION = 'Plain words, <script>alert(1)</script> **bold** ![pixel](http://beacon.invalid/p.png) and "quotes".'
HOSTILE = Document(
    source="/srv/papers/hostile.html",
    name="hostile.html",
    metadata=Metadata(title="<img src=http://beacon.invalid/t.png onerror=alert(1)>"),
    content_hash="1" * 64,
    blocks=(Block("text", INJECTION),),
)
FIGURE = "37.7%"  # what is asked for wherever it is said
SAYS = {  # a word of the question → document, quoted text, statement (the quote itself where None)
    "agency": (BRIEFING, "Social Worker\t93\t37.7%", "Social Worker: Agency share 37.7%"),
    "family": (BRIEFING, "Over 18 months, one family met 17 social workers.", None),
    "hostile": (HOSTILE, INJECTION, None),
}
SENTENCE = "Agency staff hold 37.7% of the social worker posts."  # a language model's
WITHHELD = "One sentence could not be confirmed in the documents, so it is not shown."


class FakeStore:
    """Two documents. `broken` makes every call fail as a store that cannot be read does."""

    def __init__(self) -> None:
        self.broken = False
        self._all = {document_id(document.source): document for document in (BRIEFING, HOSTILE)}

    @property
    def fingerprint(self) -> str:
        return "fake-1"

    def documents(self) -> list[DocumentRecord]:
        return [self.document(key) for key in self._all]

    def document(self, key: str) -> DocumentRecord:
        if self.broken:
            raise StoreError("index: cannot be read; run citewell doctor")
        if key not in self._all:
            raise InputError(f"document {key}: not in the index; citewell documents list shows those that are")
        return DocumentRecord.of(self._all[key], self.chunks_of(key))

    def chunks_of(self, key: str) -> list[Chunk]:
        return chunk_document(self._all[key])


class FakeEngine:
    """Answers by a word of the question; anything else is not in the documents. Remembers what it was asked.

    A question with the word “composed” gets, after its quotes, a language model's sentence in place of the first one.
    One with the word “slowly” is answered up to its `done` event, or to the first `answer` event where a model
    composes, and then waits for `release`. `left` has the questions whose stream was closed before its end.
    """

    composes = True

    def __init__(self, history: History | None = None) -> None:
        self._kept = history
        self.reset()

    def reset(self) -> None:
        self.store = FakeStore()
        self.history = self._kept
        self.asked: list[Question] = []
        self.left: SimpleQueue[Question] = SimpleQueue()
        self.release = threading.Event()

    def ask(self, question: Question, wording: Wording = "auto") -> Answer:
        answer = self._quotes(question)
        return self._kept_of(composed(answer) if _is_composed(question, wording) else answer)

    async def stream(self, question: Question, wording: Wording = "auto") -> AsyncGenerator[Event, None]:
        try:
            answer = self._quotes(question)
            yield Event("sources", passages=answer.passages)
            for statement in answer.statements:
                cited = tuple(citation for citation in answer.citations if citation.n in statement.citations)
                yield Event("statement", statement=statement, citations=cited)
            if _is_composed(question, wording):
                yield Event("answer", answer=answer)
            if "slowly" in question.text:
                await asyncio.to_thread(self.release.wait, 30)
            if _is_composed(question, wording):
                answer = composed(answer)
                yield Event("answer", answer=replace(answer, note=""))
            answer = self._kept_of(answer)
        except (GeneratorExit, asyncio.CancelledError):
            self.left.put(question)
            raise
        yield Event("done", answer=answer)

    def _quotes(self, question: Question) -> Answer:
        self.asked.append(question)
        if guard := blocked(question.text, question.turns, CONTACTS):
            return Answer.blocked(question.id or uuid4().hex, guard.message)
        said = self._says(question)
        passages, ms = self.search(question)
        found = bool(said)
        return Answer(
            id=question.id or uuid4().hex,
            question=question.text,
            status="answered" if found else "not_found",
            statements=tuple(statement for statement, _ in said),
            citations=tuple(citation for _, citation in said),
            passages=passages,
            confidence=0.9 if found else 0.1,
            index=self.store.fingerprint,
            ms=ms,
            message="" if found else "The documents do not say.",
        )

    def _kept_of(self, answer: Answer) -> Answer:
        if self.history and answer.status != "blocked":
            self.history.record(answer)
        return answer

    def search(self, question: Question, top: int = 10) -> tuple[tuple[Passage, ...], dict[str, float]]:
        if self.store.broken or "broken" in question.text:
            raise StoreError("index: cannot be read; run citewell doctor")
        chunks = [chunk for record in self.store.documents() for chunk in self.store.chunks_of(record.id)]
        passages = [Passage(chunk, 0.5, 1.0, (), 1 / rank, rank) for rank, chunk in enumerate(chunks, 1)]
        return tuple(passages[:top]), {"retrieve": 1.0, "total": 2.0}

    def _says(self, question: Question) -> list[tuple[Statement, Citation]]:
        found = [says for word, says in SAYS.items() if word in question.text.lower()]
        return [
            (Statement(said := text or quote, (n,), asked=asked_of(said)), self._cite(n, document, quote))
            for n, (document, quote, text) in enumerate(found, 1)
        ]

    def _cite(self, n: int, document: Document, quote: str) -> Citation:
        start, key = document.text.index(quote), document_id(document.source)
        chunk = next(chunk for chunk in self.store.chunks_of(key) if chunk.start <= start < chunk.end)
        facts = (chunk.document, chunk.title, chunk.published, chunk.locator)
        return Citation(n, key, *facts, quote, start, start + len(quote))


def composed(quotes: Answer) -> Answer:
    """The answer when a language model's sentence has taken the place of the first quote."""
    sentence = Statement(SENTENCE, (1,), "supported", asked_of(SENTENCE))
    statements = (sentence, *quotes.statements[1:])
    return replace(quotes, statements=statements, answers="llm", note=WITHHELD)


def asked_of(text: str) -> tuple[tuple[int, int], ...]:
    """Where the figure stands that is asked for."""
    at = text.find(FIGURE)
    return ((at, at + len(FIGURE)),) if at >= 0 else ()


def _is_composed(question: Question, wording: Wording) -> bool:
    return "composed" in question.text.lower() and wording != "quotes"
