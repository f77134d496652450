"""Facts: numbers as numbers, dates as dates, words as whole words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewell.eval.facts import contains_fact, tokens

HELD = [
    ("a share of 37.7 per cent", "37.7%"),
    ("37.70%", "37.7%"),
    ("37.7 percent of them", "37.7%"),
    ("Social Worker\t37.7%\t93", "37.7%"),
    ("£3000 a year", "3,000"),
    ("3,000", "£3000"),
    ("£1.2m in all", "£1.2 million"),
    ("£1.2 million", "£1,200,000"),
    ("a fall of -3.2%", "−3.2%"),
    ("by 17.", "17"),
    ("(17)", "17"),
    ("17 workers, 18 months", "17"),
    ("aged 16–17", "17"),
    ("on 17/09/2024", "17 September 2024"),
    ("on Tuesday 17th of September, 2024", "17/09/2024"),
    ("September 17, 2024", "17 September 2024"),
    ("2024-09-17", "17 Sept 2024"),
    ("17 September 2024", "September 2024"),
    ("17 September 2024", "2024"),
    ("on 3 January", "3 January"),
    ("In March 17 social workers left", "17"),
    ("someone aged 17 may ask", "17"),
    ("The Section\n151   Officer", "section 151 officer"),
    ("the S.151 Officer", "S.151 officer"),
    ("the children’s services", "Children's Services"),
    ("a well-being plan", "well being"),
    ("Assessed and Supported Year", "assessed and supported"),
]
NOT_HELD = [
    ("117", "17"),
    ("2017", "17"),
    ("17.5", "17"),
    ("17%", "17"),
    ("17", "17%"),
    ("37.7", "37.7%"),
    ("-17", "17"),
    ("17 September", "17"),
    ("17 September 2024", "18 September 2024"),
    ("S.151", "151"),
    ("version 1.17.3", "17"),
    ("0161 342 2222", "161"),
    ("seventeen", "17"),
    ("Team Managers", "Team Manager"),
    ("unsafe", "safe"),
    ("care leavers and others", "care others"),
    ("", "17"),
]


@pytest.mark.parametrize(("text", "fact"), HELD)
def test_held(text: str, fact: str) -> None:
    assert contains_fact(text, [fact])


@pytest.mark.parametrize(("text", "fact"), NOT_HELD)
def test_not_held(text: str, fact: str) -> None:
    assert not contains_fact(text, [fact])


def test_any_alternative_will_do() -> None:
    assert contains_fact("one in four", ["25%", "one in four"])
    assert not contains_fact("one in four", ["25%", "a quarter"])


def test_an_impossible_date_is_left_as_numbers() -> None:
    assert tokens("99/99/2024") == ("#99", "#99", "#2024")


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_spelling_of_a_date_is_the_same(day: date) -> None:
    spellings = ("%d %B %Y", "%B %d, %Y", "%d %b %Y", "%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y")
    assert len({tokens(day.strftime(spelling)) for spelling in spellings}) == 1


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_number_is_held_only_by_an_equal_one(one: int, other: int) -> None:
    assert contains_fact(f"there are {one:,} of them", [str(other)]) == (one == other)


@given(st.text(), st.text())
def test_a_text_holds_what_it_starts_with(start: str, rest: str) -> None:
    if tokens(start):
        assert contains_fact(start, [start])
    assert isinstance(contains_fact(rest, [start]), bool)
