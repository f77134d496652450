"""The real engine over the samples, with a scripted endpoint for its language model."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest
from prometheus_client import REGISTRY

from citewell.engine.answer import Answer, Question, Statement
from citewell.engine.engine import Engine, Event
from citewell.engine.wording.composer import Composer, Limits
from citewell.engine.wording.judge import Judge
from citewell.engine.wording.model import Endpoint, LanguageModel
from citewell.engine.wording.writer import Writer
from citewell.settings import load_settings
from citewell.tests.engine.wording.endpoint import Behaviour, Request, ScriptedEndpoint, scripted

KEY = "sk-not-to-be-told"
FAMILY = "How many social workers did one family have in 18 months?"
SEVENTEEN = "Over 18 months, 17 social workers came and went."
MASH = "How long do consultants normally allow for the MASH?"
TWELVE = "Normally they allow 12 months at least to put it in place."
Composing = Callable[..., Engine]


@dataclass(frozen=True)
class Told:
    """What became of a question: events and the seconds they took, and the requests that the endpoint got."""

    events: list[Event]
    seconds: float
    requests: list[Request]
    endpoint: ScriptedEndpoint

    @property
    def answer(self) -> Answer:
        answer = self.events[-1].answer
        assert answer
        return answer

    @property
    def answers(self) -> list[Answer]:
        """The answers as they stood, the quotes first and the last one as it stays."""
        return [event.answer for event in self.events if event.kind == "answer" and event.answer]

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    @property
    def written(self) -> list[str]:
        """Sentences in a model's words."""
        return [s.text for s in self.answer.statements if s.verified == "supported"]

    @property
    def reasons(self) -> list[str]:
        return [dropped.reason for dropped in self.answer.dropped]


Tell = Callable[..., Told]


@pytest.fixture
def composing(engine: Engine) -> Composing:
    """Makes an engine over the same store, whose model is at an address."""

    def made(url: str, seconds: float = 20, daily: int = 0, key: str = KEY) -> Engine:
        model = LanguageModel(lambda: Endpoint(url, "m", key), daily)
        writer = Writer(model, Judge(engine.store.embedder.cosine), 400)
        return Engine(engine.store, load_settings(), composer=Composer(writer, Limits(450, seconds)))

    return made


async def collect(engine: Engine, question: Question) -> list[Event]:
    async with aclosing(engine.stream(question)) as events:
        return [event async for event in events]


@pytest.fixture
def tell(engine: Engine, composing: Composing) -> Tell:
    """Asks with an endpoint that behaves so, and holds every event to what must hold whatever a model writes:
    `may_say` are the only sentences of it that may be shown."""

    def told(
        question: str,
        *behaviours: Behaviour,
        may_say: Sequence[str] = (),
        turns: Sequence[str] = (),
        seconds: float = 20,
    ) -> Told:
        with scripted(*behaviours) as endpoint:
            asked = Question(question, turns=tuple(turns))
            started = monotonic()
            try:
                events = asyncio.run(collect(composing(endpoint.url, seconds), asked))
            except RecursionError:  # its traceback would take a minute to print
                pytest.fail("the stack is exhausted", pytrace=False)
            found = Told(events, monotonic() - started, endpoint.requests, endpoint)
        check_sound(engine, found, may_say)
        return found

    return told


def check_sound(engine: Engine, told: Told, may_say: Sequence[str]) -> None:
    """Nothing that is not verified is in any event; citations are verbatim, numbered and used in order; the last event,
    and it alone, is done."""
    assert told.kinds[0] == "sources"
    assert told.kinds.index("done") == len(told.kinds) - 1
    quotes = [event.statement.text for event in told.events if event.statement]
    for answer in filter(None, (event.answer for event in told.events)):
        for citation in answer.citations:
            stored = "".join(chunk.text for chunk in engine.store.chunks_of(citation.document_id))
            assert stored[citation.start : citation.end] == citation.quote
            assert citation.quote
        assert [citation.n for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
        used = dict.fromkeys(n for statement in answer.statements for n in statement.citations)
        assert list(used) == [citation.n for citation in answer.citations]
        assert all(statement.citations for statement in answer.statements)
        check_said(answer.statements, quotes, may_say)
        assert (answer.answers == "llm") == any(s.verified == "supported" for s in answer.statements)
        shown = json.dumps(answer.as_json(), ensure_ascii=False)
        assert not [d.text for d in answer.dropped if d.text not in may_say and d.text in shown]


def check_said(statements: Sequence[Statement], quotes: Sequence[str], may_say: Sequence[str]) -> None:
    """Sentences of a model lead and are of those that may be said; the rest are quotes that were told before."""
    kinds = [statement.verified for statement in statements]
    assert kinds == sorted(kinds, key=("supported", "quote").index)
    for statement in statements:
        assert statement.text in (quotes if statement.verified == "quote" else may_say)


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def counts() -> Callable[..., float]:
    """How much a metric has grown since it was last asked, first from here on."""
    before: dict[Any, float] = {}

    def grown(name: str, **labels: str) -> float:
        key = name, *labels.items()
        now = counted(name, **labels)
        was, before[key] = before.get(key, now), now
        return now - was

    return grown
