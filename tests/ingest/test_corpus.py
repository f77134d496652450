"""The readers over real pages, which are kept beside the repository; skipped where they are not."""

from datetime import date
from pathlib import Path

import pytest

from citewell.ingest.document import Document, Table
from citewell.ingest.find import find_files
from citewell.ingest.read import read_document

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the folder shared/corpus is not beside the repository")


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return [read_document(path) for path in find_files([CORPUS]).files]


@pytest.fixture(scope="module")
def report(documents: list[Document]) -> Document:
    return max(documents, key=lambda document: len(document.text))


def tables(document: Document) -> list[Table]:
    return [block.table for block in document.blocks if block.table]


def test_report_metadata(report: Document) -> None:
    assert report.metadata.title.startswith("Commissioner's report")
    assert report.metadata.author.endswith("Andy Couldrick")
    assert report.metadata.published == date(2024, 7, 1)


def test_agency_table(report: Document) -> None:
    (table,) = (table for table in tables(report) if table.header[0] == "Job Role")
    assert "agency staff" in table.caption
    assert len(table.header) == 4
    assert len(table.rows) == 6
    assert ("Social Worker", "93", "56", "37.7%") in table.rows
    assert ("Senior Practitioner", "19", "39", "67.2%") in table.rows


def test_closure_table(report: Document) -> None:
    (table,) = (table for table in tables(report) if "Closure" in table.header[0])
    assert "reasons for closure" in table.caption
    assert len(table.rows) == 10
    assert table.rows[0][1] == "70.6%"
    assert ("Adopted", "0.1%") in table.rows


def test_appendix_tables(report: Document) -> None:
    assert len(tables(report)) == 12
    assert all(table.caption for table in tables(report))
    assert not any("<" in cell for table in tables(report) for row in table.rows for cell in row)


def test_report_headings(report: Document) -> None:
    top = [block.text for block in report.blocks if block.kind == "heading" and block.level == 2]
    assert len(top) == 16
    assert "Workforce" in top
    assert not any("\t" in block.text and block.kind != "table" for block in report.blocks)


def test_news_pages_are_without_furniture(documents: list[Document]) -> None:
    text = "\n".join(document.text for document in documents)
    for furniture in ("On Air Now", "°C", "Image source", "Photo by", "Leave a Reply", "Get in touch", "email address"):
        assert furniture not in text


def test_dates_and_publishers_are_not_guessed(documents: list[Document]) -> None:
    assert (
        sorted(str(document.metadata.published) for document in documents)
        == ["2024-07-01", "2024-09-17"] + ["None"] * 3
    )
    assert sum("BBC" in document.metadata.publisher for document in documents) == 1
    assert sum(not document.metadata.publisher for document in documents) == 4
