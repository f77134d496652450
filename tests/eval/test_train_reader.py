"""Training of the reader, on a few lessons that it can learn in seconds."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from transformers import MPNetConfig, MPNetModel

from citewell.engine.reader import read
from citewell.eval.train_reader import (
    FROZEN,
    HARD,
    LAYERS,
    PAIRS,
    RIGHT,
    TAUGHT,
    Learner,
    Lesson,
    _choose,
    _loss,
    learn,
    train_reader,
)

COLOURS = ["red", "blue", "green", "white", "black", "brown", "grey", "pink"]
DOORS = [f"The door of house {n} is {colour}." for n, colour in enumerate(COLOURS)]
WINDOWS = [f"The windows of house {n} were cleaned." for n in range(len(COLOURS))]


def lesson_of(number: int, *, answerable: bool) -> Lesson:
    texts = (WINDOWS[number], *([DOORS[number]] if answerable else []), *DOORS[number + 1 : number + 3])
    held = tuple(float(text == DOORS[number]) for text in texts)
    return Lesson(f"What colour is the door of house {number}?", texts, (1.0,) * len(texts), held, answerable)


LESSONS = [lesson_of(n, answerable=n % 2 == 0) for n in range(len(COLOURS))]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A larger model that is a small one."""
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2, "num_hidden_layers": LAYERS + 2}
    folder = tmp_path_factory.mktemp("base")
    MPNetModel(MPNetConfig(**sizes), add_pooling_layer=False).save_pretrained(folder)
    return folder


def test_training_learns_and_writes_what_is_read(base: Path, tmp_path: Path) -> None:
    file = tmp_path / "reader.safetensors"
    first = train_reader(LESSONS, base, file, epochs=(1, 1))
    last = train_reader(LESSONS, base, file, epochs=(1, 20))
    assert last < first
    with safe_open(file, framework="pt") as written:
        layers = {name.split(".")[2] for name in written.keys() if name.startswith("encoder.layer.")}  # noqa: SIM118
    assert len(layers) == LAYERS
    scores, share = read(LESSONS[0].question, LESSONS[0].texts, file)
    assert scores.shape == (len(LESSONS[0].texts),)
    assert share == pytest.approx(0.5, abs=0.1)


def test_training_again_gives_the_same(base: Path, tmp_path: Path) -> None:
    files = [tmp_path / "one.safetensors", tmp_path / "other.safetensors"]
    losses = [train_reader(LESSONS, base, file, epochs=(1, 1)) for file in files]
    assert losses[0] == losses[1]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_what_learns_is_above_the_layers_that_stay(base: Path) -> None:
    learner = Learner.of(base)
    before = {name: value.clone() for name, value in learner.network.state_dict().items()}
    learn(learner, LESSONS, 1e-2, 1, random.Random(0))
    changed = {name for name, value in learner.network.state_dict().items() if not torch.equal(value, before[name])}
    assert {name.split(".")[2] for name in changed} == set(map(str, range(FROZEN, LAYERS + 2)))


def test_a_teacher_scores_each_candidate_as_it_stands(base: Path) -> None:
    learner = Learner.of(base)
    taught = list(learner.teach(LESSONS))
    assert [(lesson.question, len(lesson.taught)) for lesson in taught] == [(x.question, len(x.texts)) for x in LESSONS]
    again = next(learner.teach([replace(LESSONS[0], texts=LESSONS[0].texts[::-1])]))
    assert again.taught[::-1] == pytest.approx(taught[0].taught, abs=0.05)


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


def test_the_loss_grows_with_the_distance_to_what_the_teacher_says() -> None:
    lesson, read, share = LESSONS[0], torch.tensor([-5.0, 5, -5, -5]), torch.tensor(0.5)
    numbers = range(len(lesson.texts))
    judged = float(_loss(lesson, numbers, read, share))
    assert float(_loss(replace(lesson, taught=tuple(read.tolist())), numbers, read, share)) == judged
    farther = replace(lesson, taught=tuple((read + 2).tolist()))
    assert float(_loss(farther, numbers, read, share)) == pytest.approx(judged + 4 * TAUGHT)
