"""Files of trained weights, of eight bits each: every row of a large matrix as whole numbers, -127…127, and a scale."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor, dtype
    from transformers import PreTrainedConfig, PreTrainedModel

    Network = TypeVar("Network", bound=PreTrainedModel)

LARGE = 10_000  # numbers of a matrix from which eight bits each pay; the rest takes sixteen
SCALE = ".scale"  # what is added to a matrix's name for the scales of its rows
FULL = 127.0


def shrink(tensors: Mapping[str, "Tensor"]) -> dict[str, "Tensor"]:
    """The tensors in a quarter of the room: what `restore` reads. A weight is off by at most a 254th of the largest of
    its row."""
    small: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if tensor.dim() != 2 or tensor.numel() < LARGE:
            small[name] = tensor.half().contiguous()
            continue
        scale = tensor.abs().amax(1, keepdim=True).clamp(min=1e-12) / FULL
        small[name] = (tensor / scale).round().char().contiguous()
        small[name + SCALE] = scale.float().contiguous()
    return small


def restore(small: Mapping[str, "Tensor"]) -> dict[str, "Tensor"]:
    """What `shrink` took, in 32-bit floats."""
    return {
        name: tensor.float() * small[name + SCALE] if name + SCALE in small else tensor.float()
        for name, tensor in small.items()
        if not name.endswith(SCALE)
    }


def load_weights(file: Path, name: str) -> tuple[dict[str, "Tensor"], dict[str, str]]:
    """The tensors of a file of what `shrink` made, restored, and its metadata; `name` is what they are weights of.

    Raises:
        ModelError: the file is missing or damaged.
    """
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415

    try:
        with safe_open(file, framework="pt") as opened:
            tensors = {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118
            return restore(tensors), opened.metadata() or {}
    except (OSError, SafetensorError) as error:
        raise damaged(file, name) from error


def network_of(
    kind: "type[Network]", config: "PreTrainedConfig", tensors: Mapping[str, "Tensor"], dtype: "dtype"
) -> "Network":
    """A network of a kind of `transformers`, with these weights, made fast.

    Raises:
        ValueError: some of its weights are not among them, or of another shape.
    """
    from .fused import fuse_layers  # noqa: PLC0415

    try:
        loaded: Any = kind.from_pretrained(
            None,
            config=config,
            state_dict=dict(tensors),
            dtype=dtype,
            add_pooling_layer=False,
            output_loading_info=True,  # makes it a pair
        )
    except RuntimeError as error:
        raise ValueError(*error.args) from error
    network, found = loaded
    if missing := found["missing_keys"]:  # they would be drawn by lot
        raise ValueError(f"no {', '.join(missing)}")
    fuse_layers(network)
    return cast("Network", network)


def damaged(file: Path, name: str) -> ModelError:
    """The error of weights that cannot be used."""
    return ModelError(f"{name}: {file} is missing or damaged; install citewell again")
