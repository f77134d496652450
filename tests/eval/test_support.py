"""Whether quotes support a sentence. The texts are invented."""

import re
from pathlib import Path

import pytest

from citewell.eval import support
from citewell.eval.reply import Quote
from citewell.eval.support import held_by, precise, supports, unsupported

PANEL = "The placement panel met on 17 September 2024 in Mossley Hall and agreed 3,000 places."
SHARE = "Agency workers filled 37.7 per cent of posts."


@pytest.mark.parametrize(
    ("sentence", "held", "claims"),
    [
        ("The panel met in Mossley Hall on 17 September 2024.", PANEL, ()),
        ("The panel met in Mossley Hall on 18 September 2024.", PANEL, ("18",)),
        ("The panel met in Mossley Hall on 17 October 2024.", PANEL, ("October",)),
        ("The panel met in Mossley Hall on 17 September 2023.", PANEL, ("2023",)),
        ("The panel met in Hadfield Hall.", PANEL, ("Hadfield",)),
        ("It agreed 3000 places.", PANEL, ()),
        ("It agreed 3,001 places.", PANEL, ("3001",)),
        ("On the 17th it agreed places.", PANEL, ()),
        ("It was 37.70% of posts.", SHARE, ()),
        ("It was 37.7 of posts.", SHARE, ("37.7",)),
        ("It was 38% of posts.", SHARE, ("38%",)),
        ("It was 37.7% of posts.", "Percentage of posts\n37.7", ()),
        ("It was 37.7% of posts.", "Posts\n37.7", ("37.7%",)),
        ("It met on 5 March 2024.", "Date of meeting: 05/03/2024", ()),
        ("It met on 5 May 2024.", "It may meet on the 5th, in 2024.", ("May",)),
        ("The head may meet in 2024.", "Meeting in 2024.", ()),
        ("Each has four workers.", "Each has 4 workers.", ()),
        ("Each has four workers.", "Each has five workers.", ("4",)),
        ("NHS staff sat on it.", PANEL, ("NHS",)),
        ("Mary Thorne chaired it.", PANEL, ("Mary", "Thorne")),
        ("The Mossley panel met.", PANEL, ()),
        ("Chairs met.", PANEL, ()),
        ("Chairs: Mary, of the panel.", PANEL, ("Mary",)),
        ("The panel met in Hall.", "the main hall", ()),
        ("In Sept 2024 it met.", PANEL, ()),
    ],
)
def test_claims_that_are_not_held(sentence: str, held: str, claims: tuple[str, ...]) -> None:
    assert unsupported(sentence, [held]) == claims


def test_claims_may_stand_in_any_of_the_texts() -> None:
    sentence = "The panel met in September 2024, when it was 37.7%."
    assert unsupported(sentence, [PANEL]) == ("37.7%",)
    assert unsupported(sentence, [SHARE]) == ("2024", "September")
    assert unsupported(sentence, [PANEL, SHARE]) == ()


def test_a_sentence_is_supported_by_two_thirds_of_its_words() -> None:
    assert supports([SHARE], "Agency workers filled desks.")  # three of four
    assert supports([SHARE], "Agency worker desks.")  # two of three, one in another form
    assert supports([SHARE], "As it is, agency workers filled all of it.")  # short words are not asked for
    assert not supports([SHARE], "Agency workers broke desks.")  # two of four
    assert not supports([SHARE], "Agency workers filled 38% of posts.")
    assert not supports([], "Agency workers filled posts.")


def test_a_citation_is_precise_when_it_takes_part() -> None:
    joined = "The placement panel met in Mossley Hall; agency workers filled 37.7% of posts."
    assert precise([PANEL, SHARE], joined) == [True, True]  # neither does alone
    assert precise([SHARE, PANEL], "Agency workers filled 37.7% of posts.") == [True, False]  # the second is not needed
    assert precise([SHARE, SHARE], "Agency workers filled 37.7% of posts.") == [True, True]  # each does alone
    assert precise([SHARE], "Agency workers filled 38% of posts.") == [False]
    assert precise([], "Agency workers filled posts.") == []


def test_headings_count_and_quotes_that_are_not_verbatim_do_not() -> None:
    quote = Quote("a.md", "37.7%", True, over="Agency workers\nSeptember 2024")
    assert unsupported("In September 2024 it was 37.7%.", [held_by(quote)]) == ()
    assert held_by(Quote("a.md", "37.7%", False, over="Agency workers")) == ""


def test_nothing_is_shared_with_the_verifier() -> None:
    source = Path(support.__file__).read_text(encoding="utf-8")
    imported = re.findall(r"^from (\.\S+) import", source, re.MULTILINE)
    assert imported == ["..index.terms", ".facts", ".reply"]
