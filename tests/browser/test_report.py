"""The report as a reader opens it: a file, without a network."""

from collections.abc import Callable
from typing import Any

import pytest

from citewell.eval.report import FILE, save_report
from citewell.eval.results import Results
from citewell.tests.browser.conftest import Watched, sync_api
from citewell.tests.browser.test_page import check
from citewell.tests.eval.test_report import HOSTILE, item, reply, results

expect = sync_api.expect
Watch = Callable[..., Watched]


def failing() -> Results:
    """A lost item, one with a hostile question, and others in several categories."""
    items = [item(f"item-{number}", category=f"kind-{number % 6}", facts=(("99%",),)) for number in range(12)]
    lost = item("lost", facts=(("Hyde",), ("99%",)), turns=("What of agency posts?",), must_not=("37.7%",))
    hostile = item("hostile", question=f"What of {HOSTILE}?", facts=(("99%",),))
    pairs = [(one, reply(one)) for one in (lost, hostile, *items)]
    return results(pairs, {"lost": True, "hostile": False, "old": True}, accuracy=0.8)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("run")
    save_report(folder, failing())
    return (folder / FILE).as_uri()


def opened(watch: Watch, address: str, **options: Any) -> Watched:
    """The report, opened by a browser that runs no scripts of its."""
    return watch(address, **{"java_script_enabled": False} | options)


def test_it_asks_nothing_of_any_host_and_needs_no_script(watch: Watch, address: str) -> None:
    watched = opened(watch, address)
    expect(watched.page.get_by_role("heading", name="The gate is not met", level=2)).to_be_visible()
    expect(watched.page.get_by_role("img")).to_have_count(5)
    assert watched.hosts == set()
    assert watched.complaints == []
    text = watched.page.content()
    assert not any(asking in text for asking in ('src="', "@import", "url(http", 'href="http', "url(//"))


def test_a_lost_item_is_opened_by_its_link(watch: Watch, address: str) -> None:
    page = opened(watch, address).page
    question = page.locator("summary", has_text="What of lost?")
    expect(page.get_by_text("Asked before")).to_be_hidden()
    page.locator("#gate").get_by_role("link", name="What of lost?").press("Enter")
    expect(question).to_be_in_viewport()
    expect(page.get_by_text("Asked before")).to_be_visible()
    expect(page.locator("details[open] .text mark.quote.fact")).to_have_count(0)
    expect(page.locator("details[open] .text mark.fact")).to_have_text("Hyde")


def test_items_are_opened_by_the_keyboard(watch: Watch, address: str) -> None:
    page = opened(watch, address).page
    question = page.locator("summary", has_text="What of <script>")
    question.focus()
    page.keyboard.press("Enter")
    expect(question.locator("xpath=..").get_by_text("Expected", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_its_window(watch: Watch, address: str, width: int) -> None:
    page = watch(address, viewport={"width": width, "height": 800}).page
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert page.evaluate("[...document.querySelectorAll('svg text')].every(text => getComputedStyle(text).fontSize)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(watch: Watch, address: str, scheme: str) -> None:
    page = watch(address, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    check(page)


def test_plots_take_the_colours_of_the_scheme(watch: Watch, address: str) -> None:
    colours = {
        scheme: watch(address, color_scheme=scheme).page.evaluate(
            "[...document.querySelectorAll('svg text')].map(text => getComputedStyle(text).fill)"
        )
        for scheme in ("light", "dark")
    }
    assert set(colours["light"]) == {"rgb(30, 41, 59)"}
    assert set(colours["dark"]) == {"rgb(226, 232, 240)"}
