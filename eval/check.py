"""Does every fact of a suite stand where its item says? Read from the documents, without an index."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz

from ..ingest.document import Block, Document
from ..ingest.find import find_files
from ..ingest.read import read_document
from .dataset import Item, Place, load_suite
from .facts import contains_fact, contains_tokens, tokens
from .gate import Found

MOST_HINTS = 2  # of the places where a fact does stand
LONGEST_NAME = 60  # characters of a heading, caption or cell that names a place

_Tokens = tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """What is wrong with an item, with the remedy, in one line."""

    item: str
    text: str

    def __str__(self) -> str:
        return f"{self.item}: {self.text}"


@dataclass(frozen=True)
class _Spot:
    """The smallest thing that a fact is looked for in: a heading, a paragraph, a list, or a row of a table.

    `headings` are those over it. `tables` are the names that its table goes by and `cells` those of the row, both empty
    outside tables. `texts` are what it holds and, for a row, the header over it.
    """

    label: str
    headings: tuple[_Tokens, ...]
    texts: tuple[_Tokens, ...]
    tables: tuple[_Tokens, ...] = ()
    cells: tuple[_Tokens, ...] = ()

    def holds(self, fact: Sequence[str]) -> bool:
        return any(contains_tokens(text, fact) for text in self.texts)

    def is_in(self, place: Place) -> bool:
        if place.section:
            return _begins(self.headings, place.section)
        return _begins(self.tables, place.table) and (not place.row or _begins(self.cells, place.row))


_Spots = dict[str, list[_Spot]]  # by the name of a document or a place


@dataclass(frozen=True)
class Checked:
    """A suite with its faults, or with the reason that its documents are not here."""

    suite: str
    items: int
    faults: tuple[Fault, ...] = ()
    skipped: str = ""

    def lines(self) -> list[str]:
        """What to tell a person."""
        if self.skipped:
            return [f"{self.suite} skipped: {self.skipped}"]
        verdict = f"{len(self.faults)} to correct" if self.faults else "every fact stands where its item says"
        return [*map(str, self.faults), f"{self.suite}: {self.items} items, {verdict}"]


def check_suites(suites: Iterable[Found]) -> Iterator[Checked]:
    """Each suite, checked against its documents, which are as `gate.at_hand` gives them.

    Raises:
        InputError: a suite's file is not a suite.
    """
    for suite, paths, reason in suites:
        items = load_suite(suite.path)
        yield Checked(suite.name, len(items), () if reason else tuple(check_suite(items, paths)), reason)


def check_suite(items: Sequence[Item], paths: Sequence[Path]) -> list[Fault]:
    """The faults of a suite's items, in their order, against the documents in these files and folders.

    Every fact must stand in one of the item's places (anywhere in its sources when it names no place, in any document
    when it names no source), and every place and source must hold a fact. An item must not forbid what it asks for, nor
    ask again what an earlier one asks.

    Raises:
        InputError: there is nothing to read in the paths, or a file cannot be read.
    """
    library: _Spots = {}
    for file in find_files(paths).files:
        document = read_document(file)
        library.setdefault(document.name, []).extend(_spots(document))
    asked: dict[object, Item] = {}
    faults = []
    for item in items:
        earlier = asked.setdefault(_asks(item), item)
        found = [*_misplaced(item, library), *_contradictions(item), *_repeats(item, earlier)]
        faults += [Fault(item.id, text) for text in found]
    return faults


def place_of(document: Document, block: Block, cells: Sequence[str] = ()) -> Place:
    """The place of a block, or of a table's row by its `cells`, by its nearest names, cut to their first words."""
    headings = (*reversed(block.headings), document.metadata.title, document.name)
    if not block.table:
        return Place(section=_first_words(headings))
    return Place(table=_first_words((block.table.caption, *headings)), row=_first_words(cells))


def _first_words(names: Iterable[str]) -> str:
    """The first of these that holds a word, cut; nothing when none does."""
    name = next((name for name in names if tokens(name)), "")
    return textwrap.shorten(name, LONGEST_NAME, placeholder="") or name[:LONGEST_NAME]


