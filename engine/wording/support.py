"""Does a passage say what a sentence says? Pure functions, strict: a sentence that is withheld costs little.

A sentence is parted at its commas and conjunctions into as few parts as will do, and one piece of a passage must say
each part: all its words, in the piece's order, without anything left out between them that they hang on.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from ...index.terms import terms
from ...ingest.document import CELL_SEPARATOR
from ..draft import Piece
from ..verify import figures, unsupported
from .excerpts import Excerpt, readable
from .injection import addresses_model

LONGEST_RUN = 5  # pieces of a passage that a reason is sought in
LEAST_TERMS = 2  # of a sentence, a figure among them or not: less says nothing
MOST_PARTS = 4  # of a sentence: one of more rambles
MOST_MARKS = 12  # that a sentence is parted at
MOST_STEPS = 100  # on the ways through a piece, which a text that repeats itself has without end
FRONT = 10  # words of a phrase that opens a sentence: “In March 2024, …”


def _forms(words: str) -> frozenset[str]:
    return frozenset(form for word in words.split() for form in (terms(word) or (word,)))


# What a sentence may add to a passage: words that introduce, and claim nothing.
_INTRODUCES = _forms(
    "yes report reports reported reporting say says said saying state states stated mention mentions mentioned "
    "mentioning according document documents passage also however therefore additionally furthermore moreover "
    "overall namely such like include includes included including specifically particularly both respectively "
    "well within while whilst during regarding concerning related"
)
_NEGATES = _forms("not no nor never none neither nobody nothing without refused failed declined")
_ATTRIBUTES = _forms("said says claim argue believe think thought feel felt told suggest deny complain fear hope")
# What a clause hangs on: left out, it claims something else.
_BINDS = _NEGATES | _ATTRIBUTES | _forms("must shall should may might can could will would ought hardly rarely seldom")
# What changes the word after it: that word cannot be told without it.
_LIMITS = _forms(
    "all every each only most mostly mainly some few fewer several many more less least up half twice double nearly "
    "almost about around approximately over under above below to proposed draft planned expected estimated alleged "
    "allegedly former acting interim deputy assistant potential possible likely unlikely first second third next last"
)
_CONDITIONS = _forms("if unless except excluding provided subject respectively")
_CIRCUMSTANCES = _forms("when where whenever wherever once before after until")  # conditions of a duty
# Words that lexical matching passes over, and that a claim may turn on.
_TELLING = frozenset(
    "no nor not can could should will would by from to than if into or when where before after".split()
)
_JOINS = frozenset("and but while whilst whereas".split())
_DETERMINERS = frozenset("the a an its their his her this these those".split())
_PREPOSITIONS = frozenset("of for in on at with to by from about under over within across during between".split())
_FRONTS = frozenset("in on at during since until before after by across within under for".split())
_BARE_FRONTS = frozenset("in on during since".split())  # that open a phrase even where no comma ends it
_PRONOUNS = frozenset("it they this these he she we".split())
_TENSES = {"is": 1, "are": 1, "has": 1, "have": 1, "was": -1, "were": -1, "had": -1}

_PER_CENT = re.compile(r"\s*(?:%|\bper ?cent(?:age)?\b)", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_MAGNITUDE = re.compile(r"(?<=\d)\s?(thousand|million|billion|bn|[mk])\b", re.IGNORECASE)
_LONG_MAGNITUDE = {"m": "million", "bn": "billion", "k": "thousand"}
_ACCORDING = re.compile(r"\baccording to\b", re.IGNORECASE)
_MARKER = re.compile(r"^\s*(?:[-–•■▪●*]|\(?\d{1,3}[.)](?!\d)|\(?[a-z][.)])\s+")
_WORD = re.compile(r"[£$€]?\d+(?:[.,:/]\d+)*(?:million|billion|thousand)?%?|[^\W\d_]+|[,;:()–—\t\n]")


class Word(NamedTuple):
    """A word or mark of a text: `form` is what it is compared by, empty for what may differ; `ends` says how much of
    the sentence ends with it: nothing, a clause (1) or a statement (2)."""

    lower: str
    form: str
    ends: int = 0


@dataclass(frozen=True)
class Run:
    """Pieces of a passage that follow each other: what a sentence rests on."""

    excerpt: Excerpt
    first: int
    last: int

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        return self.excerpt.pieces[self.first : self.last + 1]

    @property
    def texts(self) -> list[str]:
        return [piece.text for piece in self.pieces]

    @cached_property
    def said(self) -> str:
        """What it says for a reader: rows with their column heads."""
        return "\n".join(map(readable, self.pieces))

    @property
    def around(self) -> list[str]:
        """What stands over it: title, headings, the caption and heads of its table."""
        return [self.pieces[0].chunk.context, *self.pieces[0].chunk.header]


def find_support(text: str, passages: Sequence[Excerpt]) -> list[Run]:
    """Runs of the passages that say a sentence or, where none do, those that hold most of its words."""
    said = _said_by(text, [_Source(passage, at) for passage in passages for at in range(len(passage.pieces))])
    return _runs(said) if said else _nearest(text, passages)


def fault(text: str, runs: Sequence[Run]) -> str:
    """Why these runs do not say what a sentence says, in a few words; empty when they do."""
    text = _plain(text)
    said = set(terms(text))
    if len(said) < LEAST_TERMS or said <= set(terms(" ".join(figures(text)))):
        return "says nothing"
    if not runs:
        return "not in the passage"
    if addresses_model(text):
        return "is addressed to a language model"
    held_by = [_plain(part) for run in runs for part in (*run.texts, *run.around)]
    if missing := unsupported(text, held_by) | (claims(text) - _held(runs)):
        return f"not in the passage: {', '.join(sorted(missing))}"
    if not _said_by(text, [_Source(run.excerpt, at) for run in runs for at in range(run.first, run.last + 1)]):
        return "not said so in the passage"
    return ""


def claims(text: str) -> frozenset[str]:
    """The terms of a sentence that a passage must hold."""
    return frozenset(terms(_plain(text))) - _INTRODUCES


@dataclass(frozen=True)
class _Source:
    """A piece of a passage that may say a part of a sentence."""

    excerpt: Excerpt
    at: int

    @property
    def piece(self) -> Piece:
        return self.excerpt.pieces[self.at]

    @property
    def is_item(self) -> bool:
        return self.piece.unit.kind == "item"

    @property
    def is_row(self) -> bool:
        return self.piece.unit.kind == "row" and bool(self.piece.chunk.header)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        return _words(_MARKER.sub("", readable(self.piece)))

    def may_follow(self, before: "_Source") -> bool:
        """Whether it may be told after another: an item after one of its list, a pronoun after what it stands for."""
        if self.is_item:
            return before.is_item and before.excerpt == self.excerpt and before.lead == self.lead
        points_back = bool(self.words) and self.words[0].lower in _PRONOUNS
        return not points_back or (before.excerpt == self.excerpt and before.at + 1 == self.at)

    @cached_property
    def lends(self) -> frozenset[str]:
        """Words of the headings and the title: not of one that denies, or is for a machine; none where a pronoun may
        stand for something nearer."""
        chunk = self.piece.chunk
        if self.words and self.words[0].lower in _PRONOUNS and not self._is_first:
            return frozenset()
        lines = (_words(line) for line in (chunk.title, *chunk.headings, chunk.caption) if not addresses_model(line))
        return frozenset(w.form for line in lines if not _NEGATES & {w.form for w in line} for w in line if w.form)

    @property
    def _is_first(self) -> bool:
        """Whether it comes right after a heading."""
        units = self.piece.chunk.units
        place = units.index(self.piece.unit)
        return place > 0 and units[place - 1].kind == "heading"

    @cached_property
    def lead(self) -> "_Source | None":
        """The sentence that leads the list of an item: “The panel approves:”."""
        before = [at for at in range(self.at) if self.excerpt.pieces[at].unit.kind != "item"]
        lead = _Source(self.excerpt, before[-1]) if self.is_item and before else None
        return lead if lead and lead.piece.text.rstrip().endswith(":") else None


def _said_by(text: str, sources: Sequence[_Source]) -> list[_Source]:
    """The sources that say a sentence, part by part; none where some part is not said."""
    words = _words(_MARKER.sub("", text))
    inner = [at + 1 for at, word in enumerate(words) if word.ends]
    return _Parting(words, [0, *inner[:MOST_MARKS], len(words)], sources).said([], 0)


@dataclass(frozen=True)
class _Parting:
    """A sentence that may be parted at its `edges`, and what may say the parts; `failed` is what was tried in vain."""

    words: Sequence[Word]
    edges: Sequence[int]
    sources: Sequence[_Source]
    failed: set[tuple[int, int, int]] = field(default_factory=set)

    def said(self, before: Sequence[_Source], first: int) -> list[_Source]:
        """The sources that say the words from an edge on, in as few parts as will do, after those that say a part each
        `before`."""
        end = len(self.edges) - 1
        for last in range(end, first, -1) if len(before) < MOST_PARTS else ():
            part = tuple(_trimmed(self.words[self.edges[first] : self.edges[last]]))
            for at, source in enumerate(self.sources) if part else ():
                if (last, len(before), at) in self.failed:
                    continue
                whole = first == 0 and last == end
                saying = _says(source, part, whole, before[-1] if before else None, self.sources)
                if saying and last == end:
                    return saying
                if saying and (rest := self.said([*before, source], last)):
                    return [*saying, *rest]
                if saying:
                    self.failed.add((last, len(before), at))
        return []


def _says(
    source: _Source, part: tuple[Word, ...], whole: bool, before: _Source | None, sources: Sequence[_Source]
) -> list[_Source]:
    """The source, after what leads it, when it says a part of a sentence.

    Where a sentence has several parts, each must be a statement of its own, from the start of its piece to the end of a
    clause.
    """
    if source.is_row:
        return [source] if _row_says(source, part) or _is_told(part, source.words, source.lends, False) else []
    if (before is None or source.may_follow(before)) and _is_told(part, source.words, source.lends, whole):
        return [source]
    lead = source.lead
    if lead in sources and lead and _is_told(part, (*_trimmed(lead.words), *source.words), source.lends, whole):
        return [lead, source]
    return []


@lru_cache(maxsize=4096)
def _is_told(part: tuple[Word, ...], words: tuple[Word, ...], lends: frozenset[str], whole: bool) -> bool:
    """Whether words say a part, either of them with the phrase that opens it put last."""
    held = {word.form for word in words if word.form}
    if any(w.form not in held and w.form not in lends and w.form not in _INTRODUCES for w in part if w.form):
        return False
    one, other = _tenses(part), _tenses(words)
    if one and other and not one & other:
        return False
    return any(_aligns(own, told, lends, whole) for told in _orders(words) for own in _orders(part))


def _tenses(words: Sequence[Word]) -> set[int]:
    return {_TENSES[word.lower] for word in words if word.lower in _TENSES}


def _orders(words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """The words and, where a phrase opens them that a comma ends (or, without one, may end anywhere) put last."""
    yield words
    if not words or words[0].lower not in _FRONTS or any(word.ends > 1 for word in words):
        return
    for at in range(2, min(FRONT, len(words) - 1)):
        if words[at].lower == ",":
            yield [*words[at + 1 :], *words[:at]]
            return
        if words[0].lower in _BARE_FRONTS and words[at - 1].form not in _LIMITS:
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
        _keeps(path, words) and (whole or _is_end(words, path[-1]))
        for path in _paths([part[at].form for at in needed], parted, words, opens)
    )


def _is_in_phrase(part: Sequence[Word], at: int, lent: Sequence[int]) -> bool:
    """Whether a word of a heading stands in a phrase such as “in Elmford”, and not as what the part is about."""
    while at and (part[at - 1].lower in _DETERMINERS or at - 1 in lent):
        at -= 1
    return at > 0 and part[at - 1].lower in _PREPOSITIONS


def _openings(words: Sequence[Word], subject: bool, whole: bool, in_phrase: bool) -> list[int]:
    """Where a part may begin: when it is all of a sentence, anywhere, but inside a phrase only with the phrase; at the
    start otherwise, or where a clause begins that shares the pronoun for which a heading's words stand."""
    formed = [at for at, word in enumerate(words) if word.form]
    if whole and not subject:
        return [at for at in formed if in_phrase or not (_is_in_phrase(words, at, ()) or _is_governed(words, at))]
    shares = subject and words[0].lower in _PRONOUNS
    return [at for at in formed if at == formed[0] or (shares and _is_start(words, at))]


