"""Trains the reader of `engine.reader`: a low-rank adapter over the packaged model, and a head.

A lesson is a question with candidates; what is maximised is the probability, by softmax over the candidates and
“none of them”, of one that answers, or of none where the documents do not (maximum marginal likelihood; as Clark and
Gardner: ACL 2018). The score of the ranking by matching is added, so that the reader learns what that does not know.
"""

import logging
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import PreTrainedModel

from ..engine.reader import BIAS, DOWN, HEAD, SCALE, SHARE, UP, load_network, pool

RANK = 32
EPOCHS = 3
ADAPTER_RATE, HEAD_RATE = 8e-4, 1e-3  # of learning
WARM_UP = 0.1  # of all steps
BATCH = 8  # lessons
PARTS = 4  # of a batch, by length: little padding
PAIRS = 8  # candidates of a lesson that are read at a time …
RIGHT = 3  # … of which at most so many answer …
HARD = 5  # … and so many are the best that do not; the rest are any
DROPPED = 0.1  # of what the head sees
ADAPTED = ("query", "key", "value", "dense")  # matrices of a layer
LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lesson:
    """A question, texts of candidates with the scores of their ranking, and the share of its facts that each holds: of
    a question that the documents do not answer, none."""

    question: str
    texts: tuple[str, ...]
    scores: tuple[float, ...]
    held: tuple[float, ...]
    answerable: bool

    @property
    def teaches(self) -> bool:
        """Whether the right choice is among the candidates."""
        return bool(self.texts) and any(self.held) is self.answerable


class LowRank(nn.Module):
    """A linear layer that stays as it is, and what is learned beside it."""

    def __init__(self, linear: nn.Linear, rank: int) -> None:
        super().__init__()
        self.linear = linear
        self.down = nn.Parameter(torch.randn(rank, linear.in_features) / math.sqrt(linear.in_features))
        self.up = nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        added = (x @ self.down.T) @ self.up.T
        return self.linear(x) + SCALE * added  # type: ignore[no-any-return]


def train_reader(lessons: Sequence[Lesson], file: Path, epochs: int = EPOCHS, rank: int = RANK) -> float:
    """Train on the lessons that teach something, write the weights, and return the mean loss of the last epoch.

    Takes some 0.2 s a lesson and epoch on two cores.
    """
    torch.manual_seed(0)
    chance = random.Random(0)
    network, tokenizer = load_network()
    adapters = _adapt(network, rank)
    head, share = nn.Linear(network.config.hidden_size, 1), nn.Parameter(torch.tensor(0.5))
    drop = nn.Dropout(DROPPED)
    own = [half for adapter in adapters.values() for half in (adapter.down, adapter.up)]
    optimiser = torch.optim.AdamW(
        [{"params": own, "lr": ADAPTER_RATE}, {"params": [*head.parameters(), share], "lr": HEAD_RATE}]
    )
    lessons = [lesson for lesson in lessons if lesson.teaches]
    steps = epochs * -(-len(lessons) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / (WARM_UP * steps)) * max(0.02, 1 - step / steps)
    )
    network.train()
    mean = 0.0
    for epoch in range(epochs):
        began, mean = monotonic(), 0.0
        for batch in _batches(lessons, chance):
            chosen = [(lesson, _choose(lesson, chance)) for lesson in batch]
            pairs = [(lesson.question, lesson.texts[n]) for lesson, numbers in chosen for n in numbers]
            with torch.autocast("cpu", dtype=torch.bfloat16):
                parts = [(part, pool(network, tokenizer, [pairs[n] for n in part])) for part in _by_length(pairs)]
            pooled = torch.cat([vectors for _, vectors in parts])
            order = torch.tensor([n for part, _ in parts for n in part]).argsort()
            read = head(drop(pooled[order])).squeeze(-1).split([len(numbers) for _, numbers in chosen])
            loss = torch.stack([_loss(*one, z, share) for one, z in zip(chosen, read, strict=True)]).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_([*own, *head.parameters(), share], 1.0)
            optimiser.step()
            schedule.step()
            mean += float(loss.detach()) * len(batch) / len(lessons)
        LOGGER.warning("epoch %d of %d: loss %.3f, %.0f s", epoch + 1, epochs, mean, monotonic() - began)
    learned = {HEAD: head.weight[0], BIAS: head.bias[0], SHARE: share}
    for name, adapter in adapters.items():
        learned |= {f"{name}{DOWN}": adapter.down, f"{name}{UP}": adapter.up}
    save_file({name: value.detach().half().contiguous() for name, value in learned.items()}, file)
    return mean


def _adapt(network: PreTrainedModel, rank: int) -> dict[str, LowRank]:
    """Put an adapter beside each matrix of the layers; all else stays as it is."""
    for parameter in network.parameters():
        parameter.requires_grad = False
    adapters = {}
    for path, module in list(network.get_submodule("encoder").named_modules(prefix="encoder")):
        where, _, name = path.rpartition(".")
        if isinstance(module, nn.Linear) and name in ADAPTED:
            adapters[path] = LowRank(module, rank)
            setattr(network.get_submodule(where), name, adapters[path])
    return adapters


def _batches(lessons: Sequence[Lesson], chance: random.Random) -> Iterator[list[Lesson]]:
    shuffled = chance.sample(lessons, len(lessons))
    for first in range(0, len(shuffled), BATCH):
        yield shuffled[first : first + BATCH]


def _choose(lesson: Lesson, chance: random.Random) -> list[int]:
    """The candidates of a lesson that are read this time."""
    right = [n for n, held in enumerate(lesson.held) if held][:RIGHT]
    wrong = [n for n, held in enumerate(lesson.held) if not held]
    others = wrong[:HARD] + chance.sample(wrong[HARD:], len(wrong[HARD:]))
    return right + others[: PAIRS - len(right)]


def _by_length(pairs: Sequence[tuple[str, str]]) -> list[list[int]]:
    order = sorted(range(len(pairs)), key=lambda n: len(pairs[n][0]) + len(pairs[n][1]))
    size = -(-len(pairs) // PARTS)
    return [order[first : first + size] for first in range(0, len(order), size)]


def _loss(lesson: Lesson, numbers: Sequence[int], read: Tensor, share: Tensor) -> Tensor:
    matched = torch.tensor([lesson.scores[n] for n in numbers])
    logits = torch.cat([read + share * (matched - matched.mean()), torch.zeros(1)])
    right = torch.tensor([*(lesson.held[n] for n in numbers), float(not lesson.answerable)])
    return torch.logsumexp(logits, 0) - torch.logsumexp(logits + torch.log(right.clamp(min=1e-9)), 0)
