"""Does a passage say what a sentence says? Pure functions, strict: a sentence that is withheld costs little."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...index.terms import terms
from ...ingest.document import CELL_SEPARATOR
from ..draft import Piece
from ..verify import figures, unsupported
from .excerpts import Excerpt, readable

LONGEST_RUN = 5  # pieces of a passage that a sentence may rest on
LEAST_TERMS = 2  # that a sentence has besides its figures: less says nothing
REACH = 4  # terms after “not” or “must” that it is about

# What a sentence may add to a passage: words that introduce, and claim nothing. In lower case.
_INTRODUCES = frozenset(
    terms(
        "yes report reports reported reporting say says said saying state states stated mention mentions mentioned "
        "mentioning according document documents passage also however therefore additionally furthermore moreover "
        "overall namely such like include includes included including specifically particularly both respectively "
        "well within while whilst during regarding concerning related"
    )
)
# Words that change what a sentence claims, though lexical matching passes over some of them.
_TELLING = re.compile(
    r"\b(?:not|no|nor|never|none|nobody|nothing|neither|without|all|every|each|only|always|most|mostly|mainly|few|fewer|"
    r"several|many|more|less|least|half|twice|double|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"first|second|third|over|under|above|below|nearly|almost|about|around|approximately|up|down|before|after|until|"
    r"since|by|if|unless|except)\b|n['’]t\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\d+(?:[.,]\d+)*\s?%?|n['’]t\b|[^\W\d_]+(?:['’][^\W\d_]+)?|[.,;:!?\t\n]")
_NEGATIONS = frozenset("not no nor never none neither without nobody nothing cannot n't n’t".split())
_BINDING = _NEGATIONS | frozenset("must shall should may might could would cannot ought alleged allegedly if".split())
_STOPS = frozenset(".,;:!?\t\n")
_PER_CENT = re.compile(r"\bper ?cent(?:age)?\b", re.IGNORECASE)


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
    """The fewest and shortest runs of the passages that hold what any run holds of a sentence; of a passage that adds
    nothing to the others, none."""
    wanted = claims(text)
    found: list[Run] = []
    best = [run for run in (_best_run(wanted, passage) for passage in passages) if run]
    while best:
        held = _held(run for run in found)
        best.sort(key=lambda run: (-len((wanted & _held([run])) - held), len(run.said)))
        if found and not (wanted & _held(best[:1])) - held:
            break
        found.append(best.pop(0))
    return found


def fault(text: str, runs: Sequence[Run]) -> str:
    """Why these runs do not say what a sentence says, in a few words; empty when they do."""
    if len(set(terms(text)) - set(terms(" ".join(figures(text))))) < LEAST_TERMS:
        return "says nothing"
    if not runs:
        return "cites no passage"
    quotes = [quote for run in runs for quote in run.texts]
    around = [part for run in runs for part in run.around]
    if missing := unsupported(text, [*quotes, *around]):
        return f"not in the passage: {', '.join(sorted(missing))}"
    said = "\n".join(run.said for run in runs)
    added = (claims(text) - _held(runs)) | (_telling(text) - _telling("\n".join([said, *around])))
    if added:
        return f"not in the passage: {', '.join(sorted(added))}"
    wrong, lost = _misbound(text, said), _lost(text, said)
    return f"of something else in the passage: {wrong}" if wrong else f"leaves out: {lost}" if lost else ""


def claims(text: str) -> frozenset[str]:
    """The terms of a sentence that a passage must hold."""
    return frozenset(terms(_PER_CENT.sub("%", text))) - _INTRODUCES


def _best_run(wanted: frozenset[str], passage: Excerpt) -> Run | None:
    """The run that holds most of what is wanted, the shortest of equals; None when no run holds any."""
    count = len(passage.pieces)
    runs = [Run(passage, a, b) for a in range(count) for b in range(a, min(a + LONGEST_RUN, count))]
    scored = [(len(wanted & frozenset(terms(_PER_CENT.sub("%", run.said)))), -len(run.said), run) for run in runs]
    most, _, run = max(scored, key=lambda row: row[:2])
    return run if most else None


def _held(runs: Iterable[Run]) -> frozenset[str]:
    return frozenset(
        term for run in runs for part in (run.said, *run.around) for term in terms(_PER_CENT.sub("%", part))
    )


def _telling(text: str) -> set[str]:
    found = {word.lower().replace("’", "'") for word in _TELLING.findall(text)}
    return {"not" if word == "n't" else word for word in found}


def _words(text: str) -> list[str]:
    """Words, figures with their % sign, and marks that end a clause or a cell."""
    text = _PER_CENT.sub("%", text).replace(CELL_SEPARATOR, "\t")
    return [word.replace(" ", "").lower() for word in _WORD.findall(text)]


def _misbound(text: str, said: str) -> str:
    """A figure that the sentence puts to what the passage puts another figure to; empty where there is none.

    “18 social workers” is wrong where the passage has 17 of them, though both figures stand in it.
    """
    own, held = set(_bound(text)), set(_bound(said))
    taken = {what: figure for figure, what in held}
    return next((f"{figure} {what}" for figure, what in sorted(own - held) if what in taken), "")


def _bound(text: str) -> Iterator[tuple[str, str]]:
    """Figures, each with the term that comes next in its clause."""
    words = _words(text)
    for at, word in enumerate(words):
        if not word[0].isdigit():
            continue
        for other in words[at + 1 :]:
            if other in _STOPS or other[0].isdigit():
                break
            if found := terms(other):
                yield word, found[0]
                break


def _lost(text: str, said: str) -> str:
    """A “not”, “must” or “may” of the passage that the sentence leaves out of what it takes over; empty for none.

    It is left out when the sentence holds all terms that it is about, and no word of the kind.
    """
    own = set(terms(text))
    kept = {word for word in _words(text) if word in _BINDING or word.endswith(("n't", "n’t"))}
    words = _words(said)
    for at, word in enumerate(words):
        if word not in _BINDING and not word.endswith(("n't", "n’t")):
            continue
        about = _about(words[at + 1 :])
        same = _NEGATIONS if word in _NEGATIONS or word.endswith(("n't", "n’t")) else {word}
        if about and about <= own and not kept & same:
            return " ".join(words[at : at + 3])
    return ""


def _about(words: Sequence[str]) -> set[str]:
    """The terms of the first words of a clause."""
    found: list[str] = []
    for word in words:
        if word in _STOPS or len(found) == REACH:
            break
        found += terms(word)
    return set(found[:REACH])
