"""Title, publisher, author, kind and dates, from what a document says about itself; never guessed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain, islice, pairwise

from .document import Block, Metadata

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
REPORT_BY = re.compile(r"(?:[\w’' -]{0,60}\b)?[Rr]eport\b.{0,120}?\bby (?P<name>[A-Z].{2,120})", re.S)
PUBLISHER = re.compile(r"(?:publisher|published by|produced by|issued by)\s*:?\s+(?P<name>[A-Z][^\n]{2,100})", re.I)
ON_NETWORK = re.compile(
    r"\bfollow (?P<name>[A-Z][\w’'&]*(?: [A-Z][\w’'&]*){0,4}) on (?:Facebook|Twitter|X|Instagram)\b"
)


# What documents call their fields, in a line such as "Review date: March 2026" or in a table of document control.
AUTHOR_LABEL = r"(?:(?:policy|report|lead|document|main|plan) )?authors?(?:\(s\))?|(?:written|prepared|compiled) by"
EFFECTIVE_LABEL = (
    r"effective(?: (?:from|date|as of|on))*|date effective|date of effect|(?:date )?(?:comes?|came|coming) into"
    r" (?:force|effect)(?: on| from)?|in (?:force|effect) from|commencement(?: date)?|(?:valid|applies) from"
    r"|date of (?:implementation|commencement)|implementation date"
)
REVIEW_LABEL = (
    r"(?:next|scheduled|planned|proposed) (?:policy )?review(?: (?:date|due|due date|by|on))?"
    r"|(?:policy |document )?review (?:date|due|due date|due by|by|on)|date (?:of|for) (?:next |scheduled )?review"
    r"|(?:due for|to be) review(?:ed)?(?: on| in| by)?"
)
PUBLISHED_LABEL = (
    r"(?:(?:publication|publish|release|issue) )?date|date (?:published|issued|of (?:issue|publication)|released)"
)
KIND_LABEL = r"(?:document|publication|paper|record)? ?(?:type|kind|category)(?: of (?:document|publication))?"
CONTROL_LABEL = re.compile(
    rf"(?:{AUTHOR_LABEL}|{EFFECTIVE_LABEL}|{REVIEW_LABEL}|{PUBLISHED_LABEL}|{KIND_LABEL}"
    r"|version(?: (?:no\.?|number))?|(?:document |policy )?owner|approved by|approval date|date approved|status"
    r"|(?:document )?title|ratified by|service|department|contact)\s*:?",
    re.I,
)
CONTROL_ENDS = (20, 10)  # blocks at a document's start and end among which a table of document control stands
MOST_CONTROLS = 40  # rows of such a table
LONGEST_VALUE = 100  # characters of what follows a label
REMARK = re.compile(r"\s*(?:\(.*\)|,? or (?:earlier|sooner|before)\b.*|[.;])$", re.I)

WEB_ADDRESS = re.compile(r"https?://[\w-][^\s<>\"]{2,2000}", re.I)

# Kinds of document by the noun that a title ends in, before "of", "on", "for" and the like.
KIND_NOUNS = {
    "minutes": r"minutes",
    "guidance": r"guidance(?: notes?| documents?)?|guides?|guidelines?|handbook",
    "policy": (
        r"polic(?:y|ies)(?: (?:statement|document|framework|manual|paper))?|procedures?(?: manual)?|protocols?|strategy"
    ),
    "report": r"reports?|reviews?|inspections?|evaluation|audit",
    "news": r"(?:press|news|media) (?:release|statement)|news(?: (?:story|article|item))?",
}
KIND_PHRASES = (  # those with a preposition in them, or whose noun alone says less
    (re.compile(r"\bcodes? of practice\b", re.I), "guidance"),
    (re.compile(r"\bcodes? of conduct\b", re.I), "policy"),
    (re.compile(r"^extracts? from (?:the )?", re.I), ""),
)
KIND_OF_NOUN = tuple((re.compile(rf"(?:.*\W)?(?:{nouns})", re.I), kind) for kind, nouns in KIND_NOUNS.items())
KIND_OPENING = re.compile(  # of a line that says what the whole is: "Minutes of the meeting", "Report to Cabinet"
    rf"(?P<noun>(?:(?:draft|final|confirmed|statutory|practice|annual) ){{0,3}}(?:{'|'.join(KIND_NOUNS.values())}))"
    r"(?: (?:of|on|to|by|for|from)\b(?! (?:a|an)\b).*|\s*)",
    re.I,
)
PREPOSITION = re.compile(r"\b(?:of|on|for|to|in|into|about|under|by|from|with|at|as|when|who|that|against)\b", re.I)
PARTS_OF_TITLE = re.compile(r"\s+[-–—|]\s+|[:;|(),\n]|\band\b|&", re.I)
TRAILING = re.compile(  # what may stand after the noun: a year, number, month or state of the text
    rf"(?:draft|final|version|issue|no\.?|number|template|v?\d[\d./–-]*|{MONTH})?", re.I
)
# A headline is a sentence and names no document: "Council defends policy", "Why inspectors wrote a report".
SENTENCE_WORD = re.compile(
    r"(?!(?:services|needs|standards|admissions|complaints|schools|workers|leavers|carers|families|parents|members"
    r"|skills|qualified|integrated|supported|unaccompanied)$)[a-z-]*(?:[^s'’]s|ed)"
    r"|the|an?|its?|his|her|their|our|your|this|that|new|welcome|await|reject|demand|call|is|are|was|were|be|not"
)
STATUTE = re.compile(
    r"(?!.*\b(?i:guides?|guidance|reviews?|reports?|summary|briefing|introduction|notes?|policy|impact|section|part)"
    r" (?:of|on|to|for|under|about)\b)"
    r"(?:[A-Z][\w’'-]*,? |(?:of|and|the|for|in|to|on|with|etc\.?),? |\([\w ,.]+\) )+"
    r"(?:Act|Regulations|Order|Measure|Rules) (?:19|20)\d\d(?: \(c\. ?\d+\))?"
)
# Names in a file's properties that are of the program or the computer, not of a person or body.
NOT_AN_AUTHOR = re.compile(
    r"(?i:(?:microsoft|windows|adobe|libreoffice|openoffice|acrobat|apache|python|google|canon|ricoh|xerox|konica|pdf).*"
    r"|unknown|anonymous|(?:default |test |guest )?user(?: ?(?:name|\d+))?|author|owner|admin(?:istrator)?|staff|\W*)"
    r"|[a-z][a-z0-9._-]*|\S*[\d\\@]\S*"  # names to log in by
)


def described(blocks: Sequence[Block], said: Metadata, name: str) -> Metadata:
    """What the format itself `said` of a document, completed by what its blocks say, and for a title by its name.

    Its kind is always given: "other" where nothing says it.
    """
    texts = [block.text for block in blocks[:40]]
    lines = [line for text in texts for line in text.split("\n")]
    top = lines[: 2 * NEAR_TOP]
    stated = [*top, *_labels_above(top), *_controls(blocks)]
    title = said.title or title_in(blocks, name)
    return replace(
        said,
        title=title,
        publisher=said.publisher or publisher_in(texts) or publisher_in(lines),
        author=said.author or author_in([*texts[:NEAR_TOP], *stated]),
        kind=said.kind or kind_in(title, stated) or "other",
        published=said.published or published_in(texts) or published_in(lines) or stated_date(PUBLISHED_LABEL, stated),
        effective=said.effective or stated_date(EFFECTIVE_LABEL, stated),
        review_by=said.review_by or stated_date(REVIEW_LABEL, stated),
    )


def without_headers(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, tables of document control that have no header as lists "label: value".

    Their first row would be taken for one, and every other value be read with the first.
    """
    for block in blocks:
        rows = [block.table.header, *block.table.rows] if block.table else []
        labels = [CONTROL_LABEL.fullmatch(row[0]) is not None for row in rows if len(row) == 2]
        if len(labels) == len(rows) > 1 and labels[0] and sum(labels[1:]) >= 2:
            lines = (f"- {label.rstrip(': ')}: {value}" for label, value in rows)
            yield replace(block, kind="list", text="\n".join(lines), table=None)
        else:
            yield block


