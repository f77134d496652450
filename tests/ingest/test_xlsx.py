"""Spreadsheets to blocks."""

import io
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citewell.errors import DocumentError
from citewell.ingest.caption import captioned
from citewell.ingest.chunk import chunk_document
from citewell.ingest.document import Document, Metadata
from citewell.ingest.readers import Page
from citewell.ingest.readers.xlsx import read
from citewell.tests.ingest.archives import changed, check_damaged, is_sound, saved, zipped

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
NAMES = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def book(*rows: list[Any], name: str = "Sheet") -> Any:
    """A workbook with one sheet."""
    workbook = openpyxl.Workbook()
    workbook.active.title = name
    for row in rows:
        workbook.active.append(row)
    return workbook


def with_rows(xml: str) -> bytes:
    """A workbook whose first sheet has these rows as XML."""
    start = f'<worksheet {NAMES}><dimension ref="A1:B2"/><sheetData>'.encode()
    return changed(saved(book(["a"])), {SHEET: lambda _: start + xml.encode() + b"</sheetData></worksheet>"})


def with_shared(text: str, data: bytes) -> bytes:
    """The workbook with a table of shared texts that has this one, as Excel writes it."""
    part = (
        '<Override PartName="/xl/sharedStrings.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    return changed(
        data,
        {
            STRINGS: lambda _: f"<sst {NAMES}><si><t>{text}</t></si></sst>".encode(),
            "[Content_Types].xml": lambda old: old.replace(b"</Types>", part.encode()),
        },
    )


def texts(workbook: Any) -> list[str]:
    return [block.text for block in read(saved(workbook), "a.xlsx").blocks]


def test_sheet_with_title_table_and_notes() -> None:
    workbook = book(
        ["Table 1: Bins by area."],
        ["Area", "Bins", None, "Late"],
        ["North", 12, None, 0.377],
        ["South", 9, None, None],
        ["Source: the depot"],
        [],
        ["Key"],
        ["Late", "after noon"],
        name="Bins",
    )
    page = read(saved(workbook), "a.xlsx")
    assert [(block.kind, block.text) for block in page.blocks] == [
        ("heading", "Bins"),
        ("text", "Table 1: Bins by area."),
        ("table", "Area\tBins\tLate\nNorth\t12\t0.377\nSouth\t9\t–"),
        ("text", "Source: the depot"),
        ("text", "Key"),
        ("table", "Late\tafter noon"),
    ]
    document = Document("a.xlsx", "a.xlsx", Metadata("Bins"), "0", tuple(captioned(page.blocks)))
    chunk = next(chunk for chunk in chunk_document(document) if chunk.kind == "table")
    assert (chunk.caption, chunk.header) == ("Bins by area", ("Area", "Bins", "Late"))
    rows = [chunk.text[unit.start : unit.end] for unit in chunk.units if unit.kind == "row"]
    assert rows == ["North\t12\t0.377", "South\t9\t–"]


def test_every_sheet_has_a_heading_and_hidden_ones_are_left_out() -> None:
    workbook = book(["a", "b"])
    workbook.create_sheet("Costs").append(["c", "d"])
    workbook.create_sheet("Empty")
    hidden = workbook.create_sheet("Secret")
    hidden.append(["e", "f"])
    hidden.sheet_state = "hidden"
    page = read(saved(workbook), "a.xlsx")
    assert [block.text for block in page.blocks] == ["Sheet", "a\tb", "Costs", "c\td"]
    assert page.warnings == ("sheet “Secret”: hidden, and left out; show it if it is to be searched",)


@pytest.mark.parametrize("name", ["Sheet1", "sheet", "Sheet 12"])
def test_only_sheet_with_a_plain_name_has_no_heading(name: str) -> None:
    assert texts(book(["a", "b"], name=name)) == ["a\tb"]


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (37, "General", "37"),
        (37.0, "General", "37"),
        (0.1 + 0.2, "General", "0.3"),
        (-2.5, "General", "-2.5"),
        (0.3768, "0.0%", "37.7%"),
        (0.377, "0%", "38%"),
        (1234.5, "#,##0", "1,235"),
        (1234.565, "#,##0.00", "1,234.57"),
        (-1234.5, '"£"#,##0.00;[Red]-"£"#,##0.00', "-£1,234.50"),
        (1234.5, "[$£-809]#,##0.00", "£1,234.50"),
        (12, '_-* #,##0_-;-* #,##0_-;_-* "-"_-;_-@_-', "12"),
        (7, "000", "007"),
        (3, '0" days"', "3 days"),
        (-0.001, "0.0", "0.0"),
        (1500, '#,##0,"k"', "1500"),
        (5, '[<10]"few";0', "5"),
        (0.5, "# ?/?", "0.5"),
        (1.5e300, "0.00", "1.5e+300"),
        (1e-9, "General", "1e-09"),
        (123456789012345, "General", "123456789012345"),
        (True, "General", "TRUE"),
        ("  two\nlines ", "General", "two lines"),
        (date(2024, 5, 3), "dd/mm/yyyy", "2024-05-03"),
        (datetime(2024, 5, 3, 14, 30), "dd/mm/yyyy hh:mm", "2024-05-03 14:30"),
        (clock(9, 5), "hh:mm", "09:05"),
        (timedelta(hours=26, minutes=7), "[h]:mm", "26:07"),
    ],
)
def test_values_as_the_sheet_shows_them(value: object, form: str, shown: str) -> None:
    workbook = book(["Name", "Value"], ["x", value])
    workbook.active["B2"].number_format = form
    assert texts(workbook) == [f"Name\tValue\nx\t{shown}"]


