"""Decides whether a sentence of a language model is shown, and what it rests on."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ...index.terms import terms
from ..answer import Dropped
from .excerpts import Excerpt
from .reply import LONGEST, Sentence
from .support import Run, fault, find_support

LEAST_MEANING = 0.4  # cosine of a sentence with what it rests on
LEAST_RELEVANCE = 0.45  # cosine of a sentence with the question …
LEAST_TO_BROAD = 0.3  # … and with one that is about a whole subject
LEAST_ENTAILED = 0.5  # probability that what a sentence rests on entails it
LEAST_NAMED = 4  # terms of a sentence that begins with “the”, and names nothing

_FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|us|me)\b")
_VERDICT = re.compile(r"^(?:yes|no)[,.;:–—]\s*(?=\w)", re.IGNORECASE)
_DEFINITE = re.compile(r"^(?:the|this|that|these|those|its?|their|they|he|she)\b", re.IGNORECASE)
_NAMES = re.compile(r"\d|(?<=[\w,;)] )[A-Z]")  # a figure or a name
_WHOLE = re.compile(r"[.!?][\"”’')\]]*$")

Cosine = Callable[[str, str], float]
Entails = Callable[[str, str], float]  # the probability that the first text entails the second


@dataclass(frozen=True)
class Written:
    """A verified sentence of a model, and what it rests on."""

    text: str
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Asked:
    """What a sentence must answer: the question as it is looked for, whether a text holds what it asks for, and the
    least cosine with it that an answer has."""

    question: str
    is_met_by: Callable[[str], bool] = lambda _: True
    relevance: float = LEAST_RELEVANCE


@dataclass(frozen=True)
class Judge:
    """Decides whether a sentence is shown. `entailment` is None without a model for it."""

    cosine: Cosine
    entailment: Entails | None = None

    def judge(self, sentence: Sentence, passages: Sequence[Excerpt], asked: Asked) -> Written | Dropped:
        """The sentence with what it rests on, in the passages that it names or, where they do not say it, in others."""
        sentence = replace(sentence, text=without_verdict(sentence.text))
        if reason := _form(sentence):
            return Dropped(sentence.text, reason, sentence.passages)
        named = [passages[number - 1] for number in sentence.passages]
        others = [passage for passage in passages if passage not in named]
        reasons = []
        for offered in (named, [*named, *others]) if others else (named,):
            runs = find_support(sentence.text, offered)
            if not (reason := self._fault(sentence.text, runs, asked)):
                return Written(sentence.text, tuple(runs))
            reasons.append(reason)
        return Dropped(sentence.text, reasons[0], sentence.passages)

    def _fault(self, text: str, runs: Sequence[Run], asked: Asked) -> str:
        if reason := fault(text, runs) or _blend(runs):
            return reason
        said = "\n".join(run.said for run in runs)
        if self.cosine(text, said) < LEAST_MEANING:
            return "means something else than the passage"
        if self.cosine(text, asked.question) < asked.relevance or not asked.is_met_by(text):
            return "is beside the question"
        if self.entailment and self.entailment(said, text) < LEAST_ENTAILED:
            return "does not follow from the passage"
        return ""


def without_verdict(text: str) -> str:
    """A sentence without the yes or no that opens it, which nothing in a passage can prove."""
    rest = _VERDICT.sub("", text)
    return rest if rest == text else rest[:1].upper() + rest[1:]


def _form(sentence: Sentence) -> str:
    """What is wrong with a sentence as such."""
    if not sentence.passages:
        return "cites no passage"
    if len(sentence.text) > LONGEST:
        return "rambles"
    if not _WHOLE.search(sentence.text):
        return "is no whole sentence"
    if (
        _DEFINITE.search(sentence.text)
        and not _NAMES.search(sentence.text)
        and len(set(terms(sentence.text))) < LEAST_NAMED
    ):
        return "does not say of what"  # “The service is good”: which it is, stands before it in the document
    return "speaks as a document does" if _FIRST_PERSON.search(sentence.text) else ""


def _blend(runs: Sequence[Run]) -> str:
    dates = {run.pieces[0].chunk.published for run in runs}
    return "blends sources of different dates" if len(dates) > 1 else ""
