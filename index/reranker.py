"""A cross-encoder, which reads a question and a passage together: the better judge, and too slow for all passages."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .cross_encoder import PairModel

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class Reranker(PairModel):
    """A CrossEncoder with one output."""

    setting = "CITEWELL_RERANKER"

    def scores(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """How well each text answers, shape (texts,): the model's logits, which compare within a question only.

        Raises:
            ModelError: the model cannot be loaded, or is no cross-encoder.
        """
        from torch.nn import Identity  # noqa: PLC0415

        return self.predict([(question, text) for text in texts], Identity())

    def unfit(self, model: "CrossEncoder") -> str:
        return "" if _is_trained(model) else "it is no cross-encoder with one score for a pair"


def _is_trained(model: "CrossEncoder") -> bool:
    """Whether the head was saved with the model: one that is missing is made up at random, without an error."""
    made_for = (getattr(model.config, "architectures", None) or [""])[0]
    classifies = model[0].transformer_task == "sequence-classification"
    return model.num_labels == 1 and (made_for.endswith("ForSequenceClassification") or not classifies)
