import copy
from collections.abc import Callable

import pytest
import torch
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel, PreTrainedModel

from citewell.index.fused import fuse_layers


def _bert(act: str = "gelu") -> BertModel:
    config = BertConfig(
        vocab_size=50,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        hidden_act=act,
    )
    return BertModel(config, add_pooling_layer=False)


def _mpnet() -> MPNetModel:
    config = MPNetConfig(
        vocab_size=50, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64
    )
    return MPNetModel(config, add_pooling_layer=False)


@pytest.mark.parametrize("network", [_bert, _mpnet])
@pytest.mark.parametrize(("texts", "length"), [(1, 16), (3, 9)])
def test_a_fused_network_says_the_same(network: Callable[[], PreTrainedModel], texts: int, length: int) -> None:
    """Whether a text fills all places or is padded."""
    torch.manual_seed(0)
    own = network().train(mode=False)
    fused = copy.deepcopy(own)
    fuse_layers(fused)
    assert {type(each) for each in own.modules()} != {type(each) for each in fused.modules()}
    ids = torch.randint(2, 50, (texts, 16))
    read = torch.ones_like(ids)
    read[0, length:] = 0
    with torch.inference_mode():
        wanted, found = (each(input_ids=ids, attention_mask=read).last_hidden_state[read > 0] for each in (own, fused))
    assert wanted.abs().mean() > 0.1
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


def test_a_network_with_another_activation_stays_as_it_is() -> None:
    network = _bert("relu")
    layers = list(network.modules())
    fuse_layers(network)
    assert list(network.modules()) == layers
