"""Watching: when files under the given paths change."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from watchfiles import Change, watch

from ..errors import CitewellError
from ..ingest.find import HIDDEN
from .home import LOCK

SETTLED = 1600  # ms without a change that end a group of changes, as those of a folder that is copied
AGAIN = 2000  # ms until what could not be done is tried again


def follow(paths: Sequence[Path], step: Callable[[], None], tell: Callable[[str], None]) -> None:
    """Call `step` when watching has begun, for what changed before, and after each group of changes, until interrupted.

    An error of Citewell's in it, as of another process that is writing, is told once, and the step tried again.
    """
    told, begun = "", False
    changes_of = partial(watch, watch_filter=_counts, debounce=SETTLED, rust_timeout=AGAIN, yield_on_timeout=True)
    with suppress(KeyboardInterrupt):  # also in the middle of a step, which the index survives
        for changes in changes_of(*paths):
            if begun and not changes and not told:
                continue
            begun = True
            try:
                step()
                told = ""
            except CitewellError as error:
                if str(error) != told:
                    tell(f"citewell: {error}")
                told = str(error)


def _counts(_: Change, path: str) -> bool:
    """Whether a change is of a file that an ingest would look at: not hidden, and none of Office's own."""
    name = Path(path).name
    return not name.startswith(HIDDEN) and name != LOCK
