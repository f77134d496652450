"""Serving an application on an address that is checked before anything heavy is loaded."""

import socket
import sys
from collections.abc import Callable
from contextlib import suppress

from fastapi import FastAPI
from uvicorn import Config, Server

from .errors import ConfigurationError

SHUTDOWN_SECONDS = 5


def claim(host: str, port: int) -> socket.socket:
    """A socket that holds this address: no other process can take it while models load, and early callers wait.

    Raises:
        ConfigurationError: the port is taken, or the address is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        # On Windows the option means something else: two processes could share the port.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, sys.platform != "win32")
        bound.bind(address)
        bound.listen()
    except OSError as error:
        fault = error.strerror or str(error)
        raise ConfigurationError(f"{host}:{port}: {fault}; choose another with --host and --port") from error
    return bound


def address_of(bound: socket.socket) -> str:
    """The web address of a bound socket, as a browser on this machine would reach it."""
    host, port = bound.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}/"


class AnnouncingServer(Server):
    """Says when connections are really accepted."""

    def __init__(self, config: Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def serve(app: FastAPI, bound: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until interrupted; `ready` is called once, when connections are accepted."""
    config = Config(app, log_level="warning", timeout_graceful_shutdown=SHUTDOWN_SECONDS)
    with suppress(KeyboardInterrupt):
        AnnouncingServer(config, ready).run(sockets=[bound])
