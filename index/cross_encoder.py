"""Loading of a cross-encoder: a model that reads two texts together."""

import logging
from typing import TYPE_CHECKING

from ..errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


def load_cross_encoder(name: str, setting: str) -> "CrossEncoder":
    """The model in a folder or of a hub name; `setting` is what named it.

    Raises:
        ModelError: it cannot be loaded.
    """
    from safetensors import SafetensorError  # noqa: PLC0415
    from sentence_transformers import CrossEncoder  # noqa: PLC0415
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    disable_progress_bar()  # type: ignore[no-untyped-call]  # it would write to standard error, beside our one line
    for library in ("sentence_transformers", "transformers"):
        logging.getLogger(library).setLevel(logging.ERROR)  # so would their reports of what is missing
    try:
        model: CrossEncoder = CrossEncoder(name, device="cpu")
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise fault_of(name, setting, str(error).splitlines()[0]) from error
    return model


def fault_of(name: str, setting: str, fault: str) -> ModelError:
    """The error of a model that cannot be used."""
    return ModelError(
        f"{setting.removeprefix('CITEWELL_').lower()} {name}: {fault.rstrip('.')}; "
        f"set {setting} to a cross-encoder, or to nothing"
    )
