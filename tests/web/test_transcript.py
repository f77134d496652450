"""Answers as the chat shows them."""

from dataclasses import replace
from html import unescape

from hypothesis import example, given
from hypothesis import strategies as st

from citewell.engine.answer import Question
from citewell.tests.web.fake_engine import FakeEngine
from citewell.web.transcript import EXCERPT, answer_html, literal, message_html, progress_html


@given(st.text(st.characters(exclude_categories=["C"])))
@example("Who is <b>Ann O'Neill</b> & what is *her* role (at 5 &amp; 6)?")
def test_a_question_is_shown_as_it_was_typed_and_comes_back(text: str) -> None:
    shown = literal(text)
    assert not set("<>*_`[]()!\\$~|") & set(shown)
    assert unescape(shown) == text


def test_an_answer_shows_statement_mark_title_date_and_locator() -> None:
    html = answer_html(FakeEngine().ask(Question("agency rate")))
    assert "Social Worker: Agency share 37.7%" in html
    assert '[1]<span class="spoken"> source: Workforce briefing: agency staff &amp; turnover</span></a>' in html
    assert "7 October 2024 · Agency cover · table: Agency staff by job role" in html
    assert 'href="source/' in html


def test_not_found_says_so_and_offers_two_passages_that_are_no_answer() -> None:
    html = answer_html(FakeEngine().ask(Question("tea")))
    assert "The documents do not say." in html
    assert "Nearest passages (not an answer)" in html
    assert html.count("<li>") == 2
    assert html.index("do not say") < html.index("Nearest")


def test_a_long_passage_is_cut_at_a_word() -> None:
    answer = FakeEngine().ask(Question("tea"))
    html = answer_html(replace(answer, passages=answer.passages[2:3]))
    excerpt = html.partition('<span class="excerpt">')[2].partition("</span>")[0]
    assert excerpt.endswith(" …")
    assert len(excerpt) <= EXCERPT + 2


def test_document_text_is_escaped_and_stays_in_one_html_block() -> None:
    html = answer_html(FakeEngine().ask(Question("hostile")))
    assert "<script" not in html
    assert "<img" not in html
    assert "\n" not in html


def test_a_rewritten_question_is_shown() -> None:
    answer = replace(FakeEngine().ask(Question("agency")), rewritten="agency rate <in> 2024")
    assert "Understood as: agency rate &lt;in&gt; 2024" in answer_html(answer)


def test_progress_tells_how_many_passages_are_read() -> None:
    engine = FakeEngine()
    passages, _ = engine.search(Question("agency"))
    assert f"{len(passages)} passages found" in progress_html(passages, (), ())


def test_a_message_is_a_sentence() -> None:
    assert message_html("question: empty; type one") == (
        '<div class="answer"><p class="verdict">Question: empty; type one.</p></div>'
    )