def _is_governed(words: Sequence[Word], at: int) -> bool:
    """Whether a word stands in a clause that “that” hangs on another: “it is wrong that …”."""
    start = next((n + 1 for n in range(at - 1, -1, -1) if words[n].ends), 0)
    return any(word.lower == "that" for word in words[start + 1 : at])


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
    if _is_end(words, one) and _is_start(words, other):
        return parted or max(ends) == 1
    plain = left == list(range(left[0], other)) and not any(words[at].form in _TELLING for at in left)
    return plain and not ends and words[left[0] - 1].lower in _DETERMINERS


def _keeps(path: Sequence[int], words: Sequence[Word]) -> bool:
    """Whether a way through the words leaves out no word that what it takes hangs on."""
    taken = set(path)
    duty = any(words[at].form in _BINDS for at in path)
    conditions = _CONDITIONS | (_CIRCUMSTANCES if duty else frozenset())
    for clause in _spans(words, 1):
        lost = [words[at] for at in clause if at not in taken] if taken & set(clause) else []
        if any(word.form in _BINDS for word in lost):
            return False
    for statement in _spans(words, 2):
        lost = [words[at] for at in statement if at not in taken] if taken & set(statement) else []
        if any(word.form in conditions for word in lost):
            return False
    formed = [at for at, word in enumerate(words) if word.form and word.form not in _TELLING]
    return not any(
        one not in taken and words[one].form in _LIMITS and other in taken for one, other in pairwise(formed)
    )


