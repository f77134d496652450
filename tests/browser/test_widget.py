"""The widget on somebody else's page: another origin, hostile styles, a strict policy with Trusted Types."""

from collections.abc import Callable
from typing import Any

import pytest

from citewell.tests.browser.conftest import Watched, check, sync_api
from citewell.tests.web.fake_engine import INJECTION, SENTENCE, WITHHELD, FakeEngine

AGENCY = "What is the agency rate for social workers?"
COMPOSED = "What is the agency rate, and what did one family meet? Composed slowly."
expect = sync_api.expect

Watch = Callable[..., Watched]


@pytest.fixture
def embedded(watch: Watch, site: str, friend: str, engine: FakeEngine) -> Watched:
    """The widget on a page that may embed it, over an engine that has been asked nothing."""
    engine.reset()
    return watch(f"{friend}/?site={site}")


def opened(page: Any) -> Any:
    """The widget's panel, opened."""
    page.get_by_role("button", name="Ask Citewell").click()
    return page.get_by_role("dialog", name="Ask Citewell")


def ask(panel: Any, question: str) -> Any:
    """Ask, and wait for the end of the answer; gives the answer."""
    answers = panel.locator(".answer")
    before = answers.count()
    box = panel.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    expect(answers).to_have_count(before + 1)
    expect(panel.get_by_role("button", name="Ask")).to_be_visible()
    return answers.last


def test_it_answers_on_an_allowed_origin_with_expandable_quotes(embedded: Watched, site: str) -> None:
    answer = ask(opened(embedded.page), AGENCY)
    expect(answer).to_contain_text("Social Worker: Agency share 37.7% [1]")
    quote = answer.locator("blockquote")
    expect(quote).to_be_hidden()
    answer.locator("summary").click()
    expect(quote).to_have_text("Social Worker · 93 · 37.7%")
    expect(answer).to_contain_text("7 October 2024 · Agency cover · table: Agency staff by job role")
    href = answer.get_by_role("link", name="Open the document").get_attribute("href")
    assert href.startswith(f"{site}/source/")
    embedded.assert_clean()


def test_it_is_refused_in_words_on_any_other_origin(watch: Watch, site: str, stranger: str, engine: FakeEngine) -> None:
    engine.reset()
    watched = watch(f"{stranger}/?site={site}")
    panel = opened(watched.page)
    expect(ask(panel, AGENCY)).to_contain_text("may not be on its list of allowed origins")
    expect(panel.get_by_role("status")).to_contain_text("cannot be reached")
    assert engine.asked == []
    assert watched.hosts == {"127.0.0.1"}


def test_the_page_s_styles_do_not_reach_it(watch: Watch, site: str, friend: str) -> None:
    embedded = watch(f"{friend}/?site={site}", reduced_motion="reduce")
    button = embedded.page.get_by_role("button", name="Ask Citewell")
    style = button.evaluate("button => { const s = getComputedStyle(button); return [s.backgroundColor, s.fontSize] }")
    assert style == ["rgb(29, 78, 216)", "16px"]
    panel = opened(embedded.page)
    box = panel.bounding_box()
    assert box["width"] == 416
    assert (box["x"] + box["width"], box["y"] + box["height"]) == (1280 - 16, 800 - 16)
    assert panel.evaluate("panel => getComputedStyle(panel).color") == "rgb(30, 41, 59)"
    assert panel.evaluate("panel => getComputedStyle(panel).display") == "flex"
    embedded.assert_clean()


def test_escape_closes_it_and_gives_the_focus_back(embedded: Watched) -> None:
    button = embedded.page.get_by_role("button", name="Ask Citewell")
    button.focus()
    embedded.page.keyboard.press("Enter")
    panel = embedded.page.get_by_role("dialog")
    expect(panel.get_by_label("Your question")).to_be_focused()
    embedded.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(button).to_be_focused()


def test_each_finished_answer_is_announced_once(embedded: Watched) -> None:
    panel = opened(embedded.page)
    ask(panel, AGENCY)
    status = panel.get_by_role("status")
    expect(status).to_have_text("Answer with 1 source: Social Worker: Agency share 37.7%")
    ask(panel, "What does tea cost?")
    expect(status).to_have_text("The documents do not say.")
    expect(panel.get_by_role("status")).to_have_count(1)


