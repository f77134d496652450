"""The probability that the documents answer."""

import json
import math
from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewell.engine.confidence import COEFFICIENTS, Features, confidence, features
from citewell.index.lexical import LexicalIndex
from citewell.ingest.document import Block
from citewell.tests.engine.conftest import candidates_of, chunks_of, passages_of, query_of

NAMES = [field.name for field in fields(Features)]
SHARES = st.fixed_dictionaries({name: st.floats(-1, 1) for name in NAMES})
NOTHING = Features(**dict.fromkeys(NAMES, 0.0))
CHUNKS = chunks_of(Block("text", "In 2024 Ada Marsh counted 40 ducks on the pond."), Block("text", "Swans eat bread."))


def features_of(question: str) -> Features:
    passages = passages_of(CHUNKS, question)
    lexical = LexicalIndex.build((str(chunk.ordinal), chunk) for chunk in CHUNKS)
    return features(query_of(question), candidates_of(CHUNKS, question), passages, lexical, meets_intent=True)


def test_there_is_a_coefficient_for_every_feature() -> None:
    stored = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))
    assert set(stored["coefficients"]) == {"intercept", *NAMES}
    assert "fitted by eval/calibrate.py" in stored["note"]


@given(SHARES.map(lambda values: Features(**values)))
def test_confidence_is_a_probability(found: Features) -> None:
    assert 0 < confidence(found) < 1


@pytest.mark.parametrize("name", ["passage_cosine", "passage_coverage", "unit_margin", "bm25"])
def test_more_of_a_good_sign_is_more_confidence(name: str) -> None:
    assert confidence(replace(NOTHING, **{name: 1.0})) > confidence(NOTHING)


@pytest.mark.parametrize("name", ["numbers_unknown", "names_missing"])
def test_a_bad_sign_is_less_confidence(name: str) -> None:
    assert confidence(replace(NOTHING, **{name: 1.0})) < confidence(NOTHING)


def test_a_question_that_is_answered() -> None:
    found = features_of("Did Ada Marsh count ducks on the pond in 2024?")
    assert (found.passage_coverage, found.rarest_missing) == (1, 0)
    assert (found.numbers_unknown, found.names_missing, found.meets_intent) == (0, 0, 1)
    assert all(-1 <= value <= 1 for name, value in asdict(found).items() if "cosine" in name or "coverage" in name)


def test_a_question_on_something_else() -> None:
    found = features_of("Did Bo Reed sell 17 elephants in 1999?")
    assert found.passage_coverage == found.unit_coverage == 0
    assert found.rarest_missing == 1
    assert (found.numbers_unknown, found.names_missing) == (1, 1)
    assert confidence(found) < confidence(features_of("Did Ada Marsh count ducks on the pond in 2024?"))


def test_a_question_without_terms() -> None:
    assert all(math.isfinite(value) for value in asdict(features_of("Who was it?")).values())
