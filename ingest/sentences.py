"""Prose → the spans of its sentences: a terminator ends a sentence unless the words around it say otherwise."""

import re

Span = tuple[int, int]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words whose full stop never ends a sentence; lower case, without the last stop.
INNER = _words(
    "cllr cllrs dr mr mrs ms mx messrs prof rev revd hon rt sir st ste sgt insp supt det const capt gen lt maj gov sen "
    "e.g i.e eg ie cf viz vs fig figs nos pp para paras approx ca inc incl esp"
)
# Words whose full stop does not end a sentence before a number ("No. 5", "s. 47", "Jan. 2025").
BEFORE_NUMBER = _words(
    "no p s ss sec sect art arts ch chap c pt ref refs sch reg regs tel ext ed vol vols v mon tue tues wed thu thur "
    "thurs fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec"
)
# Words whose full stop ends a sentence only before one of `STARTERS`; so do "U.K." and the initial in "J. Brown".
MAYBE = _words("ltd plc co corp dept est govt bros jr sr al ext")
STARTERS = _words(
    "a an the this that these those it he she they we i you his her its our their my your there here in on at as if "
    "when while after before since for from with by to of what who why how where then next both each all many most "
    "some no none nothing nobody not but and or so however although because others another thus therefore"
)
LONGEST_ASIDE = 300  # characters: a longer quotation or parenthesis is split like any prose

END = re.compile(
    r"(?<![.!?…])[.!?…]++(?:\s[.!?…]++(?=[\s\"'”’)\]»]|\Z))*+[\"'”’)\]»]*+(?:\[[^\[\]\n]{1,30}\])*(?=\s|\Z)"
    r"|\n[^\S\n]*(?=[-–•■▪●*][^\S\n])"
)
ASIDE = re.compile(
    rf"“[^“”]{{1,{LONGEST_ASIDE}}}”|(?<!\S)\"(?=\S)[^\"]{{1,{LONGEST_ASIDE}}}(?<=\S)\"(?!\w)"
    rf"|\([^()]{{1,{LONGEST_ASIDE}}}\)|(?<!\S)‘(?=\S)[^‘]{{1,{LONGEST_ASIDE}}}?(?<=\S)’(?!\w)"
)
WORD_BEFORE = re.compile(r"[^\s(\[“‘\"/–—-]*\Z")
WORD_AFTER = re.compile(r"[\s\"'“‘(\[«]*((?![^\W\d]\.)\w*)")  # an initial is not a word
ACRONYM = re.compile(r"[^\W\d_](\.[^\W\d_])*")
LIST_NUMBER = re.compile(r"(?:^|\n)\s*(?:\d{1,3}|[a-z]|[ivx]{1,5})\.\Z")
LOOK_BACK = 40  # characters: more than any abbreviation is long


def split_sentences(text: str) -> list[Span]:
    """The sentences of a block of prose.

    Returns:
        Spans (start, end) in characters, end exclusive, in order, without surrounding white space; together they
        cover every character of `text` that is not white space.
    """
    spans, start = [], 0
    for end in [*_boundaries(text), len(text)]:
        sentence = text[start:end]
        stripped = sentence.strip()
        if stripped:
            first = start + len(sentence) - len(sentence.lstrip())
            spans.append((first, first + len(stripped)))
        start = end
    return spans


def _boundaries(text: str) -> list[int]:
    """Where one sentence ends and another follows; a short quotation or parenthesis stays in one piece."""
    asides = [match.span() for match in ASIDE.finditer(text)]
    found, number = [], 0
    for match in END.finditer(text):
        while number < len(asides) and asides[number][1] < match.end():
            number += 1
        inside = number < len(asides) and asides[number][0] <= match.start() and match.end() < asides[number][1]
        if not inside and (match[0].startswith("\n") or _ends_sentence(text, match)):
            found.append(match.end())
    return found


def _ends_sentence(text: str, end: re.Match[str]) -> bool:
    """Whether a terminator ends its sentence, judged by the word before it and the word after it."""
    after = WORD_AFTER.match(text, end.end())
    word = after[1] if after else ""
    if word[:1].islower() and not word[1:2].isupper():  # "iPads" may start a sentence
        return False
    if end[0][0] != "." or end[0].startswith(".."):
        return True
    before = text[max(0, end.start() - LOOK_BACK) : end.start() + 1]
    if LIST_NUMBER.search(before):
        return False
    found = WORD_BEFORE.search(before[:-1])
    last = found[0].lstrip("'") if found else ""
    return _may_end(last, word)


def _may_end(last: str, word: str) -> bool:
    """Whether a full stop after `last` ends a sentence when `word` follows."""
    lower = last.lower()
    if lower in INNER:
        return False
    if word[:1].isdigit() and lower in BEFORE_NUMBER:
        return False
    if lower in MAYBE or ACRONYM.fullmatch(last):
        return word.lower() in STARTERS
    return True
