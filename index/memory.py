"""Memory that has been freed, given back to the system."""

import ctypes
import sys


def give_back() -> None:
    """Return to the system what has been freed in pieces, as a model's loading and its work leave it: the C library
    keeps that for what comes next, where what comes next is small. Does nothing where that library is not glibc."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)
