"""Training of the question encoder, on a few questions that it can learn in seconds."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from citewell.eval.train_question_encoder import (
    BATCH,
    OTHERS,
    SHARPNESS,
    Sought,
    _batches,
    _loss,
    train_question_encoder,
)
from citewell.index.embedder import Vectors, packaged_model
from citewell.index.weights import load_weights, restore, shrink

COLOURS = ["red", "blue", "green", "white"]


def sought(number: int) -> Sought:
    """A question of four candidates, at right angles, of which one answers: not the one that matches best."""
    vectors: Vectors = np.roll(np.eye(4, 384, dtype=np.float32), 7 * number, axis=1)
    held = np.array([0.0, 1, 0, 0])
    return Sought(f"Who paints doors {COLOURS[number]}?", vectors, np.array([1.0, 0, 0, 0]), np.zeros(4), held)


ORIGIN = [sought(number) for number in range(len(COLOURS))]


def test_training_learns_and_writes_what_encodes_questions(tmp_path: Path) -> None:
    from transformers import BertModel  # noqa: PLC0415

    file = tmp_path / "question_encoder.safetensors"
    first, last = (train_question_encoder([ORIGIN], file, epochs) for epochs in (1, 20))
    assert last < first
    packaged = BertModel.from_pretrained(packaged_model(), add_pooling_layer=False)
    layers = {name: value for name, value in packaged.state_dict().items() if name.startswith("encoder.")}
    learned, _ = load_weights(file, "question encoder")
    assert learned.keys() == layers.keys()
    as_before = restore(shrink(layers))
    assert not any(torch.equal(learned[name], as_before[name]) for name in layers if "attention.self.value" in name)


def test_training_again_gives_the_same(tmp_path: Path) -> None:
    files = [tmp_path / "one", tmp_path / "other"]
    losses = [train_question_encoder([ORIGIN], file, 1) for file in files]
    assert losses[0] == losses[1]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_loss_is_least_where_each_question_is_near_what_answers_it() -> None:
    right = torch.from_numpy(np.stack([one.vectors[1] for one in ORIGIN]))
    wrong = torch.from_numpy(np.stack([one.vectors[0] for one in ORIGIN]))
    assert float(_loss(ORIGIN, right)) < 0.1 < float(_loss(ORIGIN, wrong))


def test_answers_of_other_questions_that_are_the_same_mislead_nobody() -> None:
    vectors = torch.from_numpy(ORIGIN[0].vectors[1:2])
    alone, twice = _loss(ORIGIN[:1], vectors), _loss([ORIGIN[0], ORIGIN[0]], vectors.repeat(2, 1))
    assert float(twice) == pytest.approx(float(alone), abs=1e-5)
    other = replace(ORIGIN[0], vectors=ORIGIN[0].vectors[:, ::-1].copy())
    assert float(_loss([ORIGIN[0], other], vectors.repeat(2, 1))) > OTHERS * SHARPNESS / 4


def test_what_answers_another_question_too_misleads_nobody() -> None:
    """The answer to the second question is the third candidate of the first, which answers that as well; what answers
    the first is none to the second."""
    both = replace(ORIGIN[0], held=np.array([0.0, 1, 1, 0]))
    second = replace(ORIGIN[0], held=np.array([0.0, 0, 1, 0]))
    between = torch.from_numpy(both.vectors[1] + both.vectors[2]) / 2**0.5
    vectors = torch.stack([between, between])
    alone = sum(float(_loss([one], between[None])) for one in (both, second)) / 2
    assert float(_loss([both, second], vectors)) == pytest.approx(alone + OTHERS * np.log(2) / 2, abs=1e-5)


def test_a_batch_is_of_one_origin_and_all_are_taken() -> None:
    origins = [[replace(ORIGIN[0], question=f"{name}{n}") for n in range(BATCH + 5)] for name in "ab"]
    batches = list(_batches(origins, random.Random(0)))
    assert sorted(map(len, batches)) == [5, 5, BATCH, BATCH]
    assert all(len({one.question[0] for one in batch}) == 1 for batch in batches)
    assert {one.question for batch in batches for one in batch} == {one.question for each in origins for one in each}