def _spots(document: Document) -> Iterator[_Spot]:
    """A document's spots. What stands under no heading is in the section that has the document's title."""
    for block in document.blocks:
        path = (*block.headings, block.text) if block.kind == "heading" else block.headings
        headings = _all_tokens(path or (document.metadata.title,))
        if not block.table:
            yield _Spot(str(place_of(document, block)), headings, (tokens(block.text),))
            continue
        file = (tokens(document.name),) if len(document.blocks) == 1 else ()  # a sheet
        tables = (tokens(block.table.caption), *headings, *file)
        header = _all_tokens(block.table.header)
        yield _Spot(str(place_of(document, block)), headings, (sum(header, ()), tokens(block.table.caption)), tables)
        for row in block.table.rows:
            cells = _all_tokens(row)  # each by itself: a date does not begin in one cell and end in the next
            texts = (sum(cells, ()), sum(header, ()))
            yield _Spot(str(place_of(document, block, row)), headings, texts, tables, cells)


def _all_tokens(texts: Iterable[str]) -> tuple[_Tokens, ...]:
    return tuple(tokens(text) for text in texts)


def _begins(names: Iterable[_Tokens], words: str) -> bool:
    """Whether any of the names begins with these words."""
    wanted = tokens(words)
    return any(name[: len(wanted)] == wanted for name in names)


def _misplaced(item: Item, library: _Spots) -> Iterator[str]:
    """What is wrong with an item's sources and places."""
    missing = [source for source in item.sources if source not in library]
    sources = {name: library[name] for name in item.sources or library if name in library}
    places = {str(place): [s for spots in sources.values() for s in spots if s.is_in(place)] for place in item.where}
    if missing:
        for source in missing:
            yield f"source “{source}” is not among the documents; {_remedy(item.facts, library, source)}"
    elif not all(places.values()):
        for place in (name for name, spots in places.items() if not spots):
            yield f"there is no {place} in {_named(sources)}; {_remedy(item.facts, sources, place)}"
    elif strays := [fact for fact in item.facts if not _held(fact, (places or sources).values())]:
        for fact in strays:
            held = _standing(fact, sources, _named(places)) or _standing(fact, library, _named(places))
            remedy = f"it stands in {held}" if held else "no document holds it: correct the fact"
            yield f"“{fact[0]}” is not in {_named(places or item.sources) or 'any document'}; {remedy}"
    elif item.facts:
        for name, spots in {**places, **(sources if item.sources else {})}.items():
            if not any(_held(fact, [spots]) for fact in item.facts):
                yield f"{name} holds none of the facts; leave it out, or add the fact that it holds"


def _held(fact: Sequence[str], regions: Iterable[list[_Spot]]) -> bool:
    return any(spot.holds(fact) for spots in regions for spot in spots)


def _named(names: Iterable[str]) -> str:
    return " or ".join(names)


def _remedy(facts: Iterable[Sequence[str]], sources: _Spots, name: str) -> str:
    """How to correct the name of a place or source: where the first of the facts that stands anywhere does stand."""
    held = ((fact[0], _standing(fact, sources, name)) for fact in facts)
    return next((f"“{text}” stands in {places}" for text, places in held if places), "correct the name")


def _standing(fact: Sequence[str], sources: _Spots, name: str) -> str:
    """The places where a fact does stand, those first that are most like the name; empty when it stands nowhere."""
    found = {f"{spot.label} of {source}" for source, spots in sources.items() for spot in spots if spot.holds(fact)}
    likeliest = sorted(found, key=lambda place: (-fuzz.token_set_ratio(place, name), place))
    more = f", or {len(found) - MOST_HINTS} other places" if len(found) > MOST_HINTS else ""
    return " or ".join(likeliest[:MOST_HINTS]) + more


def _contradictions(item: Item) -> Iterator[str]:
    for phrase in item.must_not:
        if any(contains_fact(text, [phrase]) for fact in item.facts for text in fact):
            yield f"“{phrase}” must not be said, and is a fact or in one; take it out of must_not, or correct the fact"


def _asks(item: Item) -> object:
    """What two items share that ask the same, word for word, of the same documents."""
    return _all_tokens((*item.turns, item.question)), tuple(sorted(item.filters.items()))


def _repeats(item: Item, earlier: Item) -> Iterator[str]:
    if earlier is not item:
        kind = "answerable" if earlier.answerable else "unanswerable"
        contradicts = f", which is {kind}" if earlier.answerable != item.answerable else ""
        yield f"asks word for word what {earlier.id} asks{contradicts}; reword or remove one of them"
