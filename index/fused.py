"""BERT and MPNet as `transformers` has them, made faster on a processor: query, key and value are one product,
attention is one call, and weights are laid out beforehand as the processor multiplies them."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import BertModel, MPNetModel

ROWS = 512  # tokens for which weights are laid out; that serves for fewer and for more


def fuse_layers(model: nn.Module) -> None:
    """Make every BERT and MPNet in a model faster that learns no more. What it says stays the same but for rounding; a
    network of another kind stays as it is."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return
    networks = [each for each in model.modules() if isinstance(each, BertModel | MPNetModel)]
    for network in networks:
        if network.config.hidden_act == "gelu" and not getattr(network.config, "is_decoder", False):
            layers: Any = network.encoder.layer
            kind = _OfBert if isinstance(network, BertModel) else _OfMPNet
            for place in range(len(layers)):  # one by one: the memory of each serves the next
                layers[place] = kind(layers[place])


class _Product(nn.Module):
    """Linear layers of one input, as one, and what follows them."""

    def __init__(self, *layers: nn.Linear, then: str = "none") -> None:
        super().__init__()
        weight = torch.cat([each.weight.detach() for each in layers])
        self.weight = torch.ops.mkldnn._reorder_linear_weight(weight, ROWS)
        self.bias = torch.cat([each.bias.detach() for each in layers])
        self.then = then

    def forward(self, rows: Tensor) -> Tensor:
        approximation = "none"
        product: Tensor = torch.ops.mkldnn._linear_pointwise(rows, self.weight, self.bias, self.then, [], approximation)
        return product


class _Layer(nn.Module):
    """A layer in few steps."""

    def __init__(self, layer: Any, heads: int, projected: tuple[Any, Any, Any], out: Any, norm: Any) -> None:
        """`heads`, the linear layers of query, key and value, that behind attention, and the norm behind that."""
        super().__init__()
        self.heads, self.projected, self.out, self.norm = heads, _Product(*projected), _Product(out), norm
        self.up, self.down = _Product(layer.intermediate.dense, then="gelu"), _Product(layer.output.dense)
        self.last = layer.output.LayerNorm

    def through(self, rows: Tensor, mask: Tensor | None) -> Tensor:
        """`rows`, of shape (texts, tokens, dimension), as they come out."""
        texts, tokens, dimension = rows.shape
        joined = self.projected(rows).view(texts, tokens, 3, self.heads, dimension // self.heads)
        query, key, value = joined.permute(2, 0, 3, 1, 4)
        found = scaled_dot_product_attention(query, key, value, attn_mask=mask)
        rows = self.norm(rows + self.out(found.transpose(1, 2).reshape(rows.shape)))
        after: Tensor = self.last(rows + self.down(self.up(rows)))
        return after


class _OfBert(_Layer):
    def __init__(self, layer: Any) -> None:
        own, output = layer.attention.self, layer.attention.output
        projected = (own.query, own.key, own.value)
        super().__init__(layer, own.num_attention_heads, projected, output.dense, output.LayerNorm)

    def forward(self, rows: Tensor, mask: Tensor | None = None, *_: object, **__: object) -> Tensor:
        return self.through(rows, mask)


class _OfMPNet(_Layer):
    def __init__(self, layer: Any) -> None:
        own = layer.attention.attn
        super().__init__(layer, own.num_attention_heads, (own.q, own.k, own.v), own.o, layer.attention.LayerNorm)

    def forward(self, rows: Tensor, mask: Tensor | None, bias: Tensor, **_: object) -> tuple[Tensor]:
        return (self.through(rows, bias if mask is None else bias + mask),)  # without padding there is no mask
