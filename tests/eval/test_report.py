"""The report: what it holds, that nothing in it is taken for markup, and what is shown of a passage."""

import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from citewell.eval import plots
from citewell.eval.baseline import Comparison
from citewell.eval.dataset import Item
from citewell.eval.excerpt import CONTEXT, GAP, LEAD, excerpt, places
from citewell.eval.gate import Suite
from citewell.eval.metrics import Bin
from citewell.eval.reply import Asked, Quote, Reply, Retrieved
from citewell.eval.report import FILE, SUMMARY, markdown, meaning, save_report
from citewell.eval.results import Results, Skipped, result_of
from citewell.eval.runs import Run, SuiteRecord
from citewell.eval.scores import Category, Score

HOSTILE = "<script>alert(1)</script> | `code` </details> **bold** \"quoted' $x$ &amp;"
PASSAGE = "Panels met in Hyde. The share of agency posts was 37.7% in July. Nobody minuted it."
Saved = tuple[html.HtmlElement, str]
SENTENCE = "The share of agency posts was 37.7% in July."


def item(id: str, **changes: Any) -> Item:
    usual = {"category": "figure", "question": f"What of {id}?", "facts": (("37.7%",),), "sources": ("note.md",)}
    return Item(**{"id": id, "answerable": True} | usual | changes)


def reply(to: Item, **changes: Any) -> Reply:
    passage = Retrieved("note.md", PASSAGE, 100, "Agency")
    quote = Quote("note.md", SENTENCE, True, 100 + PASSAGE.index(SENTENCE), "Agency")
    usual = {"status": "answered", "text": SENTENCE, "quotes": (quote,), "passages": (passage,), "confidence": 0.9}
    return Reply(**{"item": to.id, "asked": Asked.of(to), "ms": 40.0} | usual | changes)


def results(pairs: list[tuple[Item, Reply]], before: dict[str, bool] | None = None, **floors: float) -> Results:
    items, replies = zip(*pairs, strict=True)
    suite = Suite("small", Path("small.jsonl"), floors=floors)
    versions = {"python": "3.11.7", "citewell": "0.1.0"}
    absent = Skipped("absent", "no folder <here>")
    records = {"small": SuiteRecord("small.jsonl", "f00d", 1), "absent": SuiteRecord("absent", skipped=absent.reason)}
    run = Run("2026-03-01T09:05:00+00:00", versions, {"answer_threshold": 0.45, "embedding_model": ""}, records)
    outcomes = None if before is None else {"small": before}
    return Results(run, (result_of(suite, items, replies, before=outcomes), absent))


@pytest.fixture(scope="module")
def mixed() -> Results:
    """One item that passes and was gained, one lost, one that fails as it did, and one that is new."""
    gained, lost, failing, new = (item(name) for name in ("gained", "lost", "failing", "new"))
    refused = {"status": "not_found", "text": "", "quotes": (), "confidence": 0.2}
    quotes = (Quote("other.md", "It was 12%.", False),)
    wrong = {"text": "It was 12%.", "rewritten": "share of agency posts", "quotes": quotes}
    replies = [reply(gained), reply(lost, **wrong), reply(failing, **refused), reply(new)]
    pairs = list(zip((gained, lost, failing, new), replies, strict=True))
    before = {"gained": False, "lost": True, "failing": False, "old": True}
    return results(pairs, before, accuracy=0.9)


@pytest.fixture(scope="module")
def report(mixed: Results, tmp_path_factory: pytest.TempPathFactory) -> Saved:
    return saved(tmp_path_factory.mktemp("run"), mixed)


def saved(folder: Path, of: Results) -> Saved:
    """The report's page, parsed, and its summary."""
    save_report(folder, of)
    return html.document_fromstring((folder / FILE).read_bytes()), (folder / SUMMARY).read_text(encoding="utf-8")


def words(node: html.HtmlElement) -> str:
    return " ".join(node.text_content().split())


