"""The corpus' main report as DOCX, HTML and PDF: the same tables come out, and the same figures are answered.

The renderings are made here from the text, which is kept beside the repository; skipped where it is not.
"""

import io
from collections.abc import Callable
from html import escape
from pathlib import Path

import docx
import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate
from reportlab.platypus import Table as PdfTable

from citewell.app import build_engine
from citewell.engine.answer import Question
from citewell.engine.engine import Engine
from citewell.index.sync import sync
from citewell.ingest.document import Block, Document, Table
from citewell.ingest.find import find_files
from citewell.ingest.read import read_document
from citewell.settings import load_settings

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the folder shared/corpus is not beside the repository")


@pytest.fixture(scope="module")
def report() -> Document:
    return max((read_document(path) for path in find_files([CORPUS]).files), key=lambda document: len(document.text))


def as_html(report: Document) -> bytes:
    def element(block: Block) -> str:
        if block.table:
            rows = [block.table.header, *block.table.rows]
            cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
            return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
        if block.kind == "heading":
            return f"<h{min(block.level, 6)}>{escape(block.text)}</h{min(block.level, 6)}>"
        return "".join(f"<p>{escape(line)}</p>" for line in block.text.split("\n"))

    body = "".join(map(element, report.blocks))
    title = escape(report.metadata.title)
    return f"<html><head><title>{title}</title></head><body><main>{body}</main></body></html>".encode()


def as_docx(report: Document) -> bytes:
    document = docx.Document()
    for block in report.blocks:
        if block.table:
            rows = [block.table.header, *block.table.rows]
            table = document.add_table(len(rows), len(rows[0]))
            for row, cells in zip(table.rows, rows, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
        elif block.kind == "heading":
            document.add_heading(block.text, min(block.level, 9))
        else:
            for line in block.text.split("\n"):
                document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def as_pdf(report: Document) -> bytes:
    styles = getSampleStyleSheet()
    cell_style = ParagraphStyle("cell", parent=styles["BodyText"], fontSize=9, leading=11)

    def flowable(block: Block) -> list[Flowable]:
        if block.table:
            rows = [block.table.header, *block.table.rows]
            cells = [[Paragraph(escape(cell), cell_style) for cell in row] for row in rows]
            return [PdfTable(cells, repeatRows=1, style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)])]
        if block.kind == "heading":
            return [Paragraph(escape(block.text), styles[f"Heading{min(block.level, 6)}"])]
        return [Paragraph(escape(line), styles["BodyText"]) for line in block.text.split("\n")]

    file = io.BytesIO()
    SimpleDocTemplate(file, pagesize=A4).build([part for block in report.blocks for part in flowable(block)])
    return file.getvalue()


RENDERINGS: dict[str, Callable[[Document], bytes]] = {"docx": as_docx, "html": as_html, "pdf": as_pdf}


@pytest.fixture(scope="module", params=list(RENDERINGS))
def rendered(request: pytest.FixtureRequest, report: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rendered") / f"report.{request.param}"
    path.write_bytes(RENDERINGS[request.param](report))
    return path


def table(document: Document, head: str) -> Table:
    [found] = [b.table for b in document.blocks if b.table and head in b.table.header[0]]
    return found


@pytest.mark.parametrize("head", ["Job Role", "Closure"])
def test_the_tables_are_the_same(report: Document, rendered: Path, head: str) -> None:
    wanted, got = table(report, head), table(read_document(rendered), head)
    assert (got.header, got.rows) == (wanted.header, wanted.rows)


@pytest.fixture(scope="module")
def engine(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = build_engine(load_settings(home=tmp_path_factory.mktemp("home")))
    assert not sync(engine.store, [rendered]).failures
    return engine


def test_every_figure_of_the_tables_is_answered(report: Document, rendered: Path, engine: Engine) -> None:
    pages = {block.table: block.page for block in read_document(rendered).blocks if block.table}
    asked = [(row, f"What percentage of {row[0]} is agency?") for row in table(report, "Job Role").rows]
    asked += [
        (row, f"What percentage of referrals was closed because: {row[0]}?") for row in table(report, "Closure").rows
    ]
    wrong = []
    for row, question in asked:
        answer = engine.ask(Question(question))
        cited = [citation for citation in answer.citations if citation.quote == "\t".join(row)]
        if not (answer.statements and row[-1] in answer.statements[0].text and cited):
            wrong.append((question, answer.text[:200]))
        elif rendered.suffix == ".pdf":
            [page] = {page for data, page in pages.items() if row in data.rows}
            assert cited[0].locator.startswith(f"p. {page} ")
    assert wrong == []