def _spans(words: Sequence[Word], least: int) -> Iterator[range]:
    """The clauses of a text (1), or its statements (2), as ranges of its words."""
    ends = [-1, *(at for at, word in enumerate(words) if word.ends >= least), len(words)]
    return (range(one + 1, other) for one, other in pairwise(ends))


def _is_start(words: Sequence[Word], at: int) -> bool:
    """Whether a clause begins with this word, words that may differ aside."""
    before = next((word for word in reversed(words[:at]) if word.form or word.ends), None)
    return before is None or before.ends > 0


def _is_end(words: Sequence[Word], at: int) -> bool:
    after = next((word for word in words[at + 1 :] if word.form or word.ends), None)
    return after is None or after.ends > 0


def _row_says(source: _Source, part: Sequence[Word]) -> bool:
    """Whether a row says a part: it names the row, and for each column that it speaks of both the head and the cell,
    beside each other."""
    cells, heads = _cells(source)
    label, columns = cells[0], range(1, len(cells))
    spoken: list[set[int]] = []
    seen: set[str] = set()
    groups: list[set[str]] = []
    for form in (word.form for word in part if word.form):
        seen.add(form)
        own = {n for n in columns if form in cells[n] or form in heads[n]}
        if not own and form not in label | heads[0] | source.lends | _INTRODUCES:
            return False
        if not own or form in label:
            continue
        if spoken and spoken[-1] & own:
            spoken[-1] &= own
            groups[-1].add(form)
        else:
            spoken.append(own)
            groups.append({form})
    settled = [min(own) for own in spoken if len(own) == 1]
    if not spoken or len(settled) < len(spoken) or len(set(settled)) < len(settled) or not label <= seen:
        return False
    several = len(columns) > 1
    return all(
        cells[n] <= group and not (several and (head := _own_head(heads, n)) and not head & group)
        for n, group in zip(settled, groups, strict=True)
    )


