"""Decides whether a sentence of a language model is shown, and what it rests on."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..answer import Dropped
from .excerpts import Excerpt
from .reply import LONGEST, Sentence
from .support import Run, fault, find_support

LEAST_MEANING = 0.4  # cosine of a sentence with what it rests on
LEAST_RELEVANCE = 0.45  # cosine of a sentence with the question …
LEAST_TO_BROAD = 0.3  # … and with one that is about a whole subject
LEAST_ENTAILED = 0.5  # probability that what a sentence rests on entails it

_FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|us|me)\b")
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


def _form(sentence: Sentence) -> str:
    """What is wrong with a sentence as such."""
    if not sentence.passages:
        return "cites no passage"
    if len(sentence.text) > LONGEST:
        return "rambles"
    if not _WHOLE.search(sentence.text):
        return "is no whole sentence"
    return "speaks as a document does" if _FIRST_PERSON.search(sentence.text) else ""


def _blend(runs: Sequence[Run]) -> str:
    dates = {run.pieces[0].chunk.published for run in runs}
    return "blends sources of different dates" if len(dates) > 1 else ""
