"""The baseline: which items passed before, so that one that is lost is told by its name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ..errors import InputError
from .metrics import mcnemar

Outcomes = dict[str, dict[str, bool]]  # suite → item → whether it passed

COMMITTED = Path(__file__).with_name("baseline.json")
NAME = "baseline"  # what the committed one is called on the command line
FILE = "outcomes.json"  # in the folder of a run
_OUTCOMES = TypeAdapter(Outcomes, config=ConfigDict(strict=True))


@dataclass(frozen=True)
class Comparison:
    """A suite's items that pass now and did not before, and the other way round, with McNemar's exact p-value.

    `new` items were not in the baseline; `gone` ones passed there and are asked no more.
    """

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    p: float


def compare(before: Mapping[str, bool], now: Mapping[str, bool]) -> Comparison:
    """The items of a suite in two runs, pair by pair."""
    both = [item for item in now if item in before]
    gained = tuple(item for item in both if now[item] > before[item])
    lost = tuple(item for item in both if now[item] < before[item])
    new = tuple(item for item in now if item not in before)
    gone = tuple(item for item, passed in before.items() if passed and item not in now)
    return Comparison(gained, lost, new, gone, mcnemar(len(gained), len(lost)))


def load_outcomes(path: Path) -> Outcomes:
    """The outcomes in a file, or in the folder of a run; `baseline` is the committed one.

    Raises:
        InputError: there are none.
    """
    if str(path) == NAME:
        path = COMMITTED
    file = path / FILE if path.is_dir() else path
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; give that of a run")
    try:
        return _OUTCOMES.validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(f"{path}: holds no outcomes; give the folder of a run, or the word {NAME}") from error


def save_outcomes(outcomes: Outcomes, file: Path) -> None:
    """Write outcomes, an item a line and in order of their names, so that a change shows what changed."""
    ordered = {suite: dict(sorted(items.items())) for suite, items in sorted(outcomes.items())}
    file.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Accepted:
    """A suite's new baseline: how many items must pass, and those of the former one that need not any more."""

    suite: str
    held: int
    given_up: tuple[str, ...]

    def lines(self) -> list[str]:
        """What to tell a person."""
        given_up = [f"{self.suite}: need not pass any more: {item}" for item in self.given_up]
        return [*given_up, f"{self.suite}: {self.held} items must pass"]


def accept(run: Path) -> list[Accepted]:
    """Commit what passed in a run as the baseline of its suites; other suites keep theirs.

    Raises:
        InputError: it is not a run that was scored.
    """
    outcomes, former = load_outcomes(run), load_outcomes(COMMITTED)
    save_outcomes(former | outcomes, COMMITTED)
    changes = {suite: compare(former.get(suite, {}), items) for suite, items in outcomes.items()}
    return [
        Accepted(suite, sum(outcomes[suite].values()), (*change.lost, *change.gone))
        for suite, change in changes.items()
    ]
