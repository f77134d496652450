import pytest

from citewell.engine.counting import asks_how_many


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("How many ducks are there?", True),
        ("How many ducks?", True),
        ("In 2024, how many wild ducks did they see?", True),
        ("How many other children live by the pond?", True),
        ("how many DUCKS", True),
        ("How many sheep are there?", True),
        ("How many of them swim?", False),  # it does not say of what
        ("How many are there?", False),
        ("How many they feed", False),
        ("How many?", False),
        ("How much bread do ducks eat?", False),
        ("What is the number of ducks?", False),
        ("Who feeds the ducks?", False),
        ("", False),
    ],
)
def test_whether_things_are_to_be_counted(question: str, asks: bool) -> None:
    assert asks_how_many(question) is asks