def test_formulas_by_their_stored_result() -> None:
    rows = '<row><c t="str"><f>"To"&amp;"tal"</f><v>Total</v></c><c><f>1+1</f><v>2</v></c></row>'
    page = read(with_rows(rows), "a.xlsx")
    assert [block.text for block in page.blocks] == ["Total\t2"]
    assert not page.warnings


@pytest.mark.parametrize(("count", "told"), [(1, "1 formula has"), (2, "2 formulas have")])
def test_formulas_without_result_are_told(count: int, told: str) -> None:
    page = read(saved(book(["Name", "Sum"], *[["x", "=1+1"]] * count)), "a.xlsx")
    assert [block.text for block in page.blocks] == ["Name\tSum" + "\nx\t" * (count - 1) + "\nx\t–"]
    assert page.warnings == (f"sheet “Sheet”: {told} no stored result; open it in Excel and save it",)


def test_merged_cells() -> None:
    workbook = book(
        ["Bins by area", None, None],
        ["Area", "Bins", None],
        [None, "Green", "Grey"],
        ["North", 4, 5],
        [None, 6, 7],
        [None, None, None],
    )
    for merged in ("A1:C1", "A2:A3", "B2:C2", "A4:A6"):
        workbook.active.merge_cells(merged)
    assert texts(workbook) == ["Bins by area", "Area\tBins Green\tBins Grey\nNorth\t4\t5\nNorth\t6\t7"]


def test_cells_merged_across_above_rows_of_data_are_one_header_row() -> None:
    workbook = book(["Name", "Address", None], ["Depot", "2 High St", "Town"], ["Tip", "3 Low St", "Town"])
    workbook.active.merge_cells("B1:C1")
    assert texts(workbook) == ["Name\tAddress\tAddress\nDepot\t2 High St\tTown\nTip\t3 Low St\tTown"]


def test_second_header_row_under_cells_that_are_all_merged() -> None:
    workbook = book(["2023", None, "2024", None], ["Girls", "Boys", "Girls", "Boys"], [1, 2, 3, 4])
    for merged in ("A1:B1", "C1:D1"):
        workbook.active.merge_cells(merged)
    assert texts(workbook) == ["2023 Girls\t2023 Boys\t2024 Girls\t2024 Boys\n1\t2\t3\t4"]


def test_row_emptied_by_a_merged_cell_parts_no_table() -> None:
    workbook = book(["Area", "Bins"], ["North", 4], [None, None], [None, 5], [None, None], ["Other", "Table"])
    workbook.active.merge_cells("A2:A4")
    assert texts(workbook) == ["Area\tBins\nNorth\t4\nNorth\t5", "Other\tTable"]


def test_header_above_the_second_of_two_columns() -> None:
    assert texts(book([None, "2024"], ["North", 4])) == ["–\t2024\nNorth\t4"]


def test_properties() -> None:
    workbook = book(["a", "b"])
    workbook.properties.title = "Bin counts"
    data = changed(
        saved(workbook),
        {"docProps/app.xml": lambda old: old.replace(b"</Properties>", b"<Company>Exampleton</Company></Properties>")},
    )
    assert read(data, "a.xlsm").metadata == Metadata("Bin counts", "Exampleton")
    workbook.properties.creator = "Jo Smith"
    assert read(saved(workbook), "a.xlsm").metadata.author == "Jo Smith"


# Sheets that cannot be read


