"""Checks of an installation, each with what to do when it fails."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from .engine.clock import Clock
from .engine.history import History
from .engine.wording.follow_up import FORM, MAX_TOKENS, question_in
from .engine.wording.model import Endpoint, LanguageModel
from .engine.wording.nli import Entailment
from .errors import CitewellError
from .index.embedder import Embedder
from .index.reranker import Reranker
from .index.store import Store
from .prompts.prompt import load_prompt
from .settings import Settings

LONGEST = 60  # seconds that a language model may take

GetEndpoint = Callable[[], Endpoint]


@dataclass(frozen=True)
class Check:
    """One check and what came of it: `detail` is what was found, or the fault with its remedy."""

    name: str
    ok: bool
    detail: str


def examine(
    settings: Settings, open_store: Callable[[Settings], Store], endpoint: GetEndpoint | None = None
) -> list[Check]:
    """Every check, in the order in which faults should be mended; `endpoint`: of the language model, if one is set."""
    return [
        _check("home", lambda: _home(settings)),
        _check("model", lambda: _model(settings)),
        *([_check("reranker", lambda: _reranker(settings))] if settings.reranker else []),
        *([_check("language model", lambda: _language_model(endpoint))] if endpoint else []),
        *([_check("nli", lambda: _nli(settings))] if settings.nli else []),
        _check("index", lambda: _index(open_store(settings))),
        _check("history", lambda: _history(settings)),
    ]


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except (CitewellError, OSError, TimeoutError) as error:
        return Check(name, False, str(error) or f"no reply within {LONGEST} s; see that its server is up")


def _home(settings: Settings) -> str:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.home):
            return f"{settings.home} is writable"
    except OSError as error:
        raise CitewellError(f"{settings.home}: {error.strerror}; set CITEWELL_HOME to a folder of yours") from error


def _model(settings: Settings) -> str:
    embedder = Embedder(settings.embedding_model)
    return f"{embedder.name} loads and gives vectors of {embedder.dimension} numbers"


def _reranker(settings: Settings) -> str:
    Reranker(settings.reranker).scores("question", ["passage"])
    return f"{settings.reranker} loads and scores passages"


def _language_model(endpoint: GetEndpoint) -> str:
    to = endpoint()
    clock = Clock()
    messages = load_prompt("rewrite").messages(turns="- How many parks are there?", question="And playgrounds?")
    told = asyncio.run(asyncio.wait_for(LanguageModel(lambda: to).whole(messages, FORM, MAX_TOKENS), LONGEST))
    try:
        question_in(told)
    except ValueError as error:
        raise CitewellError(
            f"{to.model}: does not keep to a JSON schema; use a server with structured output, or another model"
        ) from error
    return f"{to.model} replies in the form asked for, in {clock.ms['total'] / 1000:.1f} s"


def _nli(settings: Settings) -> str:
    Entailment(settings.nli)("passage", "sentence")
    return f"{settings.nli} loads and judges sentences"


def _index(store: Store) -> str:
    records = store.documents()
    if not records:
        raise CitewellError("no documents yet; add some with citewell ingest PATH")
    chunks = sum(record.chunks for record in records)
    return f"{len(records)} documents, {chunks} chunks, made with the configured model"


def _history(settings: Settings) -> str:
    history = History.open(settings)
    if not history:
        return "questions are not kept: CITEWELL_HISTORY_DAYS is 0"
    history.close()
    return f"questions are kept for {settings.history_days} days"
