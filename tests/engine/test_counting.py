"""How many of what: the things whose number is asked for."""

import pytest

from citewell.engine.counting import asks_how_many


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("How many ducks are there?", "duck"),
        ("How many ducks?", "duck"),
        ("In 2024, how many wild ducks did they see?", "duck"),
        ("How many social workers did one family have in 18 months?", "worker"),
        ("How many children live by the pond?", "children"),
        ("How many more staff came?", "staff"),
        ("how many DUCKS", "duck"),
        ("How many ducks' nests were found?", "nest"),
        ("How many sheep are there?", "sheep"),  # without a plural's ending, the last word it is
        ("How many of them swim?", None),  # it does not say of what
        ("How many are there?", None),
        ("How many?", None),
        ("How much bread do ducks eat?", None),
        ("What is the number of ducks?", None),
        ("Who feeds the ducks?", None),
        ("", None),
    ],
)
def test_what_is_to_be_counted(question: str, thing: str | None) -> None:
    assert asks_how_many(question) == thing
