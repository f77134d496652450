"""Paths to files, and one clear line for each that is none."""

import os
from pathlib import Path

import pytest

from citewell.errors import InputError
from citewell.ingest.find import find_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ["b.txt", "a.md", "sub/c.HTML", "sub/deep/d.csv", ".hidden.txt", ".git/e.txt", "sub/photo.png"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Ducks")
    return tmp_path


def names(folder: Path, found: list[Path]) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in found]


def test_find_files(folder: Path) -> None:
    assert names(folder, find_files([folder]).files) == ["a.md", "b.txt", "sub/c.HTML", "sub/deep/d.csv"]


def test_each_file_once(folder: Path) -> None:
    (folder / "sub" / "loop").symlink_to(folder)
    (folder / "z.txt").symlink_to(folder / "b.txt")
    found = find_files([folder / "b.txt", folder, folder / "sub" / ".." / "b.txt"]).files
    assert names(folder, found) == ["a.md", "b.txt", "sub/c.HTML", "sub/deep/d.csv"]


def test_relative_paths_become_absolute(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert find_files([Path("b.txt")]).files == (folder / "b.txt",)


def test_bad_paths(folder: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.txt: no such file or folder; check the spelling"):
        find_files([folder, folder / "gone.txt"])
    with pytest.raises(InputError, match=r"photo\.png: no reader for \.png; known kinds are \.csv, .*\.txt"):
        find_files([folder / "sub" / "photo.png"])
    (folder / "empty").mkdir()
    with pytest.raises(InputError, match=r"empty: nothing to read there; add files of these kinds: \.csv"):
        find_files([folder / "empty"])
    with pytest.raises(InputError, match="no path given"):
        find_files([])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may list every folder")
def test_folder_that_cannot_be_listed(folder: Path) -> None:
    (folder / "sub").chmod(0)
    try:
        with pytest.raises(InputError, match="sub: cannot list this folder"):
            find_files([folder])
    finally:
        (folder / "sub").chmod(0o755)
