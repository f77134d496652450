"""The chat page as a reader meets it."""

from collections.abc import Callable
from typing import Any

import pytest

from citewell.tests.browser.conftest import Watched, check, sync_api
from citewell.tests.web.fake_engine import INJECTION, SENTENCE, WITHHELD, FakeEngine

AGENCY = "What is the agency rate for social workers?"
FAMILY = "How many social workers did one family have in 18 months?"
COMPOSED = "What is the agency rate, and what did one family meet? Composed slowly."
expect = sync_api.expect

Watch = Callable[..., Watched]


@pytest.fixture
def chat(watch: Watch, site: str, engine: FakeEngine) -> Watched:
    """The chat page, ready to be asked, over an engine that has been asked nothing."""
    engine.reset()
    return opened(watch, site)


def opened(watch: Watch, site: str, **options: Any) -> Watched:
    watched = watch(site, **options)
    watched.page.get_by_label("Your question").wait_for()
    return watched


def ask(page: Any, question: str) -> Any:
    """Type a question and wait for its answer; gives the answer."""
    answers = page.locator("#chat .answer")
    before = answers.count()
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    expect(answers).to_have_count(before + 1)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    return answers.last


def test_it_loads_and_answers_and_nothing_leaves_the_machine(chat: Watched) -> None:
    answer = ask(chat.page, AGENCY)
    expect(answer).to_contain_text("Social Worker: Agency share 37.7%")
    expect(answer).to_contain_text("7 October 2024")
    expect(answer.locator(".place")).to_contain_text("Agency cover · table: Agency staff by job role")
    expect(chat.page).to_have_title("Citewell")
    assert chat.page.evaluate("document.documentElement.lang") == "en"
    chat.assert_clean()


def test_a_citation_opens_its_source_with_the_quote_in_view_and_focused(chat: Watched) -> None:
    link = ask(chat.page, FAMILY).get_by_role("link", name="[1] source: Workforce briefing")
    link.click()
    panel = chat.page.get_by_role("complementary", name="Source")
    expect(panel).to_contain_text("Turnover › One family")
    mark = panel.locator("mark")
    expect(mark).to_have_text("Over 18 months, one family met 17 social workers.")
    expect(mark).to_be_focused()
    expect(mark).to_be_in_viewport()
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    expect(link).to_be_focused()
    chat.assert_clean()


def test_a_quoted_table_row_is_marked_in_its_table(chat: Watched) -> None:
    ask(chat.page, AGENCY).locator("a.cite").first.click()
    marks = chat.page.locator("#source table mark")
    expect(marks).to_have_text(["Social Worker", "93", "37.7%"])
    expect(chat.page.locator("#source caption")).to_have_text("Agency staff by job role")


def test_the_source_opens_on_a_page_of_its_own(chat: Watched, watch: Watch) -> None:
    href = ask(chat.page, FAMILY).locator("a.cite").first.evaluate("link => link.href")
    page = watch(href)
    expect(page.page.locator("mark")).to_be_in_viewport()
    expect(page.page).to_have_title("Workforce briefing: agency staff & turnover – Citewell")
    page.assert_clean()


