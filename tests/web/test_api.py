"""The HTTP API: what each route answers, in what shape, and how it refuses."""

import asyncio
import json
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from citewell.engine.answer import Question
from citewell.engine.history import MAX_COMMENT
from citewell.tests.web.fake_engine import BRIEFING, SENTENCE, FakeEngine
from citewell.web.api import MAX_BODY

ASK = {"question": "What is the agency rate for social workers?"}
VOTE = {"id": "q1", "vote": "down"}
STREAM = {"accept": "text/event-stream"}
COMPOSED = {"question": "Composed: what is the agency rate, and what did the family meet?"}


def events(response: Response) -> list[tuple[str, dict[str, Any]]]:
    """The server-sent events of a response, in order."""
    blocks = (dict(line.split(": ", 1) for line in block.split("\n")) for block in response.text.strip().split("\n\n"))
    return [(block["event"], json.loads(block["data"])) for block in blocks]


def assert_problem(response: Response, status: int, *words: str) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem.keys() == {"type", "title", "status", "detail"}
    assert problem["status"] == status
    assert "\n" not in problem["detail"]
    for word in words:
        assert word in problem["detail"]


def test_ask_answers_in_the_documented_shape(client: TestClient, engine: FakeEngine) -> None:
    response = client.post("/api/ask", json=ASK | {"id": "q1", "turns": ["Who works here?"]})
    answer = response.json()
    assert response.status_code == 200
    assert answer["id"] == "q1"
    assert answer["status"] == "answered"
    assert "37.7%" in answer["answer"]
    assert answer["citations"][0]["document"] == "workforce-briefing.md"
    assert engine.asked[0].turns == ("Who works here?",)


def test_ask_says_that_the_documents_do_not_say(client: TestClient) -> None:
    answer = client.post("/api/ask", json={"question": "What does tea cost?"}).json()
    assert (answer["status"], answer["statements"], answer["citations"]) == ("not_found", [], [])
    assert answer["passages"]


def test_ask_streams_sources_then_statements_then_the_whole_answer(client: TestClient) -> None:
    response = client.post("/api/ask", json=ASK, headers=STREAM)
    assert response.headers["content-type"].startswith("text/event-stream")
    received = events(response)
    assert [kind for kind, _ in received] == ["sources", "statement", "done"]
    whole = client.post("/api/ask", json=ASK | {"id": received[2][1]["id"]}).json()
    assert received[0][1] == {"passages": whole["passages"]}
    assert received[1][1] == {"statement": whole["statements"][0], "citations": whole["citations"]}
    assert received[2][1] == whole


def test_a_composed_answer_is_streamed_as_it_stands(client: TestClient) -> None:
    received = events(client.post("/api/ask", json=COMPOSED, headers=STREAM))
    assert [kind for kind, _ in received] == ["sources", "statement", "statement", "answer", "answer", "done"]
    quotes, composed, done = (data for _, data in received[-3:])
    assert quotes.keys() == composed.keys() == done.keys()
    assert quotes["statements"] == [data["statement"] for kind, data in received if kind == "statement"]
    assert [one["verified"] for one in done["statements"]] == ["supported", "quote"]
    assert done["statements"][0]["text"] == SENTENCE
    assert client.post("/api/ask", json=COMPOSED | {"id": done["id"]}).json() == done


@pytest.mark.parametrize("sending", [False, True])
def test_the_engine_is_stopped_when_the_client_goes_away(
    site: tuple[FakeEngine, FastAPI], engine: FakeEngine, sending: bool
) -> None:
    asked = "What is the agency rate, composed slowly?"
    left = asyncio.run(leave(site[1], engine, {"question": asked}, sending))
    assert [question.text for question in left] == [asked]


async def leave(app: FastAPI, engine: FakeEngine, body: dict[str, Any], sending: bool) -> list[Question]:
    """Ask, and go away at the first `answer` event: while it is being sent, or while the next one is waited for. Gives
    what the engine has stopped to answer when the request is over."""
    gone, sent = asyncio.Event(), iter([{"type": "http.request", "body": json.dumps(body).encode()}])

    async def receive() -> dict[str, Any]:
        for message in sent:
            return message
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if b"event: answer" in message.get("body", b""):
            gone.set()
            await asyncio.Event().wait() if sending else None

    headers = [(b"content-type", b"application/json"), (b"accept", b"text/event-stream")]
    scope = {"type": "http", "method": "POST", "path": "/api/ask", "query_string": b"", "headers": headers}
    async with asyncio.timeout(10):
        await app(scope, receive, send)
    engine.release.set()  # its thread, which would be waited for
    return [engine.left.get_nowait() for _ in range(engine.left.qsize())]


