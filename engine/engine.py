"""The engine: question → passages → quotes → verified answer."""

import asyncio
import logging
import threading
import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from ..errors import ConfigurationError, StoreError
from ..index.passage import Passage, merged
from ..index.reranker import Reranker
from ..index.retriever import HybridRetriever
from ..index.store import Store
from ..index.terms import terms
from ..settings import Settings
from .answer import Answer, Citation, Question, Statement, Status, Wording
from .candidates import Candidate, answering, by_best_unit, find_candidates, read_candidates
from .clock import Clock
from .compose import compose
from .confidence import Features, confidence, features
from .counting import asks_how_many
from .draft import Draft, citation_of
from .guards import Blocked, blocked
from .history import History
from .metrics import ANSWERS, SECONDS, WITHHELD
from .parts import parts
from .qualifiers import qualifiers, speaking_of
from .rewrite import Query, rewrite
from .verify import is_verbatim, unsupported
from .wording.composer import Composer

NOT_FOUND = "The documents do not say."
LOGGER = logging.getLogger(__name__)
UNCONFIRMED = "There is an answer, but it could not be confirmed in the documents, so it is not shown."
NONE_PASSES = "No document passes the filters."
EMPTY_INDEX = "There are no documents to answer from yet. Add some with: citewell ingest FOLDER"


@dataclass(frozen=True)
class Event:
    """One step of an answer as it is made. `sources` carries passages, `statement` a quote with the citations that it
    introduces, `answer` the whole answer as it stands while a language model words it (in place of all that came
    before), `done` the whole answer (always the last event)."""

    kind: Literal["sources", "statement", "answer", "done"]
    passages: tuple[Passage, ...] = ()
    statement: Statement | None = None
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None


@dataclass(frozen=True)
class _Verified:
    """Statements with the citations that they introduce; how many drafts hold, those said before counted, and how many
    were withheld."""

    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    confirmed: int
    withheld: int


@dataclass(frozen=True)
class _Part:
    """What was found for a question, or for one of the questions that it joins."""

    query: Query
    passages: tuple[Passage, ...]
    confidence: float
    verified: _Verified


