"""Backup and restore of the home folder: one zip file with a list of what is in it and each file's SHA-256."""

import hashlib
import json
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path, PurePosixPath

from .errors import InputError, StoreError

MANIFEST = "citewell-backup.json"
SQLITE_SUFFIXES = (".sqlite3", ".db")
SKIPPED_SUFFIXES = ("-wal", "-shm", "-journal", ".lock")  # a database's copy holds what they hold
_NOT_A_BACKUP = (OSError, KeyError, ValueError, TypeError, AttributeError, EOFError, zlib.error, zipfile.BadZipFile)
SKIPPED_FOLDERS = ("eval",)  # made again when needed


def back_up(home: Path, target: Path) -> int:
    """Write every file under `home` into a new zip file, databases as they stand at one moment; gives their number.

    Raises:
        InputError: the target exists, lies in the home, or cannot be written.
        StoreError: there is nothing to back up.
    """
    if target.exists():
        raise InputError(f"{target}: already there; choose another name")
    if target.resolve().is_relative_to(home.resolve()):
        raise InputError(f"{target}: lies in the folder to be backed up; choose a place outside {home}")
    files = sorted(_state(home))
    if not files:
        raise StoreError(f"{home}: holds nothing to back up; add documents with citewell ingest PATH")
    part = target.with_name(target.name + ".part")
    try:
        _write(home, files, part)
        part.rename(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(f"{target}: cannot be written ({error.strerror}); choose another place") from error
    return len(files)


def restore(source: Path, home: Path, force: bool = False) -> Path | None:
    """Put a backup in place of `home`; gives the folder that the former home was moved to, when there was one.

    The backup is unpacked beside the home and checked in full before anything changes.

    Raises:
        InputError: the file is no whole backup.
        StoreError: the home is not empty, and `force` was not given.
    """
    occupied = home.is_dir() and any(home.iterdir())
    if occupied and not force:
        raise StoreError(f"{home}: not empty; give --force to put the backup in its place (it is kept beside)")
    home.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{home.name}.restore-", dir=home.parent))
    try:
        _unpack(source, fresh)
        former = _set_aside(home) if occupied else None
        if not occupied and home.exists():
            home.rmdir()
        fresh.rename(home)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return former


def _state(home: Path) -> Iterator[Path]:
    for path in home.rglob("*"):
        relative = path.relative_to(home)
        if path.is_file() and relative.parts[0] not in SKIPPED_FOLDERS and not path.name.endswith(SKIPPED_SUFFIXES):
            yield relative


def _write(home: Path, files: list[Path], target: Path) -> None:
    digests = {}
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as archive:
        # Databases first: an index file beside one may be newer than it, but never lacks what it lists.
        for relative in sorted(files, key=lambda path: path.suffix not in SQLITE_SUFFIXES):
            path = home / relative
            if path.suffix in SQLITE_SUFFIXES:
                path = _snapshot(path, Path(folder) / "database")
            archive.write(path, relative.as_posix())
            with path.open("rb") as file:
                digests[relative.as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
        archive.writestr(MANIFEST, json.dumps({"format": 1, "files": digests}, indent=1))


def _snapshot(database: Path, copy: Path) -> Path:
    """A consistent copy of a SQLite database that others may be writing to."""
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as live, closing(sqlite3.connect(copy)) as still:
        live.backup(still)
    return copy


def _unpack(source: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            digests = json.loads(archive.read(MANIFEST))["files"]
            for name, digest in digests.items():
                _check_name(name, source)
                data_path = Path(archive.extract(name, folder))
                with data_path.open("rb") as file:
                    if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                        raise InputError(f"{source}: {name} is damaged in it; restore another backup")
    except FileNotFoundError as error:
        raise InputError(f"{source}: no such file; give one that citewell backup made") from error
    except _NOT_A_BACKUP as error:
        raise InputError(f"{source}: not a whole Citewell backup; give one that citewell backup made") from error


def _check_name(name: str, source: Path) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise InputError(f"{source}: holds a file outside its folder ({name}); do not trust it")


def _set_aside(home: Path) -> Path:
    aside = home.with_name(f"{home.name}.before-{datetime.now():%Y%m%d-%H%M%S}")
    return home.rename(aside)
