"""A prompt: a file of this folder. Its instructions come first and never change, so that a model's server can keep them
read; what changes with every question comes after the line `---`, with $placeholders."""

import string
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..errors import ConfigurationError

_FOLDER = Path(__file__).parent
_PARTED = "\n---\n"


@dataclass(frozen=True)
class Prompt:
    """Instructions, and what they are about, with the names of its placeholders."""

    instructions: str
    data: str

    @property
    def placeholders(self) -> frozenset[str]:
        return frozenset(string.Template(self.data).get_identifiers())

    def messages(self, **values: str) -> list[dict[str, str]]:
        """The messages of a chat, as the OpenAI protocol has them.

        Raises:
            KeyError: a placeholder without a value.
        """
        data = string.Template(self.data).substitute(values)
        return [{"role": "system", "content": self.instructions}, {"role": "user", "content": data}]


@cache
def load_prompt(name: str) -> Prompt:
    """The prompt in `name.md`.

    Raises:
        ConfigurationError: its file lacks a part.
    """
    text = (_FOLDER / f"{name}.md").read_text(encoding="utf-8")
    instructions, parted, data = text.partition(_PARTED)
    if not parted:
        raise ConfigurationError(
            f"prompt {name}.md: has no line ---; put instructions before it and placeholders after"
        )
    return Prompt(instructions.strip(), data.strip())
