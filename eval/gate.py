"""The gate: which suites there are, the documents they are asked of, and the floors under their scores."""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError
from .metrics import Scores

_HERE = Path(__file__).parent
FILE = _HERE / "gate.toml"


@dataclass(frozen=True)
class Suite:
    """A suite: `path` is its items, `folder` its documents; without one, `documents` (name → SHA-256) are wanted."""

    name: str
    path: Path
    folder: Path | None
    documents: dict[str, str]
    floors: dict[str, float]

    @classmethod
    def of(cls, name: str, entry: dict[str, Any]) -> "Suite":
        folder = _HERE.parent / entry["folder"] if "folder" in entry else None
        return cls(name, _HERE / "data" / f"{name}.jsonl", folder, entry.get("documents", {}), entry["floors"])


def choose_suites(names: Sequence[str] = ()) -> list[Suite]:
    """The suites of these names, all of them when there is no name.

    Raises:
        InputError: there is no suite of that name.
    """
    suites = {name: Suite.of(name, entry) for name, entry in tomllib.loads(FILE.read_text(encoding="utf-8")).items()}
    for name in names:
        if name not in suites:
            raise InputError(f"suite {name}: there is none; choose from {', '.join(suites)}")
    return [suites[name] for name in names or suites]


def find_documents(suite: Suite, docs: Path | None) -> list[Path]:
    """The files and folders that a suite is asked of.

    Raises:
        InputError: they are not there, or a document is not the one that the facts were taken from.
    """
    if suite.folder:
        if not suite.folder.is_dir():
            raise InputError(f"{suite.folder.name}/ is not part of this installation; run it from a clone")
        return [suite.folder]
    if docs is None:
        raise InputError("its documents are not part of the project; give their folder with --docs")
    return [_checked(docs / name, digest) for name, digest in suite.documents.items()]


def _checked(path: Path, digest: str) -> Path:
    if not path.is_file():
        raise InputError(f"{path}: no such file; give the folder that holds it with --docs")
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise InputError(f"{path}: not the text that the facts were taken from; its SHA-256 should be {digest[:12]}…")
    return path


def missed_floors(scores: Scores, floors: dict[str, float]) -> list[str]:
    """The floors that these scores do not reach, each as one line."""
    reached = {name: float(getattr(scores, name)) for name in floors}
    return [f"{name} {reached[name]:.3f} < {floor:.3f}" for name, floor in floors.items() if reached[name] < floor]
