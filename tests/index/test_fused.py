import copy
from collections.abc import Callable

import pytest
import torch
from pytest import MonkeyPatch
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel, PreTrainedModel

from citewell.index import fused
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


def _mpnet(inner: int = 64) -> MPNetModel:
    config = MPNetConfig(
        vocab_size=50, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=inner
    )
    return MPNetModel(config, add_pooling_layer=False)


def _wide() -> MPNetModel:
    return _mpnet(inner=fused.LONG + 32)


@pytest.mark.parametrize("network", [_bert, _mpnet, _wide])
@pytest.mark.parametrize("lengths", [[16], [15, 16, 16], [9, 16, 4], [3], [15, 16] * 20, [5, 16] * 40])
def test_a_fused_network_says_the_same(network: Callable[[], PreTrainedModel], lengths: list[int]) -> None:
    """Whether texts fill all places, almost or by half, and of few tokens or more than are multiplied at once."""
    torch.manual_seed(0)
    own = network().train(mode=False)
    fast = copy.deepcopy(own)
    fuse_layers(fast)
    assert {type(each) for each in own.modules()} != {type(each) for each in fast.modules()}
    read = (torch.arange(16) < torch.tensor(lengths)[:, None]).long()
    ids = torch.randint(2, 50, read.shape)
    with torch.inference_mode():
        wanted, found = (each(input_ids=ids, attention_mask=read).last_hidden_state[read > 0] for each in (own, fast))
    assert wanted.abs().mean() > 0.1
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("lengths", "rows"),
    [([2, 3, 16, 4, 5], 32), ([5, 16] * 20, 448), ([16] * 22 + [5, 4, 4], 400)],
    ids=["most is padding", "a third is", "less than a tenth is"],
)
def test_padding_is_left_out_where_there_is_much(monkeypatch: MonkeyPatch, lengths: list[int], rows: int) -> None:
    """By steps of 32 tokens, as kernels are made for each number of them."""
    network = _mpnet()
    fuse_layers(network.train(mode=False))
    seen = []
    own = fused._Product.forward
    monkeypatch.setattr(fused._Product, "forward", lambda self, rows: seen.append(len(rows)) or own(self, rows))
    read = (torch.arange(16) < torch.tensor(lengths)[:, None]).long()
    with torch.inference_mode():
        network(input_ids=torch.randint(2, 50, read.shape), attention_mask=read)
    assert set(seen) == {rows}


def test_a_network_with_another_activation_stays_as_it_is() -> None:
    network = _bert("relu")
    layers = list(network.modules())
    fuse_layers(network)
    assert list(network.modules()) == layers