def test_a_stream_that_fails_ends_with_a_problem(client: TestClient) -> None:
    received = events(client.post("/api/ask", json={"question": "broken?"}, headers=STREAM))
    assert [(kind, data["status"]) for kind, data in received] == [("error", 503)]
    assert "citewell doctor" in received[0][1]["detail"]


def test_a_question_that_the_engine_cannot_answer_is_a_problem(client: TestClient) -> None:
    assert_problem(client.post("/api/ask", json={"question": "broken?"}), 503, "citewell doctor")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "missing"),
        ({"question": "  "}, "empty"),
        ({"question": "why " * 2500}, "characters long"),
        ({"question": 3}, "not text"),
        ({"question": "Why?", "nonsense": 1}, "nonsense"),
        ({"question": "Why?", "turns": "Who?"}, "turns"),
        ([], "not an object"),
    ],
)
@pytest.mark.parametrize("path", ["/api/ask", "/api/search"])
def test_a_body_that_is_no_question_is_refused(client: TestClient, path: str, body: Any, words: str) -> None:
    assert_problem(client.post(path, json=body), 400, words)


@pytest.mark.parametrize("path", ["/api/ask", "/api/feedback"])
@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe{}", b'{"question": "Why?"'])
def test_malformed_json_is_refused(client: TestClient, path: str, content: bytes) -> None:
    assert_problem(client.post(path, content=content, headers={"content-type": "application/json"}), 400, "JSON")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", None])
@pytest.mark.parametrize("path", ["/api/ask", "/api/feedback"])
def test_only_json_is_read(client: TestClient, path: str, media_type: str | None) -> None:
    headers = {"content-type": media_type} if media_type else {}
    assert_problem(client.post(path, content=json.dumps(ASK), headers=headers), 415, "application/json")


def test_an_oversized_body_is_refused(client: TestClient, engine: FakeEngine) -> None:
    body = ASK | {"turns": ["x" * MAX_BODY]}
    for path in ("/api/ask", "/api/feedback"):
        assert_problem(client.post(path, json=body), 413, "65,536")
    assert not engine.asked


def test_a_vote_is_kept_with_its_comment_and_replaced_by_the_next(client: TestClient, engine: FakeEngine) -> None:
    key = client.post("/api/ask", json=ASK).json()["id"]
    for comment in ("Wrong year", "Wrong council"):
        response = client.post("/api/feedback", json={"id": key, "vote": "down", "comment": comment})
        assert (response.status_code, response.content) == (204, b"")
    newest = engine.history.unmet()[0]
    assert (newest.id, newest.vote, newest.comment) == (key, "down", "Wrong council")


def test_a_vote_on_an_unknown_answer_is_not_found(client: TestClient) -> None:
    assert_problem(client.post("/api/feedback", json={"id": "nosuch", "vote": "up"}), 404, "nosuch")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "not an object"),
        ({"vote": "up"}, "id"),
        ({"id": 7, "vote": "up"}, "id"),
        ({"id": "q1"}, "vote"),
        (VOTE | {"vote": "sideways"}, "sideways"),
        (VOTE | {"vote": ["up"]}, "up or down"),
        (VOTE | {"comment": 3}, "comment"),
        (VOTE | {"comment": "x" * (MAX_COMMENT + 1)}, "shorten it to 2,000"),
        (VOTE | {"nonsense": 1}, "nonsense"),
    ],
)
def test_a_body_that_is_no_vote_is_refused(client: TestClient, body: Any, words: str) -> None:
    assert_problem(client.post("/api/feedback", json=body), 400, words)


def test_a_vote_is_refused_where_nothing_is_stored(client: TestClient, engine: FakeEngine) -> None:
    engine.history = None
    assert_problem(client.post("/api/feedback", json=VOTE), 400, "CITEWELL_HISTORY_DAYS")


def test_search_gives_passages_best_first(client: TestClient) -> None:
    found = client.post("/api/search?top=2", json=ASK | {"id": "s1"}).json()
    assert found["id"] == "s1"
    assert [passage["rank"] for passage in found["passages"]] == [1, 2]
    assert found["ms"]["total"] > 0


