"""Answers as the chat shows them."""

from dataclasses import replace
from html import unescape

from hypothesis import example, given
from hypothesis import strategies as st

from citewell.engine.answer import Question
from citewell.tests.web.fake_engine import SENTENCE, WITHHELD, FakeEngine
from citewell.web.transcript import EXCERPT, answer_html, is_blocked, literal, message_html, progress_html


@given(st.text(st.characters(exclude_categories=["C"])))
@example("Who is <b>Ann O'Neill</b> & what is *her* role (at 5 &amp; 6)?")
def test_a_question_is_shown_as_it_was_typed_and_comes_back(text: str) -> None:
    shown = literal(text)
    assert not set("<>*_`[]()!\\$~|") & set(shown)
    assert unescape(shown) == text


def test_an_answer_shows_statement_mark_title_date_and_locator() -> None:
    html = answer_html(FakeEngine().ask(Question("agency rate")))
    assert "Social Worker: Agency share <strong>37.7%</strong> <a" in html
    assert '[1]<span class="spoken"> source: Workforce briefing: agency staff &amp; turnover</span></a>' in html
    assert "7 October 2024" in html
    assert "Agency cover · table: Agency staff by job role" in html
    assert 'href="source/' in html


def test_what_was_asked_for_is_bold_and_escaped() -> None:
    answer = FakeEngine().ask(Question("agency rate"))
    said = replace(answer.statements[0], text="<b>5</b>\n& 6 < 7", asked=((3, 4), (11, 12)))
    html = answer_html(replace(answer, statements=(said,)))
    assert "&lt;b&gt;<strong>5</strong>&lt;/b&gt; &amp; <strong>6</strong> &lt; 7 <a" in html


def test_a_part_that_is_not_answered_is_told_after_the_statements() -> None:
    answer = replace(FakeEngine().ask(Question("agency rate")), status="partial", message="Not said: why?")
    html = answer_html(answer)
    assert html.index("37.7%") < html.index("Not said: why?")
    assert "Nearest" not in html


def test_a_model_s_wording_leads_and_is_told_from_the_documents_own() -> None:
    html = answer_html(FakeEngine().ask(Question("composed: agency, family")))
    order = (
        SENTENCE.partition(" 37")[0],
        "In the documents’ own words",
        "17 social workers",
        '<ul class="sources">',
        WITHHELD,
    )
    assert sorted(order, key=html.index) == list(order)
    assert "Worded by a language model" in html


def test_where_all_is_worded_by_one_nothing_is_told_apart() -> None:
    answer = FakeEngine().ask(Question("composed: agency"))
    assert "own words" not in answer_html(answer)
    assert "Worded by a language model" in answer_html(answer)
    quotes = answer_html(FakeEngine().ask(Question("agency, family")))
    assert "own words" not in quotes
    assert "language model" not in quotes


def test_a_note_is_escaped_and_muted() -> None:
    answer = replace(FakeEngine().ask(Question("agency rate")), note="It <failed>\n& so")
    assert '<p class="note">It &lt;failed&gt; &amp; so</p>' in answer_html(answer)


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


def test_consecutive_citations_of_a_document_share_its_title_and_those_of_a_place_its_locator() -> None:
    answer = FakeEngine().ask(Question("agency rate"))
    first = answer.citations[0]
    cited = (first, replace(first, n=2), replace(first, n=3, locator="Turnover", published=None))
    html = answer_html(replace(answer, citations=cited)).partition('<ul class="sources">')[2]
    assert html.count("Workforce briefing") == 1
    assert html.count('class="place"') == 2
    assert all(f">[{n}]<" in html for n in (1, 2, 3))


def test_a_document_without_a_date_is_undated() -> None:
    assert "undated" in answer_html(FakeEngine().ask(Question("hostile")))


def test_the_rows_of_a_table_are_lines_of_an_excerpt_below_its_header() -> None:
    answer = FakeEngine().ask(Question("tea"))
    table = next(passage for passage in answer.passages if passage.chunk.kind == "table")
    html = answer_html(replace(answer, passages=(table,)))
    assert "Job role | Permanent | Agency share<br>Team Manager | 36 | 29.4%<br>" in html


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


def test_a_finished_answer_asks_for_a_vote_where_votes_are_kept() -> None:
    answer = replace(FakeEngine().ask(Question("agency rate")), id='a"<b')
    html = answer_html(answer, votes=True)
    assert [f'name="a&quot;&lt;b" value="{vote}"' in html for vote in ("up", "down")] == [True, True]
    assert 'class="votes"' not in answer_html(answer)
    assert 'class="votes"' not in answer_html(replace(answer, status="blocked"), votes=True)


def test_what_is_blocked_stands_alone_with_its_lines() -> None:
    html = answer_html(FakeEngine().ask(Question("a child is being hurt now")), votes=True)
    assert html.startswith(
        '<div class="answer blocked" role="alert"><p>In danger: call 999.</p><p>Duty &lt;social&gt; worker: '
    )
    assert "0161\u00a0496\u00a00000</p><p>Your question was not looked up." in html
    assert "votes" not in html
    assert "\n" not in html
    assert is_blocked(html)
    assert not is_blocked(answer_html(FakeEngine().ask(Question('<div class="answer blocked">'))))
