"""Suites against their documents: what is found to be wrong, and where a fact is said to stand."""

from pathlib import Path

import pytest

from citewell.errors import InputError
from citewell.eval.calibrate import INVENTED, TRAINING
from citewell.eval.check import check_suite
from citewell.eval.dataset import Item, Place, load_suite
from citewell.eval.gate import choose_suites, find_documents

BRIEFING = """# Staff briefing

There are 12 teams.

## Vacancies

The vacancy rate is 8.5 per cent.

### In the “north” hub

The north hub has 3 empty posts.

## Posts

Table: Posts by role

| Role | Filled | Share in 2024 |
|---|---|---|
| Team Manager | 36 | 29.4% |
| Social Worker | 93 | 37.7% |
"""
SHEET = "Reason,Share\nMoved away,1.7%\nAdopted,0.1%\n"
VISITS = "Visits,Month\n31,May 2024\n"


@pytest.fixture
def documents(tmp_path: Path) -> list[Path]:
    (tmp_path / "briefing.md").write_text(BRIEFING, encoding="utf-8")
    (tmp_path / "closure-reasons.csv").write_text(SHEET, encoding="utf-8")
    (tmp_path / "visits.csv").write_text(VISITS, encoding="utf-8")
    return [tmp_path]


def item(
    *facts: str,
    id: str = "a",
    question: str = "How many?",
    where: tuple[Place, ...] = (),
    sources: tuple[str, ...] = ("briefing.md",),
    **others: object,
) -> Item:
    return Item(
        id=id,
        category="figure",
        question=question,
        answerable=bool(facts),
        facts=tuple((fact,) for fact in facts),
        sources=sources,
        where=where,
        **others,  # type: ignore[arg-type]
    )


SECTION, NORTH, POSTS = Place(section="Vacancies"), Place(section='IN the  "North"'), Place(table="Posts by role")
MANAGER, WORKER = Place(table="Posts", row="Team Manager"), Place(table="posts by", row="social worker")


@pytest.mark.parametrize(
    "good",
    [
        item("12"),
        item("12", where=(Place(section="Staff briefing"),)),
        item("8.5%", where=(SECTION,)),
        item("8.50 per cent", "3", where=(SECTION,)),
        item("3", where=(NORTH,)),
        item("29.4%", where=(POSTS,)),
        item("29.4%", where=(MANAGER,)),
        item("2024", "93", where=(WORKER,)),
        item("31", where=(Place(table="visits"),), sources=("visits.csv",)),
        item("29.4%", "37.7%", where=(MANAGER, WORKER)),
        item("1.7%", where=(Place(table="closure-reasons", row="Moved"),), sources=("closure-reasons.csv",)),
        item("12", "0.1%", sources=("briefing.md", "closure-reasons.csv")),
        item("0.1%", sources=()),
        item(sources=()),
    ],
)
def test_facts_in_their_places(good: Item, documents: list[Path]) -> None:
    assert check_suite([good], documents) == []


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (
            item("1.7%", sources=("closures.csv",)),
            "source “closures.csv” is not among the documents; “1.7%” stands in table “Closure reasons”, "
            "row “Moved away” of closure-reasons.csv",
        ),
        (item("99", sources=("none.md",)), "source “none.md” is not among the documents; correct the name"),
        (
            item("8.5%", where=(Place(section="Vacant"),)),
            "there is no section “Vacant” in briefing.md; “8.5%” stands in section “Vacancies” of briefing.md",
        ),
        (
            item("36", where=(Place(table="Posts", row="Manager"),)),
            "there is no table “Posts”, row “Manager” in briefing.md; "
            "“36” stands in table “Posts by role”, row “Team Manager” of briefing.md",
        ),
        (item("99", where=(Place(section="Vacant"),)), "there is no section “Vacant” in briefing.md; correct the name"),
        (
            item("37.7%", where=(SECTION,)),
            "“37.7%” is not in section “Vacancies”; "
            "it stands in table “Posts by role”, row “Social Worker” of briefing.md",
        ),
        (
            item("37.7%", where=(MANAGER,)),
            "“37.7%” is not in table “Posts”, row “Team Manager”; "
            "it stands in table “Posts by role”, row “Social Worker” of briefing.md",
        ),
        (
            item("0.1%"),
            "“0.1%” is not in briefing.md; it stands in table “Closure reasons”, row “Adopted” of closure-reasons.csv",
        ),
        (item("99"), "“99” is not in briefing.md; no document holds it: correct the fact"),
        (item("99", sources=()), "“99” is not in any document; no document holds it: correct the fact"),
        (
            item("8.5%", where=(SECTION, POSTS)),
            "table “Posts by role” holds none of the facts; leave it out, or add the fact that it holds",
        ),
        (
            item("12", sources=("briefing.md", "closure-reasons.csv")),
            "closure-reasons.csv holds none of the facts; leave it out, or add the fact that it holds",
        ),
        (
            item("12", must_not=("12",)),
            "“12” must not be said, and is a fact or in one; take it out of must_not, or correct the fact",
        ),
        (
            item("12 teams", must_not=("teams",)),
            "“teams” must not be said, and is a fact or in one; take it out of must_not, or correct the fact",
        ),
    ],
)
def test_a_fault_is_told_with_its_remedy(bad: Item, fault: str, documents: list[Path]) -> None:
    assert [str(found) for found in check_suite([bad], documents)] == [f"a: {fault}"]


def test_each_stray_fact_is_told(documents: list[Path]) -> None:
    faults = check_suite([item("98", "12", "99")], documents)
    assert [fault.text.split(" is ")[0] for fault in faults] == ["“98”", "“99”"]


def test_one_alternative_is_enough(documents: list[Path]) -> None:
    either = Item("a", "figure", "How many?", True, facts=(("99", "12"),), sources=("briefing.md",))
    assert check_suite([either], documents) == []


def test_a_question_is_asked_once(documents: list[Path]) -> None:
    items = [
        item("12", id="first", question="How many teams?"),
        item("12", id="again", question="how many  teams"),
        item(id="refused", question="How many teams?", sources=()),
        item(id="later", question="How many teams?", sources=(), turns=("And in 2030?",)),
        item("12", id="filtered", question="How many teams?", filters={"publisher": "Tameside"}),
    ]
    assert [str(fault) for fault in check_suite(items, documents)] == [
        "again: asks word for word what first asks; reword or remove one of them",
        "refused: asks word for word what first asks, which is answerable; reword or remove one of them",
    ]


def test_without_documents_nothing_can_be_checked(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to read"):
        check_suite([item("12")], [tmp_path])


def test_the_samples_suite_is_clean() -> None:
    [suite] = choose_suites(["samples"])
    assert check_suite(load_suite(suite.path), find_documents(suite, None)) == []


@pytest.mark.parametrize("name", ["tameside", "unseen", "fresh", "blind", "sealed"])
def test_the_suites_on_the_reports_are_clean(name: str, corpus: Path) -> None:
    [suite] = choose_suites([name])
    assert check_suite(load_suite(suite.path), find_documents(suite, corpus)) == []


def test_what_is_fitted_on_is_clean(corpus: Path) -> None:
    [asked_of] = choose_suites(["tameside"])
    assert check_suite(load_suite(TRAINING), find_documents(asked_of, corpus)) == []


def test_what_the_reader_learns_from_is_clean() -> None:
    items = load_suite(INVENTED.with_suffix(".jsonl"))
    assert len(items) > 1000
    assert check_suite(items, [INVENTED]) == []
