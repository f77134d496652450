"""Fixtures for all tests: no network, no setting of the user's, no state but the test's own."""

import os
from pathlib import Path

import pytest

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
