"""Words answers with a language model: what it writes is held against the passages before anybody sees it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from textwrap import shorten

from ...errors import ModelError
from ...prompts.prompt import load_prompt
from ..answer import Dropped
from ..metrics import LLM_SENTENCES
from .excerpts import Excerpt
from .judge import Asked, Judge, Written
from .model import LanguageModel
from .reply import LONGEST, Reply, schema

MOST_SENTENCES = 6  # a reply that goes on rambles …
LONGEST_LABEL = 48  # characters
LONGEST_PENDING = LONGEST + 60  # … and so does one with so many characters, JSON included, and no whole sentence


class Writer:
    """Has a model write about passages, and a judge decide what is shown."""

    def __init__(self, model: LanguageModel, judge: Judge, max_tokens: int) -> None:
        self.model = model
        self._judge = judge
        self._max_tokens = max_tokens

    async def write(
        self, asked: Asked, passages: Sequence[Excerpt], prompt: str = "answer"
    ) -> AsyncGenerator[Written | Dropped, None]:
        """The sentences of a model's answer, each as soon as it is whole: verified, or dropped with the reason.

        Raises:
            ModelError: the model does not answer, or breaks off.
        """
        messages = load_prompt(prompt).messages(passages=fenced(passages), question=asked.question)
        reply = Reply(range(1, len(passages) + 1))
        count = 0
        async with aclosing(self.model.stream(messages, schema(len(passages)), self._max_tokens)) as pieces:
            async for piece in pieces:
                for sentence in reply.feed(piece):
                    judged = await asyncio.to_thread(self._judge.judge, sentence, passages, asked)
                    LLM_SENTENCES.labels("shown" if isinstance(judged, Written) else "withheld").inc()
                    yield judged
                    count += 1
                    if count >= MOST_SENTENCES:
                        return
                if reply.pending > LONGEST_PENDING:
                    return
        if not reply.closed:
            raise ModelError("language model: its reply breaks off, or is not in the form asked for")

    async def warm(self) -> None:
        """Have the server read the instructions, so that the first question, and the first follow-up, need not wait for
        that."""
        rewrite = load_prompt("rewrite").messages(turns="", question="")
        answer = load_prompt("answer").messages(passages="", question="")
        try:
            for messages in (rewrite, answer):
                async with aclosing(self.model.stream(messages, schema(1), 1)) as pieces:
                    async for _ in pieces:
                        break
        except ModelError:
            return  # whoever asks is told


def fenced(passages: Sequence[Excerpt]) -> str:
    """Numbered passages, each between marks that no document can write; with their dates where these differ.

    A name is told in brief, and once for passages that follow each other: a small model reads some 70 tokens a second.
    """
    dated = len({passage.date for passage in passages}) > 1
    told = ""
    fences = []
    for number, passage in enumerate(passages, 1):
        label = shorten(passage.label, LONGEST_LABEL, placeholder="…")
        head = ", ".join(filter(None, (label if label != told else "", passage.date if dated else "")))
        fences.append(f"<passage {number}{': ' if head else ''}{head}>\n{passage.text}\n</passage>")
        told = label
    return "\n".join(fences)