def two_sheets(change: Callable[[dict[str, bytes]], object]) -> Page:
    """What is read of a workbook of two sheets whose members are changed."""
    workbook = book(["a", "b"])
    workbook.create_sheet("Costs").append(["c", "d"])
    with zipfile.ZipFile(io.BytesIO(saved(workbook))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    return read(zipped(members), "a.xlsx")


def test_sheet_that_is_not_in_the_file_is_told() -> None:
    page = two_sheets(lambda members: members.pop("xl/worksheets/sheet2.xml"))
    assert [block.text for block in page.blocks] == ["a\tb"]
    assert page.warnings == ("sheet “Costs”: not in the file, though it names it; open it in Excel and save it",)


def test_sheet_without_cells_is_told() -> None:
    page = two_sheets(lambda members: members.update({"xl/worksheets/sheet2.xml": b"<html/>"}))
    assert [block.text for block in page.blocks] == ["Sheet", "a\tb"]
    (warning,) = page.warnings
    assert warning.startswith("sheet “Costs”: damaged, or no sheet of cells, and left out; ")


# Hostile and damaged files


def refused(data: bytes) -> str:
    start = time.perf_counter()
    with pytest.raises(DocumentError) as error:
        read(data, "a.xlsx")
    assert time.perf_counter() - start < 30  # ten on a machine that does nothing else
    assert str(error.value).startswith("a.xlsx: ")
    return error.value.fault


def test_too_many_rows_are_refused_not_cut() -> None:
    assert "limit of 100,000 rows" in refused(with_rows("<row><c><v>1</v></c></row>" * 100_001))


def test_rows_that_begin_with_an_empty_cell_are_counted_too() -> None:
    assert "limit of 100,000 rows" in refused(with_rows("<row><c/><c><v>1</v></c></row>" * 100_001))


def test_a_million_rows_are_refused_at_once() -> None:
    data = with_rows("<row><c><v>1</v></c><c><v>2</v></c></row>" * 1_000_000)
    start = time.perf_counter()
    assert "limit of 100,000 rows" in refused(data)
    assert time.perf_counter() - start < 5


def test_empty_rows_do_not_count() -> None:
    page = read(with_rows("<row><c><v>1</v></c></row>" + "<row/>" * 100_001), "a.xlsx")
    assert [block.text for block in page.blocks] == ["1"]


def test_as_many_rows_as_may_be() -> None:
    page = read(with_rows("<row><c><v>1</v></c><c><v>2</v></c></row>" * 100_000), "a.xlsx")
    assert page.blocks[0].table is not None
    assert len(page.blocks[0].table.rows) == 99_999


def test_cell_far_out_does_not_fill_the_memory() -> None:
    far = '<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>2</v></c></row>'
    assert [block.text for block in read(with_rows(far), "a.xlsx").blocks] == ["1", "2"]


def test_rows_and_cells_beyond_the_format() -> None:
    assert "damaged" in refused(with_rows('<row r="99999999999"><c><v>1</v></c></row>'))
    assert "1,000,000 cells" in refused(with_rows('<row><c r="XFD1"><v>1</v></c></row>' * 70))


def test_merged_range_over_the_whole_sheet() -> None:
    merged = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    data = changed(saved(book(["a", "b"], ["c"])), {SHEET: lambda old: old.replace(b"</sheetData>", merged)})
    assert [block.text for block in read(data, "a.xlsx").blocks] == ["a\ta\na\ta"]


def test_one_text_shared_by_many_cells_is_bounded() -> None:
    cell = '<c t="s"><v>0</v></c>'
    row = f"<row>{cell}{cell}</row>"
    assert [block.text for block in read(with_shared("bin", with_rows(row)), "a.xlsx").blocks] == ["bin\tbin"]
    assert "50,000,000 characters" in refused(with_shared("word " * 6000, with_rows(row * 1000)))


def test_entities_do_not_expand() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert "entities" in refused(changed(saved(book(["a"])), {SHEET: lambda old: bomb + old}))
    shared = with_shared("&b;", with_rows('<row><c t="s"><v>0</v></c></row>'))
    assert "damaged" in refused(shared)
    assert "entities" in refused(changed(shared, {STRINGS: lambda old: bomb + old}))


def test_deep_nesting_ends() -> None:
    deep = "<c>" * 200_000 + "</c>" * 200_000
    try:
        assert is_sound(read(with_rows(f"<row>{deep}</row>"), "a.xlsx"))
    except DocumentError as error:
        assert "damaged" in error.fault


def test_not_a_workbook() -> None:
    assert "damaged, or not an Excel workbook" in refused(b"PK\x03\x04 something")
    assert "damaged, or not an Excel workbook" in refused(saved(book(["a"]))[:-40])
    assert "password" in refused(b"\xd0\xcf\x11\xe0" + bytes(600))


SAMPLE = with_shared("Area", saved(book(["Table 1"], ["Area", "Bins"], ["North", 0.5], ["South", date(2024, 5, 3)])))


@settings(max_examples=40, deadline=10_000)
@given(data=st.data())
def test_damaged_bytes(data: st.DataObject) -> None:
    check_damaged(data, read, SAMPLE, [SHEET, "xl/workbook.xml", "xl/styles.xml", STRINGS])
