"""What kind of answer a question asks for."""

import pytest

from citewell.engine.intent import Extreme, Kind, names_someone, read_intent


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What percentage of ducks are mallards?", "percent"),
        ("agency rate for team managers?", "percent"),
        ("mallards %", "percent"),
        ("How many ducks are there?", "number"),
        ("How long does it take?", "number"),
        ("What is the cost of bread?", "number"),
        ("When was the pond dug?", "date"),
        ("In which year did swans come?", "date"),
        ("Who feeds the ducks?", "person"),
        ("Which councillor spoke?", "person"),
        ("Where do ducks sleep?", "place"),
        ("Which town has the pond?", "place"),
        ("Why do ducks quack?", "reason"),
        ("What are the reasons for it?", "reason"),
        ("What is a mallard?", "other"),
        ("ducks", "other"),
    ],
)
def test_kind(question: str, kind: Kind) -> None:
    assert read_intent(question).kind == kind


@pytest.mark.parametrize(
    ("question", "wants_list"),
    [
        ("List the ponds", True),
        ("Which birds are in the park?", True),
        ("What are the recommendations?", True),
        ("Who sits on the board?", True),
        ("What does the plan cover?", True),
        ("What reasons are given?", True),
        ("What is a mallard?", False),
        ("How many ponds are there?", False),
        ("When are the meetings?", False),
        ("Which process is used?", False),
    ],
)
def test_list(question: str, wants_list: bool) -> None:
    assert read_intent(question).wants_list is wants_list


@pytest.mark.parametrize(
    ("question", "extreme"),
    [
        ("Which pond has the most ducks?", "highest"),
        ("Which pond is the largest?", "highest"),
        ("What is the most common bird?", "highest"),
        ("Which pond has the fewest ducks?", "lowest"),
        ("What is the least common bird?", "lowest"),
        ("At most how many?", None),
        ("How many ducks?", None),
    ],
)
def test_extreme(question: str, extreme: Extreme | None) -> None:
    assert read_intent(question).extreme == extreme


@pytest.mark.parametrize(
    ("question", "text", "met"),
    [
        ("What share are mallards?", "A share of 37.7% are mallards.", True),
        ("What share are mallards?", "Half of them are.", True),
        ("What share are mallards?", "There are 40 mallards.", False),
        ("How many ducks?", "There are 40 ducks.", True),
        ("How many ducks?", "There are seventeen or twenty ducks.", True),
        ("How many ducks?", "Ducks came in 2024.", False),
        ("How many ducks?", "Of the birds 40% are ducks.", False),
        ("How many ducks?", "Ducks swim.", False),
        ("When did ducks come?", "They came in March.", True),
        ("When did ducks come?", "They came in 1998.", True),
        ("When did ducks come?", "They came with 12 swans.", False),
        ("Who feeds them?", "Cllr Ada Marsh does.", True),
        ("Who feeds them?", "Ada Marsh does.", True),
        ("Who feeds them?", "The Park Board does.", False),
        ("Who is Ada Marsh?", "Ada Marsh swims.", False),  # the question has the name
        ("Where are they?", "They live near Hyde.", True),
        ("Where in Hyde are they?", "They live near Hyde.", False),
        ("Why do they quack?", "They quack because of hunger.", True),
        ("Why do they quack?", "They quack.", False),
        ("What is a duck?", "Anything.", True),
    ],
)
def test_is_met_by(question: str, text: str, met: bool) -> None:
    assert read_intent(question).is_met_by(text, question) is met


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It was Ada Marsh.", True),
        ("Ada Marsh's pond", True),
        ("The Director of Services", False),
        ("Children Services", False),
        ("Ada swims. Marsh swims.", False),
        ("ada marsh", False),
        ("", False),
    ],
)
def test_names_someone(text: str, found: bool) -> None:
    assert names_someone(text) is found
