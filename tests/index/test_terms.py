"""Text to terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewell.index.terms import STOP_WORDS, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("What is the", ()),
        ("Social workers' caseloads", ("social", "worker", "caseload")),
        ("the child's plan, the council’s plan", ("child", "plan", "council", "plan")),
        ("Café Temür ZOË", ("cafe", "temur", "zoe")),
        ("£3,000 or 37.7% of 10,000", ("3000", "37.7", "10000")),
        ("2023-24, 1.", ("2023", "24", "1")),
        ("RC9 A1", ("rc", "9", "a1"[1:])),
        ("ﬁve", ("five",)),
    ],
)
def test_terms(text: str, expected: tuple[str, ...]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize("forms", [("visit", "visits", "visited", "visiting"), ("policy", "policies")])
def test_inflections_are_one_term(forms: tuple[str, ...]) -> None:
    assert len({terms(form) for form in forms}) == 1


@given(st.text(max_size=200))
def test_terms_are_lower_case_and_no_stop_word_is_kept(text: str) -> None:
    found = terms(text)
    assert all(term and term == term.lower() for term in found)
    assert not any(terms(word) for word in STOP_WORDS)
