"""A cross-encoder: a model that reads two texts together."""

import logging
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..errors import ModelError
from .embedder import hide_progress

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder
    from torch.nn import Module


class PairModel:
    """A sentence-transformers CrossEncoder, loaded at first use. Safe to use from several threads."""

    setting = ""  # what names it

    def __init__(self, model: str) -> None:
        """`model` is a folder or a hub name."""
        self.name = model
        self._lock = threading.Lock()  # a fast tokenizer cannot be used by two threads at once

    def predict(self, pairs: Sequence[tuple[str, str]], activation: "Module") -> npt.NDArray[np.float32]:
        """What the model says of each pair, shape (pairs,) or (pairs, labels).

        Raises:
            ModelError: it cannot be loaded.
        """
        with self._lock:
            found = self.model.predict(pairs, activation_fn=activation, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)

    @cached_property
    def model(self) -> "CrossEncoder":
        """The model itself. Raises as `predict`."""
        model = _load(self.name, self.fault)
        if fault := self.unfit(model):
            raise self.fault(fault)
        return model

    def unfit(self, model: "CrossEncoder") -> str:  # noqa: ARG002 - what any cross-encoder can do asks for no more
        """Why a model cannot do what it is for; empty when it can."""
        return ""

    def fault(self, fault: str) -> ModelError:
        """The error of a model that cannot be used."""
        return ModelError(
            f"{self.setting.removeprefix('CITEWELL_').lower()} {self.name}: {fault.rstrip('.')}; "
            f"set {self.setting} to a cross-encoder, or to nothing"
        )


def _load(name: str, fault: Callable[[str], ModelError]) -> "CrossEncoder":
    from safetensors import SafetensorError  # noqa: PLC0415
    from sentence_transformers import CrossEncoder  # noqa: PLC0415

    hide_progress()
    for library in ("sentence_transformers", "transformers"):
        logging.getLogger(library).setLevel(logging.ERROR)  # nor their reports of what is missing, on standard error
    try:
        model: CrossEncoder = CrossEncoder(name, device="cpu")
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise fault(str(error).splitlines()[0]) from error
    return model
