"""A real browser on the application, served by uvicorn on free ports of this machine.

`engine` is what the pages are tested against: override it to try another one.
"""

import importlib.util
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from citewell.engine.history import History
from citewell.settings import Settings
from citewell.tests.web.fake_engine import FakeEngine
from citewell.web.app import create_app

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no browser tests")

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

HOSTILE_CSS = """* { all: unset !important; display: block !important; color: red !important; }
citewell-chat { position: static !important; width: 3px !important; font-size: 90px !important; --accent: red; }"""
HOST_PAGE = """<!doctype html><html lang="en"><head><title>Intranet</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="hostile.css"></head><body><h1>Intranet</h1>
<script src="{site}/widget.js" defer></script><citewell-chat></citewell-chat></body></html>"""
HOST_POLICY = (
    "default-src 'none'; script-src {site}; connect-src {site}; style-src 'self'; img-src data:; base-uri 'none';"
    " form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


@dataclass
class Watched:
    """A page, the hosts that it asked, and what its console complained of."""

    page: Any
    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def assert_clean(self) -> None:
        """Nothing left this machine, nothing failed, nothing was blocked."""
        assert self.hosts == {"127.0.0.1"}
        assert self.complaints == []


def intranet() -> Starlette:
    """A page of somebody else's, with hostile styles and a strict policy, that embeds the widget of `?site=`."""

    def page(request: Request) -> Response:
        site = request.query_params["site"]
        policy = {"content-security-policy": HOST_POLICY.format(site=site)}
        return HTMLResponse(HOST_PAGE.format(site=site), headers=policy)

    def css(_request: Request) -> Response:
        return Response(HOSTILE_CSS, media_type="text/css")

    return Starlette(routes=[Route("/", page), Route("/hostile.css", css)])


def check(page: Any, part: str = "html") -> None:
    """axe finds nothing serious in a part of the page (a selector), shadow trees of it counted."""
    found = importlib.util.find_spec("axe_core_python")
    if found is None or found.origin is None:
        pytest.skip("axe_core_python is not installed: no axe check")
    page.evaluate(Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8"))
    report = page.evaluate("part => axe.run(part)", part)
    faults = [
        (rule["id"], node["html"][:200])
        for rule in report["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
    assert faults == []


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The address of an ASGI application while it is served."""
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> FakeEngine:
    return FakeEngine(History.open(Settings(home=tmp_path_factory.mktemp("home"))))


@pytest.fixture(scope="session")
def friend() -> Iterator[str]:
    """The address of an intranet whose origin may embed the widget."""
    with serving(intranet()) as address:
        yield address


@pytest.fixture(scope="session")
def stranger() -> Iterator[str]:
    """The address of one whose origin may not."""
    with serving(intranet()) as address:
        yield address


@pytest.fixture(scope="session")
def site(engine: Any, friend: str) -> Iterator[str]:
    """The address of the application."""
    with serving(create_app(engine, Settings(allowed_origins=(friend,)))) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser a module: while Playwright runs, its event loop keeps other tests of the process from having one."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there; install Debian's chromium to run the browser tests")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def watch(browser: Any) -> Iterator[Callable[..., Watched]]:
    """Opens an address in a browser context of its own (options as Playwright takes them) and watches it."""
    with ExitStack() as stack:

        def start(address: str, **options: Any) -> Watched:
            context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}} | options)
            stack.callback(context.close)
            watched = Watched(context.new_page())
            context.on("request", lambda request: watched.hosts.update(filter(None, [urlsplit(request.url).hostname])))
            context.on("weberror", lambda fault: watched.complaints.append(str(fault.error)))
            context.on("console", lambda line: line.type == "error" and watched.complaints.append(line.text))
            watched.page.goto(address)
            return watched

        yield start
