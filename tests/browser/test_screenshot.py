"""The picture in the README: written where CITEWELL_SCREENSHOT says, and only then."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from citewell.settings import Settings
from citewell.tests.browser.conftest import Watched, serving, sync_api
from citewell.web.app import create_app

FILE = os.environ.get("CITEWELL_SCREENSHOT", "")
QUESTION = "How many social workers did one family have in 18 months?"
expect = sync_api.expect


@pytest.fixture
def pictured(engine: Any) -> Any:
    """The engine that the picture shows at work: replace it by one over the samples."""
    return engine


@pytest.mark.skipif(not FILE, reason="CITEWELL_SCREENSHOT names no file to write")
def test_the_page_with_an_answer_and_its_source_is_pictured(watch: Callable[..., Watched], pictured: Any) -> None:
    with serving(create_app(pictured, Settings())) as address:
        page = watch(address).page
        page.get_by_label("Your question").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator("#chat a.cite").first.click()
        expect(page.locator("#source mark").first).to_be_in_viewport()
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
        page.screenshot(path=FILE)
    assert Path(FILE).stat().st_size > 0
