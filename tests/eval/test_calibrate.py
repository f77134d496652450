"""What is fitted is written whole, or not at all."""

from pathlib import Path

import pytest

from citewell.eval.calibrate import _all_or_none


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """One that is there, and one that is not yet."""
    (tmp_path / "old").write_bytes(b"before")
    return [tmp_path / "old", tmp_path / "new"]


def write(files: list[Path]) -> None:
    for file in files:
        file.write_bytes(b"after")


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_after_an_error_the_files_are_as_before(files: list[Path], error: type[BaseException]) -> None:
    with pytest.raises(error), _all_or_none(files):
        write(files)
        raise error
    assert files[0].read_bytes() == b"before"
    assert not files[1].exists()


def test_what_is_done_stays(files: list[Path]) -> None:
    with _all_or_none(files):
        write(files)
    assert {file.read_bytes() for file in files} == {b"after"}
