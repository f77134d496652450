"""The question encoder: the packaged model's layers, trained so that a question lies near what answers it.

Texts keep the vectors that the packaged model gives them, and only questions get other ones (two encoders, as
Karpukhin et al. 2020, arXiv 2004.04906), so that no index has to be made anew. Its weights, in
`question_encoder.safetensors`, are those of all-MiniLM-L6-v2 (Apache License 2.0), trained by `python -m
citewell.eval.calibrate … --reader`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from .weights import damaged, load_weights, network_of

if TYPE_CHECKING:
    from transformers import BertModel

WEIGHTS = Path(__file__).with_name("question_encoder.safetensors")


def load_question_encoder(model: "BertModel", weights: Path = WEIGHTS) -> "BertModel":
    """The network that encodes questions; it shares the embeddings of `model`, the packaged one.

    Raises:
        ModelError: the weights are missing or damaged.
    """
    learned, _ = load_weights(weights, "question encoder")
    shared = {f"embeddings.{name}": value for name, value in model.embeddings.state_dict().items()}
    try:
        network = network_of(type(model), model.config, {**shared, **learned}, model.dtype)
    except ValueError as error:
        raise damaged(weights, "question encoder") from error
    network.embeddings = model.embeddings
    return network
