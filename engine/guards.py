"""What a question is looked through for before anything else: somebody at risk now, and personal data of a case.

Instructions to ignore the rules are no guard's business: they are text to look up like any other.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import Literal

NOT_LOOKED_UP = "Your question was not looked up. If nobody is at risk now, ask it in other words."
REFUSED = "The question seems to hold {}. It was not looked up and is not stored. Please ask again without it."
URGENT = tomllib.loads(Path(__file__).with_name("urgent.toml").read_text(encoding="utf-8"))

MONTH = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
DAY = r"\d{1,2}(?:st|nd|rd|th)?"
NUMERIC = r"\d{1,2} ?[./ -] ?\d{1,2} ?[./ -] ?(?:\d{4}|\d{2})\b"
WRITTEN = rf"{DAY}[ -]?(?:of )?{MONTH},?[ -]?\d{{2,4}}|{MONTH} {DAY},? \d{{4}}"
DATE = rf"(?:the )?(?:{NUMERIC}|\d{{4}}[/.-]\d\d?[/.-]\d\d?|{WRITTEN}|\d{{8}}\b|\d{{6}}\b)"
YEARS = r"(?:19|20)\d\d(?:[/-](?:20)?\d\d)?\b(?![/-])"  # 2023, 2023/24
IS = "(?:(?: ?(?:is|was|of|no|number|num)\\b| ?[:.,#=()-]){0,3} ?)"  # between a label and what it names
TEN = r"\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)"
# What may stand before “born on 1 September 2014” or “12/03/2014” without being a name.
NOBODY = (
    "child|children|bab(?:y|ies)|people|person|pupils?|those|any|anyone|boys?|girls?|"
    "was|were|is|are|be|been|or|and|not|who|he|she"
)
OFFICE = (
    "Council|Committee|Panel|Board|Report|Inspection|Ofsted|Meeting|Minutes|Monitoring|Visit|Cabinet|Letter|Act|Plan"
)
HOLDER = "case|client|child|service user|person|file|family|patient|lcs|mosaic|liquidlogic"
SERIES = "lac|cla|cin|cp|cpp|eh|eha|mash|lcs|sen|ehcp"

START = r"\b(?=[a-z])"  # of a word: quicker than to try all that may begin at a digit

PERSONAL = (  # what the asker is told that it is, and how it is written, in lower case
    ("an NHS number", rf"(?<!\d)(?<!\+44 )(?<!\+44)(?P<nhs>{TEN})"),
    ("an NHS number", rf"\bnhs{IS}{TEN}"),  # called one it is refused, though a digit be wrong
    (
        "a National Insurance number",
        rf"{START}(?!bg|gb|nk|kn|tn|nt|zz)[a-ceghj-tw-z][a-ceghj-np-tw-z](?:[ -]?\d\d){{3}}[ -]?[a-d]\b",
    ),
    ("a date of birth", rf"{START}(?:d\.? ?o\.? ?b\b\.?|(?:date of birth|birth ?date)\b){IS}{DATE}"),
    ("a date of birth", rf"(?<![\w'-])(?!(?:{NOBODY})\b)[a-z][a-z'-]*,? (?:who )?(?:was |is )?\(?born (?:on )?{DATE}"),
    (
        "a case reference",  # case ref 123456, client id C-10293
        rf"{START}(?:{HOLDER}) ?(?:ref(?:erence)?|id|no|number|num)\b{IS}(?!{YEARS})[a-z]{{0,4}}[/-]?\d[\d/-]{{2,}}",
    ),
    ("a case reference", rf"{START}(?:(?:{SERIES})[-/]?|(?:{HOLDER}) )\d{{5,}}"),  # LAC123456, case 123456
    ("a case reference", rf"{START}(?:{SERIES})[-/ ](?!{YEARS})\d{{2,4}}[-/]\d{{2,}}\b"),  # LAC-2023-0045
)
# A name and a date without a word between them, as case systems show a person: Ann Lee (01/02/2014).
NAMED = rf"\b(?=[A-Z])(?!(?:\w+ )?(?:{OFFICE})\b)[A-Z][a-z'-]+ [A-Z][a-z'-]+[, (-]{{1,3}}{NUMERIC}"


@dataclass(frozen=True)
class Blocked:
    """Why a question is not looked up, and what its asker is told instead."""

    kind: Literal["urgent", "personal"]
    message: str


def blocked(question: str, turns: Sequence[str], contacts: str) -> Blocked | None:
    """What stands in the way of looking a question up after the user's earlier ones; `contacts` are for urgent harm."""
    if is_urgent(question):
        return Blocked("urgent", f"{contacts}\n\n{NOT_LOOKED_UP}")
    kinds = dict.fromkeys(chain.from_iterable(map(personal_data, (*turns, question))))
    return Blocked("personal", REFUSED.format(" and ".join(kinds))) if kinds else None


