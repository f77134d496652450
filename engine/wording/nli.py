"""Natural-language inference: a cross-encoder that says whether a sentence follows from a passage."""

import threading
from functools import cached_property
from typing import TYPE_CHECKING

from ...index.cross_encoder import fault_of, load_cross_encoder

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

SETTING = "CITEWELL_NLI"


class Entailment:
    """A CrossEncoder with a label for entailment, loaded at first use. Safe to use from several threads."""

    def __init__(self, model: str) -> None:
        """`model` is a folder or a hub name."""
        self.name = model
        self._lock = threading.Lock()  # a fast tokenizer cannot be used by two threads at once

    def __call__(self, premise: str, hypothesis: str) -> float:
        """The probability, 0…1, that the premise entails the hypothesis.

        Raises:
            ModelError: the model cannot be loaded, or has no label for entailment.
        """
        from torch.nn import Softmax  # noqa: PLC0415

        with self._lock:
            shares = self._model.predict(
                [(premise, hypothesis)], activation_fn=Softmax(dim=-1), show_progress_bar=False
            )
            return float(shares[0][self._entails])

    @cached_property
    def _model(self) -> "CrossEncoder":
        return load_cross_encoder(self.name, SETTING)

    @cached_property
    def _entails(self) -> int:
        labels: dict[int, str] = getattr(self._model.config, "id2label", None) or {}
        found = [number for number, label in labels.items() if label.lower().startswith("entail")]
        if len(labels) < 2 or len(found) != 1:
            raise fault_of(self.name, SETTING, "it has no label for entailment")
        return int(found[0])
