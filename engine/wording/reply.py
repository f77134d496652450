"""A model's reply as it comes in: sentences with the numbers of the passages that say them."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 200  # characters of a sentence: a longer one rambles, or copies a whole quote, which is shown already

_OPENING = re.compile(r'"sentences"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_MARKS = re.compile(r"\s*[\[(](?:passages? |findings? )?\d+(?:\s*,\s*\d+)*[\])](?=[\s.,;]|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Sentence:
    """A sentence as a model wrote it, and the passages that it names; those that do not exist are left out."""

    text: str
    passages: tuple[int, ...]


def schema(count: int) -> dict[str, Any]:
    """The JSON schema of a reply about passages numbered from 1 to `count`."""
    sentence = {
        "type": "object",
        "additionalProperties": False,
        "required": ["passages", "text"],
        "properties": {
            "passages": {"type": "array", "items": {"type": "integer", "enum": list(range(1, count + 1))}},
            "text": {"type": "string"},
        },
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["sentences"],
        "properties": {"sentences": {"type": "array", "items": sentence}},
    }


class Reply:
    """Takes a reply in piece by piece, and gives each sentence when it is complete."""

    def __init__(self, known: Collection[int]) -> None:
        """`known` are the numbers of the passages."""
        self._known = known
        self._text = ""
        self._at = -1  # behind the last whole sentence; -1 before the list opens

    def feed(self, piece: str) -> Iterator[Sentence]:
        """The sentences that this piece completes."""
        self._text += piece
        if self._at < 0:
            opening = _OPENING.search(self._text)
            if not opening:
                return
            self._at = opening.end()
        while found := self._next():
            yield found

    @property
    def pending(self) -> int:
        """Characters that belong to no whole sentence yet."""
        return len(self._text) - max(self._at, 0)

    @property
    def closed(self) -> bool:
        """Whether the list of sentences has come to its end."""
        return self._at >= 0 and self._text[self._at :].lstrip().startswith("]")

    def _next(self) -> Sentence | None:
        while True:
            between = _BETWEEN.match(self._text, self._at)
            start = between.end() if between else self._at
            try:
                told, self._at = json.JSONDecoder().raw_decode(self._text, start)
            except (ValueError, RecursionError):  # not whole yet, or no JSON at all: then nothing comes of it
                return None
            if found := sentence_of(told, self._known):
                return found


def sentence_of(told: Any, known: Collection[int]) -> Sentence | None:
    """A sentence from what a model sent for one; None when it is none."""
    if not isinstance(told, Mapping) or not isinstance(told.get("text"), str):
        return None
    text = _MARKS.sub("", " ".join(told["text"].split()))
    numbers = told.get("passages")
    named = numbers if isinstance(numbers, list) else [numbers]
    kept = [n for n in dict.fromkeys(n for n in named if isinstance(n, int) and not isinstance(n, bool)) if n in known]
    return Sentence(text, tuple(kept)) if text else None
