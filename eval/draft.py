"""Drafts items from documents, for a person to correct: what table cells and plain sentences answer.

To draft another kind of question, add a line to `_SENTENCES` or `_COLUMNS`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, count, zip_longest
from typing import NamedTuple

from ..ingest.document import Block, Document, Table
from ..ingest.sentences import split_sentences
from .check import place_of
from .dataset import Item
from .facts import contains_fact, tokens

LONGEST_QUESTION = 140  # characters
LONGEST_LABEL = 70  # characters of a row's or column's name that a question can hold
LONGEST_FACT = 50  # characters of a cell
BEST_FIRST = ("table", "figure", "name-date")  # categories
PLAIN = frozenset(
    "a an are at by does for how in is it many much of on that the there to was were what when who".split()
)

# A number in words counts as its digits only where an item gives both.
_DIGITS = {word: str(n) for n, word in enumerate("two three four five six seven eight nine ten".split(), 2)}

# What the patterns over sentences are made of.
_NUMBER = r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
_SCALE = r" ?(?:thousand|million|billion|k|m|bn)\b"
_PERCENT = rf"(?P<fact>(?:{_NUMBER})(?:%| per ?cent\b))"
_MONEY = rf"(?P<fact>£(?:{_NUMBER})(?:{_SCALE})?)"
_FIGURE = rf"(?P<fact>£?(?:{_NUMBER})(?:%| per ?cent\b|{_SCALE})?)"
_COUNT = rf"(?P<fact>{_NUMBER}|(?i:{'|'.join(_DIGITS)})\b)"
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = rf"(?P<fact>(?:\d\d? )?(?:{_MONTH})(?: \d{{4}})?|(?:19|20)\d\d)"
_ABOUT = "(?:(?:only|just|about|around|nearly|almost|over|up to|at least|more than|fewer than|less than|a total of) )*"
_BE = "(?P<be>is|are|was|were)"
_HAVE = "(?P<have>has|have|had)"
_AUXILIARY = "(?P<aux>is|are|was|were|has|have|had|will)"
_LINKING = r"(?i:and|but|or|as|if|when|while|although|according|following|after|since|in|on|at|by|for|from|with|to)\b"
_CLAUSE = rf"(?P<clause>(?!{_LINKING})[\w’'&/-]+(?: [\w’'&/-]+){{1,15}}?)"
_SUBJECT = rf"(?P<subject>(?!{_LINKING})(?:(?!(?:is|are|was|were|has|have|had|will)\b)[\w’'&/-]+ ){{1,9}}?)"
_REST = r"(?P<rest>[\w’'&/-]+(?: [\w’'&/-]+){0,15}?)"
_NOUN = r"(?P<noun>[a-zA-Z][\w’'-]*(?: (?!(?:with|for|by|on|in|at|to|from|across|and)\b)[\w’'-]+){0,4})"
_TERM = r"(?P<noun>[\w’'-]+(?: [\w’'-]+){1,2}?)"
_TAIL = r"(?P<tail>(?: (?:per|for|in|of|at)(?: [\w’'/,-]*\w)+?)?)"
_END = r"(?=[.;:!?]| \(|,? (?:and|but|while|which|compared)\b|$)"
_STOP = rf"(?:(?=, )|{_END})"

# What is asked of a sentence: the first pattern that it holds says of which kind and how. The fact is the answer.
_SENTENCES = tuple(
    (category, re.compile(pattern), question)
    for category, pattern, question in (
        ("figure", rf"(?:^|, | and | that ){_ABOUT}{_PERCENT} of {_CLAUSE}{_END}", "What percentage of {clause}?"),
        ("figure", rf"^{_SUBJECT}{_BE} {_ABOUT}{_FIGURE}{_TAIL}{_END}", "What {be} {subject}{tail}?"),
        ("figure", rf"^{_SUBJECT}{_HAVE} an? {_NOUN} of {_ABOUT}{_FIGURE}", "What is the {noun} of {subject}?"),
        ("figure", rf"^{_SUBJECT}{_HAVE} {_ABOUT}{_COUNT} {_NOUN}", "How many {noun} {have} {subject}?"),
        ("figure", rf"^There {_BE} {_ABOUT}{_COUNT} {_NOUN}", "How many {noun} {be} there?"),
        ("figure", rf"^{_ABOUT}{_COUNT} {_CLAUSE}{_END}", "How many {clause}?"),
        ("figure", rf"\b(?i:an?|the) {_TERM} of {_ABOUT}{_MONEY}", "How much is the {noun}?"),
        ("name-date", rf"^{_SUBJECT}{_AUXILIARY} {_REST} since {_DATE}{_STOP}", "Since when {aux} {subject} {rest}?"),
        ("name-date", rf"^{_SUBJECT}{_AUXILIARY} {_REST} (?:on|in) {_DATE}{_STOP}", "When {aux} {subject} {rest}?"),
        ("name-date", rf"^{_CLAUSE} (?:on|in) {_DATE}{_STOP}", "When was it that {clause}?"),
        ("name-date", rf"^(?:On|In) {_DATE},? {_CLAUSE}{_END}", "When was it that {clause}?"),
    )
)
# A question that points outside itself with one of these cannot be answered.
_POINTING = re.compile(
    r"\b(?:it|its|he|his|she|her|him|they|their|them|we|our|you|your|I|this|that|these|those|such|which|who|both|each"
    r"|another|others?|most|all|none|here|there|also)\b",
    re.IGNORECASE,
)

# What is asked of a cell: the first line whose patterns fit the column's name and the cell says how.
_COLUMNS = tuple(
    (re.compile(column, re.IGNORECASE), re.compile(cell), question)
    for column, cell, question in (
        (r"(?:what|who|when|where|why|how)\b.*", ".*", ""),  # a question itself
        ("in full|stands for|meaning", ".*", "What does {row} stand for?"),
        ("due.*|deadline", ".*", "When is {row} due?"),
        ("(?:owner|chair|head|manager|author|lead|contact).*", ".*", "Who is the {column} for {row}?"),
        ("(?:%|per ?cent|percentage) of (?P<whole>.+)", ".*", "What percentage of {whole} falls under {row}?"),
        (r"(?:(?:number|no\.?) of )?(?P<what>.+s)", r"\d[\d,]*", "How many {what} are there for {row}?"),
        (r"(?:19|20)\d\d\W*\d*", ".*", "What was {row} in {column}?"),
        ("(?-i:[A-Z][a-z]+)", r"£?\d.*", "What is the figure for {row} in {column}?"),  # the name of a place
        (".*", ".*", "What is the {column} for {row}?"),
    )
)


class _Draft(NamedTuple):
    """A question and its answer; for a cell also its row, from the name on, and figures that no right answer gives."""

    category: str
    question: str
    fact: str
    row: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()


def draft_items(documents: Iterable[Document], limit: int, known: Sequence[Item] = ()) -> list[Item]:
    """Up to `limit` items about these documents, the best-formed first, taken from all over them.

    Ids and questions differ from one another and from those of the `known` items. Every fact stands in the named place
    of the named source, so that `check_suite` has nothing to say; whether a question is a good one, a person must say.
    """
    asked = {tokens(item.question) for item in known}
    places: dict[str, dict[str, list[Item]]] = {}  # by document, then by section or table
    for item in chain.from_iterable(map(_items, documents)):
        if tokens(item.question) not in asked:
            asked.add(tokens(item.question))
            place = "".join(place.section or place.table for place in item.where)
            places.setdefault(item.sources[0], {}).setdefault(place, []).append(item)
    chosen = _in_turn(_in_turn(items.values()) for items in places.values())[:limit]
    ids = {item.id for item in known}
    return [_named(item, ids) for item in sorted(chosen, key=lambda item: BEST_FIRST.index(item.category))]


def _in_turn(groups: Iterable[Iterable[Item]]) -> list[Item]:
    """One of each group, then a second of each, and so on."""
    return [item for turn in zip_longest(*groups) for item in turn if item]


def _named(item: Item, ids: set[str]) -> Item:
    """The item with an id made of its question, which is added to `ids`."""
    words = re.findall(r"[a-z0-9]+", re.sub("['’]", "", item.question.lower()))
    name = "-".join([item.category, *[word for word in words if word not in PLAIN][:5]])
    id_ = next(id_ for n in count(1) if (id_ := name if n == 1 else f"{name}-{n}") not in ids)
    ids.add(id_)
    return replace(item, id=id_)


def _items(document: Document) -> Iterator[Item]:
    """All that a document's tables and sentences give, in its order, without ids."""
    names = _names(document)
    for block in document.blocks:
        for draft in _table_drafts(block.table, names) if block.table else _sentence_drafts(block, names):
            question, fact = draft.question, [draft.fact]
            stands = contains_fact(block.text, fact) and not contains_fact(question, fact)
            if not stands or len(question) > LONGEST_QUESTION:
                continue
            place = place_of(document, block, draft.row)
            yield Item(
                id="",
                category=draft.category,
                question=question,
                answerable=True,
                facts=(tuple(dict.fromkeys([draft.fact, _DIGITS.get(draft.fact.lower(), draft.fact)])),),
                sources=(document.name,),
                where=(place,) if block.table or block.headings else (),
                must_not=draft.must_not,
                note=f"draft: compare it with {place}, word it as staff would ask, and say here what makes it hard",
            )


