"""Known-fact suites: JSON lines, one `Item` a line, checked strictly."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ..engine.answer import clean_question
from ..errors import InputError
from .facts import tokens


@dataclass(frozen=True)
class Item:
    """A question and what a right answer holds.

    `facts` are all required; each is a tuple of alternatives, any one of which will do. `sources` names the documents
    that hold them, `where` the section, or table and row, for a person to look in. `must_not` are phrases that make
    an answer wrong. An item that is not `answerable` has no facts: the right reply is a refusal.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    id: str
    category: str
    question: str
    answerable: bool
    turns: tuple[str, ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    sources: tuple[str, ...] = ()
    where: dict[Literal["section", "table", "row"], str] = field(default_factory=dict)
    must_not: tuple[str, ...] = ()
    filters: dict[str, str] = field(default_factory=dict)
    note: str = ""

    def __post_init__(self) -> None:
        clean_question(self.question)
        if not self.id or not self.category:
            raise InputError("id and category must not be empty")
        if self.answerable != bool(self.facts):
            raise InputError("an answerable item needs facts, and one that is not answerable has none")
        if not all(self.facts):
            raise InputError("a fact needs at least one alternative")
        for phrase in (*(text for fact in self.facts for text in fact), *self.must_not):
            if not tokens(phrase):
                raise InputError(f"{phrase!r} holds no word or number")


_ITEM = TypeAdapter(Item)


def load_suite(path: Path) -> list[Item]:
    """The items of a suite file, in order; blank lines are passed over.

    Raises:
        InputError: the file cannot be read, or a line is not an item, or repeats an id; names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text ({error}); give a JSON-lines file") from error
    items: dict[str, Item] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        item = _parse(line, f"{path.name}, line {number}")
        if item.id in items:
            raise InputError(f"{path.name}, line {number}: id {item.id!r} is taken; give each item its own")
        items[item.id] = item
    if not items:
        raise InputError(f"{path.name}: holds no item; add one a line")
    return list(items.values())


def _parse(line: str, place: str) -> Item:
    try:
        return _ITEM.validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{place}: {f'{name}: ' if name else ''}{first['msg']}; correct the line") from error
    except InputError as error:
        raise InputError(f"{place}: {error}") from error
