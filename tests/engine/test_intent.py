"""What kind of answer a question asks for."""

import pytest

from citewell.engine.intent import Extreme, Kind, read_intent


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What percentage of ducks are mallards?", "percent"),
        ("agency rate for team managers?", "percent"),
        ("mallards %", "percent"),
        ("How many ducks are there?", "number"),
        ("How long does it take?", "number"),
        ("What is the cost of bread?", "money"),
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
        ("Who fed the ducks when it rained?", "person"),
        ("How many of the ducks, as a percentage, are mallards?", "percent"),
        ("How many ponds are among the worst 5%?", "number"),
        ("Were any ducks there when you came?", "other"),
        ("Since when has the pond been closed?", "date"),
        ("What does bread cost?", "money"),
        ("Which council runs the park?", "body"),
        ("What is the postal address of the park?", "address"),
        ("What is Ann Reed's phone number?", "phone"),
        ("What number do I ring for the warden?", "phone"),
        ("What's her email?", "email"),
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
        ("What share are mallards?", "One in ten, or three quarters, or a third.", True),
        ("What share are mallards?", "They are counted every quarter.", False),
        ("How many ducks?", "There are 40 ducks.", True),
        ("How many ducks?", "There are seventeen or twenty ducks.", True),
        ("How many ducks?", "Ducks came in 2024.", False),
        ("How many ducks?", "Of the birds 40% are ducks.", False),
        ("How many ducks?", "Ducks swim.", False),
        ("What does bread cost?", "Bread\t1,200\t37%", True),
        ("What does bread cost?", "Bread\t93\t56\t37.75%", False),
        ("What does bread cost?", "Bread\t2024", False),
        ("What does bread cost?", "There were 1,200 loaves.", False),
        ("What is the warden's phone number?", "Write to warden@parks.example.", False),
        ("What is the warden's phone number?", "Ring 0161 496 0000.", True),
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
        ("It was Ada Marsh.", {"ada marsh"}),
        ("Ada Marsh's pond", {"ada marsh's"}),
        ("Cllr Marsh and Ada Jane Marsh", {"cllr marsh", "ada jane marsh"}),
        ("The Director of Services", set()),
        ("Children Services", set()),
        ("Ada swims. Marsh swims.", set()),
        ("ada marsh", set()),
        ("", set()),
    ],
)
def test_people(text: str, found: set[str]) -> None:
    assert read_intent("Who was it?").things(text, "Who was it?") == found


def test_the_documents_tell_what_is_a_name() -> None:
    intent = read_intent("Who was it?", lambda word: word in ("ada", "marsh"))
    assert intent.things("The Priority Action was planned by Ada Marsh.", "") == {"ada marsh"}


@pytest.mark.parametrize(
    ("question", "text", "things"),
    [
        ("What share are mallards?", "A share of 37.7% are mallards, 3 of 9.", {"37.7%"}),
        ("How many ducks?", "1. There are 1,240 ducks and one swan.", {"1,240"}),
        ("When did ducks come?", "They came in March 1998.", {"march", "1998"}),
        ("What does bread cost?", "Bread costs £1.20, or 120p.", {"£1.20", "120p"}),
        ("What is the warden's email address?", "Write to warden@parks.example.", {"warden@parks.example"}),
        ("What is a duck?", "A duck is 1 bird.", set()),
        ("Why do ducks quack?", "Because of 3 foxes.", set()),
    ],
)
def test_things(question: str, text: str, things: set[str]) -> None:
    assert read_intent(question).things(text, question) == things


@pytest.mark.parametrize(
    ("question", "strict"),
    [
        ("What is the warden's email address?", True),
        ("How much does bread cost?", True),
        ("What is the salary of a warden?", True),
        ("Which council runs the park?", True),
        ("Who is the head of parks?", True),
        ("What's the name of the park manager?", True),
        ("What is the name of the form for managers?", False),
        ("Who should tell the wardens?", False),
        ("Who is on the board?", False),
        ("How many ducks?", False),
        ("What share are mallards?", False),
    ],
)
def test_strict(question: str, strict: bool) -> None:
    assert read_intent(question).strict is strict


@pytest.mark.parametrize(
    ("question", "compares"),
    [
        ("Are there more ducks than swans?", True),
        ("Compare ducks and swans", True),
        ("Which is higher, North or South?", True),
        ("How many ducks?", False),
    ],
)
def test_compares(question: str, compares: bool) -> None:
    assert read_intent(question).compares is compares
