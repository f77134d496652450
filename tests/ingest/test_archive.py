"""What must hold before an Office file is opened."""

import io
import zipfile

import pytest

from citewell.errors import DocumentError
from citewell.ingest.readers import archive
from citewell.ingest.readers.archive import check_archive, company, given_title, opened
from citewell.tests.ingest.archives import lying, zipped

KIND = "a Word document"


def fault(data: bytes) -> str:
    with pytest.raises(DocumentError) as error:
        check_archive(data, "a.docx", KIND)
    assert str(error.value).startswith("a.docx: ")
    return error.value.fault


def test_sound_archive() -> None:
    check_archive(zipped({"a.xml": b"<a/>", "b.png": bytes(5000), "c/": b""}), "a.docx", KIND)
    check_archive(zipped({"a.xml": b"<a/>"}, zipfile.ZIP_STORED), "a.docx", KIND)


def test_said_size_over_the_limit() -> None:
    assert fault(zipped({"a.bin": bytes(archive.MAX_EXPANDED + 1)})).startswith("expands to 500 MB in 1 parts")


def test_too_many_members() -> None:
    assert "in 20,001 parts" in fault(zipped(dict.fromkeys(map(str, range(20_001)), b"")))


def test_size_that_is_a_lie_is_found_before_much_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    data = lying(bytes(200 * 2**20), bytes(100))
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert (found.infolist()[0].file_size, found.read("a.xml")) == (100, bytes(100))  # the library believes it
    read = []
    piece = zipfile.ZipExtFile.read

    def counted(self: zipfile.ZipExtFile, size: int = -1) -> bytes:
        read.append(size)
        return piece(self, size)

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
    assert "damaged" in fault(data)
    assert read == [archive.PIECE]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_method_that_office_does_not_use(method: int) -> None:
    assert "damaged" in fault(zipped({"a.xml": b"<a/>"}, method))


def test_password() -> None:
    data = bytearray(zipped({"a.xml": b"<a/>"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert fault(bytes(data)) == "has a password; save it without one"
    assert "password" in fault(b"\xd0\xcf\x11\xe0" + bytes(100))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_document_type(encoding: str) -> None:
    text = "<?xml version='1.0'?>" + " " * (archive.PIECE - 25) + "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"
    data = zipped({"a.xml": text.encode(encoding)})
    assert "entities" in fault(data)
    check_archive(zipped({"a.bin": text.encode(encoding)}), "a.docx", KIND)


def test_markup_counts_by_its_size_or_by_its_tags() -> None:
    few, many = b"<a>" + b"b" * 999 + b"</a>", b"<a/>" * 250
    for content, size in ((few, 1006), (many, 250 * archive.TAG)):
        data = zipped({"a.xml": content})
        check_archive(data, "a.docx", KIND, size)
        with pytest.raises(DocumentError, match="text and markup"):
            check_archive(data, "a.docx", KIND, size - 1)


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04", b"text", zipped({"a.xml": b"<a/>"})[:-5]])
def test_damaged(data: bytes) -> None:
    assert fault(data) == "damaged, or not a Word document; open it in its own program and save it again"


def test_member_that_is_damaged() -> None:
    data = zipped({"a.xml": b"<a>" + b"b" * 999 + b"</a>"})
    assert "damaged" in fault(data.replace(data[40:44], b"\xff\xff\xff\xff"))


def test_opened_turns_faults_into_document_errors() -> None:
    data = zipped({"a.xml": b"<a/>"})
    with pytest.raises(DocumentError, match=r"a\.docx: damaged"), opened(data, "a.docx", KIND):
        raise KeyError("x")
    with pytest.raises(DocumentError, match=r"a\.docx: too long"), opened(data, "a.docx", KIND):
        raise DocumentError("a.docx", "too long")
    with opened(data, "a.docx", KIND) as file:
        assert file.read() == data


@pytest.mark.parametrize(
    ("title", "given"),
    [
        (None, ""),
        ("", ""),
        ("Word Document", ""),
        ("PowerPoint Presentation", ""),
        ("Microsoft Word - report.doc", ""),
        ("Document1", ""),
        ("Untitled", ""),
        ("  Bin\npolicy ", "Bin policy"),
        ("Word of mouth", "Word of mouth"),
        ("Documents we keep", "Documents we keep"),
    ],
)
def test_given_title(title: str | None, given: str) -> None:
    assert given_title(title) == given


def test_company() -> None:
    start = '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    app = f"{start}<Company> Exampleton\n Council </Company></Properties>".encode()
    assert company(zipped({"docProps/app.xml": app})) == "Exampleton Council"
    assert company(zipped({"docProps/app.xml": f"{start}</Properties>".encode()})) == ""
    assert company(zipped({"a.xml": b""})) == ""
    assert company(zipped({"docProps/app.xml": b"no XML"})) == ""
