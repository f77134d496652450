"""A follow-up question as a language model makes it stand alone, held to the words of the conversation."""

import json
from collections.abc import Sequence

from ...errors import ModelError
from ...index.terms import terms
from ...prompts.prompt import load_prompt
from ..rewrite import MEASURES, carried
from .model import LanguageModel, Schema

FORM: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["question"],
    "properties": {"question": {"type": "string"}},
}
MOST_TURNS = 4  # that a model reads
MAX_TOKENS = 120  # of a rewriting
LONGER = 200  # characters that a rewriting may be longer than the conversation's longest question

_POINTS_BACK = frozenset(terms("one ones other others same then there here former latter else what about"))


async def standalone(model: LanguageModel, question: str, turns: Sequence[str]) -> str:
    """The question, standing alone; empty where it does already, or where the model's words are not to be trusted: then
    the rules of `rewrite` decide.

    Raises:
        ModelError: the model does not answer.
    """
    if not carried(question, turns):
        return ""
    listed = "\n".join(f"- {turn}" for turn in turns[-MOST_TURNS:])
    told = await model.whole(load_prompt("rewrite").messages(turns=listed, question=question), FORM, MAX_TOKENS)
    try:
        rewritten = question_in(told)
    except ValueError as error:
        raise ModelError("language model: its reply is no question; run citewell doctor") from error
    return rewritten if is_faithful(rewritten, question, turns) else ""


def question_in(reply: str) -> str:
    """The question in a reply, on one line.

    Raises:
        ValueError: it is not in the form of `FORM`.
    """
    try:
        question = json.loads(reply)["question"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(reply) from error
    if not isinstance(question, str):
        raise ValueError(reply)
    return " ".join(question.split())


def is_faithful(rewritten: str, question: str, turns: Sequence[str]) -> bool:
    """Whether a rewriting is one question, which adds words, only such from the conversation, and keeps those of the
    question that say something.

    One that takes over all of the turn before joins the two: that the rules do as well.
    """
    if "?" in rewritten[:-1]:
        return False
    own = set(terms(question)) - MEASURES - _POINTS_BACK
    allowed = set(terms(" ".join((*turns, question))))
    longest = max(map(len, (*turns, question)))
    said = set(terms(rewritten))
    joins = set(terms(turns[-1])) <= said
    return (
        own <= said <= allowed and not joins and not said <= set(terms(question)) and len(rewritten) <= longest + LONGER
    )
