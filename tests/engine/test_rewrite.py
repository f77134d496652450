"""Follow-ups are asked in full; a question that stands alone is left as it is."""

import pytest

from citewell.engine.rewrite import CARRIED_WEIGHT, EXPANDED_WEIGHT, carried, rewrite
from citewell.index.glossary import Glossary
from citewell.index.terms import terms

AGENCY = "What percentage of social workers are agency?"
FAMILY = "How many social workers did one family have in 18 months?"
GLOSSARY = Glossary({"LPP": "Local Parks Partnership"}, {"ducks": 3, "ponds": 2, "partnership": 1})


def is_word(word: str) -> bool:
    return word in "what is the how many did have price of tea and for team managers agency rate about".split()


@pytest.mark.parametrize(
    "question",
    [
        "and for team managers?",
        "What about team managers?",
        "But why?",
        "team managers?",
        "How many of those work in the borough?",
        "When did she start?",
        "How long has she worked in the borough altogether?",
        "Which one is the largest?",
        "Is it the same there?",
        "Over what period?",
    ],
)
def test_a_follow_up_leans_on_the_turn_before(question: str) -> None:
    assert carried(question, (AGENCY,)) == AGENCY.rstrip("?")


@pytest.mark.parametrize(
    "question",
    [
        FAMILY,
        "What are the 5Cs?",
        "What is the grant?",
        "Who is the chief executive?",
        "How many councils other than Tameside use the same practice model?",
        "What share of families that were referred once are referred again?",
        "Is there a target for agency social workers this year?",
        "What is the independence grant for care leavers?",
    ],
)
def test_a_question_with_enough_words_of_its_own_stands_alone(question: str) -> None:
    assert carried(question, (AGENCY, "price of tea")) == ""


def test_nothing_is_carried_without_turns() -> None:
    assert carried("and for team managers?", ()) == ""


def test_a_chain_of_follow_ups_goes_back_to_its_beginning() -> None:
    turns = (AGENCY, "and for team managers?")
    assert carried("and heads of service?", turns) == f"{AGENCY.rstrip('?')} – and for team managers"


def test_a_chain_ends_at_a_question_that_stands_alone() -> None:
    turns = ("agency rate", FAMILY)
    assert carried("and two families?", turns) == FAMILY.rstrip("?")


def test_unrelated_turns_do_not_pollute_a_question() -> None:
    query = rewrite(FAMILY, ("agency rate", "price of tea"), Glossary(), lambda _: True)
    assert (query.asked, query.text) == (FAMILY, FAMILY)
    assert query.weights == dict.fromkeys(terms(FAMILY), 1.0)


def test_carried_terms_weigh_less_than_the_questions_own() -> None:
    query = rewrite("and for team managers?", (AGENCY,), Glossary(), lambda _: True)
    assert query.text == f"{AGENCY.rstrip('?')} – and for team managers?"
    assert query.weights["manag"] == query.weights["team"] == 1
    assert query.weights["agenc"] == CARRIED_WEIGHT


def test_a_term_of_both_has_its_full_weight() -> None:
    query = rewrite("and agency managers?", (AGENCY,), Glossary(), lambda _: True)
    assert query.weights["agenc"] == 1


def test_abbreviations_are_written_out() -> None:
    query = rewrite("What is the LPP?", (), GLOSSARY, is_word)
    assert query.text == "What is the LPP (Local Parks Partnership)?"
    assert query.asked == "What is the LPP?"
    assert query.weights == dict.fromkeys(["local", "park", "partnership"], EXPANDED_WEIGHT) | {"lpp": 1}


def test_misspellings_are_corrected_before_all_else() -> None:
    query = rewrite("How many dukcs did the LPP have?", (), GLOSSARY, is_word)
    assert query.asked == "How many ducks did the LPP have?"
    assert query.weights["duck"] == 1


def test_a_plain_question_is_left_alone() -> None:
    query = rewrite("How many ducks?", ("agency rate",)[:0], GLOSSARY, is_word)
    assert (query.asked, query.text) == ("How many ducks?", "How many ducks?")


@pytest.mark.parametrize("question", ["?", "the of", "…", "LPP LPP", "( [c \\1"])
def test_odd_questions(question: str) -> None:
    turn = "\\g<0> ("
    query = rewrite(question, (turn,), Glossary(), is_word)
    assert (query.asked, query.text) == (question, f"{turn} – {question}")


@pytest.mark.parametrize(
    ("question", "looked_for"),
    [
        ("Who is the current director?", "director"),
        ("Who currently manages the ponds now?", "manages ponds"),
        ("And now?", "now"),
    ],
)
def test_how_new_a_source_is_is_no_word_to_look_for(question: str, looked_for: str) -> None:
    assert list(rewrite(question, (), Glossary(), lambda _: True).weights) == list(terms(looked_for))
