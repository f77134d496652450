"""The composition root: settings → store → engine → web. Nothing else builds objects. `python app.py` serves."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from citewell.engine.engine import Engine
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

    return Engine(build_store(settings, rebuild), settings, History.open(settings))


def build_eval_engine(settings: "Settings", suite: str) -> "Engine":
    """An engine over a suite's own index, kept beside the user's so that a second run need not make it again.

    It records nothing: a suite is no real use.
    """
    from citewell.engine.engine import Engine  # noqa: PLC0415
    from citewell.errors import RecipeError  # noqa: PLC0415

    own = settings.model_copy(update={"home": settings.home / "eval" / suite, "chroma_url": ""})
    try:
        return Engine(build_store(own), own)
    except RecipeError:
        return Engine(build_store(own, rebuild=True), own)


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
