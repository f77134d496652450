"""A quotes answer → answers in which more and more of it is in a language model's words, all of them verified."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from ...errors import ModelError
from ..answer import Answer, Dropped, Question
from ..clock import Clock
from ..draft import ROW, Around
from ..metrics import LLM_FIRST
from ..parts import parts
from ..rewrite import Query
from .excerpts import excerpts
from .follow_up import standalone
from .judge import LEAST_TO_BROAD, Asked, Written
from .merge import merged, note_of
from .relay import relayed
from .survey import is_broad, sections, survey
from .writer import Writer

REWRITING = 8  # seconds: then the rules make a follow-up stand alone
LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """Tokens of passages that a model is given, and seconds that it has for an answer."""

    passage_tokens: int
    seconds: float


class Composer:
    """Has answers put into words. Whatever becomes of the model, the quotes answer is never lost."""

    def __init__(self, writer: Writer, limits: Limits) -> None:
        self.writer = writer
        self._limits = limits

    async def standalone(self, question: Question) -> str:
        """A follow-up as a question of its own; empty where the rules must decide."""
        try:
            async with asyncio.timeout(REWRITING):
                return await standalone(self.writer.model, question.text, question.turns)
        except (ModelError, TimeoutError) as error:
            LOGGER.warning("not rewritten: %s", _fault(error))
            return ""

    async def compose(self, quotes: Answer, query: Query, around: Around) -> AsyncGenerator[Answer, None]:
        """The answer as it stands: after each verified sentence, and at the end, as it is to stay.

        Args:
            quotes: an answer with statements; `query` is what it was looked for with.
            around: gives the chunks before and after one.
        """
        clock = Clock()
        first, failed = 0.0, False
        written: list[Written] = []
        dropped: list[Dropped] = []
        answer = quotes
        try:
            sentences = self._sentences(quotes, query, around)
            async with aclosing(relayed(sentences, self._limits.seconds)) as steps:
                async for step in steps:
                    before = written
                    written = [sentence for sentence in step if isinstance(sentence, Written)]
                    dropped = [sentence for sentence in step if isinstance(sentence, Dropped)]
                    if written == before:
                        continue
                    first = first or clock.ms["total"]
                    answer = merged(quotes, written, dropped, query.intent, query.text)
                    yield answer
        except (ModelError, TimeoutError) as error:
            failed = True
            LOGGER.warning("not composed to the end: %s", _fault(error))
        ms = {**quotes.ms, "write": clock.ms["total"]}
        if first:
            LLM_FIRST.observe(first / 1000)
            ms["first"] = quotes.ms.get("total", 0.0) + first
        ms["total"] = quotes.ms.get("total", 0.0) + ms["write"]
        yield replace(answer, dropped=tuple(dropped), note=note_of(written, dropped, failed), ms=ms)

    async def _sentences(
        self, quotes: Answer, query: Query, around: Around
    ) -> AsyncGenerator[list[Written | Dropped], None]:
        """All sentences so far, again after each."""
        tokens = self._limits.passage_tokens
        if is_broad(query.asked) and len(parts := sections(quotes.passages, around, tokens)) > 1:
            async with aclosing(survey(self.writer, Asked(query.text, relevance=LEAST_TO_BROAD), parts)) as steps:
                async for step in steps:
                    yield step
            return
        passages = excerpts(quotes.citations, quotes.passages, around, tokens)
        if not passages:
            return
        found: list[Written | Dropped] = []
        async with aclosing(self.writer.write(_asked(quotes, query), passages)) as sentences:
            async for sentence in sentences:
                found.append(sentence)
                yield list(found)


def _asked(quotes: Answer, query: Query) -> Asked:
    """What a sentence must hold: a thing of the kind that is asked for and, of a row, what of it is asked for. Where a
    question joins two, no one kind is."""
    if len(parts(query.asked)) > 1:
        return Asked(query.text)
    first = quotes.statements[0]
    row = any(ROW in citation.locator for citation in quotes.citations if citation.n in first.citations)
    figure = first.text[slice(*first.asked[0])] if row and first.asked else ""
    return Asked(query.text, lambda text: query.intent.is_met_by(text, query.text) and figure in text)


def _fault(error: ModelError | TimeoutError) -> str:
    return str(error) or "the language model took longer than it may; raise CITEWELL_LLM_SECONDS or use a faster one"
