"""llama.cpp's server inside this process, for a model in a GGUF file: on loopback, behind a key of its own."""

import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import ConfigurationError, ModelError
from .model import Endpoint

if TYPE_CHECKING:
    from xllamacpp import Server

CONTEXT = 4096  # tokens: instructions, passages and a reply
QUIET = -1  # llama.cpp writes nothing to standard error


class LocalServer:
    """Started when it is first asked for, once; ends with the process. Safe to use from several threads."""

    def __init__(self, gguf: Path) -> None:
        self.gguf = gguf
        self._lock = threading.Lock()
        self._server: Server | None = None
        self._endpoint: Endpoint | None = None

    def endpoint(self) -> Endpoint:
        """Where it listens.

        Raises:
            ConfigurationError: the extra is not installed.
            ModelError: the file cannot be loaded.
        """
        with self._lock:
            if not self._endpoint:
                self._endpoint = self._start()
            return self._endpoint

    def _start(self) -> Endpoint:
        try:
            import xllamacpp  # noqa: PLC0415
        except ImportError as error:
            raise ConfigurationError(
                "CITEWELL_LLM_GGUF: needs the package xllamacpp; run pip install 'citewell[local-llm]'"
            ) from error
        if not _is_gguf(self.gguf):
            raise ModelError(f"language model {self.gguf}: no GGUF file; set CITEWELL_LLM_GGUF to one")
        key = secrets.token_urlsafe(32)
        params = xllamacpp.CommonParams()
        params.model.path = str(self.gguf)
        params.hostnames = ["127.0.0.1"]
        params.port = 0  # a free one
        params.api_keys = [key]
        params.ui = params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = False
        params.n_ctx = CONTEXT
        params.n_parallel = 1  # two at once would each take twice as long
        params.verbosity = QUIET
        try:
            self._server = xllamacpp.Server(params)
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(
                f"language model {self.gguf}: llama.cpp cannot load it ({error}); set CITEWELL_LLM_GGUF to another"
            ) from error
        return Endpoint(f"{self._server.listening_address}/v1", self.gguf.stem, key)


def _is_gguf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"GGUF"
    except OSError:
        return False
