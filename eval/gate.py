"""The gate: which suites there are, the documents they are asked of, and the floors under their scores."""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InputError
from .scores import MEASURES, Scores

_HERE = Path(__file__).parent
FILE = _HERE / "gate.toml"

Found = tuple["Suite", list[Path], str]  # a suite, its documents, or why they are not here


@dataclass(frozen=True)
class Suite:
    """A suite: `path` is its items, `folder` its documents; without one, `documents` (name → SHA-256) are wanted.

    `floors` are under scores, `category_floors` under the share of a category's items that pass.
    """

    name: str
    path: Path
    folder: Path | None = None
    documents: dict[str, str] = field(default_factory=dict)
    floors: dict[str, float] = field(default_factory=dict)
    category_floors: dict[str, float] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """What `choose_suites` finds it by: its name, or its file when it is none of the gate's."""
        return self.name if self.path.parent == _HERE / "data" else str(self.path.resolve())

    @classmethod
    def of(cls, name: str, entry: dict[str, Any]) -> "Suite":
        """Raises InputError when a floor is under something that is not a share."""
        floors = entry.get("floors", {})
        for floor in floors:
            if floor not in MEASURES:
                raise InputError(f"{FILE.name}: {name}: no score is named {floor}; choose from {', '.join(MEASURES)}")
        folder = _HERE.parent / entry["folder"] if "folder" in entry else None
        path = _HERE / "data" / f"{name}.jsonl"
        return cls(name, path, folder, entry.get("documents", {}), floors, entry.get("category_floors", {}))


def choose_suites(names: Sequence[str] = ()) -> list[Suite]:
    """The suites of these names, all of them when there is no name; a name that ends in .jsonl is a suite's file.

    Raises:
        InputError: there is no suite of that name, or no such file.
    """
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))
    suites = {name: Suite.of(name, _shared(entry, entries)) for name, entry in entries.items()}
    by_path = {suite.path: suite for suite in suites.values()}
    chosen = []
    for name in names or suites:
        path = Path(name)
        if name in suites:
            chosen.append(suites[name])
        elif path.suffix == ".jsonl":
            if not path.is_file():
                raise InputError(f"suite {name}: no such file; give the path of a file of items")
            chosen.append(by_path.get(path.resolve(), Suite(path.stem, path)))
        else:
            raise InputError(f"suite {name}: there is none; choose from {', '.join(suites)}, or give a .jsonl file")
    return chosen


def _shared(entry: dict[str, Any], entries: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The entry of a suite; with the documents of another where it names that suite in their place."""
    named = entry.get("documents")
    return {**entry, "documents": entries[named]["documents"]} if isinstance(named, str) else entry


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
    return [_checked(docs / name, digest) for name, digest in suite.documents.items()] or [docs]


def at_hand(suites: Iterable[Suite], docs: Path | None, strict: bool = False) -> Iterator[Found]:
    """Each suite with its documents, or with the reason that they are not here.

    Args:
        strict: raise for that reason.

    Raises:
        InputError: when strict, the documents of a suite are not here.
    """
    for suite in suites:
        try:
            yield suite, find_documents(suite, docs), ""
        except InputError as error:
            if strict:
                raise InputError(f"suite {suite.name}: {error}") from error
            yield suite, [], str(error)


def _checked(path: Path, digest: str) -> Path:
    if not path.is_file():
        raise InputError(f"{path}: no such file; give the folder that holds it with --docs")
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise InputError(f"{path}: not the text that the facts were taken from; its SHA-256 should be {digest[:12]}…")
    return path


def missed_floors(scores: Scores, suite: Suite) -> list[str]:
    """The floors that these scores do not reach, each as one line; a score that nothing speaks to reaches none."""
    overall = {name: score.value for name, score in scores.overall.items()}
    categories = {name: category.score.value for name, category in scores.categories.items()}
    return [*_missed(overall, suite.floors), *_missed(categories, suite.category_floors)]


def _missed(reached: Mapping[str, float], floors: Mapping[str, float]) -> list[str]:
    return [
        f"{name} {f'{reached[name]:.3f}' if name in reached else 'not measured'} < {floor:.3f}"
        for name, floor in floors.items()
        if reached.get(name, -1.0) < floor
    ]
