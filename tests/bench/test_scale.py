"""Retrieval at a small scale: from made-up documents to the report."""

import json
import random
from itertools import islice

import pytest

from citewell.bench.scale import documents, main, question, vocabulary
from citewell.index.terms import STOP_WORDS

PARTS = ["embed the question", "nearest vectors", "lexical scores", "fetch candidates"]


def test_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    main(chunks=40, questions=3, as_data=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["documents"], found["questions"]) == (1, 3)
    assert found["chunks"] >= 40
    assert found["chunks_per_second"] > 0
    assert set(found["ms"]) == {"search", "all but the embedding", "search with a date filter", *PARTS}
    assert all(times["p50"] <= times["p95"] for times in found["ms"].values())
    assert sum(found["ms"][part]["p50"] for part in PARTS) < 3 * found["ms"]["search"]["p95"]
    assert 0 < found["mib"]["before"] <= found["mib"]["most"]


def test_documents_are_the_same_each_time() -> None:
    first = list(islice(documents(random.Random(0)), 2))
    assert first == list(islice(documents(random.Random(0)), 2))
    assert first[0].text != first[1].text


def test_words_are_told_apart_and_as_common_as_words_are() -> None:
    words = vocabulary()
    assert len(words) == len(set(words))
    drawn = [
        word.lower().strip(".") for document in islice(documents(random.Random(0)), 3) for word in document.text.split()
    ]
    assert 0.3 < sum(word in STOP_WORDS for word in drawn) / len(drawn) < 0.6


def test_a_question_is_of_its_document() -> None:
    lot = random.Random(0)
    document = next(documents(lot))
    text = f"{document.metadata.title} {document.text}".lower()
    for _ in range(20):
        asked = question(document, lot)
        assert 0 < len(asked.split()) <= 8 or asked == f"{document.metadata.title}?"
        assert all(word in text for word in asked.lower().rstrip("?").split())
