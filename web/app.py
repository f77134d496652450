"""One web application: the API, the source view, the widget and the chat page."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles

from ..engine.engine import Engine
from ..settings import Settings
from .api import create_api, site_routes
from .examples import example_questions
from .page import create_page, mount
from .problem import add_problem_handlers
from .security import SecurityMiddleware

STATIC = Path(__file__).with_name("static")
WIDGET_CACHE = {"cache-control": "public, max-age=300"}  # seconds: a new version reaches host pages within five minutes


def create_app(engine: Engine, settings: Settings) -> FastAPI:
    """The application that answers with `engine`; pages of `settings.allowed_origins` may embed the widget."""
    app = FastAPI(title="Citewell", docs_url=None, redoc_url=None, openapi_url=None)
    add_problem_handlers(app)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["content-type"],
    )
    app.add_middleware(SecurityMiddleware, origins=settings.allowed_origins)  # added last, so it is the outermost
    app.include_router(site_routes(engine))
    app.add_api_route("/widget.js", widget, include_in_schema=False)
    app.mount("/api", create_api(engine))
    app.mount("/web", StaticFiles(directory=STATIC))
    examples = example_questions({record.document for record in engine.store.documents()})
    mount(create_page(engine, examples), app, favicon=STATIC / "favicon.png")
    return app


def widget() -> FileResponse:
    """The script that puts the chat on another page."""
    return FileResponse(STATIC / "widget.js", media_type="text/javascript", headers=WIDGET_CACHE)
