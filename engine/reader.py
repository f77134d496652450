"""The reader: how likely a unit answers a question, from both read together.

It is the packaged embedding model with a low-rank adapter (LoRA, Hu et al. 2021, arXiv 2106.09685) and a linear head,
in `reader.safetensors`, trained by `python -m citewell.eval.calibrate … --reader`. Matching says what a unit is about;
the reader has learned to tell one that answers from one that only speaks of the same.
"""

import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from ..index.embedder import PAD_TO, has_bfloat16, hide_progress, packaged_model, verify_packaged
from ..ingest.chunk import Chunk, Unit

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

WEIGHTS = Path(__file__).with_name("reader.safetensors")
MAX_TOKENS = 64  # of a question and a unit: three in four are no longer; the weights were trained with 96
NAME = 80  # characters of a heading or caption …
HEADS = 150  # … and of the heads of a table's columns
SCALE = 2.0  # of what the adapter adds
DOWN, UP = ".down", ".up"  # the adapter of a matrix: its name, and which half; the update is SCALE · up @ down
HEAD, BIAS, SHARE = "head", "bias", "share"

_LOCK = threading.Lock()  # a fast tokenizer cannot be used by two threads at once


class Reading(NamedTuple):
    """Of a question's units: log odds, shape (units,), that each answers rather than none, and `share`, what the score
    of a ranking by matching counts beside them."""

    scores: npt.NDArray[np.float64]
    share: float


def read(question: str, texts: Sequence[str], weights: Path = WEIGHTS) -> Reading:
    """How well each text answers. The weights are loaded at first use; safe to use from several threads.

    Raises:
        ModelError: the packaged weights are missing or damaged.
    """
    import torch  # noqa: PLC0415

    with _LOCK, torch.inference_mode():
        network, tokenizer, learned = _load(weights)
        pooled = pool(network, tokenizer, [(question, text) for text in texts])
        scores = pooled @ learned[HEAD] + learned[BIAS]
    return Reading(scores.numpy().astype(np.float64), float(learned[SHARE]))


@cache
def _load(weights: Path) -> tuple["PreTrainedModel", "PreTrainedTokenizerBase", "Mapping[str, torch.Tensor]"]:
    import torch  # noqa: PLC0415
    from safetensors.torch import load_file  # noqa: PLC0415

    network, tokenizer = load_network()
    learned = {name: value.float() for name, value in load_file(weights).items()}
    with torch.no_grad():
        for name in (name.removesuffix(UP) for name in learned if name.endswith(UP)):
            matrix = network.get_parameter(f"{name}.weight")
            matrix.add_(learned[f"{name}{UP}"] @ learned[f"{name}{DOWN}"], alpha=SCALE)
    if has_bfloat16():
        network = network.bfloat16()
    return network, tokenizer, learned


def legible(chunk: Chunk, unit: Unit) -> str:
    """A unit as it is read: after the heading over it, and as a row or cell with the heads of its table."""
    text = chunk.text[unit.start : unit.end]
    heading = (chunk.headings or (chunk.title,))[-1]
    if unit.kind not in ("row", "cell"):
        return f"{heading[:NAME]}: {text}"
    heads = f"{'; '.join(chunk.header)[:HEADS]} | " if chunk.header else ""
    return f"{(chunk.caption or heading)[:NAME]}: {heads}{text}"


def load_network() -> tuple["PreTrainedModel", "PreTrainedTokenizerBase"]:
    """The packaged embedding model, in 32-bit floats, and its tokenizer.

    Raises:
        ModelError: they are missing or damaged.
    """
    from transformers import AutoModel, AutoTokenizer  # noqa: PLC0415

    hide_progress()
    folder = packaged_model()
    verify_packaged(folder)
    return AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


def pool(
    network: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase", pairs: Sequence[tuple[str, str]]
) -> "torch.Tensor":
    """The mean of the token vectors of each pair of texts, read together: shape (pairs, dimension); never no pair."""
    features = tokenizer(
        [question for question, _ in pairs],
        [text for _, text in pairs],
        padding=True,
        truncation=True,
        max_length=MAX_TOKENS,
        pad_to_multiple_of=PAD_TO,
        return_tensors="pt",
    )
    tokens = network(**features).last_hidden_state.float()
    mask = features["attention_mask"].unsqueeze(-1)
    pooled: torch.Tensor = (tokens * mask).sum(1) / mask.sum(1)
    return pooled
