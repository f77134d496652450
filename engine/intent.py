"""What kind of answer a question asks for, read off its words."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from ..ingest.document import CELL_SEPARATOR

Kind = Literal[
    "email",
    "phone",
    "address",
    "percent",
    "money",
    "number",
    "day",
    "date",
    "person",
    "body",
    "name",
    "meaning",
    "place",
    "reason",
    "other",
]
Extreme = Literal["highest", "lowest"]

_ROLE = (
    r"(?:chair|chairman|chairwoman|chairperson|chief|commissioner|councillor|cllr|director|executive|head|inspector|leader|"
    r"manager|mayor|minister|mp|officer|president|secretary|social worker|adviser|advisor)"
)
_BODY = r"(?:council|authority(?! figure)|firm|company|consultancy|organisation|charity|university|provider)"
_NO_PREPOSITION = r"(?:(?!(?:for|in|of|on|at|with)\b)[\w'’-]+ )"
_NAMED_ROLE = (
    rf"\bwho(?:['’]s| is| was) (?:now )?(?:the |our |its |their )?{_NO_PREPOSITION}{{0,5}}?{_ROLE}\b"
    r"(?! (?:that|which|who)\b)|"
    rf"\bnames? of (?:the |our |its |their )?{_NO_PREPOSITION}{{0,5}}(?:{_ROLE}|person|man|woman)\b|"
    rf"\b{_ROLE}['’]?s? name\b"
)

_DAY = r"day\b(?! (?:care|centre|nurser|school|service|trip))"
_WHAT_IS = r"\bwhat(?:['’]s| is| was) (?:the|his|her|its|their|our|[\w'’-]+['’]s) (?:[\w'’-]+ ){0,4}?"

# The pattern found first in the question names its kind; those of `_ANYWHERE` do wherever they stand, in this order.
_ASKED_BY: dict[Kind, str] = {
    "email": rf"\be-?mail address\b|{_WHAT_IS}e-?mail\b",
    "phone": rf"\b(tele)?phone number\b|\bwhat number\b.*\b(call|ring|phone)\b|{_WHAT_IS}phone\b",
    "address": rf"\b(postal|street|home|web) address\b|\bpost ?code\b|{_WHAT_IS}(address|website)\b",
    "percent": r"\b(per ?cent|percentage|proportion|share|what (fraction|part)|rate)\b|(?<!\d)(?<!\d )%",
    "money": (
        r"^(?!.*\b(increase|rise|grow|fall|drop|change)\b).*"  # by how much: as often a percentage
        r"(\b(how much|what) (do|does|did|would|will|has|have|had|can|could|is|are|was|were)\b.*"
        r"\b(cost|pay|paid|spend|spent|fined|charged?|earn|earned|owe|owed)\b|"
        r"\b(how much|what)\b.*\b(salary|salaries|wages?|fees?|price|income|earnings)\b)"
    ),
    "number": (
        r"\bhow (many|much|long|often|old|far|large|big|high)\b|"
        r"\b(number|total|cost|amount|figure|population|average|median)\b"
    ),
    "day": rf"(?<!\bby )\b(what|which|exact|precise) (exact )?(date\b|{_DAY})",
    "date": (
        r"(^|\b(by|since|until|from|and|exactly) |[,;:–] )when\b|"
        rf"\b(what|which) (\w+ )?((year|date|month|century|decade)\b|{_DAY})"
    ),
    "person": rf"\bwho(m|se)?\b|\b(which|what) ({_ROLE}|person|people)s?\b|{_NAMED_ROLE}",
    "body": rf"\b(which|what) ([\w'’-]+ )?{_BODY}\b",
    "name": r"\bnames? of\b|\bwhat name\b|\bwhat (is|are|was|were) .{3,60} called\b(?! (to|for|about|in|off|by)\b)",
    "meaning": r"\b(stands? for(?! (re-?)?election)|short for)\b",
    "place": r"\bwhere\b|\b(what|which) (country|city|town|place|borough|region)\b",
    "reason": r"\bwhy\b|\b(reasons?|causes?) (for|of)\b|\bhow come\b",
}
_KINDS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKED_BY.items()}
_STRICT: tuple[Kind, ...] = ("email", "phone", "address", "money", "day", "body", "name", "meaning")
_ANYWHERE: tuple[Kind, ...] = ("email", "phone", "address", "percent", "money", "meaning")
_YES_NO = re.compile(
    r"^\W*(is|are|was|were|do|does|did|has|have|had|can|could|should|will|would|must|may|might)\b", re.IGNORECASE
)
_NAMED = re.compile(_NAMED_ROLE, re.IGNORECASE)
_FIGURE = r"\d+(?:[.,]\d+)*"
_NUMBER_WORDS = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    r"nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|"
    r"thousand|million|billion|half|thirds?|quarters?|dozen|once|twice|none|all"
)
_NO_FIGURE = frozenset("one all none once".split())  # as often no number at all
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_SIGNS: dict[Kind, re.Pattern[str]] = {
    "email": re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w"),
    "phone": re.compile(r"(?<![\d.,])(\+44|0)[\d ]{8,}\d|\b(999|111|101)\b"),
    "address": re.compile(
        r"\bwww\.\S+|https?:\S+|\b[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2}\b|"
        r"\b\d+\w? ([A-Z]\w+ )+(Street|Road|Lane|Avenue|Square|Way|Close|Drive)\b"
    ),
    "money": re.compile(
        rf"[£$€¥]\s?{_FIGURE}(\s?(m|bn|k|thousand|million|billion)\b)?|"
        rf"{_FIGURE}\s?(p|m|bn|k|pence|pounds?|dollars?|euros?|cents?|thousand|million|billion)\b|"
        r"\b(free|unpaid)\b",
        re.IGNORECASE,
    ),
    "percent": re.compile(
        rf"{_FIGURE}\s?%|({_FIGURE}\s?)?per ?cent|{_FIGURE} (per|in|out of) [\d,]+|"
        r"\b(half|(a|one) (third|quarter)|(two|three)[ -](thirds|quarters)|"
        r"(one|two|three|four|nine) (in|out of) (two|three|four|five|ten))\b",
        re.IGNORECASE,
    ),
    # Neither a year nor a percentage says how many.
    "number": re.compile(
        rf"(?<![\d.,])(?!(?:1[5-9]|20)\d\d\b)\d[\d.,]*(?![\d.,]|\s?%)|\b({_NUMBER_WORDS})\b", re.IGNORECASE
    ),
    "day": re.compile(
        rf"\b\d{{1,2}}(st|nd|rd|th)? (of )?({_MONTHS})\b|\b({_MONTHS}) \d{{1,2}}\b(?!:)|"
        r"\b\d{1,2}[/.-]\d{1,2}[/.-](\d\d){1,2}\b|\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b"
    ),
    "date": re.compile(rf"\b(1\d{{3}}|20\d{{2}})s?\b|\b({_MONTHS})\b|\bcentury\b|\b(spring|summer|autumn|winter)\b"),
    "reason": re.compile(
        r"\b(because|due to|since|so that|in order|as a result|therefore|led to|caus\w+|reasons?|means|to avoid|"
        r"owing|thus|consequen\w+|contribut\w+|impact\w*)\b",
        re.IGNORECASE,
    ),
}
_MARKER = re.compile(r"^\s*\(?\d{1,3}[.)]\s")  # of a numbered item: no figure of its own
_AMOUNT = re.compile(r"(?<![\d.,])(?!(?:19|20)\d\d(?!\d))(\d{4,}|\d{1,3}(,\d{3})+|\d+\.\d\d)(?![\d.,]*\s?%)")
_NAME = re.compile(r"\b[A-Z][\w'’-]+")
_TITLE = r"\b(Cllrs?|Councillors?|Mr|Mrs|Ms|Miss|Mx|Dr|Sir|Dame|Lord|Lady|Baroness|Prof|Professor|Rev|Judge)\.? "
_HONORIFIC = re.compile(rf"{_TITLE}[A-Z]")
_TITLE_BEFORE = re.compile(rf"{_TITLE}$")
# Capitalised words that are no part of a person's name, however they stand in a row.
_NO_NAME = frozenset(
    (
        "adult adults agency assistant authority board borough cabinet chair chief child children commissioner "
        "committee community corporate council councillor county department deputy designated director directors "
        "early education executive framework government group head health help home house improvement independent "
        "inspection lead leader local manager member metropolitan minister national north officer ofsted office "
        "operations panel parliamentary partner partnership peer permanent plan police practice principal programme "
        "region regional report review school schools scrutiny secretary senior service services social society south "
        "state statutory strategic support team town trust unit university west work worker workers year young youth "
        "the a an in on at for of and we he she they it this that our their his her i if when as but with from to by "
        "no not there these those greater new good great january february march april may june july august september "
        "october november december monday tuesday wednesday thursday friday saturday sunday"
    ).split()
)
_LIST = re.compile(
    r"^\W*(list|name) |\b(what|which) (\w+ ){0,2}?(are|were)\b|"
    r"\bwho (are|were|makes? up|sits? on|is (in|on|part of))\b|\b(what|which) (\w+ ){0,2}?\w{3,}[^s\W]s\b|"
    r"\b(included?s?|comprises?|made up of|cover(s|ed)?|consists? of|recommend\w*)\b",
    re.IGNORECASE,
)
_EXTREMES: tuple[tuple[Extreme, re.Pattern[str]], ...] = (
    (
        "highest",
        re.compile(
            r"\b(highest|largest|biggest|greatest|(?<!at )most (common|often|frequent)\w*|commonest|the most)\b", re.I
        ),
    ),
    ("lowest", re.compile(r"\b(lowest|smallest|fewest|least (common|often|frequent)\w*|rarest|the least)\b", re.I)),
)


_COMPARES = re.compile(
    r"\b(compar(e|es|ed|ing|ison)|versus|vs|difference|differ|than|as (many|much|high|low)|higher|lower|more|fewer|"
    r"less|bigger|larger|smaller|greater|or)\b",
    re.IGNORECASE,
)


_EXPLAINS = re.compile(r"^\W*(why|how)\b|[,–] (why|how)\b|\breasons?\b", re.IGNORECASE)


def _any_word(_word: str) -> bool:
    return True


@dataclass(frozen=True)
class Intent:
    """The kind of thing asked for, whether a list may answer, and whether the extreme of a column is wanted or things
    are to be compared, or explained (why, and how anything is done).

    `strict`: what does not hold a thing of this kind is no answer at all, as a sentence without an amount of money is
    none to what something costs. `is_name`: whether a lower-case word is a name, as far as the documents tell.
    """

    kind: Kind
    wants_list: bool
    extreme: Extreme | None
    compares: bool = False
    explains: bool = False
    strict: bool = False
    is_name: Callable[[str], bool] = field(default=_any_word, compare=False)

    def is_met_by(self, text: str, question: str) -> bool:
        """Whether `text` holds a thing of the kind that `question` asks for; True where no kind is asked for."""
        if self.kind == "person":
            return bool(_HONORIFIC.search(text) or _people(text, question, self.is_name))
        if self.kind == "meaning":
            return _says_meaning(text, question)
        if self.kind in ("body", "name", "place"):
            written_large = self.kind == "name" and _capitals(text) - _capitals(question)
            return bool(written_large) or _names_something(text, question, self.is_name)
        if self.kind == "number":
            return bool(self.spans(text, question))
        sign = _SIGNS.get(self.kind)
        without_sign = self.kind == "money" and CELL_SEPARATOR in text and _AMOUNT.search(text)  # in columns of money
        return sign is None or bool(sign.search(text) or without_sign)

    def spans(self, text: str, question: str) -> list[tuple[int, int]]:
        """Where things of the kind that `question` asks for stand in `text`; none where no kind is asked for."""
        if self.kind == "person":
            return _people(text, question, self.is_name)
        if self.kind in ("body", "name", "meaning", "place", "reason", "other"):
            return []
        marker = _MARKER.match(text)
        found = _SIGNS[self.kind].finditer(text, marker.end() if marker else 0)
        return [match.span() for match in found if match.group().lower() not in _NO_FIGURE]

    def things(self, text: str, question: str) -> frozenset[str]:
        """The things of the kind that `question` asks for in `text`, in lower case."""
        return frozenset(text[start:end].lower() for start, end in self.spans(text, question))


def gives_figure(text: str) -> bool:
    """Whether a text holds a number in digits, or a share in words."""
    return bool(re.search(r"\d", text) or _SIGNS["percent"].search(text))


def _names_something(text: str, question: str, is_name: Callable[[str], bool]) -> bool:
    """Whether a word past the first is a name that the question does not have."""
    known = _NO_NAME | _words(question)
    words = (_bare(name) for name in _NAME.findall(text)[1:])
    return any(word not in known and is_name(word) for word in words)


def _says_meaning(text: str, question: str) -> bool:
    """Whether a text says what an abbreviation of the question is short for: that, beside it, in so many words, or as
    the documents' own definitions have it (which stand in brackets after it in the question)."""
    if re.search(r"\b(stands? for|short for)\b", text):
        return True
    shorts = re.findall(r"\b\w*[A-Z]{2,}\w*", question)
    phrases = re.findall(r"\(([^)]+)\)", question)
    beside = (re.search(rf"\b{short}s? \([A-Z]|\({short}s?\)", text) for short in shorts)
    return any(phrase.lower() in text.lower() for phrase in phrases) or any(beside)