def _cells(source: _Source) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """The forms of a row's cells, and those of its column heads; a cell under “%” has its figure with and without."""
    header = source.piece.chunk.header
    values = source.piece.text.split(CELL_SEPARATOR)
    heads = [_formed(header[n] if n < len(header) else "") for n in range(len(values))]
    cells = [
        f"{value}%" if n < len(header) and "%" in header[n] and value[-1:].isdigit() else value
        for n, value in enumerate(values)
    ]
    return [_formed(cell) for cell in cells], heads


def _own_head(heads: Sequence[frozenset[str]], column: int) -> frozenset[str]:
    """What of a column's head no other column's has."""
    return heads[column] - frozenset(form for n, head in enumerate(heads) if n != column for form in head)


def _formed(text: str) -> frozenset[str]:
    return frozenset(word.form for word in _words(text) if word.form)


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[Word, ...]:
    """The words of a text, and the marks that end its clauses."""
    found = [_word(word) for word in _WORD.findall(_plain(text))]
    for at, (one, other) in enumerate(pairwise(found)):
        if one.ends and other.ends and (other.lower in _JOINS):
            found[at] = one._replace(ends=2)  # “, and”
    return tuple(found)


def _word(word: str) -> Word:
    lower = word.lower()
    if not (word[0].isalnum() or word[0] in "£$€") or lower in _JOINS:
        return Word(lower, "", 2 if lower in (";", "\n") else 1)
    if any(c.isdigit() for c in word):
        return Word(lower, lower)
    return Word(lower, (terms(lower) or (lower if lower in _TELLING else "",))[0])