def test_follow_ups_carry_the_earlier_questions(embedded: Watched, engine: FakeEngine) -> None:
    panel = opened(embedded.page)
    ask(panel, "Who is Ann?")
    ask(panel, AGENCY)
    assert engine.asked[-1].turns == ("Who is Ann?",)


def test_not_found_offers_the_nearest_passages(embedded: Watched) -> None:
    answer = ask(opened(embedded.page), "What does tea cost?")
    expect(answer).to_contain_text("The documents do not say.")
    expect(answer).to_contain_text("Nearest passages (not an answer)")
    expect(answer.locator("details")).to_have_count(2)


def test_a_vote_is_sent_and_thanked_for(embedded: Watched, engine: FakeEngine) -> None:
    panel = opened(embedded.page)
    group = ask(panel, AGENCY).get_by_role("group", name="Was this answer helpful?")
    group.get_by_role("button", name="Helpful", exact=True).click()
    expect(group).to_contain_text("Thank you.")
    expect(panel.get_by_role("status")).to_have_text("Thank you.")
    expect(group.get_by_role("button", pressed=True)).to_have_text("Helpful")
    group.get_by_role("button", name="Not helpful").click()
    expect(group.get_by_role("button", pressed=True)).to_have_text("Not helpful")
    assert [(one.question, one.vote) for one in engine.history.unmet()[:1]] == [(AGENCY, "down")]
    embedded.assert_clean()


def test_a_vote_and_its_comment_are_given_by_keyboard(embedded: Watched, engine: FakeEngine) -> None:
    panel = opened(embedded.page)
    group = ask(panel, AGENCY).get_by_role("group", name="Was this answer helpful?")
    keyboard = embedded.page.keyboard
    panel.get_by_label("Your question").focus()
    keyboard.press("Shift+Tab")
    button = group.get_by_role("button", name="Not helpful")
    expect(button).to_be_focused()
    keyboard.press("Enter")
    line = group.get_by_label("What is missing or wrong?")
    expect(line).to_be_in_viewport(ratio=1)
    keyboard.press("Tab")
    keyboard.type("The year is missing")
    keyboard.press("Enter")
    expect(panel.get_by_role("status")).to_have_text("Thank you for your comment.")
    expect(line).to_be_hidden()
    expect(button).to_be_focused()
    newest = engine.history.unmet()[0]
    assert (newest.question, newest.vote, newest.comment) == (AGENCY, "down", "The year is missing")


def test_a_vote_that_cannot_be_kept_is_told(embedded: Watched, engine: FakeEngine) -> None:
    group = ask(opened(embedded.page), AGENCY).get_by_role("group", name="Was this answer helpful?")
    engine.history = None
    group.get_by_role("button", name="Helpful", exact=True).click()
    expect(group).to_contain_text("Not sent: history: nothing is stored here")
    expect(group.get_by_role("button", pressed=True)).to_have_count(0)


def test_an_answer_that_failed_asks_for_no_vote(embedded: Watched) -> None:
    expect(ask(opened(embedded.page), "broken?").get_by_role("button")).to_have_count(0)


def test_document_text_is_text(embedded: Watched) -> None:
    answer = ask(opened(embedded.page), "Is this hostile?")
    expect(answer.locator("p").first).to_have_text(f"{INJECTION} [1]")
    assert answer.locator("img, script").count() == 0
    embedded.assert_clean()


