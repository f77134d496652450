"""What a person states of documents: in a `citewell.toml` beside them, or by `--set key=value`.

Settings are read from a file of the same name in the working folder, so documents have a table of their own in it:

    [documents]                       # for every file in this folder and below
    publisher = "Exampleton Council"

    [documents."minutes-*.pdf"]       # for these
    kind = "minutes"
    review-by = 2026-03-31
"""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..settings import CONFIG_FILE, DOCUMENTS, Settings
from .document import FIELDS, KINDS, Metadata, layered

DATES = ("published", "effective", "review_by")
KEYS = tuple(name.replace("_", "-") for name in FIELDS)  # as they are shown; with "_" they are taken too


def parse_set(pairs: Sequence[str]) -> Metadata:
    """What `--set key=value` states; of a key that is given twice the last value.

    Raises:
        InputError: a pair without "=", a key that is not known, or a value that it cannot take.
    """
    stated = Metadata()
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise _fault(f"--set {pair}", "not key=value; write it like --set kind=minutes")
        stated = replace(stated, **_statement(f"--set {pair}", key.strip(), value))
    return stated


class Sidecars:
    """The sidecars of the folders that documents are in; each is read once, when the first document below it comes."""

    def __init__(self, given: Metadata = Metadata()) -> None:  # noqa: B008 (it is frozen)
        """`given` is what holds for every document and before any sidecar: what `--set` states."""
        self._given = given
        self._read: dict[Path, _Sidecar] = {}

    def stated(self, path: Path) -> Metadata:
        """What is stated of a file: what was given, then what the nearest sidecar says, then those of folders above.

        Raises:
            InputError: a sidecar that cannot be read or says what it cannot.
        """
        path = Path(os.path.abspath(path))  # noqa: PTH100 (Path.resolve would follow links)
        layers = (self._sidecar(folder).stated(path.relative_to(folder)) for folder in path.parents)
        return layered(self._given, *layers)

    def _sidecar(self, folder: Path) -> "_Sidecar":
        if folder not in self._read:
            self._read[folder] = _sidecar(folder / CONFIG_FILE)
        return self._read[folder]


@dataclass(frozen=True)
class _Sidecar:
    """What one file says: of the files that match a pattern, in its order, and of all."""

    patterns: Mapping[str, Metadata]
    defaults: Metadata

    def stated(self, path: Path) -> Metadata:
        """What is said of a file, whose path is relative to the sidecar's folder."""
        names = {path.as_posix(), path.name}
        matching = (
            stated
            for pattern, stated in self.patterns.items()
            if pattern in names or any(fnmatch(name, pattern) for name in names)  # a name may hold brackets
        )
        return layered(*matching, self.defaults)


def _sidecar(file: Path) -> _Sidecar:
    table = _documents(file)
    patterns = {name: value for name, value in table.items() if isinstance(value, dict)}
    defaults = {name: value for name, value in table.items() if name not in patterns}
    return _Sidecar(
        {name: _metadata(f'{file}: [{DOCUMENTS}."{name}"]', value) for name, value in patterns.items()},
        _metadata(f"{file}: [{DOCUMENTS}]", defaults),
    )


def _documents(file: Path) -> dict[str, Any]:
    """The table of documents in a file; empty where there is no file or no table."""
    try:
        content = tomllib.loads(file.read_text("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise _fault(str(file), f"cannot be read ({error.strerror}); allow this user to read it") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, or not TOML
        raise _fault(str(file), f"not TOML ({error}); correct the file") from error
    table = content.pop(DOCUMENTS, {})
    if not isinstance(table, dict):
        raise _fault(str(file), f"{DOCUMENTS} is no table; write [{DOCUMENTS}] on a line of its own")
    for name, value in content.items():
        if name not in Settings.model_fields:
            remedy = f'[{DOCUMENTS}."{name}"]' if isinstance(value, dict) else f"it under [{DOCUMENTS}]"
            raise _fault(f"{file}: {name}", f"no setting; if it is about documents, write {remedy}")
    return table


def _metadata(place: str, table: Mapping[str, Any]) -> Metadata:
    stated = Metadata()
    for key, value in table.items():
        stated = replace(stated, **_statement(f"{place} {key}", key, value))
    return stated


def _statement(place: str, key: str, value: Any) -> dict[str, Any]:
    """A field's name and its value; `place` is where it was stated, for the error."""
    name = _field(key)
    if isinstance(value, dict):
        raise _fault(place, f'a table in a table; write a file name in quotes, [{DOCUMENTS}."minutes.pdf"]')
    if not name:
        raise _fault(place, f"no such key; {_known_keys(key)}")
    if name in DATES:
        return {name: _day(place, value)}
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text:
        raise _fault(place, "no text; write one, or leave the key out")
    if name == "kind" and (text := text.lower()) not in KINDS:
        raise _fault(place, f"{text} is no kind of document; use one of {', '.join(KINDS)}")
    if name == "address" and not text.startswith(("https://", "http://")):
        raise _fault(place, "not an address; begin it with https:// or http://")
    return {name: text}


def _day(place: str, value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise _fault(place, "not a date; write it like 2024-07-31") from None


def _field(key: str) -> str:
    """The field that a key stands for; empty where there is none."""
    name = key.lower().replace("-", "_")
    return name if name in FIELDS else ""


def _known_keys(key: str) -> str:
    near = get_close_matches(key.lower().replace("_", "-"), KEYS, 1)
    return f"did you mean {near[0]}?" if near else f"the keys of documents are {', '.join(KEYS)}"


def _fault(place: str, fault: str) -> InputError:
    """An error in one line: a key may hold any character."""
    return InputError(" ".join(f"{place}: {fault}".split()))
