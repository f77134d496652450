"""Word documents to blocks."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import docx
import pytest
from docx.document import Document as Word
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st

from citewell.errors import DocumentError
from citewell.ingest.caption import captioned
from citewell.ingest.chunk import chunk_document
from citewell.ingest.document import Document, Metadata
from citewell.ingest.readers import Page
from citewell.ingest.readers.docx import CUSTOM_PROPERTIES, read
from citewell.tests.ingest.archives import changed, check_damaged, saved

NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
PART = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def add(word: Word, xml: str) -> None:
    """Add raw XML to the end of the body."""
    start, end, rest = xml.partition(">")
    word.element.body.insert_element_before(parse_xml(f"{start} {NAMES}{end}{rest}"), "w:sectPr")


def blocks(page: Page) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, block.text) for block in page.blocks]


def texts(word: Word) -> list[str]:
    return [block.text for block in read(saved(word), "a.docx").blocks]


def test_headings_paragraphs_and_lists() -> None:
    word = docx.Document()
    word.core_properties.title = "Word Document"
    word.add_paragraph("Bin days", "Title")
    word.add_heading("Collections", 1)
    word.add_paragraph("Bins go out\ton Monday.\nEarly.")
    word.add_heading("Garden\nwaste", 2)
    for text in ("paper", "glass"):
        word.add_paragraph(text, "List Bullet")
    word.add_paragraph("")
    for text in ("rinse", "sort"):
        word.add_paragraph(text, "List Number")
    word.add_paragraph("Done.")
    page = read(saved(word), "a.docx")
    assert (page.metadata.title, page.metadata.publisher, page.metadata.published) == ("Bin days", "", None)
    assert blocks(page) == [
        ("heading", 1, "Collections"),
        ("text", 0, "Bins go out on Monday.\nEarly."),
        ("heading", 2, "Garden waste"),
        ("list", 0, "- paper\n- glass\n1. rinse\n2. sort"),
        ("text", 0, "Done."),
    ]


def test_heading_by_base_style_and_by_outline_level() -> None:
    word = docx.Document()
    word.styles.add_style("Annex", 1).base_style = word.styles["Heading 3"]
    word.add_paragraph("Costs", "Annex")
    localised = word.styles.add_style("Rubrik", 1)
    localised.element.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {NAMES} w:val="1"/>'))
    word.add_paragraph("Kostnader", "Rubrik")
    add(word, '<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>Direct</w:t></w:r></w:p>')
    add(word, '<w:p><w:pPr><w:outlineLvl w:val="9"/></w:pPr><w:r><w:t>Body</w:t></w:r></w:p>')
    assert blocks(read(saved(word), "a.docx")) == [
        ("heading", 3, "Costs"),
        ("heading", 2, "Kostnader"),
        ("heading", 1, "Direct"),
        ("text", 0, "Body"),
    ]


def test_styles_based_on_each_other_in_a_circle() -> None:
    word = docx.Document()
    one, two = word.styles.add_style("One", 1), word.styles.add_style("Two", 1)
    one.base_style, two.base_style = two, one
    word.add_paragraph("Text", "One")
    assert texts(word) == ["Text"]


NUMBERING = f"""<w:numbering {NAMES}><w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/></w:lvl>
<w:lvl w:ilvl="2"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="7"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num></w:numbering>"""


def item(text: str, level: int, number: int = 1) -> str:
    place = f'<w:ilvl w:val="{level}"/><w:numId w:val="{number}"/>'
    return f"<w:p><w:pPr><w:numPr>{place}</w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_numbers_are_counted_as_word_counts_them() -> None:
    word = docx.Document()
    for xml in (item("a", 0), item("b", 1), item("c", 2), item("d", 2), item("e", 0), item("f", 2)):
        add(word, xml)
    word.add_paragraph("Text")
    for xml in (item("g", 0), item("h", 0, 2), item("i", 0, 99)):
        add(word, xml)
    add(word, item("no list", 0, 0))
    data = changed(saved(word), {"word/numbering.xml": lambda _: NUMBERING.encode()})
    assert [block.text for block in read(data, "a.docx").blocks] == [
        "3. a\n- b\n1. c\n2. d\n4. e\n1. f",
        "Text",
        "5. g\n1. h\n- i",
        "no list",
    ]


def test_table_becomes_rows_under_its_header() -> None:
    word = docx.Document()
    word.add_paragraph("Table 1: Bins by area.", "Caption")
    table = word.add_table(3, 3)
    for row, cells in zip(
        table.rows, (("Area", "Bins", "Late"), ("North", "12", "1"), ("South", "9", "")), strict=True
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    page = read(saved(word), "a.docx")
    assert [block.kind for block in page.blocks] == ["text", "table"]
    document = Document("a.docx", "a.docx", Metadata("Bins"), "0", tuple(captioned(page.blocks)))
    chunk = chunk_document(document)[-1]
    assert chunk.header == ("Area", "Bins", "Late")
    assert chunk.caption == "Bins by area"
    rows = [chunk.text[unit.start : unit.end] for unit in chunk.units if unit.kind == "row"]
    assert rows == ["North\t12\t1", "South\t9\t–"]


def test_caption_below_a_table_goes_above_it() -> None:
    word = docx.Document()
    table = word.add_table(2, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Area", "Bins"
    word.add_paragraph("Table 1: Bins by area.", "Caption")
    word.add_paragraph("Text")
    assert texts(word) == ["Table 1: Bins by area.", "Area\tBins", "Text"]


def test_merged_cells_repeat_their_text() -> None:
    word = docx.Document()
    table = word.add_table(4, 3)
    for number, text in enumerate(("Area", "Bins", "", "", "Green", "Grey", "North", "4", "5", "", "6", "7")):
        table.cell(*divmod(number, 3)).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(2, 0).merge(table.cell(3, 0))
    assert texts(word) == ["Area\tBins Green\tBins Grey\nNorth\t4\t5\nNorth\t6\t7"]


def test_title_row_of_a_table_and_header_of_one_word() -> None:
    word = docx.Document()
    for merged in (True, False):
        table = word.add_table(3, 2)
        for number, text in enumerate(("Bins", "", "Area", "Number", "North", "4")):
            table.cell(*divmod(number, 2)).text = text
        if merged:
            table.cell(0, 0).merge(table.cell(0, 1))
        word.add_paragraph("Between")
    assert texts(word) == ["Bins", "Area\tNumber\nNorth\t4", "Between", "Bins\t\nArea\tNumber\nNorth\t4", "Between"]


def test_lists_and_tables_in_cells() -> None:
    word = docx.Document()
    table = word.add_table(2, 2)
    table.cell(0, 0).text, table.cell(0, 1).text, table.cell(1, 0).text = "Step", "What", "One"
    cell = table.cell(1, 1)
    cell.text = "Take"
    for text in ("paper", "glass"):
        cell.add_paragraph(text, "List Bullet")
    inner = cell.add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "in", "out"
    assert texts(word) == ["Step\tWhat\nOne\tTake · paper · glass · in out"]


def test_table_of_one_cell_is_a_box_around_text() -> None:
    word = docx.Document()
    cell = word.add_table(1, 1).cell(0, 0)
    cell.text = "Remember:"
    cell.add_paragraph("rinse", "List Bullet")
    assert texts(word) == ["Remember:", "- rinse"]


def test_rows_marked_as_header_are_one() -> None:
    word = docx.Document()
    table = word.add_table(3, 2)
    for number, text in enumerate(("Area", "Bins", "name", "number", "North", "4")):
        table.cell(*divmod(number, 2)).text = text
    for row in table.rows[:2]:
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {NAMES}/>"))
    assert texts(word) == ["Area name\tBins number\nNorth\t4"]


NOTES = f"""<w:footnotes {NAMES}><w:footnote w:id="0" w:type="separator"><w:p/></w:footnote>
<w:footnote w:id="2"><w:p><w:r><w:footnoteRef/><w:t xml:space="preserve"> Counted in May.</w:t></w:r></w:p></w:footnote>
</w:footnotes>"""


def with_notes(word: Word) -> bytes:
    """The document with the footnotes above."""
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    entry = f'<Relationship Id="rId99" Type="{related}" Target="footnotes.xml"/></Relationships>'.encode()
    part = f'<Override PartName="/word/footnotes.xml" ContentType="{PART}.footnotes+xml"/></Types>'.encode()
    changes: dict[str, Callable[[bytes], bytes]] = {
        "word/footnotes.xml": lambda _: NOTES.encode(),
        "word/_rels/document.xml.rels": lambda old: old.replace(b"</Relationships>", entry),
        "[Content_Types].xml": lambda old: old.replace(b"</Types>", part),
    }
    return changed(saved(word), changes)


def test_footnote_follows_its_paragraph() -> None:
    word = docx.Document()
    add(word, '<w:p><w:r><w:t>Nine bins.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>')
    word.add_paragraph("More.")
    page = read(with_notes(word), "a.docx")
    assert [block.text for block in page.blocks] == ["Nine bins.", "Note 1: Counted in May.", "More."]


def test_footnote_of_a_list_item_follows_the_list() -> None:
    word = docx.Document()
    word.add_paragraph("one", "List Bullet")
    word.paragraphs[-1]._p.append(parse_xml(f'<w:r {NAMES}><w:footnoteReference w:id="2"/></w:r>'))
    word.add_paragraph("two", "List Bullet")
    page = read(with_notes(word), "a.docx")
    assert [block.text for block in page.blocks] == ["- one\n- two", "Note 1: Counted in May."]


def test_note_that_is_not_in_the_file_is_told_once_read_twice_not() -> None:
    word = docx.Document()
    two = '<w:r><w:footnoteReference w:id="2"/></w:r>' * 2
    add(word, f"<w:p><w:r><w:t>Nine bins.</w:t></w:r>{two}</w:p>")
    assert read(with_notes(word), "a.docx").warnings == ()
    add(word, '<w:p><w:r><w:endnoteReference w:id="2"/></w:r><w:r><w:footnoteReference w:id="8"/></w:r></w:p>')
    (warning,) = read(with_notes(word), "a.docx").warnings
    assert warning.startswith("notes (2) that the text refers to are not in the file")


CHART = '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"/>'
DIAGRAM = '<d:relIds xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram"/>'
OBJECT = '<w:object><o:OLEObject ProgID="Excel.Sheet.12" xmlns:o="urn:schemas-microsoft-com:office:office"/></w:object>'


@pytest.mark.parametrize(
    ("xml", "warning"),
    [
        ("<w:altChunk/><w:altChunk/>", "files put into it whole (2) not read; "),
        ("<w:p><w:subDoc/></w:p>", "documents that it is made of (1) not read; "),
        (f"<w:p><w:r>{OBJECT}</w:r></w:p>", "embedded objects (1) not read; "),
        (f"<w:p><w:r><w:drawing>{CHART}</w:drawing></w:r></w:p>", "charts (1) not read; "),
        (f"<w:p><w:r><w:drawing>{DIAGRAM}</w:drawing></w:r></w:p>", "diagrams (1) not read; "),
    ],
)
def test_what_is_kept_elsewhere_is_told(xml: str, warning: str) -> None:
    (found,) = read(body(f"<w:p><w:r><w:t>Bins</w:t></w:r></w:p>{xml}"), "a.docx").warnings
    assert found.startswith(warning)


@pytest.mark.parametrize(
    ("font", "code", "sign"),
    [
        ("Symbol", "F0B3", "≥"),
        ("Symbol", "6D", "μ"),
        ("Wingdings", "F0FE", "☑"),
        ("Wingdings", "F028", ""),
        ("Arial", "2265", "≥"),
        *(("Arial", code, "") for code in ("", "F0B3", "-5", "F" * 99)),
    ],
)
def test_signs_of_fonts_are_read(font: str, code: str, sign: str) -> None:
    run = f'<w:r><w:t xml:space="preserve">aged </w:t></w:r><w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'
    page = read(body(f"<w:p>{run}<w:r><w:t>16</w:t></w:r></w:p>"), "a.docx")
    assert page.blocks[0].text == f"aged {sign}16"


def test_tracked_changes_are_accepted() -> None:
    word = docx.Document()
    add(
        word,
        "<w:p><w:r><w:t xml:space='preserve'>Bins go out on </w:t></w:r>"
        "<w:del><w:r><w:delText>Monday</w:delText></w:r></w:del><w:ins><w:r><w:t>Tues</w:t></w:r></w:ins>"
        "<w:r><w:softHyphen/><w:t>day\u00ad.</w:t></w:r><w:moveFrom><w:r><w:t>Gone</w:t></w:r></w:moveFrom>"
        "<w:moveTo><w:r><w:t xml:space='preserve'> Here.</w:t></w:r></w:moveTo></w:p>",
    )
    add(word, "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>Joined</w:t></w:r></w:p>")
    word.add_paragraph(" up.")
    add(word, "<w:p><w:del><w:r><w:delText>All gone</w:delText></w:r></w:del></w:p>")
    assert texts(word) == ["Bins go out on Tuesday. Here.", "Joined up."]


def test_deleted_rows_are_left_out() -> None:
    word = docx.Document()
    table = word.add_table(3, 2)
    for number, text in enumerate("abcdef"):
        table.cell(*divmod(number, 2)).text = text
    table.rows[1]._tr.get_or_add_trPr().append(parse_xml(f"<w:del {NAMES}/>"))
    assert texts(word) == ["a\tb\ne\tf"]


def test_text_boxes_once_hyperlinks_kept_hidden_text_and_prompts_left_out() -> None:
    word = docx.Document()
    box = "<w:txbxContent><w:p><w:r><w:t>In the box</w:t></w:r></w:p></w:txbxContent>"
    add(
        word,
        "<w:p><w:r><w:t>See </w:t></w:r><w:hyperlink><w:r><w:t>the map</w:t></w:r></w:hyperlink><w:r>"
        f"<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr>"
        "<w:sdtContent><w:r><w:t>Click here</w:t></w:r></w:sdtContent></w:sdt></w:p>",
    )
    add(word, "<w:sdt><w:sdtContent><w:p><w:r><w:t>Controlled</w:t></w:r></w:p></w:sdtContent></w:sdt>")
    assert texts(word) == ["See the map", "In the box", "Controlled"]


def test_contents_headers_and_comments_are_left_out() -> None:
    word = docx.Document()
    word.sections[0].header.paragraphs[0].text = "Header"
    word.sections[0].footer.paragraphs[0].text = "Footer"
    word.styles.add_style("toc 1", 1)
    word.add_paragraph("Bins\t3", "toc 1")
    word.add_comment(word.add_paragraph("Text").runs, "Comment", "Jo")
    assert texts(word) == ["Text"]


def test_company_is_the_publisher() -> None:
    word = docx.Document()
    word.core_properties.title = "Bin  policy"
    word.add_paragraph("Text")
    company = b"<Company>Exampleton Council</Company></Properties>"
    data = changed(saved(word), {"docProps/app.xml": lambda old: _without_company(old, company)})
    page = read(data, "a.docx")
    assert (page.metadata.title, page.metadata.publisher) == ("Bin policy", "Exampleton Council")


def _without_company(xml: bytes, company: bytes) -> bytes:
    start, _, rest = xml.partition(b"<Company")
    rest = rest.partition(b"</Company>")[2] if b"</Company>" in rest else rest.partition(b"/>")[2]
    return (start + rest).replace(b"</Properties>", company)


# Hostile and damaged files


def body(xml: str) -> bytes:
    start = f"<w:document {NAMES}><w:body>".encode()
    return changed(
        saved(docx.Document()), {"word/document.xml": lambda _: start + xml.encode() + b"</w:body></w:document>"}
    )


def refused(data: bytes) -> str:
    start = time.perf_counter()
    with pytest.raises(DocumentError) as error:
        read(data, "a.docx")
    assert time.perf_counter() - start < 10
    assert str(error.value).startswith("a.docx: ")
    return error.value.fault


def test_not_a_word_document() -> None:
    assert "damaged, or not a Word document" in refused(b"PK\x03\x04 something")
    assert "damaged, or not a Word document" in refused(changed(saved(docx.Document()), {"x": lambda _: b""})[:-60])
    assert "password" in refused(b"\xd0\xcf\x11\xe0" + bytes(600))


def test_entities_do_not_expand() -> None:
    entities = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    bomb = (
        f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]><w:document {NAMES}><w:body><w:p>&a9;</w:p></w:body></w:document>'
    )
    assert "entities" in refused(changed(saved(docx.Document()), {"word/document.xml": lambda _: bomb.encode()}))


def test_deep_nesting_is_refused() -> None:
    depth = 5000
    assert "damaged" in refused(body("<w:tbl><w:tr><w:tc>" * depth + "</w:tc></w:tr></w:tbl>" * depth))


def test_nesting_as_deep_as_the_parser_lets_it() -> None:
    depth = 80
    cell = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc><w:tc>"
    page = read(body(cell * depth + "<w:p><w:r><w:t>a</w:t></w:r></w:p>" + "</w:tc></w:tr></w:tbl>" * depth), "a.docx")
    assert page.blocks[0].text.count("b") == depth


@pytest.mark.parametrize("merge", ['<w:gridSpan w:val="50"/>', '<w:vMerge w:val="restart"/>'])
def test_repeated_cells_cannot_fill_the_memory(merge: str) -> None:
    small = "<w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>"
    large = f"<w:tc><w:tcPr>{merge}</w:tcPr><w:p><w:r><w:t>{'long ' * 100_000}</w:t></w:r></w:p></w:tc>"
    below = f"<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>{small * 50}"
    rows = [small * 51, large + small, *[below] * 50]
    assert "20,000,000" in refused(body(f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"))


@pytest.mark.parametrize("span", ["999999999999", "x", "-3", "0"])
def test_spans_beyond_reason_are_bounded(span: str) -> None:
    cells = f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>'
    page = read(body(f"<w:tbl><w:tr>{cells}{cells}</w:tr></w:tbl>"), "a.docx")
    assert [block.text for block in page.blocks] == ["a\ta"]


@pytest.mark.parametrize("paragraph", ["<w:p/>", f"<w:p><w:r><w:t>{'word ' * 2000}</w:t></w:r></w:p>"])
def test_too_much_markup_is_refused(paragraph: str) -> None:
    assert "text and markup of " in refused(body(paragraph * (65 * 2**20 // max(len(paragraph), 20))))


def sample() -> bytes:
    word = docx.Document()
    word.add_heading("Bins", 1)
    word.add_paragraph("paper", "List Number")
    word.add_table(2, 2).cell(0, 0).text = "Area"
    return saved(word)


SAMPLE = sample()


@settings(max_examples=40, deadline=10_000)
@given(data=st.data())
def test_damaged_bytes(data: st.DataObject) -> None:
    check_damaged(data, read, SAMPLE, ["word/document.xml", "word/styles.xml", "word/numbering.xml"], b"w:p")


@pytest.mark.parametrize(("author", "expected"), [("Jo Doe", "Jo Doe"), ("python-docx", ""), ("", "")])
def test_author_by_properties(author: str, expected: str) -> None:
    word = docx.Document()
    word.add_paragraph("Bins.")
    word.core_properties.author = author
    assert read(saved(word), "a.docx").metadata.author == expected


COVER = """<CoverPageProperties xmlns="http://schemas.microsoft.com/office/2006/coverPageProps">
<PublishDate>2022-05-03T00:00:00</PublishDate><Abstract>1 May 2020</Abstract></CoverPageProperties>"""
CUSTOM = """<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties">
<property pid="2" name="Review_date"><lpwstr>3 May 2024</lpwstr></property>
<property pid="3" name="Effective Date"><filetime>2022-06-01T10:00:00Z</filetime></property></Properties>"""


def test_dates_that_somebody_filled_in() -> None:
    word = docx.Document()
    word.add_paragraph("Bins.")
    for name, kind, content in (
        ("/customXml/item9.xml", "application/xml", COVER),
        ("/docProps/custom.xml", CUSTOM_PROPERTIES, CUSTOM),
    ):
        part = Part(PackURI(name), kind, content.encode(), word.part.package)
        word.part.relate_to(part, "http://example.org/relationship")
    found = read(saved(word), "a.docx").metadata
    assert (found.published, found.effective, found.review_by) == (
        date(2022, 5, 3),
        date(2022, 6, 1),
        date(2024, 5, 3),
    )


def test_when_a_file_was_made_is_no_date_of_publication() -> None:
    word = docx.Document()
    word.add_paragraph("Bins.")
    word.core_properties.created = word.core_properties.modified = datetime(2022, 5, 3, tzinfo=UTC)
    assert read(saved(word), "a.docx").metadata.published is None
