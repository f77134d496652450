"""Checks of an installation, each with what to do when it fails."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from .engine.history import History
from .errors import CitewellError
from .index.embedder import Embedder
from .index.reranker import Reranker
from .index.store import Store
from .settings import Settings


@dataclass(frozen=True)
class Check:
    """One check and what came of it: `detail` is what was found, or the fault with its remedy."""

    name: str
    ok: bool
    detail: str


def examine(settings: Settings, open_store: Callable[[Settings], Store]) -> list[Check]:
    """Every check, in the order in which faults should be mended."""
    return [
        _check("home", lambda: _home(settings)),
        _check("model", lambda: _model(settings)),
        *([_check("reranker", lambda: _reranker(settings))] if settings.reranker else []),
        _check("index", lambda: _index(open_store(settings))),
        _check("history", lambda: _history(settings)),
    ]


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except (CitewellError, OSError) as error:
        return Check(name, False, str(error))


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
