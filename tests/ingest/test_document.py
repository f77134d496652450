"""What a file becomes."""

from datetime import date

from citewell.ingest.document import Metadata, layered


def test_layered() -> None:
    first, second = Metadata(title="A"), Metadata(title="B", published=date(2024, 1, 2))
    assert layered(first, second) == Metadata(title="A", published=date(2024, 1, 2))
    assert layered() == Metadata()
