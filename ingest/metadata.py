"""Title, publisher and date of publication, from what a document says about itself; never guessed."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice

from .document import Block

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONGEST_TITLE = 200  # characters
NEAR_TOP = 12  # paragraphs that may say when and by whom the document was published

MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
YEAR = r"(?P<year>(?:19|20)\d\d)"
DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? )?"
CLOCK = r"(?:[T,]?(?: at)? ?\d\d?[:.]\d\d(?::\d\d(?:\.\d+)?)?(?: ?[ap]m| ?[A-Z]{3,4}|Z| ?[+-]\d\d:?\d\d)?)?"
DATES = tuple(
    re.compile(WEEKDAY + form + CLOCK, re.I)
    for form in (
        rf"{YEAR}-(?P<month>\d\d)-(?P<day>\d\d)",
        rf"{DAY}(?: of)? {MONTH},? {YEAR}",
        rf"{MONTH} {DAY},? {YEAR}",
        r"(?P<day>\d\d?)([/.-])(?P<month>\d\d?)\2(?P<year>(?:19|20)\d\d|\d\d)",
        rf"{MONTH},? {YEAR}",
    )
)
# A line that gives the date of publication and nothing else, or says of the document itself that it came out then.
LABELLED = re.compile(
    r"(?:date )?(?:released|published|issued|posted)(?: on)?(?: date)?\s*[-–:]?\s*(?P<date>[^\n]{6,40})"
    r"|(?:(?:publication|release|issue) )?date\s*[-–:]\s*(?P<date2>[^\n]{6,40})",
    re.I,
)
TODAY = re.compile(r"\b(?:published|released|issued) today,? \(?(?P<date>\d[\w /.-]{5,24}\d{4})\b", re.I)
AUTHOR = re.compile(r"(?:[\w’' -]{0,60}\b)?[Rr]eport\b.{0,120}?\bby (?P<name>[A-Z].{2,120})", re.S)
PUBLISHER = re.compile(r"(?:publisher|published by|produced by|issued by)\s*:?\s+(?P<name>[A-Z][^\n]{2,100})", re.I)
ON_NETWORK = re.compile(
    r"\bfollow (?P<name>[A-Z][\w’'&]*(?: [A-Z][\w’'&]*){0,4}) on (?:Facebook|Twitter|X|Instagram)\b"
)


def parse_date(text: str) -> date | None:
    """The date that the whole of `text` is, day before month; a month alone is its first day; else None."""
    text = " ".join(text.split())
    if len(text) > 60:
        return None
    for form in DATES:
        match = form.fullmatch(text)
        if match:
            return _date(match.groupdict())
    return None


def _date(parts: dict[str, str]) -> date | None:
    name = parts["month"].lower()
    month = int(name) if name.isdigit() else MONTHS.index(name[:3]) + 1
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    try:
        return date(year, month, int(parts.get("day") or 1))
    except ValueError:  # the 31st of June, or a month after the day
        return None


def published_in(paragraphs: Iterable[str]) -> date | None:
    """The date of publication, when a paragraph near the top says it; a date that is only mentioned does not count."""
    top = [paragraph for paragraph in islice(paragraphs, NEAR_TOP) if paragraph]
    labelled = (match for line in top if (match := LABELLED.fullmatch(line.strip("*• -"))))
    texts = [match["date"] or match["date2"] for match in labelled]
    texts += top[:6]
    texts += [match["date"] for line in top if (match := TODAY.search(line[:2000]))]
    return next((found for text in texts if (found := parse_date(text.strip("*()• ")))), None)


def publisher_in(paragraphs: Iterable[str]) -> str:
    """Who published the document, in its own words; empty when it does not say."""
    for paragraph in islice(paragraphs, NEAR_TOP):
        line = paragraph.strip("* \n")
        match = PUBLISHER.fullmatch(line) or (AUTHOR.fullmatch(line) if len(line) < 250 else None)
        if match and not line.endswith("."):
            return " ".join(match["name"].split())
    return ""


def account_in(paragraphs: Iterable[str]) -> str:
    """The name under which page furniture asks to be followed, such as a broadcaster's; empty when it does not."""
    return next((match["name"] for text in paragraphs if (match := ON_NETWORK.search(text))), "")


def title_in(blocks: Sequence[Block], name: str) -> str:
    """The first heading near the top, else the first line, else the file's name made readable."""
    headings = (block.text for block in blocks[:5] if block.kind == "heading")
    lines = (block.text.split("\n")[0] for block in blocks[:1] if block.kind != "table")
    for candidate in (*headings, *lines):
        title = " ".join(candidate.split())
        if any(character.isalnum() for character in title):
            return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"
    return readable_name(name)


def readable_name(name: str) -> str:
    """A file's stem as a title: `staff_numbers-2024` → `Staff numbers 2024`."""
    words = re.sub(r"[_\s-]+", " ", name).strip()
    return words[:1].upper() + words[1:] if words else name
