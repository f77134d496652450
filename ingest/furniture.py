"""Page furniture of news and council pages: what surrounds an article and is no part of it.

A furniture word counts only where furniture stands: as a paragraph by itself, and where the words alone prove too
little, before a paragraph that confirms it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

ALL = 10**9  # paragraphs: the rest of the page
LONGEST = 800  # characters: no longer paragraph is furniture


@dataclass(frozen=True)
class Rule:
    """A paragraph that `opening` matches as a whole is furniture, and so are `drops` paragraphs after it.

    With `before`, it counts only when the paragraph after it matches that.
    """

    opening: re.Pattern[str]
    drops: int = 0
    before: re.Pattern[str] | None = None


def _rule(opening: str, drops: int = 0, before: str | None = None) -> Rule:
    return Rule(re.compile(opening, re.I), drops, re.compile(before, re.I) if before else None)


BULLET = r"[•·*-]?\s*"
DAY = BULLET + r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
TEMPERATURE = r"-?\d{1,2}\s?°\s?[CF]?"
BUTTON = r"(?:share|tweet|e-?mail|print|copy link|save|whatsapp|facebook|twitter|linkedin|x)"
NETWORK = r"(?:facebook|twitter|x|instagram|linkedin|whatsapp|youtube)"

RULES = (
    # radio and weather boxes
    _rule(r"on air now\b[^\n]{0,120}(?:\nnow playing\b[^\n]{0,120})?(?<![.:])"),
    _rule(r"now playing\b[^\n]{0,120}(?<![.:])"),
    _rule(r"weather", before=DAY),
    _rule(DAY, drops=1, before=TEMPERATURE),
    # pictures: credit, caption, description
    _rule(r"(?:[^\n]{0,600}image source, ?[^\n]{1,80}\n)?image caption,?", drops=1, before=r"[^\n]{1,250}"),
    _rule(r"image caption, ?[^\n]{1,250}"),
    _rule(r"[^\n]{0,600}image source, ?[^\n]{1,80}"),
    _rule(r"an? (?:stock|file|library) (?:photo|photograph|image|picture) of [^\n]{1,400}"),
    _rule(r"[^\n|]{1,160}\| ?(?:photo|photograph|image|picture)s?(?: by| credit)?:? [^\n|]{1,60}"),
    _rule(r"(?:photo|photograph|image|picture)s? (?:by|credit):? [^\n.]{1,60}"),
    # lines and buttons
    _rule(BULLET + r"published"),
    _rule(r"more from (?:the )?(?:latest|top|local|breaking) (?:news|stories|headlines)"),
    _rule(r"(?:accept|allow|reject|manage) (?:all )?(?:cookies|cookie preferences)|cookie (?:settings|preferences)"),
    _rule(r"by continuing to (?:use|browse) (?:this|our) (?:web)?site,? you (?:agree|consent|accept)[^\n]{0,200}"),
    _rule(BULLET + rf"share(?: (?:this|on|via|to|page|article|story|post|{NETWORK}))+:?"),
    _rule(rf"{BUTTON}(?:(?:\s*[|,·•]\s*|\s+){BUTTON}){{1,9}}"),
    _rule(r"advertisement|skip to (?:main )?content|back to top"),
    _rule(r"your e-?mail address will not be published\b[^\n]{0,100}"),
    # what ends a page
    _rule(r"leave a (?:reply|comment)(?: cancel reply)?", drops=ALL),
    _rule(
        r"get in touch",
        drops=ALL,
        before=rf"[^\n]*(?:stor(?:y|ies) (?:we should|ideas?)|which stories|follow [^\n]* on {NETWORK})[^\n]*",
    ),
)
ANY_OPENING = re.compile("|".join(f"(?:{rule.opening.pattern})" for rule in RULES), re.I)  # one test for most text
# Captions that only their place gives away: they count between two paragraphs of prose, on a page that shows one of
# the rules above.
NAME = r"[A-Z][\w’'-]+"
LONE_CAPTION = re.compile(
    rf"(?:Cllr|Councillor|Sir|Dame|Lord|Lady|Dr|Mr|Mrs|Ms|Prof|Professor)\.? {NAME}(?: {NAME}){{0,3}}"
    rf"|{NAME}(?: {NAME}){{1,3}} (?:MP|OBE|MBE|CBE)"
    rf"|{NAME}(?: {NAME}){{1,4}}\."
)
PROSE = re.compile(r".{60,}[.!?]['\"’”]?", re.S)


def furniture(paragraphs: Sequence[str]) -> set[int]:
    """The indices of the paragraphs that are page furniture; `paragraphs` are without surrounding white space."""
    found: set[int] = set()
    number = 0
    while number < len(paragraphs):
        drops = _drops(paragraphs, number)
        found.update(range(number, min(number + drops, len(paragraphs))))
        number += max(drops, 1)
    return found | _lone_captions(paragraphs, found) if found else found


def without_furniture(paragraphs: Sequence[str]) -> list[str]:
    """The paragraphs that are not page furniture."""
    found = furniture(paragraphs)
    return [paragraph for number, paragraph in enumerate(paragraphs) if number not in found]


def _drops(paragraphs: Sequence[str], number: int) -> int:
    """How many paragraphs from this one on are furniture by one rule; 0 when it is content."""
    paragraph = paragraphs[number]
    if len(paragraph) > LONGEST or not ANY_OPENING.fullmatch(paragraph):
        return 0
    for rule in RULES:
        if rule.opening.fullmatch(paragraph) and _confirmed(rule, paragraphs[number + 1 : number + 2]):
            return 1 + rule.drops
    return 0


def _confirmed(rule: Rule, following: Sequence[str]) -> bool:
    return rule.before is None or (bool(following) and rule.before.fullmatch(following[0]) is not None)


def _lone_captions(paragraphs: Sequence[str], found: set[int]) -> set[int]:
    """Paragraphs that are but a name, between two paragraphs of prose."""
    content = [number for number in range(len(paragraphs)) if number not in found]
    return {
        here
        for before, here, after in zip(content, content[1:], content[2:], strict=False)
        if LONE_CAPTION.fullmatch(paragraphs[here])
        and PROSE.fullmatch(paragraphs[before])
        and PROSE.fullmatch(paragraphs[after][:400] + ".")
    }
