"""A reading-comprehension benchmark as items: a folder with `docs/*.txt` and `questions.jsonl`, or a SQuAD file.

A document of a folder is its title and its paragraphs, parted by blank lines. A line of `questions.jsonl` has `id`,
`question`, `kind`, and where a document answers it, `document`, `paragraph` (from 0, after the title) and `answers`.
SQuAD is JSON of version 1.1 (Rajpurkar et al.: EMNLP 2016) or 2.0 (Rajpurkar, Jia, Liang: ACL 2018).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from ..engine.answer import clean_question
from ..errors import InputError, first_fault
from ..ingest.sentences import split_sentences
from .dataset import Item
from .facts import tokens
from .reply import Retrieved

ANSWERABLE, NEAR_MISS = "answerable", "near_miss"
MIN_OVERLAP = 20  # characters that a sentence must have for it to tell a paragraph
WANTED = "give a folder with questions.jsonl and docs/, or a SQuAD file"


@dataclass(frozen=True)
class Benchmark:
    """Questions as items, and the folder of the `documents` that they are asked of.

    An item's category is its kind; its one fact is any of the answers. `sentences` are those of the paragraph that
    answers it, folded. `left_out` are the ids of questions of which nothing can be told: no word or number is in the
    question, or in any of the answers.
    """

    name: str
    documents: Path
    items: tuple[Item, ...]
    sentences: dict[str, tuple[str, ...]]
    left_out: tuple[str, ...]

    def held(self, item: Item, passage: Retrieved) -> frozenset[int]:
        """For `judge`: a passage counts for the answer when it holds a sentence of the paragraph that answers."""
        text = fold(passage.text)
        right = passage.document in item.sources and any(part in text for part in self.sentences[item.id])
        return frozenset({0}) if right else frozenset()


def load_reading(path: Path, scratch: Path) -> Benchmark:
    """The benchmark that a path names.

    Args:
        scratch: an empty folder; the articles of a SQuAD file are written there, each as a document.

    Raises:
        InputError: there is no benchmark, or a part of it is not as it should be; names the file and the place.
    """
    path = path.resolve()
    if path.is_dir():
        questions = list(_from_folder(path))
        return _benchmark(path.name, path / "docs", questions)
    articles = _parse(_SQUAD, _read(path), f"{path.name}: not a SQuAD file", WANTED).data
    return _benchmark(path.stem, scratch, list(_from_articles(articles, scratch)))


def fold(text: str) -> str:
    """A text in lower case, its white space made single."""
    return re.sub(r"\s+", " ", text.lower()).strip()


@dataclass(frozen=True)
class _Question:
    """A question of either format; `paragraph` is the text of the one that answers."""

    id: str
    text: str
    kind: str
    answers: Sequence[str] = ()
    document: str = ""
    paragraph: str = ""


def _benchmark(name: str, documents: Path, questions: Sequence[_Question]) -> Benchmark:
    items: dict[str, Item] = {}
    sentences: dict[str, tuple[str, ...]] = {}
    left_out: list[str] = []
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise InputError(f"{name}: id {question.id!r} is taken; give each question its own")
        seen.add(question.id)
        if not _tellable(question):
            left_out.append(question.id)
            continue
        items[question.id] = _item(question, name)
        if question.answers:
            sentences[question.id] = _sentences(question.paragraph)
    if not items:
        raise InputError(f"{name}: holds no question that can be asked and judged; {WANTED}")
    return Benchmark(name, documents, tuple(items.values()), sentences, tuple(left_out))


def _tellable(question: _Question) -> bool:
    return bool(re.search(r"\w", question.text)) and (not question.answers or any(map(tokens, question.answers)))


def _item(question: _Question, name: str) -> Item:
    fact = tuple(dict.fromkeys(answer for answer in question.answers if tokens(answer)))
    try:
        return Item(
            id=question.id,
            category=question.kind,
            question=clean_question(question.text),
            answerable=bool(fact),
            facts=(fact,) if fact else (),
            sources=(question.document,) if fact else (),
        )
    except InputError as error:
        raise InputError(f"{name}, question {question.id!r}: {error}") from error


def _sentences(paragraph: str) -> tuple[str, ...]:
    """Those that can tell a paragraph; all of it where it has none."""
    parts = [fold(paragraph[start:end]) for start, end in split_sentences(paragraph)]
    return tuple(part for part in parts if len(part) > MIN_OVERLAP) or (fold(paragraph),)


# A folder


@dataclass(frozen=True)
class _Line:
    id: str
    question: str
    kind: str
    answerable: bool | None = None
    document: str = ""
    paragraph: int = -1
    answers: tuple[str, ...] = ()


_LINE = TypeAdapter(_Line)


def _from_folder(folder: Path) -> Iterator[_Question]:
    paragraphs = {file.name: _paragraphs(file) for file in (folder / "docs").glob("*.txt")}
    for number, line in enumerate(_read(folder / "questions.jsonl").split(b"\n"), 1):
        if line.strip():
            place = f"questions.jsonl, line {number}"
            yield _from_line(_parse(_LINE, line, place, "correct the line"), paragraphs, place)


def _from_line(line: _Line, paragraphs: dict[str, list[str]], place: str) -> _Question:
    if line.answerable not in (None, bool(line.answers)):
        raise InputError(f"{place}: answerable is {str(line.answerable).lower()}, but the answers say otherwise")
    if not line.answers:
        return _Question(line.id, line.question, line.kind)
    held = paragraphs.get(line.document)
    if held is None:
        raise InputError(f"{place}: document {line.document!r}: not in docs/; name a file there")
    if not 0 <= line.paragraph < len(held):
        raise InputError(f"{place}: paragraph {line.paragraph}: {line.document} has {len(held)}, counted from 0")
    return _Question(line.id, line.question, line.kind, line.answers, line.document, held[line.paragraph])


def _paragraphs(file: Path) -> list[str]:
    try:
        parts = [part.strip() for part in _read(file).decode().split("\n\n")]
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not UTF-8 text; save it as that") from error
    return [part for part in parts if part][1:]  # the first is the title


# A SQuAD file


@dataclass(frozen=True)
class _Answer:
    text: str


@dataclass(frozen=True)
class _Qa:
    id: str
    question: str
    answers: tuple[_Answer, ...] = ()
    is_impossible: bool = False


@dataclass(frozen=True)
class _Paragraph:
    context: str
    qas: tuple[_Qa, ...]


@dataclass(frozen=True)
class _Article:
    title: str
    paragraphs: tuple[_Paragraph, ...]


@dataclass(frozen=True)
class _Squad:
    data: tuple[_Article, ...]


_SQUAD = TypeAdapter(_Squad)


def _from_articles(articles: Iterable[_Article], folder: Path) -> Iterator[_Question]:
    """Their questions, in order; each article is written to the folder."""
    for number, article in enumerate(articles, 1):
        slug = re.sub(r"\W+", "_", article.title)[:80]
        name = f"{number:03}-{slug}.txt"  # titles may repeat
        parts = [article.title.replace("_", " "), *(paragraph.context.strip() for paragraph in article.paragraphs)]
        (folder / name).write_text("\n\n".join(parts) + "\n", encoding="utf-8")
        for paragraph in article.paragraphs:
            yield from (_from_qa(qa, name, paragraph.context) for qa in paragraph.qas)


def _from_qa(qa: _Qa, document: str, paragraph: str) -> _Question:
    if qa.is_impossible:
        return _Question(qa.id, qa.question, NEAR_MISS)
    if not qa.answers:
        raise InputError(f"question {qa.id!r}: neither an answer nor is_impossible; give one of them")
    return _Question(qa.id, qa.question, ANSWERABLE, [answer.text for answer in qa.answers], document, paragraph)


# Files

_T = TypeVar("_T")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}; {WANTED}") from error


def _parse(kind: TypeAdapter[_T], content: bytes, place: str, remedy: str) -> _T:
    try:
        return kind.validate_json(content)
    except ValidationError as error:
        raise InputError(f"{place}: {first_fault(error)}; {remedy}") from error
