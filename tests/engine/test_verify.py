"""Verification: quotes are verbatim, and no figure, name or word of duty comes from nowhere."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewell.engine.answer import Citation
from citewell.engine.verify import is_verbatim, unsupported
from citewell.ingest.document import Block
from citewell.tests.engine.conftest import chunks_of

CHUNKS = chunks_of(*(Block("text", f"Pond {n} has ducks. " * 30 + "It is deep.") for n in range(4)))
TEXT = "".join(chunk.text for chunk in CHUNKS)


def citation(start: int, end: int, quote: str | None = None) -> Citation:
    return Citation(1, "id", "parks.txt", "Parks", None, "", TEXT[start:end] if quote is None else quote, start, end)


@given(st.integers(0, len(TEXT) - 1), st.integers(1, 400))
def test_a_quote_at_its_place_is_verbatim(start: int, length: int) -> None:
    assert is_verbatim(citation(start, min(len(TEXT), start + length)), CHUNKS)


def test_a_quote_over_two_chunks_is_verbatim() -> None:
    edge = CHUNKS[1].start
    assert is_verbatim(citation(edge - 20, edge + 20), CHUNKS[:2])


@pytest.mark.parametrize(
    "wrong",
    [
        citation(10, 30, quote="Something else."),
        citation(10, 30, quote=TEXT[11:31]),
        citation(10, 30, quote=TEXT[10:29]),
        citation(10, 30, quote=TEXT[10:30].upper()),
        citation(10, 10),
        citation(len(TEXT), len(TEXT) + 9),
    ],
    ids=["other", "shifted", "short", "case", "empty", "outside"],
)
def test_what_is_not_verbatim(wrong: Citation) -> None:
    assert not is_verbatim(wrong, CHUNKS)


def test_a_quote_before_the_chunks_is_not_verbatim() -> None:
    assert not is_verbatim(citation(0, 20), CHUNKS[1:])
    assert is_verbatim(replace(citation(CHUNKS[1].start, CHUNKS[1].start + 20)), CHUNKS[1:])


@pytest.mark.parametrize(
    ("text", "held_by", "missing"),
    [
        ("Ducks: 37.7%", ["37.7% of ducks"], set()),
        ("Ducks: 37.8%", ["37.7% of ducks"], {"37.8"}),
        ("Ducks: 37%", ["37.7% of ducks"], {"37"}),
        ("1,240 in 2024", ["In 2024", "there were 1,240."], set()),
        ("1240", ["1,240"], {"1240"}),
        ("no figure", [], set()),
        ("4", [], {"4"}),
        ("Wardens must count ducks.", ["wardens should count ducks"], {"must"}),
        ("Wardens must count ducks.", ["Wardens must not count ducks."], {"must"}),
        ("Wardens mustn't count.", ["Wardens must not count."], set()),
        ("Wardens cannot swim.", ["Wardens can swim."], {"can not"}),
        ("Ducks may swim.", ["Ducks may swim in May."], set()),
        ("Ducks came in May.", ["Ducks may come."], {"May"}),
        ("The warden is Ann Reed.", ["Ann Rees is the warden."], {"Reed"}),
        ("The warden is Ann Reed.", ["Ann Reed is the warden."], set()),
        ("They came on 3 June.", ["They came on 3 July."], {"June"}),
    ],
)
def test_what_no_quote_holds(text: str, held_by: list[str], missing: set[str]) -> None:
    assert unsupported(text, held_by) == missing
