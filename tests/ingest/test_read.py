"""Files to documents, and one clear line for each that cannot be read."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from citewell.errors import DocumentError
from citewell.ingest import read
from citewell.ingest.read import content_hash, read_document

TEXT = "Ponds\n\nMay 2022\n\nDucks\n\nEvery pond in the park has ducks on it, and some have swans.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.txt").write_text(TEXT)
    return tmp_path


def test_document(folder: Path) -> None:
    document = read_document(folder / "b.txt")
    assert (document.name, document.metadata.title, document.metadata.publisher) == ("b.txt", "Ponds", "")
    assert document.metadata.published == date(2022, 5, 1)
    assert document.content_hash == content_hash(folder / "b.txt") == hashlib.sha256(TEXT.encode()).hexdigest()
    assert [(block.kind, block.headings) for block in document.blocks] == [
        ("heading", ()),
        ("text", ()),
        ("heading", ()),
        ("text", ("Ducks",)),
    ]


def test_the_source_of_a_relative_path_is_absolute(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert read_document(Path("b.txt")).source == str(folder / "b.txt")


def test_heading_paths(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# Title\n\n## A\n\n### B\n\nin b\n\n## C\n\nin c")
    assert {block.text: block.headings for block in read_document(path).blocks} == {
        "Title": (),
        "A": (),
        "B": ("A",),
        "in b": ("A", "B"),
        "C": (),
        "in c": ("C",),
    }


def test_csv_is_named_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "pond_list.csv"
    path.write_text("\ufeffPond,Ducks\nNorth,4\n", encoding="utf-8")
    document = read_document(path)
    table = document.blocks[0].table
    assert table is not None
    assert (document.metadata.title, table.caption, table.header) == ("Pond list", "Pond list", ("Pond", "Ducks"))


@pytest.mark.parametrize(
    ("name", "data", "fault"),
    [
        ("a.txt", b"", "the file is empty"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0", "PNG image, not text"),
        ("a.txt", b"--- *** ---", "no text to search"),
        ("a.txt", b"Leave a Reply", "no text to search"),
        ("a.html", b"<nav>Home</nav><script>x</script>", "no text to search"),
        ("a.html", b"<!-- only a comment -->", "no text to search"),
        ("a.md", b"<div></div>", "no text to search"),
        ("a.csv", b",,,\n,,,\n", "no text to search"),
        ("a.odt", b"text", "no reader for .odt"),
        ("a.docx", b"text", "damaged, or not a Word document"),
    ],
)
def test_unreadable_content(tmp_path: Path, name: str, data: bytes, fault: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(DocumentError) as caught:
        read_document(path)
    assert caught.value.source == str(path)
    assert fault in caught.value.fault
    assert "\n" not in str(caught.value)


def test_gone(tmp_path: Path) -> None:
    for call in (read_document, content_hash):
        with pytest.raises(DocumentError, match="the file is gone; ingest again without it"):
            call(tmp_path / "gone.txt")


def test_not_permitted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(DocumentError, match="permission denied; allow this user to read it"):
        read_document(folder / "b.txt")


def test_too_large(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_BYTES", 10)
    with pytest.raises(DocumentError, match=r"more than the limit .*; split it"):
        read_document(folder / "b.txt")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-8-sig"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Ponds\r\n\r\nA duck costs £5 at the café by the pond.\r\n".encode(encoding))
    assert read_document(path).blocks[-1].text == "A duck costs £5 at the café by the pond."
