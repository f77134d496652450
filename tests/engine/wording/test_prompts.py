"""The prompts: each loads, and its placeholders are those that it is given."""

from pathlib import Path

import pytest

from citewell.errors import ConfigurationError
from citewell.prompts import prompt as prompt_module
from citewell.prompts.prompt import load_prompt

FOLDER = Path(prompt_module.__file__).parent
PLACEHOLDERS = {
    "answer": {"passages", "question"},
    "combine": {"passages", "question"},
    "rewrite": {"turns", "question"},
}


def test_every_prompt_is_known() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(PLACEHOLDERS)


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_a_prompt(name: str) -> None:
    prompt = load_prompt(name)
    assert prompt.placeholders == PLACEHOLDERS[name]
    assert "$" not in prompt.instructions
    assert "---" not in prompt.instructions
    assert prompt.data.count("$") == len(PLACEHOLDERS[name])
    assert "Reply in JSON: {" in prompt.instructions


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_messages(name: str) -> None:
    """What is put in is not read for placeholders, and the instructions never change."""
    prompt = load_prompt(name)
    values = {value: f"$question {value} ${{passages}} $$\n---\n" for value in PLACEHOLDERS[name]}
    system, user = prompt.messages(**values)
    assert system == {"role": "system", "content": prompt.instructions}
    assert user["role"] == "user"
    assert all(value in user["content"] for value in values.values())
    other = prompt.messages(**dict.fromkeys(PLACEHOLDERS[name], "x"))
    assert other[0]["content"].encode() == system["content"].encode()


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_a_value_that_is_missing(name: str) -> None:
    with pytest.raises(KeyError):
        load_prompt(name).messages(question="x")


def test_a_prompt_without_its_parting_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.md").write_text("Only instructions.\n", encoding="utf-8")
    monkeypatch.setattr(prompt_module, "_FOLDER", tmp_path)
    with pytest.raises(ConfigurationError, match=r"^prompt broken\.md: has no line ---; put "):
        load_prompt("broken")
