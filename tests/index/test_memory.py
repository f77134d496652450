"""Memory that has been freed, given back."""

import platform

import psutil
import pytest

from citewell.index.memory import give_back

PIECE = 40_000  # bytes: too few to be mapped, and unmapped, each on its own
MANY = 2_500


def held() -> int:
    return psutil.Process().memory_info().rss


@pytest.mark.skipif("glibc" not in platform.libc_ver(), reason="only glibc keeps what is freed")
def test_what_is_freed_in_pieces_is_given_back() -> None:
    pieces = [b"\1" * PIECE for _ in range(MANY)]
    kept = pieces[::100]  # the last of them keeps the C library from shrinking its heap
    del pieces
    before = held()
    give_back()
    assert before - held() > PIECE * MANY / 2
    assert len(kept) == MANY // 100


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("citewell.index.memory.sys.platform", "win32")
    monkeypatch.setattr("citewell.index.memory.ctypes.CDLL", lambda _: pytest.fail("there is no such library"))
    give_back()
