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
        ("On what date was the pond dug?", "day"),
        ("On which day do they feed the ducks?", "day"),
        ("What is the exact date of the opening?", "day"),
        ("What year was the pond dug?", "date"),
        ("What is the name of the form for managers?", "name"),
        ("What is the wardens' handbook called?", "name"),
        ("By what name is the pond known?", "name"),
        ("What is the name of the park manager?", "person"),
        ("Which day centre is by the pond?", "other"),
        ("What were the wardens called to do?", "other"),
        ("Who may stand for election?", "person"),
        ("What does LPP stand for?", "meaning"),
        ("LPP is short for what?", "meaning"),
        ("Where the plan says LPP, what does that stand for?", "meaning"),  # wherever it stands
        ("What does the report say about acronyms?", "other"),
        ("By what date must the plan be ready?", "date"),
        ("On what date was the plan ready?", "day"),
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
        ("On what date did ducks come?", "They came on 9 March 1998.", True),
        ("On what date did ducks come?", "They came on the 9th of March.", True),
        ("On what date did ducks come?", "They came on March 9, 1998.", True),
        ("On what date did ducks come?", "They came on 09/03/98.", True),
        ("On what date did ducks come?", "They came on a Monday.", True),
        ("On what date did ducks come?", "They come on Saturdays.", True),
        ("On what date did ducks come?", "They came in March 1998.", False),  # a month is no day
        ("On what date did ducks come?", "March 24: 40 ducks", False),  # a month and its year
        ("On what date did ducks come?", "They may come with 12 swans.", False),
        ("What is the name of the form?", "Use Blue Heron for it.", True),
        ("What is the name of the form?", "It is the PARKS form.", True),  # written large
        ("What is the name of the form?", "Use the form for it.", False),
        ("What is the name of the PARKS form?", "It is the PARKS form.", False),  # the question has the name
        ("Which council runs the park?", "The park is run by Hyde.", True),
        ("What does LPP stand for?", "LPP stands for Local Parks Partnership.", True),
        ("What does LPP stand for?", "The Local Parks Partnership (LPP) met.", True),
        ("What does LPP stand for?", "The LPP (Local Parks Partnership) met.", True),
        ("What does LPP stand for?", "LPPs (Local Parks Partnerships) met.", True),
        ("What does eLPP stand for?", "The electronic Local Parks Plan (eLPP) is kept.", True),
        ("What does LPP (Local Parks Partnership) stand for?", "The local parks partnership met.", True),
        ("What does LPP stand for?", "The local parks partnership met.", False),
        ("What does LPP stand for?", "The LPP met (in March).", False),
        ("What does LPP stand for?", "The Board for Ponds (BFP) met the LPP.", False),
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
        ("On what date did ducks come?", "They came on 9 March 1998, a Monday.", {"9 march", "monday"}),
        ("What is the name of the form?", "Use Blue Heron for it.", set()),
        ("What does LPP stand for?", "The LPP (Local Parks Partnership) met.", set()),
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
        ("What is the name of the form for managers?", True),
        ("What is the wardens' handbook called?", True),
        ("On what date was the pond dug?", True),
        ("What does LPP stand for?", True),
        ("When was the pond dug?", False),
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
