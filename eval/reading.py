"""A reading-comprehension benchmark: a folder with `docs/*.txt` and `questions.jsonl`."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import InputError
from ..index.passage import Passage

Kind = Literal["answerable", "outside", "near_miss"]
MIN_OVERLAP = 20  # characters that a unit of a passage must have for it to tell a paragraph


@dataclass(frozen=True)
class ReadingQuestion:
    """A question; an answerable one has `answers`, any of them right, and the text of the `paragraph` that answers."""

    id: str
    text: str
    kind: Kind
    document: str = ""
    paragraph: str = ""
    answers: tuple[str, ...] = ()


def load_reading(folder: Path) -> list[ReadingQuestion]:
    """The questions of a benchmark folder.

    Raises:
        InputError: the folder is not one.
    """
    path = folder / "questions.jsonl"
    if not path.is_file():
        raise InputError(f"{path}: no such file; give a folder with questions.jsonl and docs/")
    paragraphs = {file.name: _paragraphs(file) for file in (folder / "docs").glob("*.txt")}
    return [_question(json.loads(line), paragraphs) for line in path.read_text(encoding="utf-8").splitlines() if line]


def holds_answer(text: str, answers: Sequence[str]) -> bool:
    """Whether a text contains any of the answers, case and white space aside."""
    said = fold(text)
    return any(fold(answer) in said for answer in answers)


def paragraph_rank(question: ReadingQuestion, passages: Sequence[Passage]) -> int | None:
    """The rank of the first passage with a part of the question's paragraph; None when none has."""
    wanted = fold(question.paragraph)
    for passage in passages:
        chunk = passage.chunk
        units = (fold(chunk.text[unit.start : unit.end]) for unit in chunk.units)
        if chunk.document == question.document and any(len(unit) > MIN_OVERLAP and unit in wanted for unit in units):
            return passage.rank
    return None


def fold(text: str) -> str:
    """A text in lower case, its white space made single."""
    return re.sub(r"\s+", " ", text.lower()).strip()


def _paragraphs(file: Path) -> list[str]:
    parts = [part.strip() for part in file.read_text(encoding="utf-8").split("\n\n")]
    return [part for part in parts if part][1:]  # the first is the title


def _question(record: dict[str, object], paragraphs: dict[str, list[str]]) -> ReadingQuestion:
    found = ReadingQuestion(str(record["id"]), str(record["question"]), record["kind"])  # type: ignore[arg-type]
    if found.kind != "answerable":
        return found
    document, number = str(record["document"]), int(str(record["paragraph"]))
    answers = tuple(map(str, record["answers"]))  # type: ignore[call-overload]
    return ReadingQuestion(found.id, found.text, found.kind, document, paragraphs[document][number], answers)
