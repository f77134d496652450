"""What a browser may do with each response, and which other origins may ask."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problem import problem

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_TO_ORIGINS = ("/api/", "/widget.js")  # paths that an allow-listed origin may read

# Gradio's own routes under /gradio_api that the page needs. The rest (uploads, files, proxy, recordings …) is shut.
GRADIO = "/gradio_api/"
GRADIO_IN_USE = tuple(GRADIO + name for name in ("queue/", "info", "heartbeat/", "cancel", "reset", "startup-events"))

COMMON = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-resource-policy": "same-origin",
}
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'"
# Gradio writes its configuration and its styles into the page, hence 'unsafe-inline'; it needs no 'unsafe-eval'.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self';"
    " form-action 'self'"
)
BY_PREFIX = {  # the first prefix that fits is used
    "/api/": {"content-security-policy": f"{NOTHING}; frame-ancestors 'none'", "cache-control": "no-store"},
    "/source/": {
        "content-security-policy": f"{NOTHING}; style-src 'self'; img-src 'self'; frame-ancestors 'none'",
        "cache-control": "no-store",
    },
    "/widget.js": {"cross-origin-resource-policy": "cross-origin"},
    "/": {"content-security-policy": PAGE_POLICY},
}


def headers_for(path: str, origins: Sequence[str]) -> dict[str, str]:
    """The security headers of a path; pages of `origins` may frame the chat page, and no others."""
    special = next(headers for prefix, headers in BY_PREFIX.items() if path.startswith(prefix))
    headers = COMMON | special
    if special is BY_PREFIX["/"]:
        headers["content-security-policy"] += "; frame-ancestors " + " ".join(("'self'", *origins))
    return headers


def is_foreign(headers: Headers) -> bool:
    """Whether a page of another origin asks. A proxy may change Host, so the browser's own word comes first."""
    origin = headers.get("origin")
    if origin is None or headers.get("sec-fetch-site") == "same-origin":
        return False
    return urlsplit(origin).netloc != headers.get("host")


class SecurityMiddleware:
    """Sets security headers without touching the body, so that streams stay streams, and turns away other origins.

    A request of an origin that is not on the list may not change or ask anything (403). Its reads go on without their
    Origin header: nothing behind can then allow that origin to see the response.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str] = ()) -> None:
        self.app = app
        self.origins = tuple(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, extra = scope["path"], headers_for(scope["path"], self.origins)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in extra.items():
                    headers[name] = value
            await send(message)

        await self._admit(path, scope)(scope, receive, send_with_headers)

    def _admit(self, path: str, scope: Scope) -> ASGIApp:
        """What answers the request: the application, or a refusal."""
        if path.startswith(GRADIO) and not path.startswith(GRADIO_IN_USE):
            return problem(404, f"{path}: not in use here; ask through /api/ask")
        headers = Headers(scope=scope)
        if not is_foreign(headers):
            return self.app
        origin = headers["origin"]
        if path.startswith(OPEN_TO_ORIGINS) and origin in self.origins:
            return self.app
        if scope["method"] not in SAFE_METHODS:
            return problem(403, f"origin {origin}: not allowed to ask; add it to CITEWELL_ALLOWED_ORIGINS")
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"origin"]
        return self.app
