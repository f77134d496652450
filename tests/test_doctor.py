"""The checks of a language model: whichever is set is really asked."""

from pathlib import Path

import pytest

from citewell.tests.conftest import Cli
from citewell.tests.engine.wording.endpoint import Behaviour, refuses, scripted, writes


def checked(cli: Cli, name: str) -> tuple[bool, str]:
    """Whether a check is content, and what it says."""
    [check] = [check for check in cli("doctor", "--json").json["checks"] if check["name"] == name]
    return check["ok"], check["detail"]


@pytest.mark.parametrize(
    ("behaviour", "ok", "told"),
    [
        (writes('{"question": "How many playgrounds are there?"}'), True, "tiny replies in the form asked for, in "),
        (writes("How many playgrounds are there?"), False, "tiny: does not keep to a JSON schema; use a server with"),
        (refuses(401), False, "language model tiny: answers with HTTP status 401; see that its server is up"),
    ],
    ids=["good", "prose", "a wrong key"],
)
def test_an_endpoint_is_asked(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour, ok: bool, told: str
) -> None:
    monkeypatch.setenv("CITEWELL_LLM_MODEL", "tiny")
    monkeypatch.setenv("CITEWELL_LLM_API_KEY", "a-secret")
    with scripted(behaviour) as endpoint:
        monkeypatch.setenv("CITEWELL_LLM_BASE_URL", endpoint.url)
        found, detail = checked(cli, "language model")
    assert (found, detail[: len(told)]) == (ok, told)
    assert "a-secret" not in detail
    assert endpoint.requests[0].headers["authorization"] == "Bearer a-secret"


def test_an_endpoint_that_is_not_there(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWELL_LLM_MODEL", "tiny")
    monkeypatch.setenv("CITEWELL_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    fault = "language model tiny: cannot be reached; see that its server is up"
    assert checked(cli, "language model") == (False, fault)


def test_a_file_that_is_no_model(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "notes.gguf"
    file.write_text("no model")
    monkeypatch.setenv("CITEWELL_LLM_GGUF", str(file))
    fault = f"language model {file}: no GGUF file; set CITEWELL_LLM_GGUF to one"
    assert checked(cli, "language model") == (False, fault)


def test_inference_that_does_not_load(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CITEWELL_NLI", str(tmp_path))
    ok, detail = checked(cli, "nli")
    assert not ok
    assert detail.startswith(f"nli {tmp_path}: ")
    assert "set CITEWELL_NLI to a cross-encoder, or to nothing" in detail
