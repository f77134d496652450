"""Does a passage say what a sentence says? Pure functions, strict: a sentence that is withheld costs little.

A sentence is parted at its commas and conjunctions into as few parts as will do, and one piece of a passage must say
each part: all its words, in the piece's order, without anything left out between them that they hang on.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ...index.terms import terms
from ..draft import MARKER, Piece
from ..verify import figures, unsupported
from .align import is_told
from .excerpts import Excerpt, readable
from .injection import addresses_model
from .rows import row_says
from .words import INTRODUCES, NEGATES, PRONOUNS, Word, forms_of, plain, trimmed, words_of

LONGEST_RUN = 5  # pieces of a passage that a reason is sought in
LEAST_TERMS = 2  # of a sentence, a figure among them or not: less says nothing
MOST_PARTS = 4  # of a sentence: one of more rambles
MOST_MARKS = 12  # that a sentence is parted at
_FOREMOST = re.compile(r"\b(?:\w{3,}est|main|most|least|only|first|last|best|worst)((?: \w+){1,3})")


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
    text = plain(text)
    said = set(terms(text))
    if len(said) < LEAST_TERMS or said <= set(terms(" ".join(figures(text)))):
        return "says nothing"
    if not runs:
        return "not in the passage"
    if addresses_model(text):
        return "is addressed to a language model"
    held_by = [plain(part) for run in runs for part in (*run.texts, *run.around)]
    if missing := unsupported(text, held_by) | (claims(text) - _held(runs)) | _made_several(text, held_by):
        return f"not in the passage: {', '.join(sorted(missing))}"
    if not _said_by(text, [_Source(run.excerpt, at) for run in runs for at in range(run.first, run.last + 1)]):
        return "not said so in the passage"
    return ""


def claims(text: str) -> frozenset[str]:
    """The terms of a sentence that a passage must hold."""
    return frozenset(terms(plain(text))) - INTRODUCES


def _made_several(text: str, held_by: Iterable[str]) -> set[str]:
    """Words after a superlative that the passage has in the singular only: the largest is not the largest ones."""
    held = frozenset(re.findall(r"\w+", " ".join(held_by).lower()))
    after = " ".join(_FOREMOST.findall(text.lower())).split()
    return {word for word in after if word.endswith("s") and word not in held and word[:-1] in held}


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
    def heads(self) -> frozenset[str]:
        """Words of the head of a cell's column: without any of them, what a long cell lists is said of nothing."""
        unit, header = self.piece.unit, self.piece.chunk.header
        return forms_of(header[unit.column]) if unit.kind == "cell" and unit.column < len(header) else frozenset()

    @cached_property
    def words(self) -> tuple[Word, ...]:
        return words_of(MARKER.sub("", readable(self.piece)))

    def may_follow(self, before: "_Source") -> bool:
        """Whether it may be told after another: an item after one of its list, a pronoun after what it stands for."""
        if self.is_item:
            return before.is_item and before.excerpt == self.excerpt and before.lead == self.lead
        points_back = bool(self.words) and self.words[0].lower in PRONOUNS
        return not points_back or (before.excerpt == self.excerpt and before.at + 1 == self.at)

    @cached_property
    def lends(self) -> frozenset[str]:
        """Words of the headings and the title: not of one that denies, or is for a machine; none where a pronoun may
        stand for something nearer."""
        chunk = self.piece.chunk
        if self.words and self.words[0].lower in PRONOUNS and not self._is_first:
            return frozenset()
        lines = (words_of(line) for line in (chunk.title, *chunk.headings, chunk.caption) if not addresses_model(line))
        return frozenset(w.form for line in lines if not NEGATES & {w.form for w in line} for w in line if w.form)

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
    words = words_of(MARKER.sub("", text))
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
            part = tuple(trimmed(self.words[self.edges[first] : self.edges[last]]))
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
        return (
            [source]
            if row_says(source.piece, part, source.lends) or is_told(part, source.words, source.lends, False)
            else []
        )
    if source.heads and not source.heads & {word.form for word in part}:
        return []
    if (before is None or source.may_follow(before)) and is_told(part, source.words, source.lends, whole):
        return [source]
    lead = source.lead
    if lead in sources and lead and is_told(part, (*trimmed(lead.words), *source.words), source.lends, whole):
        return [lead, source]
    return []


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
    scored = [(len(wanted & frozenset(terms(plain(run.said)))), -len(run.said), run) for run in runs]
    most, _, run = max(scored, key=lambda row: row[:2])
    return run if most else None


def _held(runs: Iterable[Run]) -> frozenset[str]:
    return frozenset(term for run in runs for part in (run.said, *run.around) for term in terms(plain(part)))
