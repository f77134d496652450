"""The probability that the documents answer."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewell.engine.confidence import COEFFICIENTS, Features, confidence, features
from citewell.engine.draft import draft_of
from citewell.index.lexical import LexicalIndex
from citewell.ingest.chunk import Chunk
from citewell.ingest.document import Block, Table, table_block
from citewell.tests.engine.conftest import around_in, candidates_of, chunks_of, passages_of, query_of

NAMES = [field.name for field in fields(Features)]
SHARES = st.fixed_dictionaries({name: st.floats(-1, 1) for name in NAMES})
NOTHING = Features(**dict.fromkeys(NAMES, 0.0))
CHUNKS = chunks_of(Block("text", "In 2024 Ada Marsh counted 40 ducks on the pond."), Block("text", "Swans eat bread."))


def features_of(question: str, chunks: Sequence[Chunk] = CHUNKS) -> Features:
    query, candidates = query_of(question), candidates_of(chunks, question)
    lexical = LexicalIndex.build((str(chunk.ordinal), chunk) for chunk in chunks)
    lead = draft_of(candidates[0], query, around_in(chunks))
    return features(query, candidates, passages_of(chunks, question), lexical, lead)


def test_there_is_a_coefficient_for_every_feature() -> None:
    stored = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))
    assert set(stored["coefficients"]) == {"intercept", *NAMES}
    assert "fitted by eval/calibrate.py" in stored["note"]


@given(SHARES.map(lambda values: Features(**values)))
def test_confidence_is_a_probability(found: Features) -> None:
    assert 0 < confidence(found) < 1


@pytest.mark.parametrize("name", ["cosine", "bm25", "passage_coverage", "near_coverage", "lead_meets", "lead_counts"])
def test_more_of_a_good_sign_is_more_confidence(name: str) -> None:
    assert confidence(replace(NOTHING, **{name: 1.0})) > confidence(NOTHING)


@pytest.mark.parametrize("name", ["rarest_missing", "numbers_unknown", "names_missing"])
def test_a_bad_sign_is_less_confidence(name: str) -> None:
    assert confidence(replace(NOTHING, **{name: 1.0})) < confidence(NOTHING)


def test_a_question_that_is_answered() -> None:
    found = features_of("Did Ada Marsh count ducks on the pond in 2024?")
    assert (found.passage_coverage, found.near_coverage, found.rarest_missing) == (1, 1, 0)
    assert (found.numbers_unknown, found.names_missing, found.lead_meets) == (0, 0, 1)
    assert -1 <= found.cosine <= 1
    assert found.question_terms == math.log1p(6)


def test_a_question_on_something_else() -> None:
    found = features_of("Did Bo Reed sell 17 elephants in 1999?")
    assert found.passage_coverage == found.near_coverage == 0
    assert found.rarest_missing == 1
    assert (found.numbers_unknown, found.names_missing) == (1, 1)
    assert confidence(found) < confidence(features_of("Did Ada Marsh count ducks on the pond in 2024?"))


def test_a_number_that_the_documents_have_elsewhere() -> None:
    """It is not unknown, and the best passage lacks it all the same."""
    chunks = chunks_of(
        Block("heading", "Ducks", level=1),
        Block("text", "The ducks of Hatton swim on the pond."),
        Block("heading", "Bread", level=1),
        Block("text", "Bread was banned in 1999."),
    )
    found = features_of("How many ducks of Hatton swam on the pond in 1999?", chunks)
    assert (found.numbers_unknown, found.names_missing) == (0, 0.5)


def test_what_stands_beside_and_over_the_best_unit_is_near() -> None:
    sentences = "There are ducks at Hatton.", "They swim on the pond.", "It is deep.", "Bread is banned."
    chunks = chunks_of(Block("text", " ".join(sentences)))
    assert features_of("Do they swim on the pond with ducks?", chunks).near_coverage == 1
    assert features_of("Do they swim on the pond of the parks?", chunks).near_coverage == 1
    far = features_of("Do they swim on the pond with bread?", chunks)
    assert far.passage_coverage == 1 > far.near_coverage
    assert far.rarest_missing > 0


@pytest.mark.parametrize(
    ("question", "meets", "meets_name", "wants_name", "wants_figure"),
    [
        ("Who counted the ducks on the pond?", 1, 1, 1, 0),
        ("Which council counted the ducks on the pond?", 1, 1, 1, 0),
        ("When were the ducks on the pond counted?", 1, 0, 0, 1),
        ("What share of the ducks on the pond was counted?", 0, 0, 0, 1),
        ("Were ducks counted on the pond?", 1, 0, 0, 0),  # no kind of thing is asked for
    ],
)
def test_whether_the_lead_holds_what_is_asked_for(
    question: str, meets: float, meets_name: float, wants_name: float, wants_figure: float
) -> None:
    found = features_of(question)
    assert (found.lead_meets, found.lead_meets_name) == (meets, meets_name)
    assert (found.wants_name, found.wants_figure) == (wants_name, wants_figure)


@pytest.mark.parametrize(
    ("question", "how_many", "counted"),
    [
        ("How many ducks were on the pond?", 1, 1),
        ("How many frogs were counted on the pond?", 1, 0),
        ("Who counted ducks on the pond?", 0, 0),
    ],
)
def test_whether_the_lead_counts_what_is_asked_for(question: str, how_many: float, counted: float) -> None:
    found = features_of(question)
    assert (found.how_many, found.lead_counts) == (how_many, counted)


def test_a_row_is_read_with_its_header() -> None:
    chunks = chunks_of(table_block(Table(("Pond", "Ducks"), (("North", "30"), ("South", "10")), "Birds by pond")))
    found = features_of("How many ducks has the pond North?", chunks)
    assert (found.best_is_row, found.lead_counts) == (1, 1)
    assert features_of("How many ducks were on the pond?").best_is_row == 0


def test_a_number_of_other_things_is_less_confidence() -> None:
    asked = replace(NOTHING, how_many=1.0)
    assert confidence(asked) < confidence(replace(asked, lead_counts=1.0))
    assert confidence(asked) < confidence(NOTHING)


def test_a_question_without_terms() -> None:
    assert all(math.isfinite(value) for value in asdict(features_of("Who was it?")).values())
