"""The engine: question → passages → quotes → verified answer."""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ..errors import StoreError
from ..index.passage import Passage
from ..index.reranker import Reranker
from ..index.retriever import HybridRetriever
from ..index.store import Store
from ..index.terms import terms
from ..ingest.chunk import Chunk
from ..settings import Settings
from .answer import Answer, Citation, Question, Statement
from .candidates import find_candidates
from .compose import Draft, compose
from .confidence import Features, confidence, features
from .guards import blocked
from .history import History
from .intent import read_intent
from .qualifiers import qualifiers, speaking_of
from .rewrite import Query, rewrite
from .verify import is_verbatim, unsupported_figures

NOT_FOUND = "The documents do not say."
LOGGER = logging.getLogger(__name__)
CONSIDERED = 10  # candidates among which a figure of the year or place asked about must be
EMPTY_INDEX = "There are no documents to answer from yet. Add some with: citewell ingest FOLDER"


@dataclass(frozen=True)
class Event:
    """One step of an answer as it is made. `sources` carries passages, `statement` a statement with the citations that
    it introduces, `done` the whole answer (always the last event)."""

    kind: Literal["sources", "statement", "done"]
    passages: tuple[Passage, ...] = ()
    statement: Statement | None = None
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None


class Engine:
    """Answers questions from a store, and keeps a history of them where it is given one. Safe to use from several
    threads."""

    def __init__(self, store: Store, settings: Settings, history: History | None = None) -> None:
        self.store = store
        self.history = history
        reranker = Reranker(settings.reranker) if settings.reranker else None
        self.retriever = HybridRetriever(store, settings.top_k, reranker)
        self._threshold = settings.answer_threshold
        self._contacts = settings.urgent_contacts

    def search(self, question: Question, top: int = 10) -> tuple[tuple[Passage, ...], dict[str, float]]:
        """Passages best first, and milliseconds (`retrieve`, `total`)."""
        begun = time.perf_counter()
        passages = self.retriever.search(self.query(question).text, top, question.filters)
        spent = (time.perf_counter() - begun) * 1000
        return tuple(passages), {"retrieve": spent, "total": spent}

    def ask(self, question: Question) -> Answer:
        """The answer to a question: verified quotes, that the documents do not say, or why it is not looked up at all.

        Raises:
            InputError: a filter that does not exist.
            StoreError, ModelError: the index or the embedding model does not answer.
        """
        clock = [time.perf_counter()]
        if guard := blocked(question.text, question.turns, self._contacts):
            return Answer.blocked(question.id or uuid.uuid4().hex, guard.message)
        query = self.query(question)
        passages = self.retriever.search(query.text, filters=question.filters)
        clock.append(time.perf_counter())
        drafts, found = self.compose(query, passages)
        probability = confidence(found) if found else 0.0
        clock.append(time.perf_counter())
        statements, citations = self._verified(drafts) if probability >= self._threshold else ((), ())
        clock.append(time.perf_counter())
        names = ("retrieve", "compose", "verify")
        ms = {name: (after - before) * 1000 for name, before, after in zip(names, clock, clock[1:], strict=False)}
        answer = Answer(
            id=question.id or uuid.uuid4().hex,
            question=question.text,
            status="answered" if statements else "not_found",
            statements=statements,
            citations=citations,
            passages=tuple(passages),
            confidence=probability,
            index=self.store.fingerprint,
            ms=ms | {"total": (clock[-1] - clock[0]) * 1000},
            message="" if statements else NOT_FOUND if passages else EMPTY_INDEX,
            rewritten=query.text if query.text != question.text else None,
        )
        self._record(answer)
        return answer

    async def stream(self, question: Question) -> AsyncIterator[Event]:
        """The answer step by step: `sources`, then each `statement`, then `done`. Raises as `ask` does."""
        answer = await asyncio.to_thread(self.ask, question)
        yield Event("sources", passages=answer.passages)
        for statement in answer.statements:
            cited = tuple(citation for citation in answer.citations if citation.n in statement.citations)
            yield Event("statement", statement=statement, citations=cited)
        yield Event("done", answer=answer)

    def query(self, question: Question) -> Query:
        """What is looked for to answer a question."""
        lexical, embedder = self.retriever.lexical, self.store.embedder

        def is_word(word: str) -> bool:
            return all(term in lexical for term in terms(word)) or embedder.knows(word)

        return rewrite(question.text, question.turns, lexical.glossary, is_word)

    def compose(self, query: Query, passages: Sequence[Passage]) -> tuple[list[Draft], Features | None]:
        """Drafts of the statements, and what their confidence rests on (None when there is nothing to quote)."""
        lexical, intent = self.retriever.lexical, read_intent(query.text)
        found = find_candidates(query, intent, passages, lexical.idf)
        wanted = qualifiers(query.asked, lexical.idf)
        candidates = speaking_of(found, wanted)
        asks_figure = intent.kind in ("percent", "number")
        if asks_figure and wanted and not any(intent.is_met_by(c.text, query.text) for c in candidates[:CONSIDERED]):
            candidates = []  # there is no figure for this year or place
        if not candidates:
            return [], None
        drafts = compose(candidates, query.weights, intent, lexical.idf, self.store.around)
        meets = any(intent.is_met_by(draft.text, query.text) for draft in drafts)
        return drafts, features(query, candidates, passages, lexical, meets)

    def _record(self, answer: Answer) -> None:
        """Keep the answer in the history; that it cannot be kept costs nobody the answer."""
        try:
            if self.history:
                self.history.record(answer)
        except StoreError as error:
            LOGGER.warning("not recorded: %s", error)

    def _verified(self, drafts: Sequence[Draft]) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
        """Numbered statements and citations of the drafts that hold; one that does not is withheld."""
        statements: list[Statement] = []
        citations: list[Citation] = []
        for draft in drafts:
            quotes = [draft, draft.also] if draft.also else [draft]
            cited = [_citation(quote, len(citations) + number) for number, quote in enumerate(quotes, 1)]
            held = all(is_verbatim(c, self.store.around(q.chunk)) for c, q in zip(cited, quotes, strict=True))
            if held and not unsupported_figures(draft.text, [*(c.quote for c in cited), draft.chunk.context]):
                statements.append(Statement(f"{draft.text} {draft.note}".strip(), tuple(c.n for c in cited)))
                citations += cited
        return tuple(statements), tuple(citations)


def _citation(draft: Draft, number: int) -> Citation:
    chunk: Chunk = draft.chunk
    locator = f"{chunk.locator} · row: {draft.row}" if draft.row else chunk.locator
    return Citation(
        n=number,
        document_id=chunk.document_id,
        document=chunk.document,
        title=chunk.title,
        published=chunk.published,
        locator=locator,
        quote=draft.quote,
        start=draft.start,
        end=draft.end,
    )
