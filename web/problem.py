"""Errors over HTTP as problem details (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from ..errors import CitewellError

MEDIA_TYPE = "application/problem+json"


def problem_body(status: int, detail: str) -> dict[str, Any]:
    """The members of a problem: no type beyond the HTTP status, and one line that says what to do."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """A problem as a response."""
    return JSONResponse(problem_body(status, detail), status, headers, MEDIA_TYPE)


def add_problem_handlers(app: FastAPI) -> None:
    """Make every error that leaves a route of `app` a problem."""
    app.add_exception_handler(CitewellError, _citewell_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(Exception, _fault)


def _citewell_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CitewellError)
    return problem(error.status, str(error))


def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    detail, path = error.detail, request.url.path
    if detail == HTTPStatus.METHOD_NOT_ALLOWED.phrase:
        detail = f"{request.method} {path}: method not allowed; use {headers.get('allow') or headers.get('Allow')}"
    elif detail == HTTPStatus.NOT_FOUND.phrase:
        detail = f"{path}: no such address; /api/openapi.json lists those there are"
    return problem(error.status_code, detail, headers)


def _validation_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"][1:])
    return problem(422, f"{name}: {first['msg']}; correct the value")


def _fault(_request: Request, _error: Exception) -> JSONResponse:
    return problem(500, "the request met a fault of Citewell's own; try again, then tell those who run it")
