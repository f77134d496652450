"""The reader: how likely a unit answers a question, from both read together.

It is an MPNet (Song et al. 2020, arXiv 2004.09297) with a linear head, in `reader.safetensors`: the first layers of
all-mpnet-base-v2 (Apache License 2.0), trained by `python -m citewell.eval.calibrate … --reader`. Matching says what a
unit is about; the reader has learned to tell one that answers from one that only speaks of the same.
"""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from ..index.embedder import PAD_TO, has_bfloat16, hide_progress, packaged_model
from ..index.glossary import Glossary
from ..index.weights import damaged, load_weights, network_of
from ..ingest.chunk import Chunk, Unit

if TYPE_CHECKING:
    import torch
    from transformers import MPNetModel, PreTrainedTokenizerBase

WEIGHTS = Path(__file__).with_name("reader.safetensors")
MAX_TOKENS = 64  # of a question and a unit: two in three are no longer
NAME = 80  # characters of a heading or caption …
HEADS = 150  # … and of the heads of a table's columns …
EARLIER = 80  # … and of the sentence before: who it speaks of mostly comes first
HEAD, BIAS, SHARE, CONFIG = "head", "bias", "share", "config"  # what the file holds beside the network
BEGIN, PAD, END = 0, 1, 2  # MPNet's own tokens …
AFTER = 4  # … before those of BERT's vocabulary, which is the packaged model's

_POINTS_BACK = re.compile(
    r"^\W*(?!(?-i:IT)\b)(it|its|they|their|this|that|these|those|such)\b|\b(he|she|him|his|her|hers)\b", re.IGNORECASE
)
_LOCK = threading.Lock()  # a fast tokenizer cannot be used by two threads at once


class Reading(NamedTuple):
    """Of a question's units: log odds, shape (units,), that each answers rather than none, and `share`, what the score
    of a ranking by matching counts beside them."""

    scores: npt.NDArray[np.float64]
    share: float


def read(question: str, texts: Sequence[str], weights: Path = WEIGHTS) -> Reading:
    """How well each text answers. The weights are loaded at first use; safe to use from several threads.

    Raises:
        ModelError: the weights are missing or damaged.
    """
    import torch  # noqa: PLC0415

    with _LOCK, torch.inference_mode():
        network, tokenizer, learned = _load(weights)
        pooled = pool(network, tokenizer, [(question, text) for text in texts])
        scores = pooled @ learned[HEAD] + learned[BIAS]
    return Reading(scores.numpy().astype(np.float64), float(learned[SHARE]))


@cache
def _load(weights: Path) -> tuple["MPNetModel", "PreTrainedTokenizerBase", "Mapping[str, torch.Tensor]"]:
    import torch  # noqa: PLC0415
    from transformers import MPNetConfig, MPNetModel  # noqa: PLC0415

    hide_progress()
    learned, metadata = load_weights(weights, "reader")
    dtype = torch.bfloat16 if has_bfloat16() else torch.float32
    try:
        own = {name: learned.pop(name) for name in (HEAD, BIAS, SHARE)}
        network = network_of(MPNetModel, MPNetConfig(**json.loads(metadata[CONFIG])), learned, dtype)
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(weights, "reader") from error
    return network, load_tokenizer(), own


def legible(chunk: Chunk, unit: Unit, glossary: Glossary) -> str:
    """A unit as it is read: after the heading over it, or as a row or cell after the caption and its heads there, and
    when it was published; in brackets behind it, where cutting harms least, what its pronouns point back to and its
    abbreviations stand for.
    """
    text = chunk.text[unit.start : unit.end]
    over = (chunk.headings or (chunk.title,))[-1]
    heads, earlier = "", ""
    when = f", {date.fromisoformat(chunk.published):%B %Y}" if chunk.published else ""
    if unit.kind in ("row", "cell"):
        over = chunk.caption or over
        columns = chunk.header[unit.column : unit.column + 1] if unit.kind == "cell" else chunk.header
        heads = f"{'; '.join(columns)[:HEADS]} | " if any(columns) else ""
    else:
        earlier = _pointed_at(chunk, unit)[:EARLIER]
    meanings = (f"{short}: {phrase}" for short, phrase in glossary.expand(text, lambda _: True).items())
    behind = "; ".join(note for note in (earlier, *meanings) if note)
    return f"{over[:NAME]}{when}: {heads}{text}" + (f" ({behind})" if behind else "")


def _pointed_at(chunk: Chunk, unit: Unit) -> str:
    """Of a unit with a pronoun the nearest before it, of its kind, without one; empty where there is none."""
    if not _POINTS_BACK.search(chunk.text[unit.start : unit.end]):
        return ""
    before = (u for u in reversed(chunk.units) if u.start < unit.start and u.kind == unit.kind)
    texts = (chunk.text[u.start : u.end] for u in before)
    return next((text for text in texts if not _POINTS_BACK.search(text)), "")


def load_tokenizer() -> "PreTrainedTokenizerBase":
    """The packaged model's: MPNet has its vocabulary."""
    from transformers import AutoTokenizer  # noqa: PLC0415

    return AutoTokenizer.from_pretrained(packaged_model())


def pool(
    network: "MPNetModel", tokenizer: "PreTrainedTokenizerBase", pairs: Sequence[tuple[str, str]]
) -> "torch.Tensor":
    """The mean of the token vectors of each pair of texts, read together: shape (pairs, dimension); never no pair."""
    import torch  # noqa: PLC0415

    ids = torch.tensor(token_ids(tokenizer, pairs))
    mask = ids != PAD
    tokens = network(input_ids=ids, attention_mask=mask.long()).last_hidden_state.float()
    weight = mask.unsqueeze(-1)
    pooled: torch.Tensor = (tokens * weight).sum(1) / weight.sum(1)
    return pooled


def token_ids(tokenizer: "PreTrainedTokenizerBase", pairs: Sequence[tuple[str, str]]) -> list[list[int]]:
    """The tokens of each pair as MPNet wants them, all of one length, at most `MAX_TOKENS`: begin, first, end, end,
    second, end."""
    texts = [list(texts) for texts in zip(*pairs, strict=True)]
    rows = tokenizer(*texts, truncation=True, max_length=MAX_TOKENS - 1)["input_ids"]
    sep = tokenizer.sep_token_id
    found = []
    for row in rows:
        middle = row.index(sep)
        first, second = ([token + AFTER for token in part] for part in (row[1:middle], row[middle + 1 : -1]))
        found.append([BEGIN, *first, END, END, *second, END])
    length = -(-max(map(len, found)) // PAD_TO) * PAD_TO
    return [row + [PAD] * (length - len(row)) for row in found]
