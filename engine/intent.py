"""What kind of answer a question asks for, read off its words."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["percent", "number", "date", "person", "place", "reason", "other"]
Extreme = Literal["highest", "lowest"]

# Tried in order: the first pattern found in the question names its kind.
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("percent", r"\b(per ?cent|percentage|proportion|share|what (fraction|part)|rate)\b|%"),
        ("number", r"\bhow (many|much|long|often|old|far|large|big|high)\b|\b(number|total|cost|amount|figure|population)\b"),
        ("date", r"\bwhen\b|\b(what|which|in what|in which) (year|date|day|month|century|decade)\b|\bsince\b"),
        ("person", r"\bwho(m|se)?\b"),
        ("place", r"\bwhere\b|\b(what|which) (country|city|town|place|borough|region)\b"),
        ("reason", r"\bwhy\b|\b(reasons?|causes?) (for|of)\b|\bhow come\b"),
    )
)
_NUMBER_WORDS = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|twenty|thirty|forty|fifty|hundred|"
    r"thousand|million|billion|half|thirds?|quarters?|dozen|once|twice|none|all"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_SIGNS: dict[Kind, re.Pattern[str]] = {
    "percent": re.compile(r"\d\s?%|per ?cent|\d+(\.\d+)? (per|in|out of) [\d,]+|\b(half|thirds?|quarters?)\b", re.IGNORECASE),
    "number": re.compile(rf"\d|\b({_NUMBER_WORDS})\b", re.IGNORECASE),
    "date": re.compile(rf"\b(1\d{{3}}|20\d{{2}})s?\b|\b({_MONTHS})\b|\bcentury\b|\b(spring|summer|autumn|winter)\b"),
    "reason": re.compile(
        r"\b(because|due to|since|so that|in order|as a result|therefore|led to|caus\w+|reasons?|means|to avoid|owing|thus|"
        r"consequen\w+|contribut\w+|impact\w*)\b",
        re.IGNORECASE,
    ),
}
_NAME = re.compile(r"\b[A-Z][\w'’-]+")
_LIST = re.compile(
    r"^\W*(list|name|give)\b|\b(what|which|who) (\w+ ){0,3}?(are|were|do|does|did|should|will|make|include|includes)\b|"
    r"\b(what|which) (\w+ ){0,2}?\w{3,}s\b|\bwhat (else )?(is|was) (likely to be )?(included|recommended|covered)\b",
    re.IGNORECASE,
)
_EXTREMES: tuple[tuple[Extreme, re.Pattern[str]], ...] = (
    ("highest", re.compile(r"\b(highest|most|largest|biggest|greatest|top|commonest|maximum)\b", re.IGNORECASE)),
    ("lowest", re.compile(r"\b(lowest|least|smallest|fewest|minimum|rarest)\b", re.IGNORECASE)),
)


@dataclass(frozen=True)
class Intent:
    """The kind of thing asked for, whether a list may answer, and whether the extreme of a column is wanted."""

    kind: Kind
    wants_list: bool
    extreme: Extreme | None

    def is_met_by(self, text: str, question: str) -> bool:
        """Whether `text` holds a thing of the kind that `question` asks for; True where no kind is asked for."""
        if self.kind in ("person", "place"):
            known = set(re.findall(r"\w+", question.lower()))
            return any(name.lower() not in known for name in _NAME.findall(text)[1:] or _NAME.findall(text))
        sign = _SIGNS.get(self.kind)
        return sign is None or bool(sign.search(text))


def read_intent(question: str) -> Intent:
    """The intent of a question in plain words."""
    kind = next((kind for kind, pattern in _KINDS if pattern.search(question)), "other")
    extreme = next((extreme for extreme, pattern in _EXTREMES if pattern.search(question)), None)
    return Intent(kind, bool(_LIST.search(question)) and kind in ("other", "person", "reason"), extreme)
