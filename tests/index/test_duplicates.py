"""Near-duplicates: word for word the same, but for edges that say nothing; never with another figure, name or duty."""

from collections.abc import Mapping

import pytest

from citewell.index.duplicates import Duplicates, Shingler
from citewell.index.records import DocumentRecord

RELEASE = (
    "The leader of the council said today that the park will have forty two ponds by the summer of 2025, and that "
    "every pond must be visited by a keeper each week so that no duck is ever left without water in a dry month."
)
OTHER = (
    "A market is held in the old town hall on the first day of each month, where traders from the villages around sell "
    "bread, cheese, flowers and baskets to whoever comes by before the clock strikes noon."
)


def record(key: str, published: str | None = None, chunks: int = 1) -> DocumentRecord:
    return DocumentRecord(key, f"{key}.txt", f"/{key}.txt", key, "", "", "", "news", published, None, None, "0", chunks)


def duplicates(texts: Mapping[str, str], **published: str | None) -> Duplicates:
    """Texts by chunk id, such as `news-0`, and dates by document."""
    shingler = Shingler()
    for key, text in texts.items():
        shingler.add(key, text)
    documents = dict.fromkeys(key.split("-")[0] for key in texts)
    return shingler.duplicates(record(key, published.get(key)) for key in documents)


def test_the_first_published_is_the_original_and_knows_who_holds_it() -> None:
    texts = {"news-0": f"{RELEASE}", "release-0": OTHER, "release-1": RELEASE}
    found = duplicates(texts, news="2024-05-02", release="2024-05-01")
    assert found.originals == {"news-0": ("release-1",)}
    assert found.holders == {"release-1": ("news",)}


def test_a_dated_document_comes_before_an_undated_one() -> None:
    found = duplicates({"news-0": RELEASE, "release-0": RELEASE}, release="2024-05-01")
    assert found.originals == {"news-0": ("release-0",)}


def test_a_copy_of_a_copy_is_one_of_the_original() -> None:
    texts = {"c-0": RELEASE, "b-0": RELEASE, "a-0": RELEASE}
    found = duplicates(texts, a="2024-01-01", b="2024-01-02", c="2024-01-03")
    assert found.originals == {"b-0": ("a-0",), "c-0": ("a-0",)}
    assert set(found.holders["a-0"]) == {"b", "c"}


def test_a_copy_that_two_chunks_of_the_original_hold_stands_for_both() -> None:
    texts = {"a-0": RELEASE, "a-1": OTHER, "a-2": "Ponds are nice.", "b-0": f"{RELEASE} {OTHER}"}
    found = duplicates(texts, a="2024-01-01", b="2024-01-02")
    assert found.originals == {"b-0": ("a-0", "a-1")}
    assert found.holders == {"a-0": ("b",), "a-1": ("b",)}


@pytest.mark.parametrize(
    "text",
    [
        RELEASE.replace("2025", "2026"),
        RELEASE.replace("must be", "may be"),
        RELEASE.replace("no duck", "not one duck"),
        RELEASE.replace("council", "Council of Exampleton"),
        f"{RELEASE} The release is by Jo Smith.",
        f"{RELEASE} {OTHER}",
        OTHER,
        "",
        "Ponds",
    ],
)
def test_what_tells_more_or_else_is_no_copy(text: str) -> None:
    found = duplicates({"release-0": RELEASE, "news-0": text}, release="2024-01-01", news="2024-02-01")
    assert found == Duplicates()


@pytest.mark.parametrize(
    "text",
    [f"He went on: {RELEASE}", RELEASE.replace("said today that", "said today – that").upper(), f"“{RELEASE}”"],
)
def test_edges_punctuation_and_case_do_not_count(text: str) -> None:
    found = duplicates({"release-0": RELEASE, "news-0": text}, release="2024-01-01", news="2024-02-01")
    assert found.originals.keys() == ({"news-0"} if not text.startswith("He") else set())


def test_what_a_document_repeats_itself_is_no_copy() -> None:
    assert duplicates({"a-0": RELEASE, "a-1": RELEASE}) == Duplicates()


def test_what_hundreds_repeat_stands_once() -> None:
    texts = {f"d{number:03}-0": f"{RELEASE}" for number in range(300)}
    found = duplicates(texts, **{f"d{number:03}": f"2024-01-01T{number:03}" for number in range(300)})
    assert set(found.originals.values()) == {("d000-0",)}
    assert len(found.holders["d000-0"]) == 299


def test_nothing_at_all() -> None:
    assert Shingler().duplicates([]) == Duplicates()
