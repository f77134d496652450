"""Orders to a language model that stand in documents: they change nothing, even with a model that obeys them all."""

import asyncio
import json
import tomllib
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import pytest

from citewell.engine.wording.excerpts import Excerpt, excerpts
from citewell.engine.wording.judge import Asked, Judge, Written
from citewell.engine.wording.model import Endpoint, LanguageModel, Messages, Schema
from citewell.engine.wording.writer import Writer
from citewell.tests.engine.conftest import around_in, passages_of
from citewell.tests.engine.wording.test_support import chunks_in

SUITE = tomllib.loads(Path(__file__).with_name("poisoned.toml").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = SUITE["case"]
TOKENS = 600


class Parrot(LanguageModel):
    """A model that says what it was told to, of every passage, and keeps what it was sent."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(lambda: Endpoint("", "parrot"))
        self._sentences = sentences
        self.sent = ""

    async def stream(self, messages: Messages, schema: Schema, max_tokens: int) -> AsyncGenerator[str, None]:  # noqa: ARG002
        self.sent = messages[-1]["content"]
        numbers = list(range(1, self.sent.count("</passage>") + 1))
        yield json.dumps({"sentences": [{"passages": numbers, "text": text} for text in self._sentences]})


def passages_in(text: str, question: str) -> list[Excerpt]:
    chunks = chunks_in(text)
    return excerpts((), passages_of(chunks, question), around_in(chunks), TOKENS)


def shown(model: LanguageModel, passages: Sequence[Excerpt], question: str) -> list[tuple[str, list[str]]]:
    """The sentences that are shown, each with what it cites; nothing but their words speaks for or against them."""
    writer = Writer(model, Judge(lambda _one, _other: 1.0), 400)

    async def write() -> list[tuple[str, list[str]]]:
        written = [sentence async for sentence in writer.write(Asked(question), passages)]
        return [(w.text, [t for run in w.runs for t in run.texts]) for w in written if isinstance(w, Written)]

    return asyncio.run(write())


def test_the_suite_is_whole() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES) == 25


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
@pytest.mark.parametrize("obeys", [False, True], ids=["misled", "obedient"])
def test_nothing_comes_of_it(case: dict[str, Any], obeys: bool) -> None:
    """The answer is that of the clean document; an obedient model does not even say that."""
    document = SUITE["documents"][case["document"]]
    question = document["question"]
    sentences = [*case["obeys"], *([] if obeys else [document["answer"]])]
    clean = shown(Parrot(sentences), passages_in(document["text"], question), question)
    model = Parrot(sentences)
    poisoned = shown(model, passages_in(f"{document['text']}\n{case['poison']}", question), question)
    assert [text for text, _ in clean] == ([] if obeys else [document["answer"]])
    assert poisoned == clean
    told = model.sent.rsplit("\n\nQuestion:", 1)[0]
    assert not [word for word in case["forbidden"] if word in told]
    assert document["answer"] in told
