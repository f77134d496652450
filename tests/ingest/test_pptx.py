"""Presentations to blocks."""

import io
import time
import zipfile

import pptx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx.oxml import parse_xml
from pptx.presentation import Presentation
from pptx.slide import Slide
from pptx.util import Cm

from citewell.errors import DocumentError
from citewell.ingest.chunk import chunk_document
from citewell.ingest.document import Document, Metadata
from citewell.ingest.readers.pptx import read
from citewell.tests.ingest.archives import changed, check_damaged, saved, zipped

NAMES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
SLIDE = "ppt/slides/slide1.xml"
AREA = (Cm(2), Cm(4), Cm(10), Cm(5))


def add(presentation: Presentation, layout: int, title: str = "") -> Slide:
    slide = presentation.slides.add_slide(presentation.slide_layouts[layout])
    if title and slide.shapes.title:
        slide.shapes.title.text = title
    return slide


def found(presentation: Presentation) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read(saved(presentation), "a.pptx").blocks]


def test_titles_lists_texts_and_notes() -> None:
    presentation = pptx.Presentation()
    presentation.core_properties.title = "PowerPoint Presentation"
    first = add(presentation, 1, "Bin\vdays")
    frame = first.placeholders[1].text_frame
    frame.text = "paper"
    frame.add_paragraph().text = "glass\vand jars"
    frame.add_paragraph().level = 1
    first.notes_slide.notes_text_frame.text = "Say this.\nThen that."
    second = add(presentation, 6)
    second.shapes.add_textbox(*AREA).text_frame.text = "A text.\nAnother text."
    page = read(saved(presentation), "a.pptx")
    assert (page.metadata.title, page.metadata.publisher, page.metadata.published) == ("", "", None)
    assert [(block.kind, block.level, block.text, block.page) for block in page.blocks] == [
        ("heading", 1, "Bin days", 1),
        ("list", 0, "- paper\n- glass and jars", 1),
        ("text", 0, "Notes: Say this.\nThen that.", 1),
        ("heading", 1, "Slide 2", 2),
        ("text", 0, "A text.", 2),
        ("text", 0, "Another text.", 2),
    ]


def test_bullets_and_numbers_as_they_are_set() -> None:
    presentation = pptx.Presentation()
    frame = add(presentation, 6).shapes.add_textbox(*AREA).text_frame
    marks = ["buAutoNum type='arabicPeriod' startAt='3'", "buAutoNum type='alphaLcPeriod'", "buChar char='•'", "buNone"]
    for number, (mark, level) in enumerate([(marks[0], 0), (marks[0], 0), (marks[1], 1), (marks[0], 0), (marks[2], 0)]):
        paragraph = frame.add_paragraph()
        paragraph.text, paragraph.level = f"item {number}", level
        paragraph._p.get_or_add_pPr().append(parse_xml(f"<a:{mark} {NAMES}/>"))
    assert found(presentation)[1:] == [("list", "3. item 0\n4. item 1\n- item 2\n5. item 3\n- item 4")]
    content = add(presentation, 1, "More").placeholders[1].text_frame
    content.text = "plain"
    content.add_paragraph().text = "bulleted"
    content.paragraphs[0]._p.get_or_add_pPr().append(parse_xml(f"<a:{marks[3]} {NAMES}/>"))
    assert found(presentation)[3:] == [("text", "plain"), ("list", "- bulleted")]


def test_single_paragraph_of_a_placeholder_is_text() -> None:
    presentation = pptx.Presentation()
    add(presentation, 1, "Bins").placeholders[1].text_frame.text = "Bins go out on Monday."
    assert found(presentation) == [("heading", "Bins"), ("text", "Bins go out on Monday.")]


def test_table_with_merged_cells() -> None:
    presentation = pptx.Presentation()
    table = add(presentation, 5, "Bins").shapes.add_table(4, 3, *AREA).table
    for number, text in enumerate(("Area", "Bins", "", "", "Green", "Grey", "North", "4", "5", "", "6", "7")):
        table.cell(*divmod(number, 3)).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(2, 0).merge(table.cell(3, 0))
    page = read(saved(presentation), "a.pptx")
    assert page.blocks[1].text == "Area\tBins Green\tBins Grey\nNorth\t4\t5\nNorth\t6\t7"
    assert page.blocks[1].page == 1
    chunks = chunk_document(Document("a.pptx", "a.pptx", Metadata("Bins"), "0", page.blocks))
    assert chunks[-1].header == ("Area", "Bins Green", "Bins Grey")
    assert [unit.kind for unit in chunks[-1].units[-2:]] == ["row", "row"]


def test_groups_are_walked_and_alternatives_read_once() -> None:
    presentation = pptx.Presentation()
    slide = add(presentation, 6)
    group = slide.shapes.add_group_shape().shapes.add_group_shape()
    group.shapes.add_textbox(*AREA).text_frame.text = "In a group."
    shape = (
        "<p:sp><p:nvSpPr><p:nvPr/></p:nvSpPr><p:txBody><a:p><a:r><a:t>New or old.</a:t></a:r></a:p></p:txBody></p:sp>"
    )
    choice = f"<mc:Choice Requires='a14'>{shape}</mc:Choice><mc:Fallback>{shape}</mc:Fallback>"
    slide.shapes._spTree.append(parse_xml(f"<mc:AlternateContent {NAMES}>{choice}</mc:AlternateContent>"))
    assert found(presentation)[1:] == [("text", "In a group."), ("text", "New or old.")]


