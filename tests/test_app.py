"""The composition root."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from citewell.app import build_eval_engine, build_store
from citewell.errors import RecipeError
from citewell.index.sync import sync
from citewell.settings import load_settings
from citewell.tests.conftest import ROOT


def test_a_suite_has_an_index_of_its_own(home: Path) -> None:
    settings = load_settings(chroma_url="http://chroma.invalid:8000")
    engine = build_eval_engine(settings, "samples")
    assert engine.store.home == home / "eval" / "samples"
    assert engine.store.documents() == []


def test_a_suite_whose_index_has_another_recipe_is_made_anew(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "note.txt").write_text("The panel met on Monday in the town hall.\n", encoding="utf-8")
    settings = load_settings()
    own = load_settings(home=home / "eval" / "samples")
    sync(build_store(own), [tmp_path / "note.txt"])
    monkeypatch.setattr("citewell.index.store.CHUNKER_VERSION", -1)
    with pytest.raises(RecipeError):
        build_store(own)
    engine = build_eval_engine(settings, "samples")
    sync(engine.store, [tmp_path / "note.txt"])
    assert [record.document for record in build_store(own).documents()] == ["note.txt"]


def test_python_app_py_serves() -> None:
    """It gets as far as the port: that it is taken is told as the command line tells it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = {**os.environ, "CITEWELL_PORT": str(taken.getsockname()[1])}
        done = subprocess.run(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("citewell: 127.0.0.1:")
