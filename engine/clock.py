"""How long the steps of an answer take."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Adds up milliseconds by step; it starts when it is made."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self._spent: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Adds the time inside to that of the step."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self._spent[step] += (time.perf_counter() - begun) * 1000

    @property
    def ms(self) -> dict[str, float]:
        """Milliseconds of each step, and in `total` those since the clock was made."""
        return {**self._spent, "total": (time.perf_counter() - self._begun) * 1000}
