"""What settings of a language model may be, together."""

from pathlib import Path

import pytest

from citewell.errors import ConfigurationError
from citewell.settings import load_settings

URL = "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"llm_base_url": URL, "llm_model": "m", "llm_gguf": "m.gguf"}, "llm_base_url and llm_gguf: both set; set the"),
        ({"llm_base_url": URL}, "llm_model: not set; give the model's name"),
        ({"llm_base_url": "127.0.0.1:8000", "llm_model": "m"}, "llm_base_url: '127.0.0.1:8000' is no address"),
        ({"llm_model": "m"}, "llm_base_url: not set, though llm_model or llm_api_key is"),
        ({"llm_api_key": "k"}, "llm_base_url: not set, though llm_model or llm_api_key is"),
        ({"llm_seconds": 0}, "llm_seconds: "),
        ({"llm_max_tokens": 1}, "llm_max_tokens: "),
    ],
    ids=str,
)
def test_what_does_not_go_together(given: dict[str, object], fault: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load_settings(**given)
    assert str(raised.value).startswith(f"setting {fault}")


def test_a_key_is_not_shown() -> None:
    settings = load_settings(llm_base_url=URL, llm_model="m", llm_api_key="a-secret")
    assert "a-secret" not in repr(settings)
    assert settings.llm_api_key.get_secret_value() == "a-secret"


def test_a_model_on_this_machine_reads_less() -> None:
    endpoint = load_settings(llm_base_url=URL, llm_model="m")
    embedded = load_settings(llm_gguf=Path("m.gguf"))
    chosen = load_settings(llm_gguf=Path("m.gguf"), llm_passage_tokens=450)
    assert embedded.passage_tokens < endpoint.passage_tokens
    assert chosen.passage_tokens == 450
