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
from citewell.ingest.document import Block
from citewell.tests.engine.conftest import around_in, candidates_of, chunks_of, query_of

NAMES = [field.name for field in fields(Features)]
SHARES = st.fixed_dictionaries({name: st.floats(-1, 1) for name in NAMES})
NOTHING = Features(**dict.fromkeys(NAMES, 0.0))
CHUNKS = chunks_of(Block("text", "In 2024 Ada Marsh counted 40 ducks on the pond."), Block("text", "Swans eat bread."))


def features_of(question: str, chunks: Sequence[Chunk] = CHUNKS) -> Features:
    query, candidates = query_of(question), candidates_of(chunks, question)
    lexical = LexicalIndex.build((str(chunk.ordinal), chunk) for chunk in chunks)
    lead = draft_of(candidates[0], query, around_in(chunks))
    return features(query, candidates, lexical, lead)


def test_there_is_a_coefficient_for_every_feature() -> None:
    stored = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))
    assert set(stored["coefficients"]) == {"intercept", *NAMES}
    assert "fitted by eval/calibrate.py" in stored["note"]


@given(SHARES.map(lambda values: Features(**values)))
def test_confidence_is_a_probability(found: Features) -> None:
    assert 0 < confidence(found) < 1


@pytest.mark.parametrize("name", ["read", "read_any", "cosine", "passage_coverage", "lead_meets"])
def test_more_of_a_good_sign_is_more_confidence(name: str) -> None:
    assert confidence(replace(NOTHING, **{name: 1.0})) > confidence(NOTHING)


@pytest.mark.parametrize("name", ["numbers_unknown", "names_missing"])
def test_a_bad_sign_is_less_confidence(name: str) -> None:
    assert confidence(replace(NOTHING, **{name: 1.0})) < confidence(NOTHING)


def test_a_question_that_is_answered() -> None:
    found = features_of("Did Ada Marsh count ducks on the pond in 2024?")
    assert found.passage_coverage == 1
    assert (found.numbers_unknown, found.names_missing, found.lead_meets) == (0, 0, 1)
    assert -1 <= found.cosine <= 1


def test_a_question_on_something_else() -> None:
    found = features_of("Did Bo Reed sell 17 elephants in 1999?")
    assert found.passage_coverage == 0
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


@pytest.mark.parametrize(
    ("question", "meets"),
    [
        ("Who counted the ducks on the pond?", 1),
        ("Which council counted the ducks on the pond?", 1),
        ("When were the ducks on the pond counted?", 1),
        ("What share of the ducks on the pond was counted?", 0),
        ("Were ducks counted on the pond?", 1),  # no kind of thing is asked for
    ],
)
def test_whether_the_lead_holds_what_is_asked_for(question: str, meets: float) -> None:
    assert features_of(question).lead_meets == meets


def test_a_question_without_terms() -> None:
    assert all(math.isfinite(value) for value in asdict(features_of("Who was it?")).values())
