"""The composition root: settings → store → engine → web. Nothing else builds objects. `python app.py` serves."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from citewell.engine.engine import Engine
    from citewell.engine.wording.composer import Composer
    from citewell.engine.wording.model import Endpoint
    from citewell.index.store import Store
    from citewell.settings import Settings


def build_store(settings: "Settings", rebuild: bool = False) -> "Store":
    """The store under the settings' home; with `rebuild`, one that is filled anew whatever recipe it was made with."""
    from citewell.index.store import Store  # noqa: PLC0415

    return Store.open(settings, rebuild=rebuild)


def build_engine(settings: "Settings", rebuild: bool = False) -> "Engine":
    """The engine over the settings' store, which records what it is asked."""
    from citewell.engine.engine import Engine  # noqa: PLC0415
    from citewell.engine.history import History  # noqa: PLC0415

    store = build_store(settings, rebuild)
    return Engine(store, settings, History.open(settings), build_composer(settings, store))


def build_composer(settings: "Settings", store: "Store") -> "Composer | None":
    """What has a language model word answers; None where no model is set. The model is reached, or started, when it is
    first needed."""
    from citewell.engine.wording.composer import Composer, Limits  # noqa: PLC0415
    from citewell.engine.wording.judge import Judge  # noqa: PLC0415
    from citewell.engine.wording.model import LanguageModel  # noqa: PLC0415
    from citewell.engine.wording.nli import Entailment  # noqa: PLC0415
    from citewell.engine.wording.writer import Writer  # noqa: PLC0415

    endpoint = build_endpoint(settings)
    if not endpoint:
        return None
    model = LanguageModel(endpoint, settings.llm_daily_tokens)
    judge = Judge(store.embedder.cosine, Entailment(settings.nli) if settings.nli else None)
    limits = Limits(settings.passage_tokens, settings.llm_seconds)
    return Composer(Writer(model, judge, settings.llm_max_tokens), limits)


def build_endpoint(settings: "Settings") -> "Callable[[], Endpoint] | None":
    """What gives the endpoint of the language model, and starts the embedded one when it is first asked."""
    from citewell.engine.wording.local import LocalServer  # noqa: PLC0415
    from citewell.engine.wording.model import Endpoint  # noqa: PLC0415

    if settings.llm_gguf:
        return LocalServer(settings.llm_gguf).endpoint
    if settings.llm_base_url:
        key = settings.llm_api_key.get_secret_value()
        given = Endpoint(settings.llm_base_url, settings.llm_model, key)
        return lambda: given
    return None


def build_eval_engine(settings: "Settings", suite: str) -> "Engine":
    """An engine over a suite's own index, kept beside the user's so that a second run need not make it again.

    It records nothing: a suite is no real use.
    """
    from citewell.engine.engine import Engine  # noqa: PLC0415
    from citewell.errors import RecipeError  # noqa: PLC0415

    own = settings.model_copy(update={"home": settings.home / "eval" / suite, "chroma_url": ""})
    try:
        store = build_store(own)
    except RecipeError:
        store = build_store(own, rebuild=True)
    return Engine(store, own, composer=build_composer(own, store))


def build_web(engine: "Engine", settings: "Settings") -> "FastAPI":
    """The chat page, the API and the widget over an engine, in one application."""
    from citewell.web.app import create_app  # noqa: PLC0415

    return create_app(engine, settings)


def main() -> None:
    """Serve, as `citewell serve` does."""
    from citewell.cli import main as run  # noqa: PLC0415

    run(["serve"])


if __name__ == "__main__":
    main()
