"""The HTTP API: routes that parse, call the engine and send. Errors leave as problem details."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.types import Send

from ..engine.answer import Question
from ..engine.engine import Engine, Event
from ..engine.guards import personal_data
from ..engine.history import MAX_COMMENT, Vote, kept
from ..errors import CitewellError, InputError
from ..index.records import DocumentRecord
from ..ingest.chunk import Chunk
from .problem import add_problem_handlers, problem, problem_body
from .source import document_json, record_json, source_page

MAX_BODY = 64 * 1024  # bytes
EVENT_STREAM = "text/event-stream"
PROBE = Question("Is the index ready?")
BODY = {
    "type": "object",
    "required": ["question"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string"},
        "question": {"type": "string", "description": "The question in plain words."},
        "turns": {"type": "array", "items": {"type": "string"}, "description": "Earlier questions, oldest first."},
        "filters": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
VOTE = {
    "type": "object",
    "required": ["id", "vote"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "description": "The id of the answer."},
        "vote": {"enum": ["up", "down"]},
        "comment": {"type": "string", "maxLength": MAX_COMMENT},
    },
}


def takes(schema: dict[str, Any]) -> dict[str, Any]:
    """How a route whose body is read here describes it."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def create_api(engine: Engine) -> FastAPI:
    """The application under `/api`. It is one of its own so that an unknown path or method there is a problem too."""
    api = FastAPI(title="Citewell", docs_url=None, redoc_url=None)
    add_problem_handlers(api)

    @api.post("/ask", openapi_extra=takes(BODY))
    def ask(request: Request, question: Annotated[Question, Depends(read_question)]) -> Response:
        """One answer with citations; as server-sent events when the request accepts them."""
        if EVENT_STREAM in request.headers.get("accept", ""):
            return EventStreamResponse(engine.stream(question))
        return JSONResponse(engine.ask(question).as_json())

    @api.post("/search", openapi_extra=takes(BODY))
    def search(
        question: Annotated[Question, Depends(read_question)], top: Annotated[int, Query(ge=1, le=100)] = 10
    ) -> dict[str, Any]:
        """Passages, best first."""
        passages, ms = engine.search(question, top)
        return {"id": question.id, "passages": [passage.as_json() for passage in passages], "ms": ms}

    @api.post("/feedback", status_code=204, openapi_extra=takes(VOTE))
    def feedback(vote: Annotated[Vote, Depends(read_vote)]) -> None:
        """A vote on an answer, in place of the former one."""
        history = kept(engine.history)
        if kinds := personal_data(vote.comment):
            raise InputError(f"comment: seems to hold {' and '.join(kinds)}; send it without")
        try:
            history.vote(vote)
        except InputError as error:
            raise HTTPException(404, str(error)) from error

    @api.get("/documents")
    def documents() -> dict[str, Any]:
        """What is indexed."""
        return {"documents": [record_json(record) for record in engine.store.documents()]}

    @api.get("/documents/{document_id}")
    def document(document_id: str) -> dict[str, Any]:
        """A document's text with its sections."""
        return document_json(*_find(engine, document_id))

    return api


def site_routes(engine: Engine) -> APIRouter:
    """The addresses beside `/api`: the source view, and whether the service is up and ready."""
    router = APIRouter()

    @router.get("/source/{document_id}")
    def source(document_id: str, start: int = 0, end: int = 0) -> HTMLResponse:
        """A document as a page, the characters from `start` to `end` marked."""
        return HTMLResponse(source_page(*_find(engine, document_id), (start, end)))

    @router.get("/health")
    def health() -> dict[str, str]:
        """The process is up."""
        return {"status": "up"}

    @router.get("/metrics")
    def metrics() -> Response:
        """Counts and times of this process, for Prometheus."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @router.get("/ready")
    def ready() -> JSONResponse:
        """The store and the models answer."""
        try:
            engine.search(PROBE, 1)
            return JSONResponse({"status": "ready", "index": engine.store.fingerprint})
        except CitewellError as error:
            return problem(503, str(error))

    return router


async def read_question(request: Request) -> Question:
    """The question in a request's body. Raises as `read_json` does, and InputError when it is no question."""
    return Question.parse(await read_json(request))


async def read_vote(request: Request) -> Vote:
    """The vote in a request's body. Raises as `read_json` does, and InputError when it is no vote."""
    return Vote.parse(await read_json(request))


async def read_json(request: Request) -> Any:
    """What a request's body holds.

    Raises:
        HTTPException: 415 the body is not JSON by its type; 413 it is longer than `MAX_BODY`.
        InputError: it is not JSON by its content.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415, f"content type {media_type or 'missing'}: not read here; send application/json")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            raise HTTPException(413, f"body: longer than {MAX_BODY:,} bytes; send less in one request")
    try:
        return json.loads(body)
    except ValueError as error:  # not UTF-8, or not JSON
        raise InputError(f"body: not JSON ({error}); send one JSON object") from error


class EventStreamResponse(StreamingResponse):
    """An answer's events, sent as they come. They are closed when the client has gone, also in the middle of a send."""

    def __init__(self, events: AsyncGenerator[Event, None]) -> None:
        self._lines = event_stream(events)
        super().__init__(self._lines, media_type=EVENT_STREAM)

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self._lines):
            await super().stream_response(send)


async def event_stream(events: AsyncGenerator[Event, None]) -> AsyncGenerator[str, None]:
    """An answer's events as server-sent events; an `error` event carries a problem when the engine gives up. `events`
    are closed with the stream."""
    async with aclosing(events):
        try:
            async for event in events:
                yield sse(event.kind, event_data(event))
        except CitewellError as error:
            yield sse("error", problem_body(error.status, str(error)))


def event_data(event: Event) -> dict[str, Any]:
    """What a client is told of one event; the parts have the shapes that they have in a whole answer."""
    if event.answer:
        return event.answer.as_json()
    if event.statement:
        return {"statement": asdict(event.statement), "citations": [asdict(citation) for citation in event.citations]}
    return {"passages": [passage.as_json() for passage in event.passages]}


def sse(kind: str, data: dict[str, Any]) -> str:
    """One server-sent event. JSON holds no raw line break, so one data line is enough."""
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _find(engine: Engine, document_id: str) -> tuple[DocumentRecord, list[Chunk]]:
    """A document's record and chunks.

    Raises:
        HTTPException: 404, no such document.
    """
    try:
        return engine.store.document(document_id), engine.store.chunks_of(document_id)
    except InputError as error:
        raise HTTPException(404, str(error)) from error