def _sentence_drafts(block: Block, names: set[str]) -> Iterator[_Draft]:
    """What the first fitting pattern makes of each sentence, if one does."""
    lines = block.text.split("\n") if block.kind == "list" else [block.text] if block.kind == "text" else []
    for sentence in (" ".join(line[start:end].split()) for line in lines for start, end in split_sentences(line)):
        fits = ((pattern.search(sentence), category, question) for category, pattern, question in _SENTENCES)
        match, category, question = next((fit for fit in fits if fit[0]), (None, "", ""))
        if match and not _POINTING.search(" ".join(filter(None, match.groups()))):
            parts = {name: _inside(part.rstrip(), names) for name, part in match.groupdict("").items()}
            yield _Draft(category, question.format(**parts), match["fact"])


def _names(document: Document) -> set[str]:
    """The words that prose writes with a capital inside a sentence or before another, and never in small letters."""
    prose = " ".join(block.text for block in document.blocks if block.kind in ("text", "list"))
    small = {word.capitalize() for word in re.findall(r"\b[a-z]\w*", prose)}
    return set(re.findall(r"(?<=[a-z,] )[A-Z]\w*|[A-Z]\w*(?= [A-Z])", prose)) - small


def _inside(text: str, names: set[str]) -> str:
    """A text as it stands inside a sentence: its first word in small letters, unless that is a name or initials."""
    first = text.partition(" ")[0]
    return text[0].lower() + text[1:] if re.fullmatch("[A-Z][a-z-]*", first) and first not in names else text


