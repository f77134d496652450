"""Units of passages as candidates, scored."""

from dataclasses import replace

import pytest

from citewell.engine.candidates import QUOTABLE, bm25, find_candidates, label_match, signals, weights
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