def _labels_above(lines: Sequence[str]) -> Iterator[str]:
    """Labels on lines of their own and the lines below them, as lines "label: value"."""
    return (f"{label.rstrip(': ')}: {value}" for label, value in pairwise(lines) if CONTROL_LABEL.fullmatch(label))


def _controls(blocks: Sequence[Block]) -> Iterator[str]:
    """What tables of document control say, as lines "label: value"; they stand at a document's start or end."""
    start, end = CONTROL_ENDS
    for block in chain(blocks[:start], blocks[max(start, len(blocks) - end) :]):
        if block.table and len(block.table.rows) <= MOST_CONTROLS:
            rows = [block.table.header, *block.table.rows]
            if sum(CONTROL_LABEL.fullmatch(cell) is not None for row in rows for cell in row) >= 2:
                yield from (f"{label.rstrip(': ')}: {value}" for row in rows for label, value in pairwise(row))
                if len(rows) == 2:  # labels above, values below
                    yield from (f"{label.rstrip(': ')}: {value}" for label, value in zip(*rows, strict=True))


def _values(label: str, lines: Iterable[str]) -> Iterator[str]:
    """What follows a label in lines that are nothing but a label and its value."""
    form = re.compile(rf"(?:{label})(?:\s*[-–:]\s*|\s+)(?P<value>\S.*)", re.I)
    for line in lines:
        match = form.fullmatch(line[: 2 * LONGEST_VALUE].strip("*•_ \t"))
        if match and len(match["value"]) <= LONGEST_VALUE and not CONTROL_LABEL.fullmatch(match["value"]):
            yield match["value"].strip("*_ ")


