"""Trains the question encoder of `index.question_encoder`: the packaged model's layers; texts keep their vectors.

What is maximised is the probability, by softmax over the candidates of a question, of one that answers (see
`learning`). The scores of the ranking by matching are part of it, so that the encoder learns what that does not know;
and beside the candidates of each question, what answers it must be told from what answers the other questions of a
batch (as Karpukhin et al. 2020, arXiv 2004.04906), which serves the search for passages.
"""

import logging
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize
from transformers import AutoTokenizer, BertModel

from ..index.embedder import Vectors, packaged_model
from ..index.weights import shrink
from .learning import Descent, missed
from .metrics import Floats

EPOCHS = 3
RATE = 1e-4  # of learning
BATCH = 48  # questions, of one origin
SHARPNESS = 20.0  # what a cosine counts in log odds
OTHERS = 0.5  # what telling from the answers of other questions counts beside telling from the other candidates
SAME = 0.999  # cosine of two answers that are one
MAX_TOKENS = 64  # of a question
LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sought:
    """An answerable question with its candidates: their vectors, shape (candidates, dimension), the scores of their
    ranking, their cosines with the packaged model's own vector of the question, and the share of facts that each holds:
    more than 0 of one at least."""

    question: str
    vectors: Vectors
    scores: Floats
    cosines: Floats
    held: Floats


def train_question_encoder(origins: Sequence[Sequence[Sought]], file: Path, epochs: int = EPOCHS) -> float:
    """Train on questions of several origins, write the weights, and return the mean loss of the last epoch.

    An epoch takes some 10 ms a question on two cores.
    """
    torch.manual_seed(0)
    chance = random.Random(0)
    folder = packaged_model()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    network = BertModel.from_pretrained(folder, add_pooling_layer=False)
    for parameter in network.embeddings.parameters():
        parameter.requires_grad = False
    optimiser = torch.optim.AdamW(network.encoder.parameters(), lr=RATE)
    descent = Descent(optimiser, epochs * len(list(_batches(origins, chance))))
    network.train()
    mean = 0.0
    for epoch in range(epochs):
        began, losses = monotonic(), []
        for batch in _batches(origins, chance):
            questions = [one.question for one in batch]
            ids = tokenizer(questions, truncation=True, max_length=MAX_TOKENS, padding=True, return_tensors="pt")
            losses.append(descent.step(_loss(batch, _encoded(network, ids))))
        mean = float(np.mean(losses))
        LOGGER.warning("epoch %d of %d: loss %.3f, %.0f s", epoch + 1, epochs, mean, monotonic() - began)
    learned = {name: value.detach() for name, value in network.state_dict().items() if name.startswith("encoder.")}
    save_file(shrink(learned), file)
    return mean


def _encoded(network: BertModel, ids: dict[str, Tensor]) -> Tensor:
    """Questions' vectors, shape (questions, dimension)."""
    weight = ids["attention_mask"].unsqueeze(-1)
    return normalize((network(**ids).last_hidden_state * weight).sum(1) / weight.sum(1), dim=1)


def _loss(batch: Sequence[Sought], vectors: Tensor) -> Tensor:
    among = torch.stack([_among_candidates(one, vector) for one, vector in zip(batch, vectors, strict=True)]).mean()
    answers = np.stack([one.vectors[one.held.argmax()] for one in batch])
    too = np.stack([(one.vectors[one.held > 0] @ answers.T).max(0) > SAME for one in batch])  # answers to it as well
    np.fill_diagonal(too, val=False)
    logits = (SHARPNESS * vectors @ torch.from_numpy(answers).T).masked_fill(torch.from_numpy(too), -torch.inf)
    return among + OTHERS * cross_entropy(logits, torch.arange(len(batch)))


def _among_candidates(one: Sought, vector: Tensor) -> Tensor:
    gained = torch.from_numpy(one.vectors) @ vector - torch.from_numpy(one.cosines).float()
    logits = torch.from_numpy(one.scores).float() + SHARPNESS * gained
    return missed(logits, torch.from_numpy(one.held).float())


def _batches(origins: Sequence[Sequence[Sought]], chance: random.Random) -> Iterator[Sequence[Sought]]:
    """Batches of one origin each, in any order: answers to questions of another are told apart too easily."""
    shuffled = (chance.sample(origin, len(origin)) for origin in origins)
    batches = [origin[first : first + BATCH] for origin in shuffled for first in range(0, len(origin), BATCH)]
    yield from chance.sample(batches, len(batches))
