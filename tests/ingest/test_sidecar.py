"""What a person states of documents, beside them or on the command line."""

from datetime import date
from pathlib import Path

import pytest

from citewell.errors import InputError
from citewell.ingest.document import Metadata
from citewell.ingest.sidecar import Sidecars, parse_set
from citewell.settings import load_settings

FILE = "citewell.toml"


def sidecar(folder: Path, content: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE
    file.write_text(content, "utf-8")
    return file


def test_every_field(tmp_path: Path) -> None:
    sidecar(
        tmp_path,
        """\ufefftop_k = 7
[documents]
title = " Pond  rules "
publisher = "Exampleton Council"
author = "Jo Doe"
address = "https://example.org/ponds"
kind = "Policy"
published = 2024-07-31
effective = "2024-09-01"
review-by = 2026-09-01T10:00:00Z
""",
    )
    assert Sidecars().stated(tmp_path / "a.txt") == Metadata(
        title="Pond rules",
        publisher="Exampleton Council",
        author="Jo Doe",
        address="https://example.org/ponds",
        kind="policy",
        published=date(2024, 7, 31),
        effective=date(2024, 9, 1),
        review_by=date(2026, 9, 1),
    )


def test_nothing_is_stated_without_a_sidecar(tmp_path: Path) -> None:
    sidecar(tmp_path, "top_k = 7")
    assert Sidecars().stated(tmp_path / "below" / "a.txt") == Metadata()


def test_nearest_statement_wins(tmp_path: Path) -> None:
    sidecar(tmp_path, 'documents = { kind = "other", publisher = "County", author = "Top", address = "http://e.org" }')
    sidecar(tmp_path / "ponds", '[documents]\nkind = "policy"\npublisher = "Ponds"\n[documents."a.*"]\nkind = "report"')
    stated = Sidecars(Metadata(author="Given")).stated(tmp_path / "ponds" / "deep" / "a.txt")
    assert (stated.kind, stated.publisher, stated.author, stated.address) == (
        "report",
        "Ponds",
        "Given",
        "http://e.org",
    )


def test_patterns_match_path_or_name_in_order(tmp_path: Path) -> None:
    sidecar(
        tmp_path,
        """[documents]
kind = "other"
[documents."minutes-*.pdf"]
kind = "minutes"
[documents."law/*"]
kind = "statute"
[documents."*.pdf"]
kind = "report"
publisher = "Exampleton Council"
[documents."list [old].txt"]
kind = "news"
""",
    )
    kinds = {
        "minutes-1.pdf": "minutes",
        "law/minutes-1.pdf": "minutes",
        "law/deep/act.pdf": "statute",
        "ponds/a.pdf": "report",
        "list [old].txt": "news",
        "list z.txt": "other",
    }
    sidecars = Sidecars()
    assert {name: sidecars.stated(tmp_path / name).kind for name in kinds} == kinds
    assert sidecars.stated(tmp_path / "minutes-1.pdf").publisher == "Exampleton Council"


def test_path_may_be_relative_and_go_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sidecar(tmp_path / "a", '[documents]\nkind = "report"')
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path / "b")
    assert Sidecars().stated(Path("../a/x.txt")).kind == "report"


def test_each_sidecar_is_read_once(tmp_path: Path) -> None:
    file = sidecar(tmp_path, '[documents]\nkind = "report"')
    sidecars = Sidecars()
    sidecars.stated(tmp_path / "a.txt")
    file.write_text('[documents]\nkind = "news"')
    assert sidecars.stated(tmp_path / "b.txt").kind == "report"
    assert Sidecars().stated(tmp_path / "b.txt").kind == "news"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('[documents]\npubliser = "x"', "[documents] publiser: no such key; did you mean publisher?"),
        ('[documents]\ncolour = "x"', "keys of documents are title, publisher, author, address, kind"),
        ('[documents."a.pdf"]\nkind = "memo"', '[documents."a.pdf"] kind: memo is no kind of document; use one of'),
        ('[documents]\npublished = "31/7/24"', "published: not a date; write it like 2024-07-31"),
        ("[documents]\nreview_by = 2024", "review_by: not a date"),
        ("[documents]\npublished = 10:00:00", "published: not a date"),
        ("[documents]\ntitle = 7", "title: no text"),
        ('[documents]\ntitle = " "', "title: no text"),
        ('[documents]\naddress = "javascript:x()"', "address: not an address; begin it with https://"),
        ("[documents.minutes.pdf]\n", "write a file name in quotes"),
        ('documents = "x"', "documents is no table"),
        ('publisher = "x"', "publisher: no setting; if it is about documents, write it under [documents]"),
        ('["a.pdf"]\nkind = "news"', 'a.pdf: no setting; if it is about documents, write [documents."a.pdf"]'),
        ("[documents\n", "not TOML ("),
    ],
)
def test_fault_names_file_and_remedy(tmp_path: Path, content: str, fault: str) -> None:
    file = sidecar(tmp_path, content)
    with pytest.raises(InputError) as error:
        Sidecars().stated(tmp_path / "a.pdf")
    assert str(error.value).startswith(f"{file}: ")
    assert fault in str(error.value)
    assert "\n" not in str(error.value)


def test_sidecar_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        Sidecars().stated(tmp_path / "a.pdf")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / FILE).write_bytes(b"\xff\xfe\x00[")
    with pytest.raises(InputError, match="not TOML"):
        Sidecars().stated(tmp_path / "b" / "a.pdf")


def test_parse_set() -> None:
    assert parse_set(()) == Metadata()
    assert parse_set(["kind=Minutes", "title=A = B", "Review-By=2026-01-31", "title=C = D"]) == Metadata(
        kind="minutes", title="C = D", review_by=date(2026, 1, 31)
    )


@pytest.mark.parametrize(
    ("pair", "fault"),
    [
        ("kind", "--set kind: not key=value"),
        ("knd=news", "--set knd=news: no such key; did you mean kind?"),
        ("published=soon", "--set published=soon: not a date"),
        ("title=", "--set title=: no text"),
    ],
)
def test_parse_set_fault(pair: str, fault: str) -> None:
    with pytest.raises(InputError) as error:
        parse_set([pair])
    assert str(error.value).startswith(fault)


def test_settings_pass_over_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sidecar(tmp_path, 'top_k = 7\n[documents]\nkind = "report"')
    monkeypatch.chdir(tmp_path)
    assert load_settings().top_k == 7