def stated_date(label: str, lines: Iterable[str]) -> date | None:
    """The first date that follows a label, one of those above, in lines that say nothing else."""
    return next((day for value in _values(label, lines) if (day := parse_date(REMARK.sub("", value)))), None)


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
        match = PUBLISHER.fullmatch(line)
        if match and not line.endswith("."):
            return " ".join(match["name"].split())
    return ""


def author_in(paragraphs: Iterable[str]) -> str:
    """Who wrote the document, by a label, or as a report says by whom it is; empty when nothing says it."""
    texts = [paragraph.strip("* \n") for paragraph in paragraphs]
    labelled = _values(rf"(?:{AUTHOR_LABEL})(?=\s*[-–:]| by\b)|written by|prepared by", texts)
    reports = (match["name"] for text in texts if len(text) < 250 and (match := REPORT_BY.fullmatch(text)))
    names = (" ".join(name.split()) for name in chain(labelled, reports))
    return next((name for name in names if name[:1].isupper() and not name.endswith(".")), "")


def given_author(name: str | None) -> str:
    """The author in a file's properties; empty where that is a program, a login name or nobody."""
    words = " ".join((name or "").split())
    return "" if NOT_AN_AUTHOR.fullmatch(words) else words


def web_address(text: str | None) -> str:
    """An address of the web that a document gives as its own; empty where it is none, or only a part of one."""
    address = (text or "").strip()
    return address if WEB_ADDRESS.fullmatch(address) else ""


def kind_in(title: str, lines: Iterable[str] = ()) -> str:
    """The kind of document that a labelled line, the title or an opening line names; empty when none does."""
    lines = list(lines)
    openings = (match["noun"] for line in lines[:NEAR_TOP] if (match := KIND_OPENING.fullmatch(line.strip("*_ "))))
    names = (*_values(KIND_LABEL, lines), title, *openings)
    return next((kind for name in names if (kind := kind_named(name))), "")


def kind_named(title: str) -> str:
    """The kind of document that something with this title is; empty when its parts say different things, or nothing.

    >>> kind_named("Complaints: annual report 2024"), kind_named("Report a missed bin")
    ('report', '')
    """
    title = title[:LONGEST_TITLE].strip()
    if STATUTE.fullmatch(title):
        return "statute"
    kinds = {kind for part in PARTS_OF_TITLE.split(title) if (kind := _kind_of_part(part.strip()))}
    return kinds.pop() if len(kinds) == 1 else ""


def _kind_of_part(part: str) -> str:
    for phrase, kind in KIND_PHRASES:
        if kind and phrase.search(part):
            return kind
        part = phrase.sub("", part)
    words = PREPOSITION.split(part, maxsplit=1)[0].split()
    while words and TRAILING.fullmatch(words[-1].strip("‘’'\"“”*_.-–")):
        words.pop()
    if any(map(SENTENCE_WORD.fullmatch, words[1:-1])):
        return ""
    return next((kind for form, kind in KIND_OF_NOUN if form.fullmatch(" ".join(words))), "")


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
