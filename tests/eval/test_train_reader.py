"""Training of the reader, on a few lessons that it can learn in seconds."""

import random
from pathlib import Path

import pytest
import torch
from torch import nn

from citewell.engine.reader import read
from citewell.eval.train_reader import HARD, PAIRS, RIGHT, Lesson, LowRank, _choose, _loss, train_reader

COLOURS = ["red", "blue", "green", "white", "black", "brown", "grey", "pink"]
DOORS = [f"The door of house {n} is {colour}." for n, colour in enumerate(COLOURS)]
WINDOWS = [f"The windows of house {n} were cleaned." for n in range(len(COLOURS))]


def lesson_of(number: int, *, answerable: bool) -> Lesson:
    texts = (WINDOWS[number], *([DOORS[number]] if answerable else []), *DOORS[number + 1 : number + 3])
    held = tuple(float(text == DOORS[number]) for text in texts)
    return Lesson(f"What colour is the door of house {number}?", texts, (1.0,) * len(texts), held, answerable)


LESSONS = [lesson_of(n, answerable=n % 2 == 0) for n in range(len(COLOURS))]


def test_training_learns_and_writes_what_is_read(tmp_path: Path) -> None:
    file = tmp_path / "reader.safetensors"
    first = train_reader(LESSONS, file, epochs=1, rank=4)
    last = train_reader(LESSONS, file, epochs=12, rank=4)
    assert last < first
    scores, share = read(LESSONS[0].question, LESSONS[0].texts, file)
    assert scores.shape == (len(LESSONS[0].texts),)
    assert share == pytest.approx(0.5, abs=0.1)


def test_training_again_gives_the_same(tmp_path: Path) -> None:
    files = [tmp_path / "one.safetensors", tmp_path / "other.safetensors"]
    losses = [train_reader(LESSONS, file, epochs=1, rank=2) for file in files]
    assert losses[0] == losses[1]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_lesson_teaches_when_the_right_choice_is_there() -> None:
    assert all(lesson.teaches for lesson in LESSONS)
    assert not Lesson("?", ("a",), (1.0,), (0.0,), answerable=True).teaches
    assert not Lesson("?", (), (), (), answerable=False).teaches


def test_what_is_read_of_a_lesson() -> None:
    held = tuple(float(n % 3 == 0) for n in range(18))
    lesson = Lesson("?", tuple(map(str, held)), held, held, answerable=True)
    chosen = _choose(lesson, random.Random(0))
    assert chosen[:RIGHT] == [0, 3, 6]
    assert chosen[RIGHT:] == [1, 2, 4, 5, 7][:HARD]
    assert len(set(chosen)) == PAIRS


def test_the_loss_is_least_where_the_right_one_is_chosen() -> None:
    share = torch.tensor(0.5)
    for lesson, right in ((LESSONS[0], torch.tensor([-5.0, 5, -5, -5])), (LESSONS[1], torch.tensor([-5.0, -5, -5]))):
        numbers = range(len(lesson.texts))
        assert float(_loss(lesson, numbers, right, share)) < 0.1 < float(_loss(lesson, numbers, -right, share))


def test_an_adapter_begins_as_the_layer_that_it_is_beside() -> None:
    linear, x = nn.Linear(6, 5), torch.randn(3, 6)
    assert torch.equal(LowRank(linear, 2)(x), linear(x))