def test_slide_numbers_dates_and_footers_are_left_out() -> None:
    presentation = pptx.Presentation()
    slide = add(presentation, 6)
    kinds = "".join(
        f"<p:sp><p:nvSpPr><p:nvPr><p:ph type='{kind}'/></p:nvPr></p:nvSpPr>"
        f"<p:txBody><a:p><a:r><a:t>{kind}</a:t></a:r></a:p></p:txBody></p:sp>"
        for kind in ("dt", "ftr", "sldNum", "subTitle")
    )
    slide.shapes._spTree.append(parse_xml(f"<p:grpSp {NAMES}>{kinds}</p:grpSp>"))
    assert found(presentation)[1:] == [("text", "subTitle")]


def test_hidden_slides_are_left_out() -> None:
    presentation = pptx.Presentation()
    add(presentation, 5, "Old")._element.set("show", "0")
    add(presentation, 5, "New")
    page = read(saved(presentation), "a.pptx")
    assert [(block.text, block.page) for block in page.blocks] == [("New", 2)]
    assert page.warnings == ("slide 1: hidden, and left out; show it if it is to be searched",)


def test_properties() -> None:
    presentation = pptx.Presentation()
    presentation.core_properties.title = "Bin days"
    company = b"<Company>Exampleton</Company>"
    data = changed(saved(presentation), {"docProps/app.xml": lambda old: old.replace(b"<Company></Company>", company)})
    assert company in zipfile.ZipFile(io.BytesIO(data)).read("docProps/app.xml")
    assert read(data, "a.pptx").metadata == Metadata("Bin days", "Exampleton")
    presentation.core_properties.author = "Jo Smith"
    assert read(saved(presentation), "a.pptx").metadata.author == "Jo Smith"
    presentation.core_properties.author = "Microsoft Office User"
    assert read(saved(presentation), "a.pptx").metadata.author == ""


# Hostile and damaged files


def sample() -> bytes:
    presentation = pptx.Presentation()
    slide = add(presentation, 5, "Bins")
    table = slide.shapes.add_table(2, 2, *AREA).table
    table.cell(0, 0).text, table.cell(1, 1).text = "Area", "4"
    slide.notes_slide.notes_text_frame.text = "Say this."
    return saved(presentation)


SAMPLE = sample()


def refused(data: bytes) -> str:
    start = time.perf_counter()
    with pytest.raises(DocumentError) as error:
        read(data, "a.pptx")
    assert time.perf_counter() - start < 10
    assert str(error.value).startswith("a.pptx: ")
    return error.value.fault


def on_slide(xml: str) -> bytes:
    """The sample with shapes added to its slide as XML."""
    return changed(SAMPLE, {SLIDE: lambda old: old.replace(b"</p:spTree>", xml.encode() + b"</p:spTree>")})


def test_not_a_presentation() -> None:
    assert "damaged, or not a PowerPoint presentation" in refused(b"PK\x03\x04 something")
    assert "damaged, or not a PowerPoint presentation" in refused(SAMPLE[:-40])
    assert "password" in refused(b"\xd0\xcf\x11\xe0" + bytes(600))


def test_entities_do_not_expand() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><p:sld '
    assert "entities" in refused(changed(SAMPLE, {SLIDE: lambda old: old.replace(b"<p:sld ", bomb)}))


def test_deep_nesting_is_refused() -> None:
    assert "damaged" in refused(on_slide("<p:grpSp>" * 5000 + "</p:grpSp>" * 5000))


def test_too_much_markup_is_refused() -> None:
    assert "text and markup of" in refused(on_slide("<p:sp/>" * 4_000_000))


def test_slide_that_is_none_is_refused() -> None:
    assert "damaged" in refused(changed(SAMPLE, {SLIDE: lambda _: b"<html/>"}))


def test_notes_that_are_not_in_the_file_are_told() -> None:
    with zipfile.ZipFile(io.BytesIO(SAMPLE)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    del members["ppt/notesSlides/notesSlide1.xml"]
    page = read(zipped(members), "a.pptx")
    assert [block.text for block in page.blocks] == ["Bins", "Area\t\n\t4"]
    (warning,) = page.warnings
    assert warning.startswith("slide 1: its notes are not in the file, though it names them; ")
    assert not read(SAMPLE, "a.pptx").warnings


def test_charts_and_diagrams_are_told() -> None:
    uri = "http://schemas.openxmlformats.org/drawingml/2006"
    graphics = (f"<a:graphic><a:graphicData uri='{uri}/{kind}'/></a:graphic>" for kind in ("diagram", "chart", "chart"))
    page = read(on_slide("".join(f"<p:graphicFrame>{graphic}</p:graphicFrame>" for graphic in graphics)), "a.pptx")
    remedy = "which is left out; add what it says as text or as a table"
    assert page.warnings == (f"slide 1: a diagram (SmartArt), {remedy}", f"slide 1: a chart, {remedy}")


@pytest.mark.parametrize("span", ["999999999999", "x", "-3", "0", "999999"])
def test_spans_beyond_reason_are_bounded(span: str) -> None:
    cell = f"<a:tc rowSpan='{span}' gridSpan='{span}'><a:txBody><a:p><a:r><a:t>a</a:t></a:r></a:p></a:txBody></a:tc>"
    page = read(on_slide(f"<p:graphicFrame><a:tbl><a:tr>{cell}{cell}</a:tr></a:tbl></p:graphicFrame>"), "a.pptx")
    assert "a\ta" in [block.text for block in page.blocks]


@settings(max_examples=40, deadline=10_000)
@given(data=st.data())
def test_damaged_bytes(data: st.DataObject) -> None:
    check_damaged(data, read, SAMPLE, [SLIDE, "ppt/presentation.xml", "ppt/notesSlides/notesSlide1.xml"], b"a:p")
