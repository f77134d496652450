"""Quotes that make up an answer: sentences, rows, cells, lists."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from citewell.engine.compose import COST, MAX_LENGTH, MAX_QUOTES, WORTH_SAYING, compose, select
from citewell.engine.draft import Draft
from citewell.engine.lists import MAX_LENGTH as MAX_LIST_LENGTH
from citewell.engine.lists import leads_list
from citewell.ingest.chunk import LONG_ROW, Chunk
from citewell.ingest.document import Block, Table, table_block
from citewell.tests.engine.conftest import around_in, candidates_of, chunks_of, query_of

PONDS = Table(
    ("Pond", "Ducks", "Share"),
    (("North", "30", "46.2%"), ("South", "10", "15.4%"), ("West", "25", "38.5%")),
    "Birds by pond",
)
LEAD = Block("text", "Wardens must bring:")
ITEMS = Block("list", "- a map of the park;\n- boots;\n- bread for ducks.")


def answer(question: str, chunks: Sequence[Chunk]) -> list[Draft]:
    """The drafts; each quote stands where it says."""
    found = candidates_of(chunks, question)
    drafts = compose(found, query_of(question), lambda _: 1.0, around_in(chunks))
    text = "".join(chunk.text for chunk in chunks)
    for draft in drafts:
        assert text[draft.start : draft.end] == draft.quote
    return drafts


def texts(drafts: Sequence[Draft]) -> list[str]:
    return [draft.text for draft in drafts]


# Sentences


def test_a_sentence_is_quoted_as_it_stands() -> None:
    chunks = chunks_of(Block("text", "It rained all day. Mallards\nswim on the pond. Then it snowed."))
    best = answer("Where do mallards swim?", chunks)[0]
    assert best.quote == "Mallards\nswim on the pond."
    assert best.text == "Mallards swim on the pond."
    assert (best.row, best.note, best.also) == ("", "", None)


def test_the_marker_of_an_item_is_not_quoted() -> None:
    for marker in ("- ", "• ", "1. ", "(a) "):
        chunks = chunks_of(Block("list", f"{marker}Mallards swim on the pond.\n{marker}Swans eat bread."))
        assert answer("How do mallards swim?", chunks)[0].quote == "Mallards swim on the pond."


def test_no_more_than_some_quotes_of_some_length() -> None:
    blocks = [Block("text", f"Mallards swim on the pond {'and so ' * n}{word}.") for n, word in enumerate(
        "here there north south east west early late".split(), 10)]  # fmt: skip
    chosen = select(
        candidates_of(chunks_of(*blocks), "Where do mallards swim?"), query_of("Where do mallards swim?"), lambda _: 1.0
    )
    assert 1 <= len(chosen) <= MAX_QUOTES
    assert sum(len(candidate.text) for candidate in chosen) <= MAX_LENGTH


def test_the_first_quote_is_shown_whatever_its_length() -> None:
    long = f"Mallards swim {'and dive ' * 200}on the pond."
    assert len(long) > MAX_LENGTH
    assert texts(answer("Where do mallards swim?", chunks_of(Block("text", long)))) == [long]


def test_a_further_quote_must_be_likelier_the_longer_it_is() -> None:
    chunks = chunks_of(Block("text", "Mallards swim on the pond. It rained all day in the park."))
    best, other = candidates_of(chunks, "Where do mallards swim?")
    near = replace(other, score=best.score - WORTH_SAYING + COST * len(other.text) + 0.01)
    assert select([best, near], query_of("mallards"), lambda _: 1.0) == [best, near]
    far = replace(near, score=near.score - 0.02)
    assert select([best, far], query_of("mallards"), lambda _: 1.0) == [best]


def test_the_same_is_not_said_twice() -> None:
    same = "There are 40 mallards on the pond."
    chunks = chunks_of(*(Block(kind, text) for kind, text in [
        ("text", same), ("heading", "Again"), ("text", same), ("text", "On the pond there are 40 mallards."),
    ]))  # fmt: skip
    assert texts(answer("How many mallards are on the pond?", chunks)) == [same]


def test_a_second_quote_adds_what_the_first_lacks() -> None:
    chunks = chunks_of(
        Block("text", "The North pond has 40 mallards. The South pond has 12 teals. Nobody was there at all.")
    )
    drafts = answer("How many mallards and how many teals are there?", chunks)
    assert {"The North pond has 40 mallards.", "The South pond has 12 teals."} <= set(texts(drafts))


def test_the_sentence_after_the_best_explains_it() -> None:
    chunks = chunks_of(Block("text", "Wardens close the pond in May. Nests are there. It rained."))
    assert texts(answer("Why do wardens close the pond in May?", chunks))[:2] == [
        "Wardens close the pond in May.",
        "Nests are there.",
    ]


# Tables


def test_a_row_is_read_with_its_header() -> None:
    [best, *_] = answer("What share of ducks is on the pond South?", chunks_of(table_block(PONDS)))
    assert best.text == "South: Share 15.4%; Ducks 10"
    assert (best.quote, best.row) == ("South\t10\t15.4%", "South")


def test_a_row_that_is_named_worse_does_not_join() -> None:
    drafts = answer("How many ducks are on the pond South?", chunks_of(table_block(PONDS)))
    assert [draft.row for draft in drafts] == ["South"]


@pytest.mark.parametrize(
    ("question", "text", "note"),
    [
        ("Which pond has the most ducks?", "North: Ducks 30", "(highest of the 3 rows of the table)"),
        ("Which pond has the fewest ducks?", "South: Ducks 10", "(lowest of the 3 rows of the table)"),
        ("Which pond has the smallest share?", "South: Share 15.4%", "(lowest of the 3 rows of the table)"),
    ],
)
def test_the_extreme_row(question: str, text: str, note: str) -> None:
    [draft] = answer(question, chunks_of(table_block(PONDS)))
    assert (draft.text, draft.note) == (text, note)


@pytest.mark.parametrize(
    "rows",
    [
        (("North", "30"), ("South", "30")),
        (("North", "thirty"), ("South", "ten")),
        (("North", "30"), ("South", "")),
        (("North", "30"),),
    ],
    ids=["tie", "words", "gap", "single"],
)
def test_no_extreme_where_it_is_not_clear(rows: tuple[tuple[str, str], ...]) -> None:
    drafts = answer("Which pond has the most ducks?", chunks_of(table_block(Table(("Pond", "Ducks"), rows))))
    assert all(draft.note == "" for draft in drafts)


def test_no_extreme_of_a_table_that_goes_on_out_of_sight() -> None:
    rows = tuple((f"Pond number {n} in the long row of ponds of the park", str(n)) for n in range(300))
    chunks = chunks_of(table_block(Table(("Pond", "Ducks"), rows)))
    assert len(chunks) > 9
    assert all(draft.note == "" for draft in answer("Which pond has the most ducks?", chunks))


def test_a_cell_of_a_long_row_is_quoted_with_the_head_of_its_column() -> None:
    row = ("Plan", "The wardens feed mallards in winter", "Nothing " * (LONG_ROW // 8 + 1) + "else")
    table = table_block(Table(("Part", "Action", "Notes"), (row,)))
    drafts = answer("When do wardens feed mallards?", chunks_of(table))
    assert (drafts[0].text, drafts[0].quote) == (f"Action: {row[1]}", row[1])
    assert drafts[0].also is not None
    assert (drafts[0].also.quote, drafts[0].also.start) == ("Action", len("Part\t"))


# Lists


def test_a_list_question_gets_the_whole_list_with_its_lead() -> None:
    [draft] = answer("Which things must wardens bring?", chunks_of(LEAD, ITEMS, Block("text", "It rained.")))
    assert draft.quote == f"{LEAD.text}\n\n{ITEMS.text}"
    assert draft.text == f"{LEAD.text}\n{ITEMS.text}"


def test_a_line_that_leads_to_a_list_brings_it() -> None:
    drafts = answer("How must wardens bring it?", chunks_of(LEAD, ITEMS))
    assert ITEMS.text in drafts[0].quote


def test_a_question_about_one_item_gets_that_item() -> None:
    chunks = chunks_of(Block("text", "Rules:"), Block("list", "- Dogs stay out.\n- Teals are fed bread at noon."))
    assert texts(answer("When are teals fed?", chunks))[0] == "Teals are fed bread at noon."


def test_a_list_over_several_chunks_is_whole() -> None:
    items = Block("list", "\n".join(f"- thing number {n} which every warden needs {'so ' * 20}much" for n in range(20)))
    chunks = chunks_of(LEAD, items)
    assert len(chunks) > 1
    [draft] = answer("Which things must wardens bring?", chunks)
    assert len(draft.quote) <= MAX_LIST_LENGTH
    assert draft.quote == f"{LEAD.text}\n\n{items.text}"


@pytest.mark.parametrize("item", range(0, 60, 7))
def test_a_list_too_long_to_show_is_not_shown_in_part(item: int) -> None:
    lines = [f"- thing {n} is number{n} {'and so ' * 12}on" for n in range(60)]
    chunks = chunks_of(Block("heading", "Things", level=1), LEAD, Block("list", "\n".join(lines), ("Things",)))
    drafts = answer(f"Which things are number{item}?", chunks)
    assert all("\n" not in draft.quote for draft in drafts)


def test_a_list_that_begins_out_of_sight_is_not_shown_in_part() -> None:
    lines = ["\n".join(f"- thing {n}{m} {'and so ' * 14}on" for m in "abcd") for n in range(9)]
    chunks = chunks_of(*(Block("list", line, ("Things",)) for line in lines))
    assert len(chunks) == 9
    question = "Which are the things?"
    for candidate in candidates_of(chunks, question):
        drafts = compose([candidate], query_of(question), lambda _: 1.0, around_in(chunks))
        assert all("\n" not in draft.quote for draft in drafts)


def test_the_bullets_inside_a_numbered_list_are_a_list_of_their_own() -> None:
    block = Block("list", "1. Look at the map.\n2. Wardens must bring:\n- boots;\n- bread.\n3. Go home.")
    [draft] = answer("Which things must wardens bring?", chunks_of(block))
    assert draft.quote == "2. Wardens must bring:\n- boots;\n- bread."


def test_leads_list() -> None:
    assert leads_list("Bring:") and leads_list("Bring: \n")
    assert not leads_list("Bring: boots") and not leads_list("")