@pytest.mark.parametrize("top", ["0", "101", "ten"])
def test_search_refuses_an_impossible_number_of_passages(client: TestClient, top: str) -> None:
    assert_problem(client.post(f"/api/search?top={top}", json=ASK), 422, "top")


def test_documents_are_listed_without_their_place_on_disk(client: TestClient) -> None:
    response = client.get("/api/documents")
    assert [record["document"] for record in response.json()["documents"]] == ["workforce-briefing.md", "hostile.html"]
    assert "/srv/" not in response.text


def test_a_document_comes_with_its_text_and_its_sections(client: TestClient) -> None:
    key = client.get("/api/documents").json()["documents"][0]["id"]
    document = client.get(f"/api/documents/{key}").json()
    assert document["text"] == BRIEFING.text
    assert [section["headings"] for section in document["sections"]] == [["Agency cover"], ["Turnover", "One family"]]
    bounds = [(section["start"], section["end"]) for section in document["sections"]]
    assert bounds[0][0] == 0
    assert bounds[0][1] == bounds[1][0]
    assert bounds[1][1] == len(BRIEFING.text)


@pytest.mark.parametrize("path", ["/api/documents/nowhere", "/source/nowhere"])
def test_a_document_that_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    assert_problem(client.get(path), 404, "nowhere", "citewell documents list")


def test_unknown_paths_and_methods_are_problems(client: TestClient) -> None:
    assert_problem(client.get("/api/nonsense"), 404, "/api/nonsense")
    response = client.get("/api/ask")
    assert_problem(response, 405, "POST")
    assert response.headers["allow"] == "POST"
    assert_problem(client.get("/source/nowhere?start=first"), 422, "start")


def test_a_fault_of_our_own_is_a_problem_that_tells_nothing(client: TestClient, engine: FakeEngine) -> None:
    del engine.store
    response = client.get("/api/documents")
    assert_problem(response, 500)
    assert "store" not in response.text


def test_health_and_readiness(client: TestClient, engine: FakeEngine) -> None:
    assert client.get("/ready").json() == {"status": "ready", "index": "fake-1"}
    engine.store.broken = True
    assert_problem(client.get("/ready"), 503, "citewell doctor")
    assert client.get("/health").json() == {"status": "up"}


def test_metrics_are_for_prometheus(client: TestClient) -> None:
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    assert "citewell_statements_withheld_total" in response.text


def test_the_api_describes_itself_without_pages_from_a_content_network(client: TestClient) -> None:
    schema = client.get("/api/openapi.json").json()
    assert {"/ask", "/search", "/feedback", "/documents", "/documents/{document_id}"} == schema["paths"].keys()
    assert "requestBody" in schema["paths"]["/ask"]["post"]
    assert client.get("/api/docs").status_code == 404
    assert client.get("/docs").status_code == 404


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("A child is being hurt now, dob 12/03/2014", "call 999"),
        ("Who visits Ann Lee, dob 12/03/2014?", "a date of birth"),
    ],
)
def test_a_blocked_question_is_an_answer_that_does_not_repeat_it(client: TestClient, question: str, words: str) -> None:
    response = client.post("/api/ask", json={"id": "b1", "question": question})
    answer = response.json()
    assert (response.status_code, answer["id"], answer["status"], answer["confidence"]) == (200, "b1", "blocked", 0)
    assert answer.keys() == client.post("/api/ask", json=ASK).json().keys()
    assert (answer["statements"], answer["citations"], answer["passages"], answer["rewritten"]) == ([], [], [], None)
    assert words in answer["answer"]
    assert "12/03" not in response.text
    stream = client.post("/api/ask", json={"id": "b1", "question": question}, headers=STREAM)
    assert events(stream) == [("sources", {"passages": []}), ("done", answer)]
    assert client.post("/api/feedback", json={"id": "b1", "vote": "down"}).status_code == 404


def test_a_comment_with_personal_data_is_refused(client: TestClient) -> None:
    client.post("/api/ask", json=ASK | {"id": "q1"})
    response = client.post("/api/feedback", json=VOTE | {"comment": "It is about case ref 123456"})
    assert_problem(response, 400, "a case reference")
    assert "123456" not in response.text