class Engine:
    """Answers questions from a store, and keeps a history of them where it is given one. Safe to use from several
    threads."""

    def __init__(
        self, store: Store, settings: Settings, history: History | None = None, composer: Composer | None = None
    ) -> None:
        self.store = store
        self.history = history
        self._composer = composer
        reranker = Reranker(settings.reranker) if settings.reranker else None
        self.retriever = HybridRetriever(store, settings.top_k, reranker)
        self._top_k = settings.top_k
        self._threshold = settings.answer_threshold
        self._contacts = settings.urgent_contacts

    def search(self, question: Question, top: int = 10) -> tuple[tuple[Passage, ...], dict[str, float]]:
        """Passages best first, and milliseconds (`retrieve`, `total`)."""
        clock = Clock()
        query = self.query(question)
        with clock.timed("retrieve"):
            passages, _ = self._retrieve(query, question, max(top, self._top_k))
        return passages[:top], clock.ms

    @property
    def composes(self) -> bool:
        """Whether a language model is set that words answers."""
        return self._composer is not None

    def ask(self, question: Question, wording: Wording = "auto") -> Answer:
        """The answer to a question: verified quotes, or verified sentences of a language model and the quotes that they
        do not say; or that the documents do not say, or why it is not looked up at all.

        A question that joins two is `partial` when the documents answer one of them.

        Args:
            wording: `auto` has a language model word it where one is set, `llm` insists on one, `quotes` does without.

        Raises:
            ConfigurationError: `llm`, and no language model is set.
            InputError: a filter that does not exist.
            StoreError, ModelError: the index or the embedding model does not answer.
        """
        if self._has_composer(wording):
            return asyncio.run(_last(self.stream(question, wording)))
        return self._finished(self._quotes(question))

    def warm(self) -> None:
        """Have the language model, where one is set, made ready in the background: that may take it seconds."""
        if self._composer:
            threading.Thread(
                target=lambda writer: asyncio.run(writer.warm()), args=[self._composer.writer], daemon=True
            ).start()

    async def stream(self, question: Question, wording: Wording = "auto") -> AsyncGenerator[Event, None]:
        """The answer step by step: `sources`, then each `statement` of the quotes; while a language model words it,
        `answer` after each of its sentences; then `done`. Raises as `ask` does.

        To stop, close the iterator: that stops the model too.
        """
        composer = self._composer if self._has_composer(wording) else None
        clock = Clock()
        answer = await asyncio.to_thread(self._quotes, question)
        yield Event("sources", passages=answer.passages)
        for statement in answer.statements:
            cited = tuple(citation for citation in answer.citations if citation.n in statement.citations)
            yield Event("statement", statement=statement, citations=cited)
        if composer and answer.statements:
            yield Event("answer", answer=answer)
            looked_for, found = await self._standalone(composer, question, answer)
            if found is not answer:
                yield Event("answer", answer=found)
            answer = replace(found, ms={**found.ms, "total": clock.ms["total"]})
            query = await asyncio.to_thread(self.query, looked_for)
            async with aclosing(composer.compose(answer, query, self.retriever.around)) as answers:
                async for answer in answers:
                    yield Event("answer", answer=answer)
        yield Event("done", answer=await asyncio.to_thread(self._finished, answer))

    async def _standalone(self, composer: Composer, question: Question, answer: Answer) -> tuple[Question, Answer]:
        """The question as the model makes it stand alone, with its answer in quotes, where that answers as much as
        `answer`, for which the rules made it stand alone; else the question and that answer.

        What the rules find no answer to stays without one: a rewriting must not get around a refusal.
        """
        if rewritten := await composer.standalone(question):
            alone = replace(question, text=rewritten, turns=())
            other = await asyncio.to_thread(self._quotes, question, alone)
            if other.status in ("answered", answer.status):
                return alone, other
        return question, answer

    def _has_composer(self, wording: Wording) -> bool:
        if wording == "llm" and not self._composer:
            raise ConfigurationError(
                "answers llm: no language model is set; set CITEWELL_LLM_BASE_URL or CITEWELL_LLM_GGUF, or use quotes"
            )
        return wording != "quotes" and self._composer is not None

    def _blocked(self, question: Question) -> Blocked | None:
        return blocked(question.text, question.turns, self._contacts)

    def _quotes(self, question: Question, looked_for: Question | None = None) -> Answer:
        """The answer in quotes; `looked_for` is the question standing alone, where it was rewritten before."""
        if guard := self._blocked(question):
            return Answer.blocked(question.id or uuid.uuid4().hex, guard.message)
        clock = Clock()
        whole = looked_for or question
        asked = parts(whole.text)
        found: list[_Part] = []
        for number, text in enumerate(asked):
            cited = [citation for part in found for citation in part.verified.citations]
            one = replace(whole, text=text, turns=(*whole.turns, *asked[:number]))
            found.append(self._look_up(one, cited, clock))
        return replace(_answer(question, asked, found), index=self.store.fingerprint, ms=clock.ms)

    def _finished(self, answer: Answer) -> Answer:
        """The answer, counted and recorded."""
        ANSWERS.labels(answer.status).inc()
        if answer.status != "blocked":
            SECONDS.observe(answer.ms["total"] / 1000)
            self._record(answer)
        return answer

    def query(self, question: Question) -> Query:
        """What is looked for to answer a question."""
        lexical, embedder = self.retriever.lexical, self.store.embedder

        def is_word(word: str) -> bool:
            return all(term in lexical for term in terms(word)) or embedder.knows(word)

        return rewrite(question.text, question.turns, lexical.glossary, is_word)

    def _retrieve(self, query: Query, question: Question, top: int) -> tuple[tuple[Passage, ...], list[Candidate]]:
        """Passages best first, and the candidates in them. A reranker has the last word on the order of passages."""
        passages = self.retriever.search(query.text, top, question.filters)
        candidates = self.candidates(query, passages)
        ordered = passages if self.retriever.reranker else by_best_unit(passages, candidates)
        return tuple(ordered), candidates

    def candidates(self, query: Query, passages: Sequence[Passage]) -> list[Candidate]:
        """The units of passages that may answer, best first."""
        lexical = self.retriever.lexical
        return read_candidates(find_candidates(query, passages, lexical.idf), query, lexical.glossary)

    def _look_up(self, question: Question, cited: Sequence[Citation], clock: Clock) -> _Part:
        """What the documents say to one question; `cited` are the citations that stand before its own."""
        query = self.query(question)
        with clock.timed("retrieve"):
            passages, candidates = self._retrieve(query, question, self._top_k)
        with clock.timed("compose"):
            drafts, found = self.compose(query, candidates)
            probability = confidence(found) if found else 0.0
        with clock.timed("verify"):
            shown = drafts if probability >= self._threshold else []
            verified = self._verified(shown, query, cited, passages)
        return _Part(query, passages, probability, verified)

    def compose(self, query: Query, found: Sequence[Candidate]) -> tuple[list[Draft], Features | None]:
        """Drafts of the statements from the candidates found, and what their confidence rests on (None when there is
        nothing to quote)."""
        lexical = self.retriever.lexical
        wanted = qualifiers(query.asked, lexical.idf)
        candidates = answering(speaking_of(found, wanted), query, bool(wanted))
        if not candidates:
            return [], None
        drafts = compose(candidates, query, lexical.idf, self.retriever.around)
        if asks_how_many(query.asked) and not any(self._says_how_many(draft, query) for draft in drafts):
            return [], None
        return drafts, features(query, candidates, lexical, drafts[0])

    @staticmethod
    def _says_how_many(draft: Draft, query: Query) -> bool:
        """Whether a quote has a number or a share: without one none says how many, whatever else it holds."""
        return "%" in draft.quote or query.intent.is_met_by(draft.quote, query.text)

    def _record(self, answer: Answer) -> None:
        """Keep the answer in the history; that it cannot be kept costs nobody the answer."""
        try:
            if self.history:
                self.history.record(answer)
        except StoreError as error:
            LOGGER.warning("not recorded: %s", error)

    def _verified(
        self, drafts: Sequence[Draft], query: Query, cited: Sequence[Citation], passages: Sequence[Passage]
    ) -> _Verified:
        """The drafts that hold as statements, numbered on from the citations `cited`; what those quote already is not
        said again."""
        also = {passage.place: passage.also_in for passage in passages}
        shown = {(c.document_id, c.start, c.end) for c in cited}
        statements: list[Statement] = []
        citations: list[Citation] = []
        confirmed = 0
        for draft in drafts:
            quotes = [draft, draft.also] if draft.also else [draft]
            number = len(cited) + len(citations)
            own = [
                citation_of(quote, number + n, also.get((quote.chunk.document_id, quote.chunk.ordinal), ()))
                for n, quote in enumerate(quotes, 1)
            ]
            around = [*draft.chunk.header, draft.chunk.context]
            held = all(is_verbatim(c, self.retriever.around(q.chunk)) for c, q in zip(own, quotes, strict=True))
            if not held or (missing := unsupported(draft.text, [*(c.quote for c in own), *around])):
                WITHHELD.inc()
                LOGGER.warning("withheld: a statement of %s: %s", draft.chunk.document, missing if held else "moved")
                continue
            confirmed += 1
            if not shown.issuperset((c.document_id, c.start, c.end) for c in own):
                asked = tuple(query.intent.spans(draft.text, query.text))
                statements.append(Statement(f"{draft.text} {draft.note}".strip(), tuple(c.n for c in own), asked=asked))
                citations += own
        return _Verified(tuple(statements), tuple(citations), confirmed, len(drafts) - confirmed)


