"""The folder that holds an index: it can be written, and by one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import StoreError

LOCK = "writing.lock"


def check_home(home: Path) -> None:
    """Make the folder where there is none.

    Raises:
        StoreError: it cannot be made, or not be written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StoreError(
            f"home {home}: cannot be written ({_fault(error)}); set CITEWELL_HOME to another folder"
        ) from error


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Hold the lock of an index's home. The system frees it when the process ends, however it ends.

    Raises:
        StoreError: another process holds it, or the folder cannot be written.
    """
    check_home(home)
    try:
        with FileLock(home / LOCK, timeout=0):
            yield
    except Timeout as error:
        raise StoreError(f"index {home}: another process is writing to it; wait until it is done") from error


def _fault(error: OSError) -> str:
    return "it is a file, not a folder" if isinstance(error, FileExistsError) else error.strerror or str(error)
