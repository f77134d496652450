"""Scanned pages to blocks, by the real tesseract where it is there."""

import io
import time
from collections.abc import Callable
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, Table

from citewell.errors import DocumentError
from citewell.ingest.chunk import chunk_document
from citewell.ingest.document import Document, Metadata
from citewell.ingest.readers import ocr, pdf
from citewell.ingest.readers.ocr import UNCLEAR, Seen
from citewell.ingest.readers.pdf_lines import Word
from citewell.tests.ingest.printed import BODY, PROSE, STAFF, story

needs_tesseract = pytest.mark.skipif(not ocr.is_there(), reason="pytesseract or the program tesseract is not installed")
TITLE = ParagraphStyle("title", parent=BODY, fontName="Helvetica-Bold", fontSize=18, leading=24)
RULED = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
READ = "read by OCR; check figures against the original"


def scanned(data: bytes, dpi: int = 300, change: Callable[[Image.Image], Image.Image] = lambda image: image) -> bytes:
    """The pages of a PDF as pictures of them."""
    file = io.BytesIO()
    canvas = Canvas(file)
    for page in pdfium.PdfDocument(data):
        picture = change(page.render(scale=dpi / 72, grayscale=True).to_pil())
        canvas.setPageSize(page.get_size())
        canvas.drawImage(ImageReader(picture), 0, 0, *page.get_size())
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def blocks(data: bytes) -> list[tuple[str, int, str, int | None]]:
    return [(block.kind, block.level, block.text, block.page) for block in pdf.read(data, "a.pdf").blocks]


def tabbed(rows: list[list[str]]) -> str:
    return "\n".join("\t".join(row) for row in rows)


@needs_tesseract
def test_scan_is_read_as_the_printed_pages_are() -> None:
    data = story(
        Paragraph("Waste in Exampleton", TITLE),
        Paragraph(PROSE, BODY),
        Paragraph(PROSE, BODY),
        PageBreak(),
        Paragraph("Table 1: Staff by role", BODY),
        Table(STAFF, style=RULED),
        Paragraph(PROSE, BODY),
    )
    page = pdf.read(scanned(data), "a.pdf")
    assert [(block.kind, block.level, block.text, block.page) for block in page.blocks] == [
        ("heading", 1, "Waste in Exampleton", 1),
        ("text", 0, PROSE, 1),
        ("text", 0, PROSE, 1),
        ("text", 0, "Table 1: Staff by role", 2),
        ("table", 0, tabbed(STAFF), 2),
        ("text", 0, PROSE, 2),
    ]
    assert page.warnings == (f"pages 1, 2: {READ}",)
    chunks = chunk_document(Document("/a.pdf", "a.pdf", Metadata("Waste"), "0", page.blocks))
    assert all("(scanned)" in chunk.locator for chunk in chunks)
    assert not any(block.scanned for block in pdf.read(data, "a.pdf").blocks)


@needs_tesseract
def test_table_without_rules() -> None:
    data = story(Paragraph(PROSE, BODY), Table(STAFF, colWidths=[210, 80, 85, 100]), Paragraph(PROSE, BODY))
    assert ("table", 0, tabbed(STAFF), 1) in blocks(scanned(data))


@needs_tesseract
def test_scan_that_is_aslant() -> None:
    data = story(Paragraph(PROSE, BODY), Table(STAFF, style=RULED), Paragraph(PROSE, BODY))
    slanting = scanned(data, 200, lambda image: image.rotate(-1.2, Image.Resampling.BICUBIC, fillcolor=255))
    found = [text for _, _, text, _ in blocks(slanting)]
    assert found[0] == found[-1] == PROSE
    rows = [line.split("\t") for line in found[1].splitlines()]
    assert [len(row) for row in rows] == [4] * 5
    pairs = [pair for row, wanted in zip(rows, STAFF, strict=True) for pair in zip(row, wanted, strict=True)]
    assert all(cell in {wanted, UNCLEAR} for cell, wanted in pairs)
    assert sum(cell == wanted for cell, wanted in pairs) >= 18


@needs_tesseract
def test_two_columns_that_are_not_level() -> None:
    def draw(canvas: Canvas, x: float, y: float, word: str) -> None:
        for number in range(12):
            canvas.drawString(x, y - 14 * number, f"The {word} crew empties the bins of ward {number + 10}")

    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    canvas.setFont("Helvetica", 11)
    draw(canvas, 40, 706, "first"), draw(canvas, 310, 700, "second")
    canvas.save()
    text = " ".join(text for _, _, text, _ in blocks(scanned(file.getvalue())))
    figures = [word for word in text.split() if word.isdigit() or word == UNCLEAR]
    wanted = [str(number + 10) for number in range(12)] * 2
    assert text.rindex("first") < text.index("second")
    assert all(figure in {right, UNCLEAR} for figure, right in zip(figures, wanted, strict=True))
    assert figures.count(UNCLEAR) <= 2


