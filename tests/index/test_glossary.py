"""The documents' words: what abbreviations stand for, and what a misspelling meant."""

import pytest

from citewell.index.glossary import Glossary, build_glossary

TEXTS = [
    "We met the Meadow Animal Hospital (MAH) and the Local Parks Partnership (LPP). Parks Watch Officers (PWOs) came.",
    "Present: Director, Park Services (DPS). The Head of Ponds was there, and so was a Head of Ponds.",
    "Every Pond Quality Officer is trained. The Pond Quality Officer said so. Ducks swim in the partnership.",
    "Keep the pond (NOT) clean. We counted ducks and recommendations in the borough.",
]
ENGLISH = frozenset("what is the pond of a about hop hope pwo ducked counted wonder who".split())


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return build_glossary(TEXTS)


def is_word(word: str) -> bool:
    return word in ENGLISH


@pytest.mark.parametrize(
    ("short", "phrase"),
    [
        ("MAH", "Meadow Animal Hospital"),
        ("LPP", "Local Parks Partnership"),
        ("PWO", "Parks Watch Officers"),
        ("DPS", "Director, Park Services"),
        ("HOP", "Head of Ponds"),
        ("PQO", "Pond Quality Officer"),
    ],
)
def test_abbreviations(glossary: Glossary, short: str, phrase: str) -> None:
    assert glossary.phrases[short] == phrase


def test_what_is_no_abbreviation(glossary: Glossary) -> None:
    assert "NOT" not in glossary.phrases  # in brackets, but not of these initials
    assert not any(len(short) < 3 for short in glossary.phrases)


def test_a_definition_counts_more_than_a_likeness() -> None:
    glossary = build_glossary(["At the Park Board Office. " * 5, "At the Pond Board Office (PBO)."])
    assert glossary.phrases["PBO"] == "Pond Board Office"


def test_the_commonest_likeness_wins() -> None:
    glossary = build_glossary(["At the Park Board Office. " * 5, "At the Pond Board Office."])
    assert glossary.phrases["PBO"] == "Park Board Office"


def test_a_phrase_does_not_run_over_the_end_of_a_sentence() -> None:
    assert "PBO" not in build_glossary(["We saw the Park. Board Office rooms were shut."]).phrases


def test_names_are_what_is_never_written_without_a_capital() -> None:
    texts = [
        "Yesterday Ada Marsh swam. We met Will Reed.",
        "Ducks will swim; the marshes of Marsh are wet. NHS staff",
    ]
    assert build_glossary(texts).names == {"ada", "marsh", "reed"}


def test_words_are_counted(glossary: Glossary) -> None:
    assert glossary.words["pond"] == 3
    assert "Pond" not in glossary.words


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the LPP?", {"LPP": "Local Parks Partnership"}),
        ("what is the lpp?", {"lpp": "Local Parks Partnership"}),
        ("Who are the PWOs?", {"PWOs": "Parks Watch Officers"}),
        ("LPP or MAH", {"LPP": "Local Parks Partnership", "MAH": "Meadow Animal Hospital"}),
        ("How many agency HoP?", {"HoP": "Head of Ponds"}),
        ("Do ducks hop?", {}),  # a word of the language
        ("What is the Local Parks Partnership (LPP)?", {}),  # it says so itself
        ("What is XYZ?", {}),
        ("", {}),
    ],
)
def test_expand(glossary: Glossary, question: str, expected: dict[str, str]) -> None:
    assert glossary.expand(question, is_word) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many dukcs?", "How many ducks?"),
        ("the boroughh", "the borough"),
        ("how many recomendatons", "how many recommendations"),
        ("Partnershp of 2024", "partnership of 2024"),
    ],
)
def test_correct(glossary: Glossary, question: str, expected: str) -> None:
    assert glossary.correct(question, lambda word: word in ("how", "many", "the", "of")) == expected


@pytest.mark.parametrize(
    "question",
    [
        "What of the ponds?",  # too short to be sure
        "We hope and wonder",  # words of the language
        "the DUCS and the DuCs",  # written as abbreviations
        "the tucks",  # another first letter
        "the ducxyz",  # too far
        "pond number 17, café £3,000?",
    ],
)
def test_what_must_not_be_corrected(glossary: Glossary, question: str) -> None:
    language = frozenset("what of we hope and wonder the ponds number cafe café".split())
    assert glossary.correct(question, language.__contains__) == question


def test_of_two_corrections_the_nearer_then_the_commoner_is_taken() -> None:
    words = {"partner": 1, "parted": 5, "parties": 9}
    glossary = Glossary({}, words)
    assert glossary.correct("parter", lambda _: False) == "parted"


def test_an_empty_glossary_changes_nothing() -> None:
    assert Glossary().correct("dukcs", lambda _: False) == "dukcs"
    assert Glossary().expand("LPP", lambda _: False) == {}
