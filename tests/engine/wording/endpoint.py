"""A scripted endpoint: a real HTTP server on loopback that speaks the OpenAI protocol, and behaves as a test tells it.

As a script it is a process of its own, which a test may kill: it prints its address, streams its arguments, and hangs.
"""

import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import MSG_PEEK
from typing import Any

PATIENCE = 20  # seconds that a test may take to let go of what it waits for
CUT = 7  # characters of a piece: words, escapes and numbers come in parts
USAGE = (90, 10)  # tokens of a prompt and of a reply, as the endpoint counts them


@dataclass(frozen=True)
class Request:
    """What a client sent. Header names are in lower case."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def messages(self) -> list[dict[str, str]]:
        return list(self.body["messages"])

    @property
    def asked(self) -> str:
        """The text after the instructions."""
        return self.messages[-1]["content"]


class Exchange:
    """One request, to be answered step by step."""

    def __init__(self, handler: BaseHTTPRequestHandler, endpoint: "ScriptedEndpoint", request: Request) -> None:
        self._handler = handler
        self._endpoint = endpoint
        self.request = request
        self._is_open = False

    def whole(self, status: int, body: str, kind: str, **headers: str) -> None:
        """A response that is no stream."""
        data = body.encode()
        self._handler.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()
        self._handler.wfile.write(data)

    def send(self, data: bytes, cut: int = 0) -> None:
        """A chunk of the stream; its last `cut` bytes are withheld."""
        if not self._is_open:
            self._handler.send_response(200)
            self._handler.send_header("Content-Type", "text/event-stream")
            self._handler.send_header("Transfer-Encoding", "chunked")
            self._handler.end_headers()
            self._is_open = True
        framed = b"%x\r\n%s\r\n" % (len(data), data)
        self._handler.wfile.write(framed[: len(framed) - cut])
        self._handler.wfile.flush()

    def event(self, content: Any, cut: int = 0) -> None:
        self.send(f"data: {json.dumps(content)}\n\n".encode(), cut)

    def piece(self, text: str, cut: int = 0) -> None:
        """A piece of the reply."""
        self.event(_chunk([{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}]), cut)

    def end(self, usage: tuple[int, int] | None = USAGE) -> None:
        """The end of a reply as it should be; without a count of tokens for `usage` None."""
        self.event(_chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}]))
        if usage:
            self.event(_chunk([], usage={"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": 0}))
        self.send(b"data: [DONE]\n\n")
        self._handler.wfile.write(b"0\r\n\r\n")

    def drop(self) -> None:
        """Close the connection as it is."""
        self._handler.close_connection = True
        self._handler.wfile.flush()
        self._handler.connection.shutdown(2)

    def until_hung_up(self) -> None:
        """Send nothing more, and see the client go."""
        self._handler.connection.settimeout(PATIENCE)
        with suppress(TimeoutError):
            if not self._handler.connection.recv(1, MSG_PEEK):
                self._endpoint.hung_up.set()
        self._handler.close_connection = True


Behaviour = Callable[[Exchange], None]


def _chunk(choices: Any, **more: Any) -> dict[str, Any]:
    return {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": choices, **more}


def reply_of(*sentences: tuple[Sequence[Any], str]) -> str:
    """A reply of sentences, each with the numbers of its passages, with every character that is not ASCII escaped."""
    return json.dumps({"sentences": [{"passages": list(numbers), "text": text} for numbers, text in sentences]})


def cut_up(text: str) -> list[str]:
    return [text[at : at + CUT] for at in range(0, len(text), CUT)]


def good(*sentences: tuple[Sequence[Any], str]) -> Behaviour:
    """These sentences, in pieces that end in the middle of words."""
    return writes(reply_of(*sentences))


def writes(text: str, usage: tuple[int, int] | None = USAGE) -> Behaviour:
    """A text, be it a reply or not, in small pieces."""
    return sends(*cut_up(text), usage=usage)


def sends(*pieces: str, usage: tuple[int, int] | None = USAGE) -> Behaviour:
    """These pieces, and then the end as it should be."""

    def behave(exchange: Exchange) -> None:
        for piece in pieces:
            exchange.piece(piece)
        exchange.end(usage)

    return behave


def waits(text: str, event: threading.Event, rest: str) -> Behaviour:
    """A text; the rest when the event is set."""

    def behave(exchange: Exchange) -> None:
        exchange.piece(text)
        assert event.wait(PATIENCE)
        exchange.piece(rest)
        exchange.end()

    return behave


def hangs(*pieces: str) -> Behaviour:
    """These pieces, and then nothing for good: not even headers when there are none."""

    def behave(exchange: Exchange) -> None:
        for piece in pieces:
            exchange.piece(piece)
        exchange.until_hung_up()

    return behave


def refuses(status: int, body: str = "{}", kind: str = "application/json", **headers: str) -> Behaviour:
    return lambda exchange: exchange.whole(status, body, kind, **headers)


def drops(*pieces: str) -> Behaviour:
    """The connection is closed before the headers or, with pieces, in the middle of the chunk after them."""

    def behave(exchange: Exchange) -> None:
        for piece in pieces:
            exchange.piece(piece)
        if pieces:
            exchange.piece("never whole", cut=20)
        exchange.drop()

    return behave


def rambles(text: str, opening: str = "") -> Behaviour:
    """The same again and again, until the client hangs up."""

    def behave(exchange: Exchange) -> None:
        try:
            exchange.piece(opening)
            while True:
                exchange.piece(text)
        except OSError:
            exchange._endpoint.hung_up.set()

    return behave


def streams(*events: Any) -> Behaviour:
    """These events as they are (bytes: without being made an event), and then the end of the stream."""

    def behave(exchange: Exchange) -> None:
        for event in events:
            exchange.send(event) if isinstance(event, bytes) else exchange.event(event)
        exchange.end(None)

    return behave


@dataclass
class ScriptedEndpoint:
    """What it does, a behaviour a request (the last one for all that follow), and what came of it."""

    behaviours: list[Behaviour]
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)  # a client left before the end

    def take(self, request: Request) -> Behaviour:
        self.requests.append(request)
        return self.behaviours[min(len(self.requests), len(self.behaviours)) - 1]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, endpoint: ScriptedEndpoint) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = endpoint


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:  # the name is http.server's
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        request = Request(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        behaviour = self.server.endpoint.take(request)
        try:
            behaviour(Exchange(self, self.server.endpoint, request))
        except OSError:
            self.server.endpoint.hung_up.set()
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: ARG002
        return


@contextmanager
def scripted(*behaviours: Behaviour) -> Iterator[ScriptedEndpoint]:
    """An endpoint that behaves so, until the end of the block."""
    endpoint = ScriptedEndpoint(list(behaviours))
    server = _Server(endpoint)
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()


def main(pieces: Sequence[str]) -> None:
    """Print the address, and serve until killed."""
    with scripted(hangs(*pieces)) as endpoint:
        sys.stdout.write(f"{endpoint.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