@needs_tesseract
def test_page_among_others_keeps_its_number() -> None:
    file = io.BytesIO()
    canvas = Canvas(file)
    canvas.drawString(72, 700, "Bins")
    canvas.showPage()
    canvas.showPage()
    picture = pdfium.PdfDocument(story(Paragraph(PROSE, BODY)))[0].render(scale=3).to_pil()
    canvas.drawImage(ImageReader(picture), 0, 0, *A4)
    canvas.save()
    page = pdf.read(file.getvalue(), "a.pdf")
    assert [(block.text, block.page) for block in page.blocks] == [("Bins", 1), (PROSE, 3)]
    assert page.warnings == (f"page 3: {READ}",)


STAMP = ["Exampleton Council", "RECEIVED 12 MAY 2022"]


@needs_tesseract
@pytest.mark.parametrize("turn", [0, 90])
def test_words_on_a_scan_stay_and_the_rest_is_read(turn: int) -> None:
    picture = pdfium.PdfDocument(story(Paragraph(PROSE, BODY)))[0].render(scale=3).to_pil()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(A4[1], A4[0]) if turn else A4)
    canvas.setPageRotation(turn)
    if turn:
        canvas.translate(A4[1], 0)
        canvas.rotate(90)
    canvas.drawImage(ImageReader(picture), 0, 0, *A4)
    for number, text in enumerate(STAMP):
        canvas.drawString(300, 500 - 40 * number, text)
    canvas.save()
    page = pdf.read(file.getvalue(), "a.pdf")
    assert [block.text for block in page.blocks] == [PROSE, *STAMP]
    assert page.warnings == (f"page 1: mostly a picture; {READ}",)


@needs_tesseract
def test_picture_that_has_no_more_words_is_not_told() -> None:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    canvas.drawImage(ImageReader(Image.new("L", (9, 9), 230)), 0, 0, *A4)
    canvas.drawString(72, 700, "The bins of Exampleton")
    canvas.save()
    page = pdf.read(file.getvalue(), "a.pdf")
    assert [block.text for block in page.blocks] == ["The bins of Exampleton"]
    assert not page.warnings


def noisy(image: Image.Image) -> Image.Image:
    """A picture as a poor fax leaves it."""
    small = image.resize((image.width // 4, image.height // 4))
    return small.point(lambda value: 255 * (value > 110)).resize(image.size)


@needs_tesseract
def test_page_that_cannot_be_read_for_certain_is_left_out() -> None:
    rows = [[f"{number * 37 % 1000 / 10}%" for number in range(row, row + 6)] for row in range(1, 30)]
    with pytest.raises(DocumentError, match=r"^a\.pdf: page 1: left out, as OCR is not sure of too many"):
        pdf.read(scanned(story(Table(rows)), change=noisy), "a.pdf")


@needs_tesseract
def test_picture_without_words() -> None:
    with pytest.raises(DocumentError, match=r"^a\.pdf: page 1: (?:no text, and none that OCR finds|left out)"):
        pdf.read(scanned(story(Paragraph(".", BODY)), change=lambda image: image.point(lambda _: 180)), "a.pdf")


@needs_tesseract
def test_accuracy_and_speed() -> None:
    data = scanned(story(*[Paragraph(PROSE, BODY)] * 9), 200)
    start = time.perf_counter()
    text = "\n".join(text for _, _, text, _ in blocks(data))
    assert time.perf_counter() - start < 3 * ocr.MAX_SECONDS
    assert SequenceMatcher(None, text, "\n".join([PROSE] * 9), autojunk=False).ratio() > 0.995


# Without tesseract


@pytest.fixture
def picture() -> dict[str, object]:
    return {"wide": 1, "high": 1, "scale": 0.24, "pixels": ""}


def test_without_ocr_the_pages_are_named_with_the_remedy() -> None:
    scans = ocr.Scans(can_read=False)
    for number in (2, 3, 4, 7, 9, 10):
        assert scans.read(number, None) == ([], [])
    (warning,) = scans.warnings()
    assert warning.startswith("pages 2 to 4, 7, 9, 10: no text, scanned?; left out; ")
    assert 'pip install "citewell[ocr]", and the program tesseract' in warning


def test_pages_that_are_mostly_a_picture_are_told_as_such() -> None:
    scans = ocr.Scans(can_read=False)
    stamp = Word("RECEIVED", 72, 120, 700, 11, False)
    assert scans.read(1, None) == ([], [])
    assert scans.read(2, None, [stamp]) == ([stamp], [])
    assert [warning[:41] for warning in scans.warnings()] == [
        "page 1: no text, scanned?; left out; to h",
        "page 2: mostly a picture, scanned?, which",
    ]


@pytest.mark.parametrize("name", ["find_spec", "which"])
def test_ocr_is_there_only_with_the_package_and_the_program(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    monkeypatch.setattr("shutil.which", lambda _: "/bin/tesseract")
    assert ocr.is_there()
    monkeypatch.setattr(f"{'importlib.util' if name == 'find_spec' else 'shutil'}.{name}", lambda _: None)
    assert not ocr.is_there()


def test_pages_that_take_too_long_end_the_trying(monkeypatch: pytest.MonkeyPatch, picture: dict[str, object]) -> None:
    tried = []

    def slow(page: object) -> None:
        tried.append(page)
        raise RuntimeError("Tesseract process timeout")

    monkeypatch.setattr(ocr, "_page", slow)
    scans = ocr.Scans(can_read=True)
    for number in range(1, 9):
        scans.read(number, picture)
    assert len(tried) == 3
    assert scans.warnings()[0].startswith("pages 1 to 8: left out, as OCR takes more than 20 seconds; ")


def test_pages_over_the_limit_and_pages_that_fail(monkeypatch: pytest.MonkeyPatch, picture: dict[str, object]) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("no language")

    monkeypatch.setattr(ocr, "_page", fail)
    scans = ocr.Scans(can_read=True)
    scans.read(1, picture), scans.read(2, None)
    assert [warning.split(";")[0] for warning in scans.warnings()] == [
        "page 1: left out, as tesseract fails on it",
        "page 2: no text, and left out: 200 pages of a file are read by OCR",
    ]


@needs_tesseract
def test_no_more_pages_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "MAX_PAGES", 1)
    data = story(Paragraph(PROSE, BODY), PageBreak(), Paragraph("More.", BODY))
    page = pdf.read(scanned(data, 200), "a.pdf")
    assert [block.page for block in page.blocks] == [1]
    assert page.warnings[1].startswith("page 2: no text, and left out: ")


# What is clear


def seen(text: str, left: float = 0, top: float = 0, sure: int = 95) -> Seen:
    return Seen(text, left, top, left + 30, top + 10, top + 10, 12, 0, sure)


def clear(first: Seen, *second: Seen) -> list[str]:
    return [word.text for word in ocr._clear([first], second)]


def test_figure_counts_where_both_readings_agree() -> None:
    assert clear(seen("66.7%"), seen("66.7%", 2, 1)) == ["66.7%"]
    assert clear(seen("66.7%"), seen("66.1%")) == [UNCLEAR]
    assert clear(seen("66.7%"), seen("66.7%", left=100)) == [UNCLEAR]
    assert clear(seen("66.7%"), seen("66.7%", top=40)) == [UNCLEAR]
    assert clear(seen("66.7%", sure=79), seen("66.7%")) == [UNCLEAR]
    assert clear(seen("66.7%")) == [UNCLEAR]


@pytest.mark.parametrize("text", ["36,07", "£160.819", "46]", "47A6", "18/41/2016", "l2", "1O", "[2/11/2019", "1,6096"])
def test_forms_that_no_figure_has(text: str) -> None:
    assert clear(seen(text), seen(text)) == [UNCLEAR]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1",
            "36.07",
            "£160,819",
            "1,234,567.50",
            "0.377",
            "(12)",
            "[4]",
            "18/11/2016",
            "2023/24",
            "3rd",
            "10am",
            "A4",
        ),
        *("£3m", "5.2.1", "12:30", "S47", "1AA", "2023-24", "66.7%,", "M25."),
    ],
)
def test_forms_that_figures_have(text: str) -> None:
    assert clear(seen(text), seen(text)) == [text]


