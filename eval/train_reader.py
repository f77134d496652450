"""Trains the reader of `engine.reader`: the first layers of a larger model, all-mpnet-base-v2, and a head.

A lesson is a question with candidates; what is maximised is the probability, by softmax over the candidates and
“none of them”, of one that answers, or of none where the documents do not (see `learning`). The score of the ranking by
matching is added, so that the reader learns what that does not know.

The whole model learns first, and is the teacher: it scores every candidate. Its first layers are the reader, and learn
from the lessons and to say what the teacher says (its logits, as Ba and Caruana: NIPS 2014).
"""

import logging
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import MPNetModel, PreTrainedTokenizerBase

from ..engine.reader import BIAS, CONFIG, HEAD, SHARE, load_tokenizer, pool
from ..index.weights import shrink
from .learning import Descent, missed

LAYERS = 8  # of the reader: more read better, but an answer is to take no more than 100 ms
FROZEN = 4  # layers that stay as they are, and so does what is under them
TEACHER_EPOCHS, EPOCHS = 3, 2
TEACHER_RATE, RATE, HEAD_RATE = 3e-5, 6e-5, 1e-3  # of learning
BATCH = 8  # lessons
PARTS = 2  # of a batch, by length: little padding
PAIRS = 7  # candidates of a lesson that are read at a time …
RIGHT = 3  # … of which at most so many answer …
HARD = 4  # … and so many are the best that do not; the rest are any
TAUGHT = 0.25  # what a squared difference to the teacher's score counts
DROPPED = 0.1  # of what the head sees
LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lesson:
    """A question, texts of candidates with the scores of their ranking, and the share of its facts that each holds: of
    a question that the documents do not answer, none. `taught` is the teacher's score of each, empty without one."""

    question: str
    texts: tuple[str, ...]
    scores: tuple[float, ...]
    held: tuple[float, ...]
    answerable: bool
    taught: tuple[float, ...] = ()

    @property
    def teaches(self) -> bool:
        """Whether the right choice is among the candidates."""
        return bool(self.texts) and any(self.held) is self.answerable


@dataclass(frozen=True)
class Learner:
    """A network with a head, and what the score of the ranking by matching counts beside them."""

    network: MPNetModel
    tokenizer: PreTrainedTokenizerBase
    head: nn.Linear
    share: nn.Parameter = field(default_factory=lambda: nn.Parameter(torch.tensor(0.5)))

    @classmethod
    def of(cls, folder: Path) -> "Learner":
        """Over the model in a folder."""
        network = MPNetModel.from_pretrained(folder, add_pooling_layer=False)
        return cls(network, load_tokenizer(), nn.Linear(network.config.hidden_size, 1))

    @property
    def learning(self) -> list[nn.Parameter]:
        """What of the network learns."""
        return [own for layer in list(self.network.encoder.layer)[FROZEN:] for own in layer.parameters()]

    def pool(self, pairs: Sequence[tuple[str, str]]) -> Tensor:
        """As the reader does, in parts of like length and 16-bit floats."""
        order = sorted(range(len(pairs)), key=lambda n: len(pairs[n][0]) + len(pairs[n][1]))
        size = -(-len(pairs) // PARTS)
        parts = [order[first : first + size] for first in range(0, len(order), size)]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            pooled = torch.cat([pool(self.network, self.tokenizer, [pairs[n] for n in part]) for part in parts])
        return pooled[torch.tensor(order).argsort()]

    def teach(self, lessons: Iterable[Lesson]) -> Iterator[Lesson]:
        """The lessons with what this one scores their candidates."""
        self.network.train(mode=False)
        for lesson in lessons:
            with torch.inference_mode():
                scores = self.head(self.pool([(lesson.question, text) for text in lesson.texts])).squeeze(-1)
            yield replace(lesson, taught=tuple(map(float, scores)))

    def cut(self, layers: int) -> None:
        """Keep only the first layers."""
        self.network.encoder.layer = self.network.encoder.layer[:layers]
        self.network.config.num_hidden_layers = layers

    def save(self, file: Path) -> None:
        """Write what `engine.reader` reads."""
        learned = {HEAD: self.head.weight[0], BIAS: self.head.bias[0], SHARE: self.share, **self.network.state_dict()}
        small = shrink({name: value.detach() for name, value in learned.items()})
        save_file(small, file, {CONFIG: self.network.config.to_json_string()})


def train_reader(lessons: Sequence[Lesson], base: Path, file: Path, epochs: tuple[int, int] | None = None) -> float:
    """Train on the lessons that teach something, write the weights, and return the mean loss of the last epoch.

    Args:
        base: the folder of the larger model.
        epochs: the teacher's and the reader's.

    The teacher takes some 0.3 s a lesson and epoch on two cores, and so does the reader.
    """
    torch.manual_seed(0)
    chance = random.Random(0)
    lessons = [lesson for lesson in lessons if lesson.teaches]
    learner = Learner.of(base)
    teaching, reading = epochs or (TEACHER_EPOCHS, EPOCHS)
    learn(learner, lessons, TEACHER_RATE, teaching, chance)
    taught = list(learner.teach(lessons))
    learner.cut(LAYERS)
    loss = learn(learner, taught, RATE, reading, chance)
    learner.save(file)
    return loss


def learn(learner: Learner, lessons: Sequence[Lesson], rate: float, epochs: int, chance: random.Random) -> float:
    """Go through the lessons so many times; returns the mean loss of the last."""
    own, drop = learner.learning, nn.Dropout(DROPPED)
    for parameter in learner.network.parameters():
        parameter.requires_grad = False
    for parameter in own:
        parameter.requires_grad = True
    beside = [*learner.head.parameters(), learner.share]
    optimiser = torch.optim.AdamW([{"params": own, "lr": rate}, {"params": beside, "lr": HEAD_RATE}], fused=True)
    descent = Descent(optimiser, epochs * -(-len(lessons) // BATCH))
    learner.network.train()
    mean = 0.0
    for epoch in range(epochs):
        began, mean = monotonic(), 0.0
        for batch in _batches(lessons, chance):
            chosen = [(lesson, _choose(lesson, chance)) for lesson in batch]
            pooled = learner.pool([(lesson.question, lesson.texts[n]) for lesson, numbers in chosen for n in numbers])
            read = learner.head(drop(pooled)).squeeze(-1).split([len(numbers) for _, numbers in chosen])
            loss = torch.stack([_loss(*one, z, learner.share) for one, z in zip(chosen, read, strict=True)]).mean()
            mean += descent.step(loss) * len(batch) / len(lessons)
        LOGGER.warning("epoch %d of %d: loss %.3f, %.0f s", epoch + 1, epochs, mean, monotonic() - began)
    return mean


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


def _loss(lesson: Lesson, numbers: Sequence[int], read: Tensor, share: Tensor) -> Tensor:
    matched = torch.tensor([lesson.scores[n] for n in numbers])
    logits = torch.cat([read + share * (matched - matched.mean()), torch.zeros(1)])
    right = torch.tensor([*(lesson.held[n] for n in numbers), float(not lesson.answerable)])
    if not lesson.taught:
        return missed(logits, right)
    taught = torch.tensor([lesson.taught[n] for n in numbers])
    return missed(logits, right) + TAUGHT * (read - taught).square().mean()