def test_it_is_used_by_keyboard_alone(chat: Watched) -> None:
    keyboard = chat.page.keyboard
    expect(chat.page.get_by_label("Your question")).to_be_focused()
    keyboard.type(FAMILY)
    keyboard.press("Enter")
    link = chat.page.locator("#chat a.cite").last
    expect(link).to_be_visible()
    expect(chat.page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    chat.page.get_by_label("Your question").focus()
    for _ in ("Not helpful", "Helpful", link):
        keyboard.press("Shift+Tab")
    expect(link).to_be_focused()
    keyboard.press("Enter")
    expect(chat.page.locator("#source mark")).to_be_focused()
    keyboard.press("Escape")
    expect(chat.page.locator("#source")).to_be_hidden()
    expect(link).to_be_focused()


def test_an_example_is_asked_with_one_click_and_a_new_conversation_offers_them_again(chat: Watched) -> None:
    example = chat.page.get_by_role("button", name=AGENCY)
    example.click()
    expect(chat.page.locator("#chat .answer")).to_contain_text("37.7%")
    expect(example).to_be_hidden()
    chat.page.get_by_role("button", name="New conversation").click()
    expect(example).to_be_visible()
    expect(chat.page.locator("#chat .answer")).to_have_count(0)
    chat.assert_clean()


def test_not_found_says_so_and_offers_the_nearest_passages(chat: Watched) -> None:
    answer = ask(chat.page, "What does tea cost?")
    expect(answer).to_contain_text("The documents do not say.")
    expect(answer).to_contain_text("Nearest passages (not an answer)")
    expect(answer.locator("li")).to_have_count(2)


def test_document_text_is_text_wherever_it_is_shown(chat: Watched) -> None:
    answer = ask(chat.page, "Is this hostile?")
    expect(answer).to_contain_text(INJECTION)
    answer.locator("a.cite").first.click()
    expect(chat.page.locator("#source mark")).to_have_text(INJECTION)
    assert chat.page.locator("#chat .answer img, #source img, #source script").count() == 0
    chat.assert_clean()


def test_a_vote_is_sent_and_thanked_for_and_stays_when_more_is_asked(chat: Watched, engine: FakeEngine) -> None:
    answer = ask(chat.page, AGENCY)
    group = answer.get_by_role("group", name="Was this answer helpful?")
    helpful = group.get_by_role("button", name="Helpful", exact=True)
    helpful.click()
    expect(group.get_by_role("status")).to_have_text("Thank you.")
    ask(chat.page, FAMILY)
    first = chat.page.locator("#chat .votes").first
    expect(first.get_by_role("button", pressed=True)).to_have_text("Helpful")
    expect(first.get_by_role("status")).to_have_text("Thank you.")
    first.get_by_role("button", name="Not helpful").click()
    expect(first.get_by_role("button", pressed=True)).to_have_text("Not helpful")
    assert [(one.question, one.vote) for one in engine.history.unmet()[:1]] == [(AGENCY, "down")]
    chat.assert_clean()


def test_a_vote_and_its_comment_are_given_by_keyboard(chat: Watched, engine: FakeEngine) -> None:
    group = ask(chat.page, FAMILY).get_by_role("group")
    keyboard = chat.page.keyboard
    chat.page.get_by_label("Your question").focus()
    keyboard.press("Shift+Tab")
    button = group.get_by_role("button", name="Not helpful")
    expect(button).to_be_focused()
    keyboard.press("Space")
    line = group.get_by_label("What is missing or wrong?")
    expect(line).to_be_in_viewport(ratio=1)
    keyboard.press("Tab")
    expect(line).to_be_focused()
    keyboard.type("The year is missing")
    keyboard.press("Enter")
    expect(group.get_by_role("status")).to_have_text("Thank you for your comment.")
    expect(line).to_be_hidden()
    expect(button).to_be_focused()
    newest = engine.history.unmet()[0]
    assert (newest.question, newest.vote, newest.comment) == (FAMILY, "down", "The year is missing")
    chat.assert_clean()


def test_a_vote_that_cannot_be_kept_is_told(chat: Watched, engine: FakeEngine) -> None:
    group = ask(chat.page, AGENCY).get_by_role("group")
    engine.history = None
    group.get_by_role("button", name="Helpful", exact=True).click()
    expect(group.get_by_role("status")).to_contain_text("Not sent: history: nothing is stored here")
    chat.page.route("**/api/feedback", lambda route: route.abort())
    group.get_by_role("button", name="Helpful", exact=True).click()
    expect(group.get_by_role("status")).to_have_text("Not sent: Citewell cannot be reached")
    expect(group.get_by_role("button", pressed=True)).to_have_count(0)


def test_no_vote_is_asked_for_where_none_is_kept(chat: Watched, engine: FakeEngine) -> None:
    engine.history = None
    expect(ask(chat.page, AGENCY).get_by_role("button")).to_have_count(0)


def test_a_question_is_shown_as_it_was_typed(chat: Watched) -> None:
    question = "**bold** <img src=http://beacon.invalid/x.png> ![x](http://beacon.invalid/y.png) $$x$$ agency?"
    ask(chat.page, question)
    expect(chat.page.get_by_test_id("user")).to_have_text(question)
    chat.assert_clean()


def test_follow_ups_carry_the_earlier_questions(chat: Watched, engine: FakeEngine) -> None:
    ask(chat.page, "Who is *Ann* & <Bo>?")
    ask(chat.page, AGENCY)
    assert engine.asked[-1].turns == ("Who is *Ann* & <Bo>?",)


def test_an_unusable_question_gets_one_line_and_stays_in_the_box(chat: Watched, engine: FakeEngine) -> None:
    hint, box = chat.page.get_by_role("alert"), chat.page.get_by_label("Your question")
    box.press("Enter")
    expect(hint).to_have_text("Question: empty; type a question in plain words.")
    box.fill("Why")
    expect(hint).to_be_hidden()
    long = "why " * 2500
    box.fill(long)
    box.press("Enter")
    expect(hint).to_contain_text("shorten it to 2,000 or fewer")
    expect(box).to_have_value(long)
    expect(chat.page.locator("#chat .answer")).to_have_count(0)
    assert engine.asked == []
    chat.assert_clean()


def test_an_answer_can_be_stopped(chat: Watched, engine: FakeEngine) -> None:
    box = chat.page.get_by_label("Your question")
    box.fill("What is the agency rate, slowly?")
    box.press("Enter")
    expect(chat.page.locator("#chat .answer")).to_contain_text("37.7%")
    chat.page.get_by_role("button", name="Stop").click()
    expect(chat.page.locator("#chat .answer").last).to_have_text("Stopped.")
    expect(chat.page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    engine.release.set()
    expect(ask(chat.page, FAMILY)).to_contain_text("17 social workers")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_quotes_are_there_while_a_model_composes_and_its_sentence_leads(
    watch: Watch, site: str, engine: FakeEngine, scheme: str
) -> None:
    engine.reset()
    chat = opened(watch, site, color_scheme=scheme)
    answer, status = begun(chat.page), chat.page.locator("body > [role=status]")
    expect(answer.locator(".statement")).to_contain_text(["Social Worker: Agency share", "17 social workers"])
    expect(answer.get_by_role("button")).to_have_count(0)
    expect(status).to_have_text("Quotes are shown. A language model is putting the answer into words.")
    check(chat.page)
    engine.release.set()
    expect(answer.get_by_role("button", name="Helpful", exact=True)).to_be_visible()
    expect(answer.locator(".statement, .label")).to_contain_text([SENTENCE, "In the documents’ own words", "17 social"])
    expect(answer).to_contain_text(WITHHELD)
    expect(answer).not_to_contain_text("is putting this into words")
    expect(status).to_contain_text(f"{SENTENCE} In the documents’ own words Over 18 months")
    check(chat.page)
    chat.assert_clean()


def test_stopping_a_model_leaves_the_quotes(chat: Watched, engine: FakeEngine) -> None:
    begun(chat.page)
    chat.page.get_by_role("button", name="Stop").click()
    answers = chat.page.locator("#chat .answer")
    expect(answers).to_contain_text(["Social Worker: Agency share 37.7%", "Stopped."])
    expect(chat.page.locator("#chat .composing")).to_have_count(0)
    assert engine.left.get(timeout=10).text == COMPOSED
    engine.release.set()
    expect(ask(chat.page, FAMILY)).to_contain_text("17 social workers")
    expect(answers.first).to_contain_text("Social Worker: Agency share 37.7%")


def begun(page: Any) -> Any:
    """Ask for a composed answer and wait until a model is at work on it; gives the answer."""
    box = page.get_by_label("Your question")
    box.fill(COMPOSED)
    box.press("Enter")
    expect(page.locator("#chat .composing")).to_be_visible()
    return page.locator("#chat .answer").last


def test_what_is_said_to_a_screen_reader_is_said_once(chat: Watched) -> None:
    ask(chat.page, AGENCY)
    expect(chat.page.locator("body > [role=status]")).to_have_text("Social Worker: Agency share 37.7%")
    expect(chat.page.locator("#chat [role=log]")).to_have_attribute("aria-live", "off")
    ask(chat.page, "What does tea cost?")
    expect(chat.page.locator("body > [role=status]")).to_have_text("The documents do not say.")


@pytest.mark.parametrize("width", [390, 1280])
def test_each_new_question_stands_at_the_top_of_the_view(watch: Watch, site: str, width: int) -> None:
    page = opened(watch, site, viewport={"width": width, "height": 800}).page
    for question in ("What does tea cost?", "What does coffee cost?", AGENCY):
        ask(page, question)
        asked = page.get_by_test_id("user").last
        expect(asked).to_have_text(question)
        expect(asked).to_be_in_viewport(ratio=1)
        assert asked.bounding_box()["y"] < 160
    expect(page.locator("#chat .statement").last).to_be_in_viewport(ratio=1)


def test_a_quoted_row_is_in_view_with_its_column_names_on_a_narrow_screen(watch: Watch, site: str) -> None:
    page = opened(watch, site, viewport={"width": 390, "height": 800}).page
    ask(page, AGENCY).locator("a.cite").first.click()
    for cell in (*page.locator("#source mark").all(), *page.locator("#source th").all()):
        expect(cell).to_be_in_viewport(ratio=1)


def test_it_fits_a_narrow_screen(watch: Watch, site: str) -> None:
    page = opened(watch, site, viewport={"width": 360, "height": 740}).page
    answer = ask(page, FAMILY)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    answer.locator("a.cite").first.click()
    expect(page.locator("#source mark")).to_be_in_viewport()
    assert page.locator("#source").bounding_box()["width"] == 360
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360


def test_messages_are_named_by_their_text_and_not_by_their_markup(chat: Watched) -> None:
    ask(chat.page, AGENCY)
    assert chat.page.locator("#chat [data-testid][aria-label]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(watch: Watch, site: str, scheme: str) -> None:
    page = opened(watch, site, color_scheme=scheme).page
    check(page)
    ask(page, "What does tea cost?")
    ask(page, AGENCY).locator("a.cite").first.click()
    expect(page.locator("#source mark").first).to_be_visible()
    page.locator("#chat .votes").first.get_by_role("button", name="Not helpful").click()
    expect(page.get_by_label("What is missing or wrong?")).to_be_visible()
    check(page)


def test_the_card_for_somebody_at_risk_stands_out(chat: Watched) -> None:
    ask(chat.page, AGENCY)
    card = ask(chat.page, "a child is being hurt now")
    expect(chat.page.get_by_role("alert")).to_have_count(1)
    assert [line for line in card.inner_text().splitlines() if line][:2] == [
        "In danger: call 999.",
        "Duty <social> worker: 0161\u00a0496\u00a00000",
    ]
    assert card.evaluate("card => getComputedStyle(card).borderTopWidth") == "2px"
    expect(card.get_by_role("button")).to_have_count(0)
    expect(card.locator("li")).to_have_count(0)
    chat.assert_clean()


def test_case_data_goes_from_the_page_and_is_not_carried_on(chat: Watched, engine: FakeEngine) -> None:
    refusal = ask(chat.page, "Who visits Ann Lee, dob 12/03/2014?")
    expect(refusal).to_contain_text("a date of birth")
    expect(chat.page.locator("#chat")).not_to_contain_text("Ann Lee")
    expect(ask(chat.page, AGENCY)).to_contain_text("37.7%")
    assert engine.asked[-1].turns == ()
