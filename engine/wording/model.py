"""The one interface to a language model: any endpoint that speaks the OpenAI protocol, the embedded one included."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...errors import ModelError
from ..metrics import LLM_REQUESTS, LLM_TOKENS

if TYPE_CHECKING:
    import httpx

TOKEN = 4  # characters of English text, on average: for what no server counts
NO_KEY = "none"  # a server that wants no key is sent this, never one from the environment

Messages = Sequence[Mapping[str, str]]
Schema = Mapping[str, Any]


@dataclass
class Usage:
    """Tokens that were read and written."""

    prompt: int = 0
    completion: int = 0


@dataclass(frozen=True)
class Endpoint:
    """Where a model is reached."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine, so that no proxy stands between."""
        return urlsplit(self.base_url).hostname in ("127.0.0.1", "localhost", "::1")


class LanguageModel:
    """A chat model behind an endpoint. Holds no connection between requests: it may be used from any event loop."""

    def __init__(self, endpoint: Callable[[], Endpoint], daily_tokens: int = 0) -> None:
        """`endpoint` is called at each request: it may start a server first. `daily_tokens` is what this process may
        spend in a day (UTC), 0 for any number."""
        self._endpoint = endpoint
        self._daily = daily_tokens
        self._spent = (date.min, 0)

    async def stream(self, messages: Messages, schema: Schema, max_tokens: int) -> AsyncGenerator[str, None]:
        """The reply, piece by piece, as JSON that the schema describes, where the server knows structured decoding.

        To stop early, close the iterator: the connection ends with it, and so does the server's work.

        Args:
            max_tokens: of the reply.

        Raises:
            ModelError: the endpoint cannot be reached, refuses, breaks off, or sends what is no reply; the day's tokens
                are spent.
        """
        if self._daily and self._spent_today() >= self._daily:
            LLM_REQUESTS.labels("refused").inc()
            raise ModelError(f"language model: {self._daily:,} tokens are spent today; raise CITEWELL_LLM_DAILY_TOKENS")
        used = Usage()
        written = 0
        outcome = "failed"
        try:
            async with aclosing(self._chunks(messages, schema, max_tokens, used)) as pieces:
                async for piece in pieces:
                    written += len(piece)
                    yield piece
            outcome = "done"
        except GeneratorExit:
            outcome = "stopped"
            raise
        finally:
            if not used.prompt:
                used.prompt = sum(len(message["content"]) for message in messages) // TOKEN
                used.completion = -(-written // TOKEN)
            LLM_REQUESTS.labels(outcome).inc()
            LLM_TOKENS.labels("prompt").inc(used.prompt)
            LLM_TOKENS.labels("completion").inc(used.completion)
            self._spent = (_today(), self._spent_today() + used.prompt + used.completion)

    async def whole(self, messages: Messages, schema: Schema, max_tokens: int) -> str:
        """The whole reply. Raises as `stream`."""
        async with aclosing(self.stream(messages, schema, max_tokens)) as pieces:
            return "".join([piece async for piece in pieces])

    def _spent_today(self) -> int:
        day, tokens = self._spent
        return tokens if day == _today() else 0

    async def _chunks(
        self, messages: Messages, schema: Schema, max_tokens: int, usage: Usage
    ) -> AsyncGenerator[str, None]:
        import httpx  # noqa: PLC0415
        from llama_index.core.llms import ChatMessage  # noqa: PLC0415
        from llama_index.llms.openai_like import OpenAILike  # noqa: PLC0415

        to = await asyncio.to_thread(self._endpoint)
        try:
            async with httpx.AsyncClient(
                timeout=None,  # who asks sets the time limit
                trust_env=not to.is_local,
                event_hooks={"request": [_without_others]},
            ) as client:
                model = OpenAILike(**_options(to, schema, max_tokens) | {"async_http_client": client})
                chat = [ChatMessage(content=m["content"], role=m["role"]) for m in messages]
                async for chunk in await model.astream_chat(chat):
                    if chunk.delta:
                        yield chunk.delta
                    _count(chunk.raw, usage)
        except Exception as error:  # whatever the libraries raise at what an endpoint sends is the endpoint's fault
            raise ModelError(f"language model {to.model}: {_fault(error)}; see that its server is up") from error


async def _without_others(request: "httpx.Request") -> None:
    """Take away what the library adds from the environment of other programs."""
    for name in ("openai-organization", "openai-project"):
        request.headers.pop(name, None)


def _today() -> date:
    return datetime.now(UTC).date()


def _options(to: Endpoint, schema: Schema, max_tokens: int) -> dict[str, Any]:
    return {
        "model": to.model,
        "api_base": to.base_url,
        "api_key": to.api_key or NO_KEY,
        "is_chat_model": True,
        "temperature": 0.0,
        "max_tokens": max_tokens,
        "max_retries": 0,
        "reuse_client": False,
        "additional_kwargs": {"response_format": _format(schema), "stream_options": {"include_usage": True}},
    }


def _format(schema: Schema) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": schema}}


def _count(raw: Any, usage: Usage) -> None:
    told = getattr(raw, "usage", None)
    if told:
        usage.prompt, usage.completion = told.prompt_tokens or 0, told.completion_tokens or 0


def _fault(error: Exception) -> str:
    """What went wrong, in one line, without what was sent."""
    from openai import APIConnectionError, APIError, APIStatusError  # noqa: PLC0415

    if isinstance(error, APIStatusError):
        return f"answers with HTTP status {error.status_code}"
    if isinstance(error, APIConnectionError):
        return "cannot be reached"
    if isinstance(error, APIError):
        return "reports an error"
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0][:200]}" if text else type(error).__name__