def is_urgent(question: str) -> bool:
    """Whether a question says that somebody is at risk now, in the ways of `urgent.toml`."""
    words = _in_classes(question)
    clauses = [clause for clause in re.split(" [.,?!;] ", words) if not _ASKS.match(clause)]
    return _has(_SIGN, words) or any(_has(_STATED, clause) for clause in clauses)


def personal_data(text: str) -> list[str]:
    """The kinds of personal data that a text holds, such as `a date of birth`."""
    if not re.search(r"\d", text):
        return []
    text = " ".join(_DASH.sub("-", unicodedata.normalize("NFKC", text)).split())
    lower = text.lower()
    found = [kind for kind, written in _PERSONAL if any(map(_is_it, written.finditer(lower)))]
    return list(dict.fromkeys([*found, *["a date of birth"] * bool(_NAMED.search(text))]))


def has_check_digit(number: str) -> bool:
    """Whether ten digits end as an NHS number does: their sum, weighted 10 to 1, is a multiple of 11."""
    digits = map(int, re.findall(r"\d", number))
    return sum(digit * weight for digit, weight in zip(digits, range(10, 0, -1), strict=True)) % 11 == 0


def _is_it(match: re.Match[str]) -> bool:
    number = match.groupdict().get("nhs")
    return number is None or has_check_digit(number)


def _in_classes(question: str) -> str:
    """A question's words as their classes; the same class again and again, as in a stutter, is one."""
    text = _MOMENT.sub("now", re.sub("['’]", "", question.lower()))
    tokens = re.findall(r"\w+|[.,?!;]", _SAYS.sub(r"\1", text))
    return " ".join(word for word, _ in groupby(_CLASS_OF.get(token, token) for token in tokens))


def _has(signs: re.Pattern[str], words: str) -> bool:
    return any(_is_particular(words, sign) for sign in signs.finditer(words))


def _is_particular(words: str, sign: re.Match[str]) -> bool:
    """Whether a sign is said of somebody, not of a rule or a number of cases; what happens now always is."""
    before, after = words[max(0, sign.start() - 80) : sign.start()], words[sign.end() : sign.end() + 40]
    if _COUNT.search(before):
        return False
    return not _RULE.search(before) or sign[0].startswith("my ") or "NOW" in sign[0] or bool(_STILL.match(after))


def _misspellings(word: str) -> Iterator[str]:
    """Slips after the first letter of a longer word: one left out, doubled, in its neighbour's place, a wrong vowel."""
    for n in range(1, len(word)) if len(word) > 4 else ():
        head, letter, tail = word[:n], word[n], word[n + 1 :]
        yield from (head + tail, head + letter * 2 + tail, head + tail[:1] + letter + tail[1:])
        yield from (head + vowel + tail for vowel in "aeiou" if letter in "aeiou")


def _signs(name: str) -> re.Pattern[str]:
    signs = "|".join(chain.from_iterable(URGENT[name].values()))
    return re.compile(rf"\b(?:{signs})\b".replace(" … ", r" (?:[\w,-]+ ){0,3}?"))


def _before(name: str, others: int) -> str:
    """One of these words and up to so many others, none of them “my”, at the end of what stands before a sign."""
    return rf"\b(?:{'|'.join(URGENT['before'][name].split())}) (?:(?!my\b|next\b)\w+ ){{0,{others}}}$"


_WORDS = {word: name for name, words in URGENT["classes"].items() for word in words.split()}
_CLASS_OF = {slip: name for word, name in _WORDS.items() for slip in _misspellings(word)} | _WORDS
_CLASS_OF |= {f"{who}s": f"{_WORDS.get(who, who)} BE" for who in "he she it that there who someone dad mum man".split()}
_CLASS_OF |= {"im": "I-PERSON BE", "theyre": "PERSON BE", "ive": "I-PERSON have", "weve": "I-PERSON have"}
_CLASS_OF |= {"gonna": "going to", "gunna": "going to", "wanna": "want to"}
_MOMENT = re.compile(r"at (?:the|this) (?:moment|minute)\b|as we speak\b|this (?:minute|second)\b")
_SAYS = re.compile(r"\b(?:if|when|says|said|that) ((?:he|she)s?)\b")  # he or she is somebody in particular
_SIGN, _STATED = _signs("signs"), _signs("stated")
_INVERTED = (
    r"(?:^|[.,?!;] )(?:(?:BE|do|does|did|can|could|should|may|must) (?:(?!you |help |come |call |send )\w+ ){0,5}"
)
_INVERTED += r"|(?:has|have) \w+ (?:\w+ )?)$"  # “are children being hurt?”, but “have just seen”
_RULE = re.compile(f"{_before('rule', 5)}|{_before('topic', 1)}|{_INVERTED}")
_COUNT = re.compile(_before("count", 4))
_ASKS = re.compile(rf"(?:{'|'.join(URGENT['before']['asks'].split())})\b")
_STILL = re.compile(r" (?:\w+ ){0,3}NOW\b")
_DASH = re.compile("[\u2010-\u2015\u2212]")
_PERSONAL = [(kind, re.compile(written)) for kind, written in PERSONAL]
_NAMED = re.compile(NAMED)
