"""A cross-encoder, which reads a question and a passage together: the better judge, and too slow for all passages."""

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .cross_encoder import fault_of, load_cross_encoder

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

SETTING = "CITEWELL_RERANKER"


class Reranker:
    """A sentence-transformers CrossEncoder with one output, loaded at first use. Safe to use from several threads."""

    def __init__(self, model: str) -> None:
        """`model` is a folder or a hub name."""
        self.name = model
        self._lock = threading.Lock()  # a fast tokenizer cannot be used by two threads at once

    def scores(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """How well each text answers, shape (texts,): the model's logits, which compare within a question only.

        Raises:
            ModelError: the model cannot be loaded, or is no cross-encoder.
        """
        from torch.nn import Identity  # noqa: PLC0415

        with self._lock:
            logits = self._model.predict(
                [(question, text) for text in texts], activation_fn=Identity(), show_progress_bar=False
            )
        return np.asarray(logits, dtype=np.float32)

    @cached_property
    def _model(self) -> "CrossEncoder":
        model = load_cross_encoder(self.name, SETTING)
        if not _is_trained(model):
            raise fault_of(self.name, SETTING, "it is no cross-encoder with one score for a pair")
        return model


def _is_trained(model: "CrossEncoder") -> bool:
    """Whether the head was saved with the model: one that is missing is made up at random, without an error."""
    made_for = (getattr(model.config, "architectures", None) or [""])[0]
    classifies = model[0].transformer_task == "sequence-classification"
    return model.num_labels == 1 and (made_for.endswith("ForSequenceClassification") or not classifies)
