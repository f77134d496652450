"""Does a text hold a fact? Numbers compare as numbers, dates as dates, words as whole words.

Both sides become tokens, and a fact is held when its tokens stand next to each other in the text. A number's token is
its value with its percent sign, so that 37.7% is "37.70 per cent" but not 37.7; a currency sign does not count. A day
of a month has a token of its own kind, so that the 17 of "17 September" is no count of seventeen.
"""

import calendar
import re
from collections.abc import Iterable
from decimal import Decimal

_MONTHS = tuple(month.lower() for month in calendar.month_name[1:])
_LONG = r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?"
_MONTH = rf"(?P<m>(?i:{_LONG}|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b|M(?:ay|AY)\b)\.?"
_DAY = r"(?P<d>\d{1,2})(?i:st|nd|rd|th)?"
_SCALES = {"thousand": 10**3, "k": 10**3, "million": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9}

_DATES = (
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(r"\b(?P<d>\d{1,2})([/.-])(?P<m>\d{1,2})\2(?P<y>\d{4}|\d{2})\b"),
    re.compile(rf"\b{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+(?P<y>\d{{4}})(?!\w))?"),
    re.compile(rf"\b{_MONTH}\s+{_DAY},?\s+(?P<y>\d{{4}})(?!\w)"),
    re.compile(rf"\b{_MONTH}\s+(?P<y>\d{{4}})(?!\w)"),
)
_NUMBER = re.compile(
    r"""⟦[^⟧]*⟧|(?:(?<![\w)])(?P<minus>-))?[£$€]?
        (?<!\w)(?<!\w\.)(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?:0|[1-9]\d*)(?:\.\d+)?)
        (?:\s?(?P<scale>thousand|million|billion)\b|(?P<letter>k|m|bn)\b)?(?!\w|\.\d)
        (?P<percent>\s?%|\s?per\s?cent\b)?""",
    re.VERBOSE,
)
_TOKEN = re.compile(r"⟦(?P<kept>[^⟧]*)⟧|(?P<word>\w+(?:'\w+)*)")
_UNIFIED = str.maketrans("‘’‛ʼ“”‐‑‒–—−⟦⟧", "''''\"\"------()")


def contains_fact(text: str, alternatives: Iterable[str]) -> bool:
    """Whether any one of the alternatives stands in the text."""
    return contains_tokens(tokens(text), alternatives)


def contains_tokens(held: tuple[str, ...], alternatives: Iterable[str]) -> bool:
    """`contains_fact` over a text's tokens, for many facts in one text."""
    return any(_within(tokens(alternative), held) for alternative in alternatives)


def tokens(text: str) -> tuple[str, ...]:
    """The words, numbers and dates of a text, in one spelling each: `17th Sept 2024` is `@17`, `september`, `#2024`."""
    text = text.translate(_UNIFIED)
    for pattern in _DATES:
        text = pattern.sub(_date, text)
    text = _NUMBER.sub(_number, text.casefold())
    return tuple(match["kept"] or match["word"] for match in _TOKEN.finditer(text))


def _within(wanted: tuple[str, ...], held: tuple[str, ...]) -> bool:
    size = len(wanted)
    return size > 0 and any(held[i : i + size] == wanted for i in range(len(held) - size + 1))


def _date(match: re.Match[str]) -> str:
    """A date as `⟦@day⟧ month ⟦#year⟧`; anything that only looks like one stays as it is."""
    parts = match.groupdict()
    month, day, year = parts["m"], parts.get("d"), parts.get("y")
    number = int(month) if month.isdigit() else 1 + [name[:3] for name in _MONTHS].index(month[:3].lower())
    if not 1 <= number <= 12 or (day and not 1 <= int(day) <= 31):
        return match[0]
    return " ".join(
        ([f"⟦@{int(day)}⟧"] if day else [])
        + [_MONTHS[number - 1]]
        + ([f"⟦#{year if len(year) == 4 else f'20{year}'}⟧"] if year else [])
    )


def _number(match: re.Match[str]) -> str:
    """A number as `⟦#value⟧`; part of a date that is already a token stays as it is."""
    if not match["value"]:
        return match[0]
    scale = match["scale"] or match["letter"]
    value = Decimal(match["value"].replace(",", "")) * _SCALES.get(scale or "", 1)
    percent = "%" if match["percent"] else ""
    return f" ⟦#{'-' if match['minus'] else ''}{value.normalize():f}{percent}⟧ "
