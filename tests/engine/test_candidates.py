"""Units of passages as candidates, scored."""

from dataclasses import replace

import pytest

from citewell.engine.candidates import (
    ABOUT,
    CONSIDERED,
    EXACT,
    QUOTABLE,
    SURE,
    Candidate,
    answering,
    bm25,
    find_candidates,
    label_match,
    signals,
    weights,
)
from citewell.index.terms import terms
from citewell.ingest.document import Block, Table, table_block
from citewell.tests.engine.conftest import candidates_of, chunks_of, passages_of, query_of

CHUNKS = chunks_of(
    Block("heading", "Ducks", level=1),
    Block("text", "Ducks swim on the pond. There are 40 ducks. It rained."),
    Block("text", "Ducks by pond"),
    table_block(Table(("Pond", "Ducks", "Swans"), (("North", "30", "1"), ("South", "10", "2")), "Ducks by pond")),
)


def test_only_what_may_be_quoted_is_a_candidate() -> None:
    found = candidates_of(CHUNKS, "How many ducks are there?")
    assert {candidate.unit.kind for candidate in found} == {"sentence", "row"} <= set(QUOTABLE)
    assert len(found) == 5
    assert not any("Ducks by pond" in candidate.text for candidate in found)


def test_candidates_are_best_first() -> None:
    found = candidates_of(CHUNKS, "How many ducks are there?")
    assert [candidate.score for candidate in found] == sorted((c.score for c in found), reverse=True)
    assert found[0].text == "There are 40 ducks."


def test_a_unit_of_the_kind_asked_for_is_preferred() -> None:
    chunks = chunks_of(Block("text", "Ducks swim in ponds. Ducks came in 1998."))
    question, gained = "When did ducks arrive?", {}
    for asked in ("What is it?", question):
        query = replace(query_of(question), asked=asked)
        found = find_candidates(query, passages_of(chunks, question), lambda _: 1.0)
        for candidate in found:
            gained[candidate.text] = candidate.score - gained.get(candidate.text, 0.0)
    assert gained == pytest.approx(
        {"Ducks swim in ponds.": 0, "Ducks came in 1998.": weights()["meets"] + weights()["meets_date"]}
    )


def test_the_row_that_the_question_names_is_first() -> None:
    for pond, row in (("North", "North\t30\t1"), ("South", "South\t10\t2")):
        best = candidates_of(CHUNKS, f"How many ducks has the pond {pond}?")[0]
        assert best.text == row
        assert best.label == 1


def test_no_passage_no_candidate() -> None:
    question = "How many ducks?"
    assert find_candidates(query_of(question), [], lambda _: 1.0) == []
    heading = passages_of(chunks_of(Block("heading", "Ducks", level=1)), question)
    assert find_candidates(query_of(question), heading, lambda _: 1.0) == []


def test_a_question_without_terms() -> None:
    assert len(candidates_of(CHUNKS, "Who was it?")) == 5


@pytest.mark.parametrize(
    ("row", "question", "share"),
    [
        ("Team Manager\t36", "agency team managers", 1.0),
        ("Team Manager\t36", "managers", 0.5),
        ("Team Manager\t36", "ducks", 0.0),
        ("\t36", "ducks", 0.0),
        (" ".join(f"word{'x' * n}" for n in range(13)) + "\t36", "wordx", 0.0),  # no label: a text
    ],
)
def test_label_match(row: str, question: str, share: float) -> None:
    assert label_match(row, dict.fromkeys(terms(question), 1.0)) == share


def test_bm25_of_units() -> None:
    query = {"duck": 1.0, "pond": 0.5}

    def score(text: str, mean: float = 4) -> float:
        return bm25(terms(text), query, lambda _: 1.0, mean, len(terms(text)))

    assert score("swans fly") == 0
    assert score("ducks") > score("ponds") > 0
    assert score("ducks on the pond") > score("ducks on the grass")
    assert score("ducks") > score("ducks and very many other birds in one long line of words")
    assert score("ducks ducks") < 2 * score("ducks")


def test_every_signal_has_a_weight_and_is_a_share() -> None:
    question = "How many ducks has the pond North?"
    query = query_of(question)
    units, found = signals(query, passages_of(CHUNKS, question), lambda _: 1.0)
    assert set(found) == set(weights())
    assert all(values.shape == (len(units),) for values in found.values())
    assert all(-1 <= value <= 1 for values in found.values() for value in values)


def test_what_the_sentence_before_covers_is_gained() -> None:
    chunks = chunks_of(Block("text", "The ducks of Hatton are wild. They swim on the pond."))
    found = {c.text: c.gained for c in candidates_of(chunks, "Where do the ducks of Hatton swim?")}
    assert found["They swim on the pond."] > found["The ducks of Hatton are wild."] == 0


