"""Known-fact suites: JSON lines, one `Item` a line, checked strictly.

`Item` is the one description of the format: `item.schema.json` is written from it, by `make docs`.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainSerializer, TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from ..engine.answer import clean_question
from ..errors import InputError, first_fault
from .facts import tokens

SCHEMA = Path(__file__).parent / "item.schema.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_STRICT = ConfigDict(extra="forbid", strict=True)


def _worded(text: str) -> str:
    if not tokens(text):
        raise PydanticCustomError("unworded", "{text} holds no word or number", {"text": repr(text)})
    return text


Phrase = Annotated[str, AfterValidator(_worded), Field(json_schema_extra={"pattern": r"\w"})]
Name = Annotated[str, Field(min_length=1)]
Fact = Annotated[tuple[Phrase, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Place:
    """Where facts stand: a section, or a table and perhaps its row. Names may be cut to their first words."""

    __pydantic_config__: ClassVar[ConfigDict] = {
        **_STRICT,
        "json_schema_extra": {
            "oneOf": [{"required": ["section"]}, {"required": ["table"]}],
            "dependentRequired": {"row": ["table"]},
        },
    }

    section: Annotated[Phrase, Field(description="a heading; in it, or in a section under it")] = ""
    table: Annotated[Phrase, Field(description="a table's caption, a heading over it, or a sheet's file name")] = ""
    row: Annotated[Phrase, Field(description="a cell of the row; without it, any row will do")] = ""

    def __post_init__(self) -> None:
        if bool(self.section) == bool(self.table):
            raise InputError("where: a place is a section or a table; name one of them")
        if self.row and not self.table:
            raise InputError("where: a row is of a table; name the table, not a section")

    def __str__(self) -> str:
        if self.section:
            return f"section “{self.section}”"
        return f"table “{self.table}”" + (f", row “{self.row}”" if self.row else "")


def _listed(where: Any) -> Any:
    """A single place as a tuple of one; an empty object is no place."""
    if isinstance(where, dict):
        return (where,) if where else ()
    return tuple(where) if isinstance(where, list) else where


def _unlisted(where: tuple[Place, ...]) -> Any:
    """Places as short as JSON can say them: a single one is no list."""
    places = [{key: value for key, value in vars(place).items() if value} for place in where]
    return places[0] if len(places) == 1 else places


_NoPlace = Annotated[dict[str, str], Field(max_length=0)]
Where = Annotated[
    tuple[Place, ...],
    BeforeValidator(_listed, json_schema_input_type=Place | list[Place] | _NoPlace),
    PlainSerializer(_unlisted),
]


@dataclass(frozen=True)
class Item:
    """A question and what a right answer holds."""

    __pydantic_config__: ClassVar[ConfigDict] = {
        **_STRICT,
        "json_schema_extra": {
            "if": {"properties": {"answerable": {"const": True}}},
            "then": {"required": ["facts"], "properties": {"facts": {"minItems": 1}}},
            "else": {"properties": {"facts": {"maxItems": 0}}},
        },
    }

    id: Annotated[Name, Field(description="unique in the suite")]
    category: Annotated[Name, Field(description="the kind of question: scores are also given per category")]
    question: Annotated[
        str,
        Field(description="the question as a user would type it"),
        Field(json_schema_extra={"pattern": r"\w"}),
    ]
    answerable: Annotated[bool, Field(description="false: no document answers it, and the right reply is a refusal")]
    turns: Annotated[tuple[str, ...], Field(description="the user's earlier questions, oldest first")] = ()
    facts: Annotated[
        tuple[Fact, ...],
        Field(description="what a right answer holds: all are required, each a list of alternatives"),
    ] = ()
    sources: Annotated[tuple[Name, ...], Field(description="file names of documents; each holds one fact or more")] = ()
    where: Annotated[
        Where,
        Field(description="where the facts stand: a place, or a list of them; empty in a document without headings"),
    ] = ()
    must_not: Annotated[
        tuple[Phrase, ...],
        Field(description="what no right answer holds, such as a neighbouring row's figure"),
    ] = ()
    filters: Annotated[dict[str, str], Field(description="asked of these documents only, as in a batch line")] = field(
        default_factory=dict
    )
    note: Annotated[str, Field(description="for a person: why the question is harder than it looks")] = ""

    def __post_init__(self) -> None:
        clean_question(self.question)
        if self.answerable != bool(self.facts):
            raise InputError("an answerable item needs facts, and one that is not answerable has none")


class _Schema(GenerateJsonSchema):
    """Without the titles that only repeat a key, and the defaults that only say that it may be left out."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


_ITEM = TypeAdapter(Item)


def item_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a line, as an object."""
    return {"$schema": _DIALECT, **_ITEM.json_schema(schema_generator=_Schema)}


def write_schema(path: Path = SCHEMA) -> None:
    """Write `item_schema` to a file."""
    path.write_text(json.dumps(item_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def load_suite(path: Path) -> list[Item]:
    """The items of a suite file, in order; blank lines are passed over.

    Raises:
        InputError: the file cannot be read, or a line is not an item, or repeats an id; names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
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


def suite_line(item: Item) -> str:
    """An item as a line of a suite, without line end; keys that hold nothing are left out."""
    return json.dumps(_ITEM.dump_python(item, mode="json", exclude_defaults=True), ensure_ascii=False)


def _parse(line: str, place: str) -> Item:
    try:
        return _ITEM.validate_json(line)
    except ValidationError as error:
        raise InputError(f"{place}: {first_fault(error)}; correct the line") from error
    except InputError as error:
        raise InputError(f"{place}: {error}") from error


if __name__ == "__main__":
    write_schema()