def _people(text: str, question: str, is_name: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Where names of people stand that the question does not have: capitalised words in a row, one past the first a
    name, or one after a title."""
    known = _NO_NAME | _words(question)
    runs: list[list[re.Match[str]]] = []
    for name in _NAME.finditer(text):
        if _bare(name.group()) in known:
            continue
        if runs and text[runs[-1][-1].end() : name.start()] == " ":
            runs[-1].append(name)
        else:
            runs.append([name])
    return [
        (run[0].start(), run[-1].end())
        for run in runs
        if any(is_name(_bare(name.group())) for name in run[1:]) or _TITLE_BEFORE.search(text[: run[0].start()])
    ]


def _capitals(text: str) -> set[str]:
    """The words written in capitals only."""
    return set(re.findall(r"\b[A-Z]{3,}\b", text))


def _bare(name: str) -> str:
    """A word in lower case, without the ’s of a genitive."""
    return re.sub(r"['’]s$", "", name).lower()


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def read_intent(question: str, is_name: Callable[[str], bool] = _any_word) -> Intent:
    """The intent of a question in plain words; `is_name` as in `Intent`."""
    kind = _kind(question)
    extreme = next((extreme for extreme, pattern in _EXTREMES if pattern.search(question)), None)
    wants_list = bool(_LIST.search(question)) and kind in ("other", "person", "name", "reason")
    strict = kind in _STRICT or (kind == "person" and bool(_NAMED.search(question)))
    explains = kind in ("reason", "other") and bool(_EXPLAINS.search(question))
    return Intent(kind, wants_list, extreme, bool(_COMPARES.search(question)), explains, strict, is_name)


def _kind(question: str) -> Kind:
    if _YES_NO.search(question):
        return "other"
    found = {kind: match.start() for kind, pattern in _KINDS.items() if (match := pattern.search(question))}
    return next(
        (kind for kind in _ANYWHERE if kind in found), min(found, key=lambda kind: found[kind], default="other")
    )
