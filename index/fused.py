"""BERT and MPNet as `transformers` has them, made faster on a processor: query, key and value are one product,
attention is one call, weights are laid out beforehand as the processor multiplies them, and padding is left out of all
but attention."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import BertModel, MPNetModel
from transformers.modeling_outputs import BaseModelOutputWithPastAndCrossAttentions as Output

ROWS = 512  # tokens for which weights are laid out; that serves for fewer and for more
STEP = 32  # tokens: for each new number of them PyTorch makes, and keeps, new kernels
LONG, AT_ONCE = 2048, 480  # numbers in a row from which no more rows are multiplied at once: 512 take twice as long
FULL = 0.9  # share of tokens that are no padding from which it is not worth leaving out


def fuse_layers(model: nn.Module) -> None:
    """Make every BERT and MPNet in a model faster that learns no more. What it says of tokens stays the same but for
    rounding; of padding it says anything. A network of another kind stays as it is."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return
    networks = [each for each in model.modules() if isinstance(each, BertModel | MPNetModel)]
    for network in networks:
        if network.config.hidden_act == "gelu" and not getattr(network.config, "is_decoder", False):
            network.encoder = _Encoder(network.encoder)  # type: ignore[assignment]


class _Product(nn.Module):
    """Linear layers of one input, as one, and what follows them."""

    def __init__(self, *layers: nn.Linear, then: str = "none") -> None:
        super().__init__()
        weight = torch.cat([each.weight.detach() for each in layers])
        self.weight = torch.ops.mkldnn._reorder_linear_weight(weight, ROWS)
        self.bias = torch.cat([each.bias.detach() for each in layers])
        self.then = then

    def forward(self, rows: Tensor) -> Tensor:
        if rows.shape[1] > LONG and len(rows) > AT_ONCE:
            return torch.cat([self.forward(few) for few in torch.split(rows, AT_ONCE)])
        approximation = "none"
        product: Tensor = torch.ops.mkldnn._linear_pointwise(rows, self.weight, self.bias, self.then, [], approximation)
        return product


class _Packing(NamedTuple):
    """Where tokens stand: `places`, shape (rows,), is the place of each row among all texts' tokens, with padding;
    `rows`, shape (texts × tokens,), the row of each place, and any where there is padding."""

    places: Tensor
    rows: Tensor


def _pack(read: Tensor) -> _Packing | None:
    """How to leave padding out, if that is worth it; `read`, shape (texts, tokens), is which tokens are none."""
    kept = read.flatten().nonzero().squeeze(1)
    if len(kept) > FULL * read.numel():
        return None
    places = torch.cat([kept, kept.new_zeros(-len(kept) % STEP)])
    return _Packing(places, (read.flatten().cumsum(0) - 1).clamp(min=0))


class _Encoder(nn.Module):
    """The layers of a network, over the tokens of all texts."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.bias = getattr(encoder, "compute_position_bias", None)  # of MPNet, by how far two tokens are apart
        self.layer = encoder.layer
        for place in range(len(self.layer)):  # one by one: the memory of each serves the next
            self.layer[place] = _Layer(self.layer[place])

    def forward(self, hidden_states: Tensor, attention_mask: Tensor | None = None, **_: object) -> Output:
        """`attention_mask`, shape (texts, 1, tokens or 1, tokens), is true or 0 for what is read; None, if all is."""
        mask, packing = attention_mask, None
        if mask is not None:
            packing = _pack(mask[:, 0, 0] if mask.dtype == torch.bool else mask[:, 0, 0] == 0)
        if self.bias is not None:
            bias = self.bias(hidden_states)
            mask = bias if mask is None else bias + mask
        rows = hidden_states.flatten(0, 1)
        if packing:
            rows = rows[packing.places]
        for layer in self.layer:
            rows = layer(rows, hidden_states.shape, mask, packing)
        if packing:
            rows = rows[packing.rows]
        return Output(last_hidden_state=rows.view(hidden_states.shape))


class _Layer(nn.Module):
    """A layer in few steps."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        attention = layer.attention
        if hasattr(attention, "attn"):  # MPNet's
            own, self.norm = attention.attn, attention.LayerNorm
            query, key, value, out = own.q, own.k, own.v, own.o
        else:
            own, self.norm = attention.self, attention.output.LayerNorm
            query, key, value, out = own.query, own.key, own.value, attention.output.dense
        self.heads = own.num_attention_heads
        self.projected, self.out = _Product(query, key, value), _Product(out)
        self.up, self.down = _Product(layer.intermediate.dense, then="gelu"), _Product(layer.output.dense)
        self.last = layer.output.LayerNorm

    def forward(self, rows: Tensor, shape: torch.Size, mask: Tensor | None, packing: _Packing | None) -> Tensor:
        """`rows`, shape (rows, dimension), as they come out; `shape` is texts, tokens with padding, dimension."""
        texts, tokens, dimension = shape
        joined = self.projected(rows)
        if packing:
            joined = joined[packing.rows]
        query, key, value = joined.view(texts, tokens, 3, self.heads, dimension // self.heads).permute(2, 0, 3, 1, 4)
        found = scaled_dot_product_attention(query, key, value, attn_mask=mask).transpose(1, 2).reshape(-1, dimension)
        if packing:
            found = found[packing.places]
        rows = self.norm(rows + self.out(found))
        after: Tensor = self.last(rows + self.down(self.up(rows)))
        return after
