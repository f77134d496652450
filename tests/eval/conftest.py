"""A small suite over a small document."""

import json
from pathlib import Path

import pytest

from citewell.eval.gate import Suite

NOTE = "# Agency staff\n\nIn July 2024 the share of agency social workers was 37.7%. The panel met in Hyde Town Hall.\n"
ITEMS = [
    {"id": "share", "category": "figure", "question": "What was the share of agency social workers in July 2024?",
     "answerable": True, "facts": [["37.7%"]], "sources": ["note.md"], "where": {"section": "Agency staff"}},
    {"id": "wrong", "category": "list", "question": "What was the share of agency social workers?",
     "answerable": True, "facts": [["99%"]], "sources": ["note.md"], "where": {"section": "Agency staff"}},
]  # fmt: skip


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """Two items: the first is answered, the second one's fact is not in the document."""
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "note.md").write_text(NOTE, encoding="utf-8")
    path = tmp_path / "small.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in ITEMS), encoding="utf-8")
    return Suite("small", path, tmp_path / "papers", {}, {"accuracy": 0.85}, {"list": 1.0})
