"""Paths → the files to read."""

import os
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..settings import CONFIG_FILE
from .read import NO_FILE
from .readers import KNOWN, READERS, no_reader

HIDDEN = (".", "~$")  # how names begin that are passed over; ~$: what Office keeps beside an open document


@dataclass(frozen=True)
class Found:
    """The files to read, as absolute paths, sorted, each once; and those passed over, with the reason."""

    files: tuple[Path, ...]
    skipped: Mapping[Path, str]


def find_files(paths: Sequence[Path], may_be_empty: bool = False) -> Found:
    """The files given, and those in the folders given and below.

    Of hidden files and folders, and of Office's own, nothing is said.

    Raises:
        InputError: a path that does not exist, a file that no reader is for, a folder that cannot be listed, or
            nothing to read in all of them, unless they `may_be_empty`.
    """
    files: dict[str, Path] = {}
    skipped: dict[Path, str] = {}
    for path in paths:
        for file in sorted(_walk(path)) if path.is_dir() else [_known(path)]:
            if fault := _unfit(file):
                skipped[file.absolute()] = fault
            else:
                files.setdefault(os.path.realpath(file), file.absolute())
    if not files and not may_be_empty:
        names = ", ".join(map(str, paths)) or "no path given"
        raise InputError(f"{names}: nothing to read there; add files of these kinds: {KNOWN}")
    return Found(tuple(sorted(files.values())), skipped)


def _known(path: Path) -> Path:
    """The path of a file that was given by name."""
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; check the spelling")
    if fault := _unfit(path):
        raise InputError(f"{path}: {fault}; known kinds are {KNOWN}")
    return path


def _unfit(path: Path) -> str:
    """Why a file is not read by its name and nature; empty when it is."""
    if path.suffix.lower() not in READERS:
        return no_reader(path)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in str(path)):
        return "its name holds characters that are no text; rename it"
    return "" if path.is_file() else NO_FILE


def _walk(folder: Path) -> Iterator[Path]:
    """The visible files under a folder; a link back to a folder seen before is not followed again."""
    seen: set[str] = set()
    for root, folders, names in os.walk(folder, onerror=_refuse, followlinks=True):
        real = os.path.realpath(root)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root, name) for name in names if not name.startswith(HIDDEN) and name != CONFIG_FILE)


def _refuse(error: OSError) -> None:
    raise InputError(f"{error.filename}: cannot list this folder ({error.strerror}); allow it or leave it out")
