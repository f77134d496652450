"""What goes into the engine and what comes out, as frozen data."""

import re
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ..errors import InputError
from ..index.passage import Passage

Status = Literal["answered", "partial", "not_found", "blocked"]
Wording = Literal["auto", "quotes", "llm"]  # who words an answer: a language model where one is set, nobody, a model
MAX_QUESTION_LENGTH = 2000  # characters


@dataclass(frozen=True)
class Question:
    """A question, with the user's earlier questions (`turns`, oldest first) and filters on documents."""

    text: str
    id: str = ""
    turns: tuple[str, ...] = ()
    filters: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, record: Any) -> "Question":
        """A question from a batch line or an API body: `id`, `question`, optional `turns` and `filters`.

        Raises:
            InputError: a key that is missing, unknown or of the wrong type; an empty or over-long question.
        """
        if not isinstance(record, dict):
            raise InputError('question: not an object; send {"question": "…"}')
        unknown = set(record) - {"id", "question", "turns", "filters"}
        if unknown:
            raise InputError(f"question: unknown key {sorted(unknown)[0]!r}; use id, question, turns, filters")
        text, turns, filters = record.get("question"), record.get("turns") or (), record.get("filters") or {}
        if not isinstance(text, str):
            raise InputError("question: missing, or not text; send the question as a string")
        if not isinstance(turns, list | tuple) or not all(isinstance(turn, str) for turn in turns):
            raise InputError("turns: not a list of texts; send the user's earlier questions, oldest first")
        if not isinstance(filters, dict) or not all(isinstance(part, str) for pair in filters.items() for part in pair):
            raise InputError("filters: not an object of texts; send names and values as strings")
        return cls(clean_question(text), str(record.get("id", "")), tuple(turns), dict(filters))


def clean_question(text: str) -> str:
    """The question on one line.

    Raises:
        InputError: it is empty, or longer than `MAX_QUESTION_LENGTH` characters.
    """
    text = re.sub(r"\s+", " ", text).strip()
    if not re.search(r"\w", text):
        raise InputError("question: empty; type a question in plain words")
    if len(text) > MAX_QUESTION_LENGTH:
        raise InputError(f"question: {len(text):,} characters long; shorten it to {MAX_QUESTION_LENGTH:,} or fewer")
    return text


@dataclass(frozen=True)
class Citation:
    """Where a quote stands: `quote` is the document's stored text from `start` to `end` (characters)."""

    n: int
    document_id: str
    document: str
    title: str
    published: str | None  # ISO date
    locator: str
    quote: str
    start: int
    end: int
    also_in: tuple[str, ...] = ()  # names of other documents that hold the same passage


@dataclass(frozen=True)
class Statement:
    """One sentence of an answer, the numbers of the citations that support it, and how it was verified.

    A `quote` is in a document's own words; what is `supported` was worded by a language model and found in the quotes
    of its citations. `asked` are the spans of `text` (characters) that hold what was asked for: a figure, a name,
    a date.
    """

    text: str
    citations: tuple[int, ...]
    verified: Literal["quote", "supported"] = "quote"
    asked: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Dropped:
    """A sentence of a language model that is not shown, why, and the numbers of the passages that it named."""

    text: str
    reason: str
    passages: tuple[int, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What the engine returns.

    `ms` holds milliseconds for retrieve, compose, verify and total; where a language model was asked, also `write`,
    which is its part, and `first`, until its first sentence that is shown.
    """

    id: str
    question: str
    status: Status
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    confidence: float
    index: str = ""
    ms: dict[str, float] = field(default_factory=dict)
    message: str = ""  # in place of statements, or, of a part that the documents do not answer, after them
    rewritten: str | None = None
    answers: Literal["quotes", "llm"] = "quotes"  # llm: some statement is in a language model's words
    note: str = ""  # what became of a language model's wording, where not all of it is shown
    dropped: tuple[Dropped, ...] = ()  # what a language model wrote and is not shown: for evaluation only

    @property
    def withheld(self) -> int:
        """How many sentences of a language model are not shown."""
        return len(self.dropped)

    @classmethod
    def blocked(cls, answer_id: str, message: str) -> "Answer":
        """The answer to a question that was not looked up. It does not hold the question, which may hold case data."""
        return cls(answer_id, "", "blocked", (), (), (), 0.0, ms={"total": 0.0}, message=message)

    @property
    def text(self) -> str:
        """Plain text with `[1]` markers, a statement a line; then the message and the note, where there are any."""
        lines = [f"{s.text} {''.join(f'[{n}]' for n in s.citations)}" for s in self.statements]
        return "\n".join(filter(None, (*lines, self.message, self.note)))

    def as_json(self) -> dict[str, Any]:
        """The shape of `citewell ask --json` and `POST /api/ask`."""
        return {
            "id": self.id,
            "status": self.status,
            "answer": self.text,
            "message": self.message,
            "statements": [asdict(statement) for statement in self.statements],
            "citations": [asdict(citation) for citation in self.citations],
            "passages": [passage.as_json() for passage in self.passages],
            "confidence": round(self.confidence, 4),
            "rewritten": self.rewritten,
            "answers": self.answers,
            "note": self.note,
            "withheld": self.withheld,
            "index": self.index,
            "ms": {name: round(value, 1) for name, value in self.ms.items()},
        }