async def _last(events: AsyncGenerator[Event, None]) -> Answer:
    """The answer that a stream of events ends with."""
    answer = None
    async for event in events:
        answer = event.answer
    assert answer, "the last event carries the answer"
    return answer


def _answer(question: Question, texts: Sequence[str], found: Sequence[_Part]) -> Answer:
    """One answer of what was found for each question that a question joins."""
    said = [part for part in found if part.verified.confirmed]
    silent = [text for text, part in zip(texts, found, strict=True) if not part.verified.confirmed]
    status: Status = "not_found" if not said else "partial" if silent else "answered"
    rewritten = " · ".join(part.query.text for part in found)
    return Answer(
        id=question.id or uuid.uuid4().hex,
        question=question.text,
        status=status,
        statements=tuple(statement for part in said for statement in part.verified.statements),
        citations=tuple(citation for part in said for citation in part.verified.citations),
        passages=merged([part.passages for part in found]),
        confidence=min(part.confidence for part in said or found),
        message=_message(status, silent, found, bool(question.filters)),
        rewritten=rewritten if rewritten != question.text else None,
    )


def _message(status: Status, silent: Sequence[str], found: Sequence[_Part], filtered: bool) -> str:
    """What is said in place of statements, or after those that answer a part."""
    if status == "answered":
        return ""
    if not any(part.passages for part in found):
        return NONE_PASSES if filtered else EMPTY_INDEX
    if status == "partial":
        return f"{NOT_FOUND.rstrip('.')}: {' '.join(silent)}"
    return UNCONFIRMED if any(part.verified.withheld for part in found) else NOT_FOUND
