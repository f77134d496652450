"""Weights of eight bits each."""

import torch

from citewell.index.weights import LARGE, restore, shrink


def test_a_large_matrix_comes_back_nearly_as_it_was_in_a_quarter_of_the_room() -> None:
    torch.manual_seed(0)
    large = torch.randn(100, LARGE // 100) * torch.logspace(-3, 3, 100).unsqueeze(1)
    small = shrink({"large": large})
    assert sum(value.nbytes for value in small.values()) < 1.1 * large.nbytes / 4
    back = restore(small)
    assert back.keys() == {"large"}
    assert ((back["large"] - large).abs() <= large.abs().amax(1, keepdim=True) / 253).all()


def test_what_is_small_keeps_sixteen_bits() -> None:
    values = {"row": torch.linspace(-1, 1, 7), "little": torch.eye(3), "number": torch.tensor(0.5)}
    assert all(torch.allclose(restore(shrink(values))[name], value, atol=1e-3) for name, value in values.items())


def test_a_row_of_nothing_stays_nothing() -> None:
    assert not restore(shrink({"none": torch.zeros(100, LARGE // 100)}))["none"].any()