def test_words_and_noise() -> None:
    assert clear(seen("bins", sure=60)) == ["bins"]
    assert clear(seen("bins", sure=59)) == [UNCLEAR]
    assert clear(seen("Z")) == [UNCLEAR]
    assert clear(seen("a")) == ["a"]
    assert [clear(seen(text)) for text in ("|", "=|", "...—")] == [[], [], []]
    assert clear(seen("–", sure=90)) == ["–"]
    assert clear(seen("–", sure=30)) == []


# Ruled lines


def test_rules_are_found_and_painted_over_and_letters_are_not() -> None:
    gray = np.full((400, 600), 255, np.uint8)
    gray[50:52, 40:560] = gray[150:152, 40:560] = 0
    gray[50:152, 40:42] = gray[50:152, 300:303] = 0
    gray[300:370, 200:205] = 0  # as tall as a letter of a title
    gray[200:280, 60:200] = 0  # a box filled with black
    clean, rules = ocr._without_rules(gray, 0.24)
    places = {
        (round(sum(rule[1::2]) / 2 / 10), "across") if rule[1] == rule[3] else (round(rule[0] / 10), "down")
        for rule in rules
    }
    assert places == {(5, "across"), (15, "across"), (4, "down"), (30, "down")}
    assert clean[51, 100] == clean[100, 301] == 255
    assert clean[330, 202] == clean[240, 100] == 0


def test_drawing_has_no_rules() -> None:
    gray = np.full((3000, 2000), 255, np.uint8)
    gray[::6, :] = 0
    gray[::6, ::100] = 255
    assert ocr._rules(gray, 0.24) == []


def test_pages_in_runs() -> None:
    runs = {(1,): "page 1", (1, 2): "pages 1, 2", (1, 2, 3): "pages 1 to 3", (1, 3, 4, 5, 9): "pages 1, 3 to 5, 9"}
    assert {numbers: ocr.pages_named(numbers) for numbers in runs} == runs
    assert all(a != b for a, b in pairwise(runs.values()))
