"""A store in an empty home, filled by a small deterministic embedder."""

from collections.abc import Callable
from pathlib import Path

import pytest

from citewell.index.store import Store, connect
from citewell.settings import load_settings
from citewell.tests.index.fake_embedder import FakeEmbedder

OpenStore = Callable[..., Store]

PAPERS = {
    "agency.md": """---
title: Agency cover
date: 2024-07-01
---

# Agency cover

Agency cover is counted by role.

| Role | Permanent | Agency share |
|---|---|---|
| Team Manager | 36 | 29.4% |
| Social Worker | 93 | 37.7% |
""",
    "visits.txt": "Visits to families\n\n3 March 2025\n\nOne family met 17 social workers. The panel was told.\n",
    "ponds.md": """# Ponds

Ducks live on the pond in the park.

- Mallards stay all year.
- Teals leave in spring.
""",
}


@pytest.fixture
def open_store(home: Path) -> OpenStore:
    """Opens the store of the test's home, as another process would, with the fake embedder or another."""

    def opened(embedder: FakeEmbedder | None = None, rebuild: bool = False) -> Store:
        return Store(connect(load_settings()), embedder or FakeEmbedder(), home, rebuild)

    return opened


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store()


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A folder with three small documents."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, text in PAPERS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
