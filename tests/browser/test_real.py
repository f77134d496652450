"""The whole path in a real browser: the samples, the packaged model, the page and the widget.

With CITEWELL_SCREENSHOT naming a file, the page is pictured there: that is how docs/screenshot.png is made.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from citewell.app import build_engine
from citewell.engine.engine import Engine
from citewell.index.sync import sync
from citewell.settings import Settings
from citewell.tests.browser.conftest import Watched, intranet, serving, sync_api
from citewell.web.app import create_app

SAMPLES = Path(__file__).parents[2] / "samples"
QUESTION = "What is the agency rate for social workers?"
PICTURE = os.environ.get("CITEWELL_SCREENSHOT", "")
expect = sync_api.expect


@pytest.fixture(scope="module")
def real_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = build_engine(Settings(home=tmp_path_factory.mktemp("real")))
    sync(engine.store, [SAMPLES])
    return engine


@pytest.fixture
def site(real_engine: Engine) -> Iterator[str]:
    with serving(create_app(real_engine, Settings())) as address:
        yield address


def test_an_answer_opens_the_passage_it_came_from(watch: Callable[..., Watched], site: str) -> None:
    watched = watch(site)
    page = watched.page
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator("#chat a.cite").first.click()
    expect(page.locator("#source mark").first).to_be_in_viewport()
    expect(page.locator("#source mark", has_text="37.7%")).to_be_in_viewport()
    expect(page.locator("#chat")).to_contain_text("37.7%")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    if PICTURE:
        page.screenshot(path=PICTURE)
    watched.assert_clean()


def test_what_the_documents_do_not_say_is_said(watch: Callable[..., Watched], site: str) -> None:
    page = watch(site).page
    page.get_by_label("Your question").fill("What is the capital of France?")
    page.keyboard.press("Enter")
    expect(page.locator("#chat")).to_contain_text("The documents do not say")
    expect(page.locator("#chat")).to_contain_text("not an answer")


def test_the_widget_answers_on_a_page_of_another_origin(watch: Callable[..., Watched], real_engine: Engine) -> None:
    with serving(intranet()) as host:
        allowed = Settings(allowed_origins=(host.rstrip("/"),))
        with serving(create_app(real_engine, allowed)) as site:
            watched = watch(f"{host}/?site={site.rstrip('/')}")
            page = watched.page
            page.get_by_role("button", name="Ask Citewell").click()
            panel = page.get_by_role("dialog", name="Ask Citewell")
            panel.get_by_label("Your question").fill(QUESTION)
            panel.get_by_label("Your question").press("Enter")
            expect(panel.locator(".answer").first).to_contain_text("37.7%")
            watched.assert_clean()
