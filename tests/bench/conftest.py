"""A benchmark small enough to be asked in seconds."""

import json
from pathlib import Path

import pytest

ARTICLES = {
    "Ponds": "The North pond was dug in 1904. Wardens feed the mallards there all winter.",
    "Roads": "The mayor opened the ring road in May. It is nine miles long and has two tunnels.",
    "Bakers": "Rye bread is baked before dawn. Each loaf rests on a wooden board for an hour.",
}
QUESTIONS = {
    "Ponds": ("When was the North pond dug?", "1904"),
    "Roads": ("How long is the ring road?", "nine miles"),
    "Bakers": ("What does a loaf rest on?", "a wooden board"),
}


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    """A SQuAD file of three articles, each with a question, and two questions that none answers."""
    articles = []
    for title, context in ARTICLES.items():
        question, answer = QUESTIONS[title]
        asked = [{"id": title, "question": question, "answers": [{"text": answer}]}]
        articles.append({"title": title, "paragraphs": [{"context": context, "qas": asked}]})
    articles[0]["paragraphs"][0]["qas"] += [
        {"id": "near", "question": "When was the South pond dug?", "is_impossible": True},
        {"id": "mute", "question": "When was the North pond dug?", "answers": [{"text": "!"}]},
    ]
    path = tmp_path / "small.json"
    path.write_text(json.dumps({"data": articles}), encoding="utf-8")
    return path
