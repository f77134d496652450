"""The ingest benchmark at a small scale: real pipelines over a few invented documents."""

from pathlib import Path

from citewell.bench import ingest
from citewell.bench.ingest import Ingested, citewell, invented, plain, table, unchanged, watched


def test_documents_are_the_same_each_time(tmp_path: Path) -> None:
    first, second = (invented(tmp_path / name, 3) for name in "ab")
    texts = [path.read_text(encoding="utf-8") for path in sorted(first.iterdir())]
    assert texts == [path.read_text(encoding="utf-8") for path in sorted(second.iterdir())]
    assert len(set(texts)) == 3
    assert all(text.count("\n\n") == ingest.PARAGRAPHS - 1 for text in texts)


def test_both_pipelines_and_once_more(tmp_path: Path) -> None:
    docs = invented(tmp_path / "docs", 2)
    own, other = citewell(docs, tmp_path / "own"), plain((256, 50), docs, tmp_path / "other")
    assert own.passages >= 4 and other.passages >= 2
    assert own.rate > 0 and other.rate > 0
    again = unchanged(docs, tmp_path / "own")
    assert 0 < again["the function"] < again["the command"]
    assert again["the function"] < own.seconds


def test_memory_is_that_of_this_process_and_those_it_started() -> None:
    with watched() as peak:
        held = bytearray(80 * 2**20)
        held[:: 2**12] = b"x" * len(held[:: 2**12])
        while not peak():
            pass
        assert peak() > 80


def test_rates_are_compared_with_the_first() -> None:
    shown = table({"Citewell": [Ingested(100, 2.0, 500)], "plain": [Ingested(30, 3.0, 600)]})
    assert [list(column.cells)[1] for column in shown.columns] == ["plain", "30", "3.0", "10", "5.00 ×", "600"]