def test_an_answer_can_be_stopped_although_the_box_is_empty(embedded: Watched, engine: FakeEngine) -> None:
    panel = opened(embedded.page)
    box = panel.get_by_label("Your question")
    box.fill("What is the agency rate, slowly?")
    box.press("Enter")
    expect(panel.locator(".answer")).to_contain_text("37.7%")
    panel.get_by_role("button", name="Stop").click()
    expect(panel.locator(".answer")).to_contain_text("Stopped.")
    expect(panel.get_by_role("button", name="Ask")).to_be_visible()
    expect(box).to_be_focused()
    engine.release.set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_quotes_are_there_while_a_model_composes_and_its_sentence_leads(
    watch: Watch, site: str, friend: str, engine: FakeEngine, scheme: str
) -> None:
    engine.reset()
    embedded = watch(f"{friend}/?site={site}", color_scheme=scheme, reduced_motion="reduce")
    panel = opened(embedded.page)
    answer, status = begun(panel), panel.get_by_role("status")
    expect(answer.locator(".statement")).to_contain_text(["Social Worker: Agency share", "17 social workers"])
    expect(answer.get_by_role("button")).to_have_count(0)
    expect(status).to_have_text("Quotes are shown. A language model is putting the answer into words.")
    summary = answer.locator("summary").last
    summary.click()
    check(embedded.page, "citewell-chat")
    engine.release.set()
    expect(answer.get_by_role("button", name="Helpful", exact=True)).to_be_visible()
    expect(answer.locator(".statement, .label")).to_contain_text([SENTENCE, "In the documents’ own words", "17 social"])
    expect(answer).to_contain_text(WITHHELD)
    expect(answer).not_to_contain_text("is putting this into words")
    expect(answer.locator("blockquote").last).to_be_visible()  # what was opened stays open
    expect(summary).to_be_focused()
    expect(status).to_contain_text(f"Answer with 2 sources: {SENTENCE} In the documents’ own words: Over 18 months")
    check(embedded.page, "citewell-chat")
    embedded.assert_clean()


def test_stopping_a_model_leaves_the_quotes(embedded: Watched, engine: FakeEngine) -> None:
    panel = opened(embedded.page)
    answer = begun(panel)
    panel.get_by_role("button", name="Stop").click()
    expect(answer).to_contain_text("Stopped.")
    expect(answer).to_contain_text("Social Worker: Agency share 37.7%")
    expect(answer).not_to_contain_text("is putting this into words")
    assert engine.left.get(timeout=10).text == COMPOSED
    engine.release.set()


def begun(panel: Any) -> Any:
    """Ask for a composed answer and wait until a model is at work on it; gives the answer."""
    box = panel.get_by_label("Your question")
    box.fill(COMPOSED)
    box.press("Enter")
    expect(panel.locator(".answer")).to_contain_text("A language model is putting this into words…")
    return panel.locator(".answer").last


def test_errors_are_shown_in_words(embedded: Watched) -> None:
    panel = opened(embedded.page)
    expect(ask(panel, "broken?")).to_have_text("index: cannot be read; run citewell doctor")
    expect(ask(panel, "why " * 2500)).to_contain_text("shorten it to 2,000 or fewer")


def test_it_fits_a_narrow_screen_and_follows_dark_mode(watch: Watch, site: str, friend: str) -> None:
    watched = watch(f"{friend}/?site={site}", viewport={"width": 360, "height": 640}, color_scheme="dark")
    panel = opened(watched.page)
    box = panel.bounding_box()
    assert (box["x"], box["width"]) == (16, 360 - 32)
    assert panel.evaluate("panel => getComputedStyle(panel).backgroundColor") == "rgb(15, 23, 42)"
    expect(ask(panel, AGENCY)).to_contain_text("37.7%")


def test_the_card_for_somebody_at_risk_stands_out(embedded: Watched) -> None:
    panel = opened(embedded.page)
    card = ask(panel, "a child is being hurt now").get_by_role("alert")
    assert [line for line in card.inner_text().splitlines() if line][:2] == [
        "In danger: call 999.",
        "Duty <social> worker: 0161\u00a0496\u00a00000",
    ]
    assert card.evaluate("card => getComputedStyle(card).borderTopWidth") == "2px"
    expect(panel.get_by_role("group")).to_have_count(0)
    expect(panel.locator("details")).to_have_count(0)
    expect(panel.get_by_role("status")).to_have_text("")
    embedded.assert_clean()


def test_case_data_goes_from_the_panel_and_is_not_carried_on(embedded: Watched, engine: FakeEngine) -> None:
    panel = opened(embedded.page)
    expect(ask(panel, "Who visits Ann Lee, dob 12/03/2014?")).to_contain_text("a date of birth")
    expect(panel).not_to_contain_text("Ann Lee")
    expect(ask(panel, AGENCY)).to_contain_text("37.7%")
    assert engine.asked[-1].turns == ()