def test_the_verdict_comes_first_and_names_what_broke(report: Saved) -> None:
    page, summary = report
    assert words(page.find(".//title")) == "Evaluation of 1 March 2026, 09:05 UTC: gate not met"
    gate = page.get_element_by_id("gate")
    assert page.xpath("//main/*")[0] is gate
    assert words(gate).startswith("The gate is not met small: not met 2 of 4 items pass; 1 lost and 1 gained")
    assert "accuracy 0.500 < 0.900" in words(gate)
    assert "absent: skipped no folder <here>" in words(gate)
    [link] = gate.xpath(".//li/a")
    assert words(link) == "What of lost?"
    [target] = page.xpath(f"//*[@id='{link.get('href')[1:]}']")
    assert words(target.xpath("./ancestor::details/summary")[0]).startswith("lost What of lost?")
    assert "## Evaluation: gate **not met**" in summary
    assert r"- accuracy 0.500 \< 0.900" in summary


def test_a_gate_that_is_met_says_so(tmp_path: Path) -> None:
    one = item("one")
    page, summary = saved(tmp_path, results([(one, reply(one))]))
    assert words(page.get_element_by_id("verdict")) == "The gate is met"
    assert "held against no other" in words(page)
    assert "None: every item passes." in words(page)
    assert page.xpath("//*[@class='items']") == []
    assert "## Evaluation: gate met\n" in summary
    assert "| small | met | 1 of 1 | 1.000 (1.000–1.000) |" in summary


def test_the_comparison_is_told_in_full(report: Saved) -> None:
    page, summary = report
    told = "1 gained, 1 lost, 1 new, 1 gone; McNemar’s exact p = 1.000. A difference of this size may well be chance"
    assert told in words(page)
    lists = {words(node.find("summary")): words(node.find("ul")) for node in page.xpath("//details[ul]")}
    assert lists == {
        "Gained (1)": "What of gained? gained",
        "Lost (1)": "What of lost? lost",
        "New (1)": "What of new? new",
        "Gone (1)": "old",
    }
    assert "1 lost, 1 gained, 1 new, 1 gone; McNemar’s exact p = 1.000" in summary
    assert "**Lost**\n\n- **lost**: What of lost?\n\n**Gained**\n\n- **gained**: What of gained?\n" in summary


def test_a_failed_item_shows_all_that_is_needed_to_mend_it(report: Saved) -> None:
    page, _ = report
    lost, failing = page.xpath("//*[@class='items']/details")
    parts = {words(term): term.getnext() for term in lost.xpath(".//dt")}
    assert words(lost.find("summary")) == "lost What of lost? Why: lacks '37.7%'"
    assert {name: words(parts[name]) for name in ("Item", "Searched for", "Expected", "Confidence", "Answer")} == {
        "Item": "lost",
        "Searched for": "share of agency posts",
        "Expected": "37.7%",
        "Confidence": "0.90 (answers from 0.45)",
        "Answer": "answered It was 12%.",
    }
    assert words(parts["Quotes"]) == "It was 12%. other.md not verbatim not a source"
    assert words(parts["Retrieved"]) == f"note.md · Agency {PASSAGE}"
    assert [words(mark) for mark in parts["Retrieved"].xpath(".//mark[@class=' fact']")] == ["37.7%"]
    assert words(failing.find("summary")) == "What of failing? Why: refused, though the documents say"
    assert not failing.xpath(".//dt[.='Quotes']")


def test_a_quote_is_marked_at_its_offsets_and_the_fact_within_it(tmp_path: Path) -> None:
    two = item("two", facts=(("37.7%",), ("Hyde",)), turns=("What of agency posts?",), filters={"publisher": "Council"})
    page, _ = saved(tmp_path, results([(two, reply(two))]))
    [shown] = page.xpath("//*[@class='items']//dd/ol/li[mark or div]")
    assert [(mark.get("class").split(), mark.text_content()) for mark in shown.xpath(".//mark")] == [
        (["fact"], "Hyde"),
        (["quote"], "The share of agency posts was "),
        (["quote", "fact"], "37.7%"),
        (["quote"], " in July."),
    ]
    parts = {words(term): words(term.getnext()) for term in page.xpath("//*[@class='items']//dt")}
    assert parts["Asked before"] == "What of agency posts?"
    assert parts["Filters"] == "publisher: Council"