def candidate(text: str, coverage: float) -> Candidate:
    """A candidate that covers so much of the question."""
    [found] = candidates_of(chunks_of(Block("text", text)), "What is it?")
    return replace(found, coverage=coverage)


def told(question: str, *candidates: Candidate, qualified: bool = False) -> list[str]:
    return [c.text for c in answering(candidates, query_of(question), qualified)]


def test_of_a_strict_question_only_what_holds_such_a_thing_stays() -> None:
    found = candidate("Bread is sold at the gate.", 0.9), candidate("Bread costs £3.", 0.8)
    assert told("What does bread cost?", *found) == ["Bread costs £3."]
    assert told("Where is bread sold?", *found) == [c.text for c in found]
    assert told("What does bread cost?", found[0]) == told("What does bread cost?") == []


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What does bread cost?", "Tea costs £3."),
        ("What is the warden's email address?", "Write to gate@parks.example."),
        ("What is the gardener's phone number?", "Ring 0161 496 0000."),
        ("What is the address of the gate?", "See www.parks.example for it."),
        ("Which council runs the pond?", "The park is run by Hyde."),
    ],
)
def test_what_misleads_of_another_thing_must_cover_the_question(question: str, text: str) -> None:
    """However little the best candidate covers, unless it is read as an answer."""
    assert query_of(question).intent.kind in EXACT
    far = candidate(text, ABOUT - 0.01)
    assert told(question, candidate("Ducks swim.", 0.0), far) == []
    assert told(question, candidate(text, ABOUT)) == [text]
    assert told(question, replace(far, read=-0.1)) == []
    assert told(question, replace(far, read=0.1)) == [text]
    assert told(question, replace(candidate("Ducks swim.", 0.0), read=0.1)) == []


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("On what date was the pond dug?", "That was on 9 March 1998."),
        ("What is the name of the form?", "Use Blue Heron for it."),
        ("What does LPP stand for?", "It is short for partnership."),
        ("Who is the head of parks?", "She is Ada Marsh."),
    ],
)
def test_what_else_is_strict_must_cover_as_much_as_the_best(question: str, text: str) -> None:
    intent = query_of(question).intent
    assert intent.strict
    assert intent.kind not in EXACT
    best = candidate("Ducks swim.", 0.2)
    assert told(question, best, candidate(text, 0.2)) == [text]
    assert told(question, best, candidate(text, 0.19)) == []
    assert told(question, replace(best, coverage=1.0), candidate(text, ABOUT)) == [text]  # and no more than is enough
    assert told(question, replace(best, coverage=1.0), candidate(text, ABOUT - 0.01)) == []


def test_what_surely_reads_as_an_answer_to_a_strict_question_stays() -> None:
    found = candidate("Nothing is charged for bread.", 0.0)
    assert told("What does bread cost?", replace(found, read=SURE)) == []
    assert told("What does bread cost?", replace(found, read=SURE + 0.1)) == [found.text]


@pytest.mark.parametrize("question", ["How many ducks were there in 1999?", "What share were mallards in 1999?"])
def test_a_figure_is_wanted_strictly_of_a_year_or_place(question: str) -> None:
    none, some = candidate("Ducks swim.", 0.9), candidate("There were 40 ducks, or 12%.", 0.1)
    assert told(question, none, some, qualified=True) == [none.text, some.text]
    assert told(question, none, qualified=True) == []
    assert told(question, none) == [none.text]
    assert told(question, *[none] * CONSIDERED, some, qualified=True) == []  # it is too far down


def test_nothing_asked_for_holds_nothing_back() -> None:
    assert told("What is a duck?", candidate("Ducks swim.", 0.0), qualified=True) == ["Ducks swim."]


def test_what_the_table_lends_to_all_rows_tells_none() -> None:
    asked = dict.fromkeys(terms("How many agency social workers are there?"), 1.0)
    assert label_match("Social Worker\t36", asked) == 1
    lent = terms("Agency social care staff")
    assert label_match("Social Worker\t36", asked, lent) == 1  # a worker
    assert label_match("Social Care Manager\t36", asked, lent) == 0
    assert label_match("Social Care\t36", asked, lent) == 0.5  # all of it is lent: it is compared as it is


def test_rows_are_told_apart_by_what_their_table_does_not_say() -> None:
    rows = ("Duck pond North", "30"), ("Duck pond South", "10")
    chunks = chunks_of(table_block(Table(("Pond", "Number"), rows, "Duck ponds")))
    labels = {
        c.text: c.label for c in candidates_of(chunks, "How large is the duck pond South?") if c.unit.kind == "row"
    }
    assert labels == {"Duck pond North\t30": 0, "Duck pond South\t10": 1}