def _table_drafts(table: Table, names: set[str]) -> Iterator[_Draft]:
    """A draft for each cell that can be asked for, along the diagonals, so that rows and columns take turns."""
    numbered = all(re.fullmatch(r"[A-Z]?\d{1,2}[.)]?", row[0]) for row in table.rows) and len(table.header) > 2
    label = 1 if numbered else 0  # of the column that names the rows
    labels = [row[label] for row in table.rows]
    columns = [n for n in range(label + 1, len(table.header)) if len({row[n] for row in table.rows}) > 1]
    for step in range(len(table.rows)):
        for turn, column in enumerate(columns):
            number = (turn + step) % len(table.rows)
            row, name = table.rows[number], " ".join(_inside(word, names) for word in table.header[column].split())
            question = _cell_question(row[label], name, row[column])
            if question and labels.count(row[label]) == 1 and "?" not in "".join(row):
                yield _Draft("table", question, row[column], row[label:], _neighbour(table, number, column))


def _cell_question(row: str, column: str, cell: str) -> str:
    """What the first fitting line asks; empty when the names or the cell are too long to ask, or without a word."""
    short = max(len(row), len(column)) <= LONGEST_LABEL and len(cell) <= LONGEST_FACT
    if not short or not all(map(tokens, (row, column, cell))):
        return ""
    row = f"“{row.rstrip('.')}”" if len(row.split()) > 3 else row
    fits = ((name.fullmatch(column), kind.fullmatch(cell), question) for name, kind, question in _COLUMNS)
    match, question = next((match, question) for match, kind, question in fits if match and kind)
    return question.format(row=row, column=column, **match.groupdict())


def _neighbour(table: Table, number: int, column: int) -> tuple[str, ...]:
    """The figure below, or above, in the column: what a slip of one row would say.

    None when it is of one digit, or stands in the row or the header as well, as a right answer may quote these.
    """
    own = "\t".join((*table.rows[number], *table.header))
    near = [table.rows[n][column] for n in (number + 1, number - 1) if 0 <= n < len(table.rows)]
    slips = (cell for cell in near if re.fullmatch(r"£?[\d,.]{2,}\s?%?|\d%", cell) and not contains_fact(own, [cell]))
    return tuple(slips)[:1]
