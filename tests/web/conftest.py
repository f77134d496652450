"""The web application over the fake engine. It takes a second to build, so all tests share one."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from citewell.engine.history import History
from citewell.settings import Settings
from citewell.tests.web.fake_engine import FakeEngine
from citewell.web.app import create_app

ALLOWED = "https://intranet.example"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[FakeEngine, FastAPI]:
    """An engine with a history and the application over it. Pages of `ALLOWED` may embed the widget."""
    engine = FakeEngine(History.open(Settings(home=tmp_path_factory.mktemp("home"))))
    return engine, create_app(engine, Settings(allowed_origins=(ALLOWED,)))


@pytest.fixture
def engine(site: tuple[FakeEngine, FastAPI]) -> FakeEngine:
    """The engine as new."""
    site[0].reset()
    return site[0]


@pytest.fixture
def client(site: tuple[FakeEngine, FastAPI], engine: FakeEngine) -> TestClient:  # noqa: ARG001 - the engine as new
    return TestClient(site[1], base_url="http://citewell.example", raise_server_exceptions=False)
