"""What kind of answer a question asks for, read off its words."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Kind = Literal["percent", "number", "date", "person", "place", "reason", "other"]
Extreme = Literal["highest", "lowest"]

# Tried in order: the first pattern found in the question names its kind.
_KINDS: dict[Kind, re.Pattern[str]] = {
    "percent": re.compile(r"\b(per ?cent|percentage|proportion|share|what (fraction|part)|rate)\b|%", re.IGNORECASE),
    "number": re.compile(
        r"\bhow (many|much|long|often|old|far|large|big|high)\b|\b(number|total|cost|amount|figure|population)\b",
        re.IGNORECASE,
    ),
    "date": re.compile(
        r"\bwhen\b|\b(what|which|in what|in which) (year|date|day|month|century|decade)\b|\bsince\b", re.IGNORECASE
    ),
    "person": re.compile(
        r"\bwho(m|se)?\b|\b(which|what) (councillor|cllr|mp|minister|officer|director|person|people)s?\b", re.IGNORECASE
    ),
    "place": re.compile(r"\bwhere\b|\b(what|which) (country|city|town|place|borough|region)\b", re.IGNORECASE),
    "reason": re.compile(r"\bwhy\b|\b(reasons?|causes?) (for|of)\b|\bhow come\b", re.IGNORECASE),
}
_NUMBER_WORDS = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|twenty|thirty|forty|fifty|hundred|"
    r"thousand|million|billion|half|thirds?|quarters?|dozen|once|twice|none|all"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_SIGNS: dict[Kind, re.Pattern[str]] = {
    "percent": re.compile(
        r"\d\s?%|per ?cent|\d+(\.\d+)? (per|in|out of) [\d,]+|"
        r"\b(half|thirds?|quarters?|(one|two|three|four|nine) (in|out of) (two|three|four|five|ten))\b",
        re.IGNORECASE,
    ),
    # Neither a year nor a percentage says how many.
    "number": re.compile(
        rf"(?<![\d.,])(?!(?:1[5-9]|20)\d\d\b)\d[\d.,]*(?![\d.,]|\s?%)|\b({_NUMBER_WORDS})\b", re.IGNORECASE
    ),
    "date": re.compile(rf"\b(1\d{{3}}|20\d{{2}})s?\b|\b({_MONTHS})\b|\bcentury\b|\b(spring|summer|autumn|winter)\b"),
    "reason": re.compile(
        r"\b(because|due to|since|so that|in order|as a result|therefore|led to|caus\w+|reasons?|means|to avoid|"
        r"owing|thus|consequen\w+|contribut\w+|impact\w*)\b",
        re.IGNORECASE,
    ),
}
_NAME = re.compile(r"\b[A-Z][\w'’-]+")
_HONORIFIC = re.compile(
    r"\b(Cllrs?|Councillors?|Mr|Mrs|Ms|Miss|Mx|Dr|Sir|Dame|Lord|Lady|Baroness|Prof|Professor|Rev|Judge)\.? [A-Z]"
)
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


@dataclass(frozen=True)
class Intent:
    """The kind of thing asked for, whether a list may answer, and whether the extreme of a column is wanted."""

    kind: Kind
    wants_list: bool
    extreme: Extreme | None

    def is_met_by(self, text: str, question: str) -> bool:
        """Whether `text` holds a thing of the kind that `question` asks for; True where no kind is asked for."""
        if self.kind == "person":
            return bool(_HONORIFIC.search(text)) or names_someone(text, question)
        if self.kind == "place":
            known = set(re.findall(r"\w+", question.lower()))
            return any(name.lower() not in known for name in _NAME.findall(text)[1:])
        sign = _SIGNS.get(self.kind)
        return sign is None or bool(sign.search(text))


def gives_figure(text: str) -> bool:
    """Whether a text holds a number in digits, or a share in words."""
    return bool(re.search(r"\d", text) or _SIGNS["percent"].search(text))


def names_someone(text: str, question: str = "") -> bool:
    """Whether two capitalised words in a row look like a name that the question does not have."""
    known = _NO_NAME | set(re.findall(r"\w+", question.lower()))
    words = [(m.start(), m.end(), m.group()) for m in _NAME.finditer(text)]
    return any(
        text[one[1] : other[0]] == " " and not {re.sub(r"['’]s$", "", w[2]).lower() for w in (one, other)} & known
        for one, other in pairwise(words)
    )


def read_intent(question: str) -> Intent:
    """The intent of a question in plain words."""
    kind: Kind = next((kind for kind, pattern in _KINDS.items() if pattern.search(question)), "other")
    extreme = next((extreme for extreme, pattern in _EXTREMES if pattern.search(question)), None)
    return Intent(kind, bool(_LIST.search(question)) and kind in ("other", "person", "reason"), extreme)
