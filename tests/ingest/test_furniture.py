"""Furniture goes, content that resembles it stays."""

import pytest

from citewell.ingest.furniture import furniture, without_furniture

PROSE = "The library on the corner of the square will open again next week, the council says."


@pytest.mark.parametrize(
    "lines",
    [
        ["On Air Now Night Songs 2:00am - 5:00am\nNow Playing Some Band A Song"],
        ["Now Playing Some Band A Song"],
        ["Weather", "• Mon", "7°C", "• Tue", "12°C"],
        ["A shelf of booksImage source, Getty Images\nImage caption,", "The shelf is new"],
        ["Image caption,", "The shelf is new"],
        ["Image caption, The shelf is new"],
        ["A reading room. Image source, Jo Doe"],
        ["A stock photo of a shelf of books"],
        ["The new shelf | Photo by Jo Doe"],
        ["• Published"],
        ["More from The latest news"],
        ["Accept all cookies"],
        ["Share this page on Facebook"],
        ["Share | Tweet | Email"],
        ["Your e-mail address will not be published. Fields with a star are needed."],
        ["Leave a Reply", "Name", "Comment", PROSE],
        ["Get in touch", "Which stories should we cover in Exampleton?", PROSE],
        ["Get in touch", "Send story ideas and follow Radio Exampleton on Facebook", PROSE],
    ],
    ids=lambda lines: lines[0][:30],
)
def test_goes(lines: list[str]) -> None:
    assert without_furniture([PROSE, *lines]) == [PROSE]


@pytest.mark.parametrize(
    "lines",
    [
        ["Weather", "Gritting starts when frost is forecast."],
        ["Get in touch", "Call the housing team on 01632 960000.", PROSE],
        ["Published figures show a rise."],
        ["On air now, the mayor said that the roads were clear."],
        ["Share of pupils at each school"],
        ["We use cookies to remember your language."],
        ["Monday", "Closed"],
        ["Image rights belong to the council."],
        ["Debit: 40 | Credit: 40"],
        ["Cllr Jo Doe"],
        ["Dr Jo Doe", PROSE],
    ],
    ids=lambda lines: lines[0][:30],
)
def test_stays(lines: list[str]) -> None:
    assert without_furniture([PROSE, *lines]) == [PROSE, *lines]


@pytest.mark.parametrize("caption", ["Cllr Jo Doe", "Jo Doe MP", "Exampleton Town Hall."])
def test_lone_caption_counts_only_on_a_page_with_other_furniture(caption: str) -> None:
    page = [PROSE, caption, PROSE]
    assert furniture(page) == set()
    assert furniture([*page, "Leave a Reply"]) == {1, 3}


@pytest.mark.parametrize("line", ["Opening hours", "Service Leadership", "Dr Jo Doe leads the team."])
def test_heading_is_no_caption(line: str) -> None:
    assert without_furniture([PROSE, line, PROSE, "Leave a Reply"]) == [PROSE, line, PROSE]
