"""How many of what: the things whose number is asked for, and whether a text counts them."""

import pytest

from citewell.engine.counting import AFTER, LOOSELY, asks_how_many, counts


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


@pytest.mark.parametrize(
    ("text", "surely"),
    [
        ("There are 40 ducks.", 1),
        ("There are 1,240 wild ducks.", 1),
        ("Birds came; twelve of the birds were ducks.", 1),
        ("Ducks rose to 40.", LOOSELY),
        ("Ducks (40)", LOOSELY),
        ("There are 40 swans. Ducks come in spring.", 0),  # another sentence
        ("There are few ducks. 40 swans came.", 0),
        ("Seventeen ducks came.", 1),
        ("There are 40 swans; ducks come in spring.", 0),
        (f"There are 40 {'very ' * AFTER}rare ducks.", 0),  # too far
        ("Ducks, who like the pond and the bread there, ate 40 loaves.", 0),
        ("There are 40 swans.", 0),
        ("There are ducks.", 0),
        ("", 0),
    ],
)
def test_whether_a_text_counts_it(text: str, surely: float) -> None:
    assert counts("duck", text) == surely


def test_the_surest_figure_decides() -> None:
    assert counts("duck", "Ducks ate 40 loaves, and 17 ducks were ill.") == 1


def test_a_header_names_the_thing_for_every_figure() -> None:
    assert counts("duck", "North: 30", "Pond Ducks") == 1
    assert counts("duck", "North: none", "Pond Ducks") == 0
    assert counts("duck", "North: 30", "Pond Swans") == 0
