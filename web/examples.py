"""Questions that the chat page offers to start with."""

import tomllib
from collections.abc import Collection
from pathlib import Path

FILE = Path(__file__).with_name("examples.toml")


def example_questions(documents: Collection[str], file: Path = FILE) -> list[str]:
    """The questions of `file` whose document (a file name) is among the indexed `documents`."""
    examples = tomllib.loads(file.read_text(encoding="utf-8"))["examples"]
    return [example["question"] for example in examples if example["document"] in documents]