def test_categories_are_an_index_of_what_failed(report: Saved) -> None:
    page, summary = report
    [link] = page.xpath("//table//a")
    assert words(link) == "2 of 4"
    assert words(page.get_element_by_id(link.get("href")[1:])) == "figure"
    assert "| figure | 2 of 4 | 0.500 (" in summary


def test_every_link_leads_somewhere_and_every_address_is_used_once(report: Saved) -> None:
    page, _ = report
    addresses = page.xpath("//@id")
    assert len(addresses) == len(set(addresses))
    assert {link[1:] for link in page.xpath("//a/@href")} <= set(addresses)
    levels = [int(node.tag[1]) for node in page.xpath("//*[self::h1 or self::h2 or self::h3 or self::h4]")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_nothing_from_items_or_documents_is_taken_for_markup(tmp_path: Path) -> None:
    bad = item(
        HOSTILE, category=HOSTILE, question=f"1. {HOSTILE}\n\n# Heading?", turns=(HOSTILE,), facts=((HOSTILE,),),
        sources=(HOSTILE,), must_not=(HOSTILE,), filters={HOSTILE: HOSTILE}, note=HOSTILE,
    )  # fmt: skip
    passage = Retrieved(HOSTILE, f"Before {HOSTILE} after", 0, HOSTILE)
    quote = Quote(HOSTILE, HOSTILE, True, 7, HOSTILE)
    answered = reply(bad, text=HOSTILE, quotes=(quote,), passages=(passage,), rewritten=HOSTILE)
    hostile = results([(bad, answered)], {bad.id: True})
    run = replace(hostile.run, versions={HOSTILE: HOSTILE, "citewell": HOSTILE}, settings={HOSTILE: HOSTILE})
    page, summary = saved(tmp_path, replace(hostile, run=run))
    assert page.xpath("//script | //*[@onerror]") == []
    [details] = page.xpath("//*[@class='items']/details")
    assert page.xpath("//dt[.='Retrieved']")[0].xpath("./ancestor::details") == [details]
    [shown] = page.xpath("//dd/ol/li/div")
    assert shown.text_content() == f"Before {HOSTILE} after"
    assert "".join(mark.text_content() for mark in shown.xpath(".//mark")) == HOSTILE
    assert any(text.startswith(HOSTILE[:20]) for text in page.xpath("//svg//text/text()"))
    assert "<script" not in summary.replace(r"\<", "")
    outside = [line for line in summary.splitlines() if "alert" in line]
    assert [len(re.findall(r"(?<!\\)\|", line)) for line in outside if line.startswith("|")] == [4]
    assert [line[:4] for line in outside if not line.startswith("|")][-1] == r"- **"
    assert "\n# " not in summary


def test_the_same_results_give_the_same_bytes(tmp_path: Path, mixed: Results) -> None:
    saved(tmp_path, mixed)
    first = [(tmp_path / name).read_bytes() for name in (FILE, SUMMARY)]
    saved(tmp_path, mixed)
    assert [(tmp_path / name).read_bytes() for name in (FILE, SUMMARY)] == first


def test_a_report_of_many_failures_stays_small(tmp_path: Path) -> None:
    items = [item(f"item-{number}", facts=(("99%",),)) for number in range(400)]
    long = tuple(Retrieved("note.md", "Words that say nothing much. " * 20, 2000 * rank) for rank in range(12))
    save_report(tmp_path, results([(one, reply(one, passages=long)) for one in items]))
    assert (tmp_path / FILE).stat().st_size < 3_000_000


def test_results_without_answers_have_plots_all_the_same(tmp_path: Path) -> None:
    broken = item("broken")
    page, _ = saved(tmp_path, results([(broken, Reply.failed(broken, "the engine <stopped>"))]))
    assert len(page.xpath("//svg[@role='img'][@aria-label]")) == 5
    assert "the engine <stopped>" in words(page)


def test_plots_cost_nothing_until_a_report_is_written() -> None:
    command = "import sys, citewell.cli, citewell.eval.report; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0


def test_plots_say_in_words_what_they_show() -> None:
    score = Score(0.5, 0.25, 0.75)
    bars = plots.category_bars({"figure": Category(4, 2, score), "<$list$>": Category(2, 1, score)}, {"figure": 0.6})
    assert "figure: 2 of 4, floor 0.60; &lt;$list$&gt;: 1 of 2" in bars
    assert "#00000" not in bars
    assert "var(--alert)" in bars
    assert "var(--alert)" not in plots.category_bars({"figure": Category(4, 2, score)}, {})
    assert "0.9 to 1.0: 75% of 8" in plots.reliability_diagram([Bin(0.9, 1.0, 8, 0.95, 0.75)])
    told = plots.confidence_histograms([0.9, 0.4], [0.2], 0.45)
    assert "2 answerable, median 0.65. 1 at or above the threshold of 0.45. 1 not answerable, median 0.20. 0 at" in told
    assert "threshold" not in plots.confidence_histograms([0.9], [], None)


@pytest.mark.parametrize(
    ("gained", "lost", "p", "expected"),
    [
        (0, 0, 1.0, "fared as it did"),
        (3, 2, 1.0, "may well be chance"),
        (9, 1, 0.02, "got better"),
        (1, 9, 0.02, "got worse"),
    ],
)
def test_a_comparison_is_put_in_words(gained: int, lost: int, p: float, expected: str) -> None:
    names = tuple(map(str, range(10)))
    assert expected in meaning(Comparison(names[:gained], names[:lost], (), (), p))


def test_markdown_is_escaped_onto_one_line() -> None:
    assert markdown("a|b\n# <i>*c*</i> `d`") == r"a\|b \# \<i\>\*c\*\</i\> \`d\`"


@pytest.mark.parametrize(
    ("text", "fact", "found"),
    [
        ("The share was (37.7%), not 12%.", "37.70 per cent", ["37.7%"]),
        ("17 per cent of 17 families", "17", ["17"]),
        ("On 17th Sept 2024 they met", "17/09/2024", ["17th Sept 2024"]),
        ("In September 2024, and on 17 September 2024", "September 2024", ["September 2024", "September 2024"]),
        ("It cost £3,000; 3000 again", "3000", ["£3,000", "3000"]),
        ("Rated Inadequate-overall", "inadequate", ["Inadequate"]),
        ("The director’s report", "director's report", ["director’s report"]),
        ("Nothing of the kind", "37.7%", []),
    ],
)
def test_a_fact_is_found_where_it_stands(text: str, fact: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in places(text, [fact])] == found


def test_an_excerpt_keeps_what_stands_around_its_marks() -> None:
    before, after = "one two " * 100, " three four" * 100
    pieces = excerpt(f"{before}MARKED{after}", [(800, 806)])
    assert [piece.text for piece in pieces if piece.quote] == ["MARKED"]
    assert (pieces[0], pieces[-1]) == (GAP, GAP)
    assert all(CONTEXT <= len(piece.text) < CONTEXT + 10 for piece in (pieces[1], pieces[3]))
    assert pieces[1].text.split()[0] in ("one", "two")


def test_an_excerpt_without_marks_is_the_beginning() -> None:
    [start, gap] = excerpt("word " * 200)
    assert gap is GAP
    assert LEAD <= len(start.text) < LEAD + 10
    assert [piece.text for piece in excerpt("short\n\n \ntext")] == ["short\ntext"]
    assert excerpt("") == []


def test_a_quote_that_reaches_beyond_its_passage_is_marked_within_it() -> None:
    assert [(piece.text, piece.quote) for piece in excerpt("abc def", [(-10, 3), (4, 99), (200, 300)])] == [
        ("abc", True),
        (" ", False),
        ("def", True),
    ]
