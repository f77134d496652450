"""The folder of a run: what was asked of what, and the replies; scoring reads it and needs nothing else.

run.json              when, with which versions and settings, and each suite's index fingerprint
SUITE.answers.jsonl   one reply a line, in the suite's order
scores.json           the same for every run on the same index; latency.json is not
composed.json         composed answers beside quotes answers, where a language model was asked
outcomes.json         item → whether it passed: what a later run can be held against
sheet.jsonl           sentences of a language model for a person to judge, when they were drawn
report.html           for people; summary.md for a pull request
"""

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..errors import InputError
from ..settings import Settings
from .reply import Reply

RECORD = "run.json"
PACKAGES = ("citewell", "bm25s", "chromadb", "llama-index-core", "numpy", "sentence-transformers", "torch")
# Settings that say where, not how; an address may hold a password.
PLACES = {"home", "chroma_url", "database_url", "llm_base_url", "llm_api_key"}


@dataclass(frozen=True)
class SuiteRecord:
    """A suite in a run: `source` is its name, or its file; `skipped` says why it was not asked."""

    source: str
    index: str = ""  # fingerprint
    documents: int = 0
    skipped: str = ""


@dataclass(frozen=True)
class Run:
    """What is known of a run besides its replies; `made` is the time in UTC, ISO 8601."""

    made: str
    versions: dict[str, str]
    settings: dict[str, Any]
    suites: dict[str, SuiteRecord]

    @classmethod
    def now(cls, settings: Settings, suites: Mapping[str, SuiteRecord]) -> "Run":
        versions = {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
        made = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(made, versions, settings.model_dump(mode="json", exclude=PLACES), dict(suites))


_RUN = TypeAdapter(Run)
_REPLY = TypeAdapter(Reply)


def new_folder(folder: Path) -> Path:
    """An empty folder for a run; a run that is there already makes way.

    Raises:
        InputError: it holds something else, or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        former = list(folder.iterdir())
    except OSError as error:
        raise InputError(f"{folder}: cannot be used ({error.strerror}); give another folder with --out") from error
    if former and not (folder / RECORD).is_file():
        raise InputError(f"{folder}: holds something else than a run; give a new folder with --out")
    for file in sorted(former, key=lambda path: path.name == RECORD):  # the record last: it makes the folder a run
        file.unlink()
    return folder


def dated_folder(home: Path) -> Path:
    """Where a run goes when nothing else is said."""
    return home / "eval" / "runs" / f"{datetime.now():%Y%m%d-%H%M%S}"


def save_run(folder: Path, run: Run) -> None:
    (folder / RECORD).write_bytes(_RUN.dump_json(run, indent=1) + b"\n")


def load_run(folder: Path) -> Run:
    """Raises InputError when the folder is not that of a run."""
    try:
        return _RUN.validate_json((folder / RECORD).read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(f"{folder}: not the folder of a run; give one that citewell eval made") from error


def save_replies(folder: Path, suite: str, replies: Iterable[Reply]) -> None:
    _answers(folder, suite).write_bytes(b"".join(_REPLY.dump_json(reply) + b"\n" for reply in replies))


def load_replies(folder: Path, suite: str) -> list[Reply]:
    """Raises InputError when they are not there or damaged."""
    path = _answers(folder, suite)
    try:
        return [_REPLY.validate_json(line) for line in path.read_bytes().splitlines()]
    except (OSError, ValidationError) as error:
        raise InputError(f"{path}: cannot be read as replies; run citewell eval anew") from error


def _answers(folder: Path, suite: str) -> Path:
    return folder / f"{suite}.answers.jsonl"
