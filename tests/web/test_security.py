"""What browsers are told, and which origins may ask."""

import pytest
from fastapi.testclient import TestClient

from citewell.settings import Settings
from citewell.tests.web.conftest import ALLOWED
from citewell.tests.web.fake_engine import FakeEngine
from citewell.web.app import create_app

ASK = {"question": "What is the agency rate?"}
FOREIGN = {"origin": "https://elsewhere.example"}
FRIEND = {"origin": ALLOWED}


@pytest.mark.parametrize("path", ["/", "/api/documents", "/api/nonsense", "/widget.js", "/health", "/web/page.css"])
def test_common_headers_are_on_every_response(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]


def test_the_page_loads_nothing_from_elsewhere_and_is_framed_by_friends_only(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "img-src 'self' data: blob:" in policy
    assert "unsafe-eval" not in policy
    assert policy.endswith(f"frame-ancestors 'self' {ALLOWED}")


def test_the_api_and_the_source_view_run_no_script(client: TestClient) -> None:
    for path in ("/api/documents", "/source/nowhere"):
        policy = client.get(path).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy


def test_the_widget_can_be_loaded_by_another_origin_and_cached(client: TestClient) -> None:
    response = client.get("/widget.js", headers=FRIEND)
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert "max-age" in response.headers["cache-control"]
    assert client.get("/api/documents").headers["cross-origin-resource-policy"] == "same-origin"


def test_an_allowed_origin_may_ask_without_credentials(client: TestClient) -> None:
    wanted = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    preflight = client.options("/api/ask", headers=FRIEND | wanted)
    assert preflight.status_code == 200
    response = client.post("/api/ask", json=ASK, headers=FRIEND)
    assert response.status_code == 200
    for answer in (preflight, response):
        assert answer.headers["access-control-allow-origin"] == ALLOWED
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", f"{ALLOWED}.evil.example"])
def test_another_origin_may_neither_ask_nor_read(client: TestClient, engine: FakeEngine, origin: str) -> None:
    response = client.post("/api/ask", json=ASK, headers={"origin": origin})
    assert response.status_code == 403
    assert response.headers["content-type"] == "application/problem+json"
    assert "CITEWELL_ALLOWED_ORIGINS" in response.json()["detail"]
    assert not engine.asked
    wanted = {"access-control-request-method": "POST"}
    answers = [response, client.get("/api/documents", headers={"origin": origin})]
    answers.append(client.options("/api/ask", headers={"origin": origin} | wanted))
    assert all("access-control-allow-origin" not in answer.headers for answer in answers)


def test_with_an_empty_list_no_origin_may_read() -> None:
    client = TestClient(create_app(FakeEngine(), Settings()), base_url="http://citewell.example")
    assert client.post("/api/ask", json=ASK, headers=FRIEND).status_code == 403
    assert "access-control-allow-origin" not in client.get("/api/documents", headers=FRIEND).headers
    assert client.get("/").headers["content-security-policy"].endswith("frame-ancestors 'self'")


def test_an_allowed_origin_reaches_the_api_but_not_the_chat_page(client: TestClient) -> None:
    assert client.post("/gradio_api/queue/join", json={}, headers=FRIEND).status_code == 403
    assert "access-control-allow-origin" not in client.get("/config", headers=FRIEND).headers
    assert "access-control-allow-origin" not in client.get("/", headers=FOREIGN).headers


@pytest.mark.parametrize("own", [{"origin": "http://citewell.example"}, FOREIGN | {"sec-fetch-site": "same-origin"}])
def test_the_own_origin_may_ask_also_behind_a_proxy(client: TestClient, own: dict[str, str]) -> None:
    assert client.post("/api/ask", json=ASK, headers=own).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/file=/etc/hostname"),
        ("GET", "/gradio_api/proxy=http://elsewhere.example"),
        ("GET", "/gradio_api/runs"),
        ("POST", "/gradio_api/run/respond"),
        ("POST", "/gradio_api/vibe-edit"),
    ],
)
def test_what_gradio_offers_besides_the_page_is_shut(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path)
    assert response.status_code == 404
    assert "not in use here" in response.json()["detail"]
