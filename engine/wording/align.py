"""Whether a piece of a document says a part of a sentence: all its words, in the same order, with nothing left out
between them that they hang on."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from .words import (
    BINDS,
    CIRCUMSTANCES,
    CONDITIONS,
    DETERMINERS,
    FACTIVE,
    INTRODUCES,
    JOINS,
    LIMITS,
    PREPOSITIONS,
    PRONOUNS,
    TELLING,
    Word,
    is_end,
    is_start,
    spans,
)

OPENS = frozenset(";:.!?\n")  # marks after which a statement begins
MOST_STEPS = 100  # on the ways through a piece, which a text that repeats itself has without end
FRONT = 10  # words of a phrase that opens a sentence: “In March 2024, …”

FRONTS = frozenset("in on at during since until before after by across within under for".split())
BARE_FRONTS = frozenset("in on during since".split())  # that open a phrase even where no comma ends it
TENSES = {"is": 1, "are": 1, "has": 1, "have": 1, "was": -1, "were": -1, "had": -1}


@lru_cache(maxsize=4096)
def is_told(part: tuple[Word, ...], words: tuple[Word, ...], lends: frozenset[str], whole: bool) -> bool:
    """Whether words say a part, either of them with the phrase that opens it put last."""
    held = {word.form for word in words if word.form}
    if any(w.form not in held and w.form not in lends and w.form not in INTRODUCES for w in part if w.form):
        return False
    one, other = _tenses(part), _tenses(words)
    if one and other and not one & other:
        return False
    return any(_aligns(own, told, lends, whole) for told in _orders(words) for own in _orders(part))


def _tenses(words: Sequence[Word]) -> set[int]:
    return {TENSES[word.lower] for word in words if word.lower in TENSES}


def _orders(words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """The words and, where a phrase opens them that a comma ends (or, without one, may end anywhere) put last."""
    yield words
    if not words or words[0].lower not in FRONTS or any(word.ends > 1 for word in words):
        return
    for at in range(2, min(FRONT, len(words) - 1)):
        if words[at].lower == ",":
            yield [*words[at + 1 :], *words[:at]]
            return
        if words[0].lower in BARE_FRONTS and words[at - 1].form not in LIMITS:
            yield [*words[at:], *words[:at]]


def _aligns(part: Sequence[Word], words: Sequence[Word], lends: frozenset[str], whole: bool) -> bool:
    """Whether the part's words stand in `words` in this order, and nothing is left out between that they hang on."""
    held = {word.form for word in words if word.form}
    needed = [at for at, word in enumerate(part) if word.form in held]
    lent = [at for at, word in enumerate(part) if word.form and word.form not in held and word.form in lends]
    subject = [at for at in lent if not _is_in_phrase(part, at, lent)]
    if not needed or any(at > needed[0] for at in subject):
        return False
    in_phrase = _is_in_phrase(part, needed[0], ())
    opens = _openings(words, bool(subject), whole, in_phrase)
    parted = [any(word.ends for word in part[one:other]) for one, other in pairwise(needed)]
    return any(
        _keeps(path, words) and _has_subject(path, words) and (whole or is_end(words, path[-1]))
        for path in _paths([part[at].form for at in needed], parted, words, opens)
    )


def _is_in_phrase(part: Sequence[Word], at: int, lent: Sequence[int]) -> bool:
    """Whether a word of a heading stands in a phrase such as “in Elmford”, and not as what the part is about."""
    while at and (part[at - 1].lower in DETERMINERS or at - 1 in lent):
        at -= 1
    return at > 0 and part[at - 1].lower in PREPOSITIONS


def _openings(words: Sequence[Word], subject: bool, whole: bool, in_phrase: bool) -> list[int]:
    """Where a part may begin: when it is all of a sentence, anywhere, but inside a phrase only with the phrase; at the
    start otherwise, or where a clause begins that shares the pronoun for which a heading's words stand."""
    formed = [at for at, word in enumerate(words) if word.form]
    if whole and not subject:
        return [at for at in formed if in_phrase or not (_is_in_phrase(words, at, ()) or _is_governed(words, at))]
    shares = subject and words[0].lower in PRONOUNS
    return [at for at in formed if at == formed[0] or (shares and is_start(words, at))]


def _is_governed(words: Sequence[Word], at: int) -> bool:
    """Whether a word stands in a clause that “that” hangs on another, “it is wrong that …”; not where the other says
    that it is so, “the data show that …”."""
    start = next((n + 1 for n in range(at - 1, -1, -1) if words[n].ends), 0)
    return any(word.lower == "that" and before.form not in FACTIVE for before, word in pairwise(words[start:at]))


def _paths(
    forms: Sequence[str], parted: Sequence[bool], words: Sequence[Word], opens: Sequence[int]
) -> Iterator[list[int]]:
    """Ways through the words that take these forms in order, over nothing but what may be left out; `parted` says
    whether a clause ends between a form and the next."""
    stack = [[at] for at in reversed(opens) if words[at].form == forms[0]]
    for _ in range(MOST_STEPS + len(stack)):
        if not stack:
            return
        path = stack.pop()
        if len(path) == len(forms):
            yield path
            continue
        after = [at for at in range(path[-1] + 1, len(words)) if words[at].form == forms[len(path)]]
        ends = parted[len(path) - 1]
        stack += [[*path, at] for at in reversed(after) if _may_skip(words, path[-1], at, ends)]


def _may_skip(words: Sequence[Word], one: int, other: int, parted: bool) -> bool:
    """Whether what stands between two words may be left out: an insertion between two marks, or adjectives after “the”.

    Where clauses end between them, one must where the words are `parted` from each other in the sentence, too.
    """
    left = [at for at in range(one + 1, other) if words[at].form]
    ends = [word.ends for word in words[one + 1 : other] if word.ends]
    if not left:
        return parted or not ends
    if is_end(words, one) and is_start(words, other):
        return parted or max(ends) == 1
    plain = left == list(range(left[0], other)) and not any(words[at].form in TELLING for at in left)
    return plain and not ends and words[left[0] - 1].lower in DETERMINERS


def _has_subject(path: Sequence[int], words: Sequence[Word]) -> bool:
    """Whether a way through the words that crosses a conjunction begins where they do: what follows one may be said of
    who or what stands at their beginning, “they met the director, but said …”."""
    joined = any(word.lower in JOINS for word in words[path[0] : path[-1]])
    before = next((word.lower for word in reversed(words[: path[0]]) if word.form or word.ends), ";")
    return not joined or before in OPENS


def _keeps(path: Sequence[int], words: Sequence[Word]) -> bool:
    """Whether a way through the words leaves out no word that what it takes hangs on."""
    taken = set(path)
    duty = any(words[at].form in BINDS for at in path)
    conditions = CONDITIONS | (CIRCUMSTANCES if duty else frozenset())
    for clause in spans(words, 1):
        lost = [words[at] for at in clause if at not in taken] if taken & set(clause) else []
        if any(word.form in BINDS for word in lost):
            return False
    for statement in spans(words, 2):
        lost = [words[at] for at in statement if at not in taken] if taken & set(statement) else []
        if any(word.form in conditions for word in lost):
            return False
    formed = [at for at, word in enumerate(words) if word.form and word.form not in TELLING]
    return not any(one not in taken and words[one].form in LIMITS and other in taken for one, other in pairwise(formed))
