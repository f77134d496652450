"""Fixtures for all tests: no network, no setting of the user's, no state but the test's own."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from citewell.cli import main

os.environ["HF_HUB_OFFLINE"] = "1"
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty CITEWELL_HOME, and no other setting in the environment."""
    for name in os.environ:
        if name.startswith("CITEWELL_"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    monkeypatch.setenv("CITEWELL_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of sample documents."""
    return ROOT / "samples"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The real reports, where they lie beside the repository."""
    folder = ROOT.parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip(f"the reports are not at {folder}")
    return folder


class Run:
    """What a command line gave: exit code, standard output and error."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> str:
        """The one line of a command that changed nothing."""
        assert (self.code, self.out, self.err.count("\n")) == (2, "", 1), (self.code, self.out, self.err)
        return self.err

    @property
    def fault(self) -> str:
        """As `error`, of a command that may have told its progress."""
        assert (self.code, self.out) == (2, "")
        told = [line for line in self.err.splitlines() if not line[:1].isdigit()]  # progress begins with a number
        assert len(told) == 1, told
        assert told[0].startswith("citewell: ")
        return told[0]


Cli = Callable[..., Run]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    def run(*arguments: object) -> Run:
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
        assert isinstance(exit_.value.code, int)
        return Run(exit_.value.code, *capsys.readouterr())

    return run
