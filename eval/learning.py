"""What the trainings share: what a choice among candidates loses, and steps whose rate rises and falls."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

WARM_UP = 0.1  # of all steps
LOWEST = 0.02  # of the rate, at the end
LONGEST = 1.0  # of a step's gradient


def missed(logits: Tensor, right: Tensor) -> Tensor:
    """Minus the log of the probability, by softmax over candidates, that one is chosen that is right (maximum marginal
    likelihood; as Clark and Gardner: ACL 2018).

    Args:
        logits: shape (candidates,).
        right: shape (candidates,), how far each is right, 0…1.
    """
    return torch.logsumexp(logits, 0) - torch.logsumexp(logits + right.clamp(min=1e-9).log(), 0)


class Descent:
    """So many steps of an optimiser, at a rate that rises at first, and then falls to almost nothing."""

    def __init__(self, optimiser: torch.optim.Optimizer, steps: int) -> None:
        self._optimiser = optimiser
        self._own: Sequence[nn.Parameter] = [one for group in optimiser.param_groups for one in group["params"]]
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: min(1.0, (step + 1) / (WARM_UP * steps)) * max(LOWEST, 1 - step / steps)
        )

    def step(self, loss: Tensor) -> float:
        """Learn from a loss, and return it as a number."""
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._own, LONGEST)
        self._optimiser.step()
        self._schedule.step()
        return float(loss.detach())
