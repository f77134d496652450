"""What is derived from the store is built once for each of its states, and never trusted too far on disk."""

from pathlib import Path

import pytest

from citewell.index.derived import Derived, open_derived
from citewell.index.store import Store
from citewell.index.sync import sync
from citewell.index.terms import terms

SAVED = ["lexical.json", "documents.json", "bm25/data.csc.index.npy", "bm25/vocab.index.json"]


def scores(derived: Derived) -> list[float]:
    return list(map(float, derived.lexical.scores(terms("ducks on the pond"))))


@pytest.fixture
def filled(store: Store, papers: Path) -> Store:
    (papers / "news.txt").write_text(
        "Ducks\n\n" + "Ducks live on the pond in the park of the town. " * 3, encoding="utf-8"
    )
    (papers / "copy.txt").write_text(
        "Ducks\n\n" + "Ducks live on the pond in the park of the town. " * 3, encoding="utf-8"
    )
    sync(store, [papers])
    return store


def test_save_and_load(filled: Store, tmp_path: Path) -> None:
    built = Derived.build(filled)
    built.save(tmp_path / "saved")
    loaded = Derived.load(tmp_path / "saved")
    assert (loaded.documents, loaded.duplicates) == (built.documents, built.duplicates)
    assert loaded.owners.tolist() == built.owners.tolist()
    assert scores(loaded) == scores(built)


def test_every_chunk_has_its_document(filled: Store) -> None:
    derived = Derived.build(filled)
    documents = list(derived.documents)
    chunks = dict(filled.chunks())
    owners = zip(derived.lexical.ids, derived.owners, strict=True)
    assert all(documents[owner] == chunks[key].document_id for key, owner in owners)


def test_it_is_built_once_for_a_state(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = open_derived(filled)
    monkeypatch.setattr(Derived, "build", None)
    assert scores(open_derived(filled)) == scores(before)


def test_another_state_is_built_anew_and_the_old_deleted(filled: Store, papers: Path) -> None:
    before = open_derived(filled)
    (papers / "new.txt").write_text("Geese came in autumn.", encoding="utf-8")
    sync(filled, [papers])
    assert len(open_derived(filled).lexical.ids) == len(before.lexical.ids) + 1
    assert len(list((filled.home / "derived").iterdir())) == 1


@pytest.mark.parametrize("damage", ["empty", "half", "garbage", "gone"])
@pytest.mark.parametrize("name", [*SAVED, "bm25/indptr.csc.index.npy", "bm25/params.index.json"])
def test_what_is_damaged_is_built_anew(filled: Store, name: str, damage: str) -> None:
    expected = scores(open_derived(filled))
    [folder] = (filled.home / "derived").iterdir()
    file = folder / name
    data = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "half": data[: len(data) // 2], "garbage": b"\x00garbage" * 9}[damage])
    assert scores(open_derived(filled)) == expected
    assert scores(Derived.load(folder)) == expected


def test_what_a_killed_process_left_is_cleared(filled: Store, papers: Path) -> None:
    (filled.home / "derived" / "part-abc").mkdir()
    (papers / "new.txt").write_text("Geese came in autumn.", encoding="utf-8")
    sync(filled, [papers])
    assert len(list((filled.home / "derived").iterdir())) == 1