def _trimmed(words: Sequence[Word]) -> list[Word]:
    """A part without the marks and conjunctions at its ends."""
    inner = [at for at, word in enumerate(words) if not word.ends]
    return list(words[inner[0] : inner[-1] + 1]) if inner else []


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """A text in one way of writing: “not” apart, 3,000 as 3000, £3m as £3million, per cent as %."""
    text = re.sub(r"\bcan(?:['’]t|not)\b", "can not", text, flags=re.IGNORECASE)
    text = re.sub(r"\bwon['’]t\b", "will not", text, flags=re.IGNORECASE)
    text = re.sub(r"n['’]t\b", " not", re.sub(r"['’]s\b", "", text))
    text = _MAGNITUDE.sub(lambda found: _long(found[1]), _THOUSANDS.sub("", text))
    return _PER_CENT.sub("%", _ACCORDING.sub("", text))


def _long(magnitude: str) -> str:
    return _LONG_MAGNITUDE.get(magnitude.lower(), magnitude.lower())


def _runs(sources: Iterable[_Source]) -> list[Run]:
    """The pieces as runs, those that follow each other in one."""
    places: dict[int, tuple[Excerpt, set[int]]] = {}
    for source in sources:
        places.setdefault(id(source.excerpt), (source.excerpt, set()))[1].add(source.at)
    runs = []
    for excerpt, ats in places.values():
        firsts = sorted(at for at in ats if at - 1 not in ats)
        lasts = sorted(at for at in ats if at + 1 not in ats)
        runs += [Run(excerpt, first, last) for first, last in zip(firsts, lasts, strict=True)]
    return runs


def _nearest(text: str, passages: Sequence[Excerpt]) -> list[Run]:
    """The fewest and shortest runs of the passages that hold what any run holds of a sentence; of a passage that adds
    nothing to the others, none."""
    wanted = claims(text)
    found: list[Run] = []
    best = [run for run in (_best_run(wanted, passage) for passage in passages) if run]
    while best:
        held = _held(found)
        best.sort(key=lambda run: (-len((wanted & _held([run])) - held), len(run.said)))
        if found and not (wanted & _held(best[:1])) - held:
            break
        found.append(best.pop(0))
    return found


def _best_run(wanted: frozenset[str], passage: Excerpt) -> Run | None:
    """The run that holds most of what is wanted, the shortest of equals; None when no run holds any."""
    count = len(passage.pieces)
    runs = [Run(passage, a, b) for a in range(count) for b in range(a, min(a + LONGEST_RUN, count))]
    scored = [(len(wanted & frozenset(terms(_plain(run.said)))), -len(run.said), run) for run in runs]
    most, _, run = max(scored, key=lambda row: row[:2])
    return run if most else None


def _held(runs: Iterable[Run]) -> frozenset[str]:
    return frozenset(term for run in runs for part in (run.said, *run.around) for term in terms(_plain(part)))
