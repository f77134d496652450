"""Sync makes the index equal to the files, writes no more than it must, and survives a crash."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from citewell.errors import InputError, StoreError
from citewell.index.home import writing
from citewell.index.records import DocumentRecord
from citewell.index.retriever import HybridRetriever
from citewell.index.store import COLLECTION, Store, connect, likeness
from citewell.index.sync import sync
from citewell.ingest import workers
from citewell.ingest.chunk import chunk_document
from citewell.ingest.document import Block, Metadata
from citewell.ingest.read import read_document
from citewell.ingest.readers import READERS, Page
from citewell.settings import load_settings
from citewell.tests.index.conftest import PAPERS, OpenStore

NOTHING = dict.fromkeys("added changed renamed removed unchanged copies skipped failed".split(), 0)
CHANGED = PAPERS["ponds.md"].replace("Mallards stay", "Swans stay")


def contents() -> dict[str, Any]:
    """Everything in the collection, and its metadata."""
    collection = connect(load_settings()).get_collection(COLLECTION)
    got = collection.get(include=["metadatas", "documents", "embeddings"])
    rows = zip(got["ids"], got["documents"] or [], got["metadatas"] or [], got["embeddings"], strict=True)
    return {"metadata": collection.metadata} | {key: (text, meta, list(vector)) for key, text, meta, vector in rows}


def found(store: Store, question: str) -> list[str]:
    """Texts that a retriever of another process finds, best first."""
    return [passage.chunk.text for passage in HybridRetriever(store).search(question)]


def counts(store: Store, *paths: Path, prune: bool = False) -> tuple[int, ...]:
    """Added, changed, removed, unchanged, failed."""
    told = sync(store, paths, prune).as_json()["documents"]
    return tuple(told[name] for name in ("added", "changed", "removed", "unchanged", "failed"))


def test_the_first_sync(store: Store, papers: Path) -> None:
    told: list[tuple[str, int, int]] = []
    report = sync(store, [papers], progress=lambda *step: told.append(step))
    assert told == [("agency.md", 1, 3), ("ponds.md", 2, 3), ("visits.txt", 3, 3)]
    assert report.chunks == report.chunks_added == len(list(store.chunks()))
    assert report.as_json() == {
        "documents": NOTHING | {"added": 3},
        "chunks": report.chunks,
        "chunks_added": report.chunks,
        "failures": [],
        "partly_read": [],
        "skipped": [],
        "seconds": round(report.seconds, 3),
    }


def test_a_second_sync_writes_nothing(store: Store, open_store: OpenStore, papers: Path) -> None:
    sync(store, [papers])
    before = contents()
    assert sync(open_store(), [papers]).chunks_added == 0
    assert counts(store, papers) == (0, 0, 0, 3, 0)
    assert contents() == before


def test_a_changed_file_replaces_its_former_version(store: Store, papers: Path) -> None:
    sync(store, [papers])
    before = store.fingerprint
    (papers / "ponds.md").write_text(CHANGED, encoding="utf-8")
    assert counts(store, papers) == (0, 1, 0, 2, 0)
    assert len(store.documents()) == 3
    texts = [chunk.text for _, chunk in store.chunks() if chunk.document == "ponds.md"]
    assert "Swans stay" in texts[0]
    assert "Mallards" not in "".join(texts)
    assert store.fingerprint != before


def test_a_file_changed_back_has_the_former_fingerprint(store: Store, papers: Path) -> None:
    sync(store, [papers])
    before = contents()
    for text in (CHANGED, PAPERS["ponds.md"]):
        (papers / "ponds.md").write_text(text, encoding="utf-8")
        sync(store, [papers])
    assert contents() == before


def test_a_file_that_is_gone_stays_until_pruned(store: Store, papers: Path) -> None:
    sync(store, [papers])
    (papers / "ponds.md").unlink()
    assert counts(store, papers) == (0, 0, 0, 2, 0)
    assert len(store.documents()) == 3
    assert counts(store, papers, prune=True) == (0, 0, 1, 2, 0)
    assert [record.document for record in store.documents()] == ["agency.md", "visits.txt"]
    assert {chunk.document for _, chunk in store.chunks()} == {"agency.md", "visits.txt"}


def test_other_files_are_added_to_what_is_there(store: Store, papers: Path) -> None:
    assert counts(store, papers / "agency.md", papers / "ponds.md") == (2, 0, 0, 0, 0)
    assert counts(store, papers / "visits.txt") == (1, 0, 0, 0, 0)
    assert len(store.documents()) == 3


def test_a_file_that_cannot_be_read_keeps_its_former_version(store: Store, papers: Path) -> None:
    sync(store, [papers])
    before = contents()
    (papers / "ponds.md").write_bytes(bytes(range(256)) * 20)
    report = sync(store, [papers], prune=True)
    assert report.as_json()["documents"] == NOTHING | {"unchanged": 2, "failed": 1}
    assert [failure.source for failure in report.failures] == [str(papers / "ponds.md")]
    assert "binary data, not text" in report.failures[0].error
    assert contents() == before


def test_bad_paths_change_nothing(store: Store, papers: Path, tmp_path: Path) -> None:
    sync(store, [papers])
    before = contents()
    with pytest.raises(InputError, match="no such file or folder"):
        sync(store, [papers / "agency.md", tmp_path / "nosuch"], prune=True)
    assert contents() == before


# Crashes


def crash(monkeypatch: pytest.MonkeyPatch, method: str, store: Store, papers: Path) -> None:
    """A sync that is killed when it first calls a method of the store."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Store, method, die)
        sync(store, [papers])


def test_a_crash_of_the_first_sync_is_mended_by_the_next(
    store: Store, open_store: OpenStore, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(store, "mallards") == []
    crash(monkeypatch, "commit", store, papers)
    assert store.fingerprint == ""
    sync(open_store(), [papers])
    assert store.fingerprint
    assert "Mallards stay" in found(store, "mallards")[0]
    assert counts(store, papers) == (0, 0, 0, 3, 0)


@pytest.mark.parametrize("question", ["mallards stay all year", "teals leave in spring"])
def test_a_crash_before_the_commit_leaves_the_old_answers(
    store: Store, open_store: OpenStore, papers: Path, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    sync(store, [papers])
    before = store.fingerprint, found(store, question)
    (papers / "ponds.md").write_text(CHANGED, encoding="utf-8")
    crash(monkeypatch, "commit", store, papers)
    assert (store.fingerprint, found(open_store(), question)) == before


@pytest.mark.parametrize("method", ["commit", "remove"])
def test_the_sync_after_a_crash_leaves_nothing_twice(
    store: Store, open_store: OpenStore, papers: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    sync(store, [papers])
    (papers / "ponds.md").write_text(CHANGED, encoding="utf-8")
    crash(monkeypatch, method, store, papers)
    assert len(store.documents()) == 4
    again = sync(open_store(), [papers])
    assert (again.chunks_added, again.unchanged) == (0, 3)
    assert len(store.documents()) == 3
    assert again.chunks == len(contents()) - 1 == len(list(store.chunks()))
    assert "Swans stay" in found(store, "swans")[0]
    assert not any("Mallards" in text for text in found(store, "mallards"))


def test_half_a_document_is_no_document(
    store: Store, open_store: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long.md"
    path.write_text("\n\n".join(f"# Pond {n}\n\nDucks live there." for n in range(6)), encoding="utf-8")
    monkeypatch.setattr("citewell.index.store.WRITE_BATCH", 2)
    written = []

    def killed(*_: Any, **record: Any) -> None:
        written.append(record)
        raise KeyboardInterrupt

    collection = type(connect(load_settings()).get_or_create_collection("probe"))
    upsert = collection.upsert
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(collection, "upsert", lambda *a, **k: killed() if written else written.append(upsert(*a, **k)))
        sync(store, [path])
    assert written == [None, {}]
    assert store.documents() == []
    assert list(store.chunks()) == []
    assert sync(open_store(), [path]).added == 1
    assert len(list(store.chunks())) == len(contents()) - 1 == 6


def test_chunks_of_the_same_file_are_the_same(store: Store, papers: Path) -> None:
    sync(store, [papers])
    expected = [chunk for name in sorted(PAPERS) for chunk in chunk_document(read_document(papers / name))]
    assert sorted((chunk for _, chunk in store.chunks()), key=lambda chunk: (chunk.document, chunk.ordinal)) == expected


# Files that moved, and files with the same bytes


def test_of_a_changed_document_only_the_changed_chunks_are_embedded(
    store: Store, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = papers / "long.md"
    sections = [f"# Pond {n}\n\nDucks live there, {n} of them." for n in range(6)]
    path.write_text("\n\n".join(sections), encoding="utf-8")
    sync(store, [papers])
    embedded: list[str] = []
    encode = store.embedder.encode
    monkeypatch.setattr(
        store.embedder, "encode", lambda chunks: embedded.extend(chunk.text for chunk in chunks) or encode(chunks)
    )
    path.write_text("\n\n".join(sections).replace("3 of them", "33 of them"), encoding="utf-8")
    assert sync(store, [papers]).changed == 1
    assert [text.strip() for text in embedded] == ["Pond 3\n\nDucks live there, 33 of them."]
    assert "33 of them" in found(store, "pond 3")[0]


def record_of(store: Store, name: str) -> DocumentRecord:
    [record] = [record for record in store.documents() if record.document == name]
    return record


def copy(papers: Path, name: str) -> str:
    (papers / name).write_bytes((papers / "ponds.md").read_bytes())
    return str(papers / name)


def test_files_with_the_same_bytes_are_one_document_with_all_sources(store: Store, papers: Path) -> None:
    source = copy(papers, "copy.md")
    report = sync(store, [papers])
    assert (report.added, report.copies, len(store.documents())) == (3, 1, 3)
    assert record_of(store, "copy.md").copies == (str(papers / "ponds.md"),)  # the first by name is the document
    assert sync(store, [papers]).as_json()["documents"] == NOTHING | {"unchanged": 3, "copies": 1}
    assert source == record_of(store, "copy.md").source


def test_a_copy_that_comes_later_joins_the_document_that_is_there(
    store: Store, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(store, [papers])
    before = store.fingerprint
    monkeypatch.setattr(store.embedder, "encode", None)  # whoever calls it fails
    source = copy(papers, "a.md")
    assert sync(store, [papers]).as_json()["documents"] == NOTHING | {"unchanged": 3, "copies": 1}
    assert record_of(store, "ponds.md").copies == (source,)
    assert store.fingerprint != before
    assert counts(store, papers) == (0, 0, 0, 3, 0)


def test_a_copy_in_another_folder_joins_too(store: Store, papers: Path, tmp_path: Path) -> None:
    sync(store, [papers])
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.md").write_bytes((papers / "ponds.md").read_bytes())
    assert sync(store, [other]).as_json()["documents"] == NOTHING | {"unchanged": 1, "copies": 1}
    assert record_of(store, "ponds.md").copies == (str(other / "b.md"),)
    assert sync(store, [papers]).copies == 1  # it is kept, though it is not among the files now
    (other / "b.md").unlink()
    assert sync(store, [papers]).copies == 0
    assert record_of(store, "ponds.md").copies == ()


def test_a_copy_takes_the_place_of_the_document_when_that_goes(
    store: Store, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(papers, "z.md")
    sync(store, [papers])
    monkeypatch.setattr(store.embedder, "encode", None)
    (papers / "ponds.md").unlink()
    report = sync(store, [papers])
    assert (report.renamed, report.added, report.removed, report.copies) == (1, 0, 0, 0)
    assert record_of(store, "z.md").copies == ()


def test_a_copy_that_changes_is_a_document_of_its_own(store: Store, papers: Path) -> None:
    copy(papers, "z.md")
    sync(store, [papers])
    (papers / "z.md").write_text(CHANGED, encoding="utf-8")
    report = sync(store, [papers])
    assert (report.added, report.unchanged, report.copies) == (1, 3, 0)
    assert record_of(store, "ponds.md").copies == ()


def test_the_document_changes_and_the_copy_does_not(store: Store, papers: Path) -> None:
    copy(papers, "z.md")
    sync(store, [papers])
    (papers / "ponds.md").write_text(CHANGED, encoding="utf-8")
    report = sync(store, [papers])
    assert (report.added, report.changed, report.unchanged, report.removed) == (1, 1, 2, 0)
    assert {record.document for record in store.documents()} == {"agency.md", "ponds.md", "visits.txt", "z.md"}
    assert len({text for text in found(store, "mallards swans stay all year") if "stay" in text}) == 2


def test_two_documents_that_become_the_same_are_one(store: Store, papers: Path) -> None:
    (papers / "z.md").write_text(CHANGED, encoding="utf-8")
    sync(store, [papers])
    copy(papers, "z.md")
    report = sync(store, [papers])
    assert (report.removed, report.unchanged, report.copies, len(store.documents())) == (1, 3, 1, 3)


def test_the_copy_of_a_file_that_cannot_be_read_is_named_too(store: Store, papers: Path) -> None:
    for name in ("x.txt", "y.txt"):
        (papers / name).write_bytes(bytes(range(256)) * 20)
    assert [failure.source for failure in sync(store, [papers]).failures] == [
        str(papers / name) for name in ("x.txt", "y.txt")
    ]


def test_following_removes_what_is_gone_from_the_folder_only(store: Store, papers: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.md"
    other.write_text(CHANGED, encoding="utf-8")
    sync(store, [papers, other])
    (papers / "ponds.md").unlink()
    other.unlink()
    report = sync(store, [papers], follow=True)
    assert (report.removed, report.unchanged) == (1, 2)
    assert {record.document for record in store.documents()} == {"agency.md", "other.md", "visits.txt"}
    for path in papers.iterdir():
        path.unlink()
    assert sync(store, [papers], follow=True).removed == 2


# What is stated of documents


def test_what_is_stated_counts_before_what_the_file_says(store: Store, papers: Path) -> None:
    sync(store, [papers])
    report = sync(store, [papers], given=Metadata(kind="minutes", published=date(2020, 1, 2)))
    assert (report.changed, report.unchanged) == (3, 0)
    assert {(record.kind, record.published) for record in store.documents()} == {("minutes", "2020-01-02")}
    assert sync(store, [papers]).changed == 3  # what was given holds for the one time


def test_a_sidecar_changes_no_vectors(store: Store, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(store, [papers])
    monkeypatch.setattr(store.embedder, "encode", None)
    (papers / "citewell.toml").write_text('[documents."ponds.md"]\npublisher = "Parks"\n', encoding="utf-8")
    report = sync(store, [papers])
    assert (report.changed, report.unchanged, report.skipped) == (1, 2, ())
    assert record_of(store, "ponds.md").publisher == "Parks"


def test_what_is_stated_of_one_file_holds_for_its_copies(store: Store, papers: Path) -> None:
    copy(papers, "a.md")
    (papers / "citewell.toml").write_text('[documents."ponds.md"]\npublisher = "Parks"\n', encoding="utf-8")
    assert sync(store, [papers]).as_json()["documents"] == NOTHING | {"added": 3, "copies": 1}
    assert record_of(store, "a.md").publisher == "Parks"
    assert sync(store, [papers]).unchanged == 3


def test_a_sidecar_that_cannot_be_used_changes_nothing(store: Store, papers: Path) -> None:
    sync(store, [papers])
    before = contents()
    (papers / "citewell.toml").write_text('[documents]\nkind = "poem"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"citewell\.toml.*poem is no kind of document"):
        sync(store, [papers], prune=True)
    assert contents() == before


# What is told


def test_files_that_are_passed_over_are_told(store: Store, papers: Path) -> None:
    (papers / "photo.jpg").write_bytes(b"x")
    (papers / ".hidden.txt").write_text("x", encoding="utf-8")
    [skipped] = sync(store, [papers]).skipped
    assert (skipped.source, skipped.error) == (str(papers / "photo.jpg"), "no reader for .jpg")


def test_what_of_a_file_was_not_read_is_told(store: Store, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page((Block("text", "Ducks swim."),), warnings=("page 2: no text",))
    monkeypatch.setitem(READERS, ".md", lambda *_: page)
    assert [told.error for told in sync(store, [papers / "ponds.md"]).partly] == ["page 2: no text"]


# Processes that read


def test_reading_in_processes_gives_the_same(
    store: Store, open_store: OpenStore, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LITTLE", 0)
    (papers / "bad.txt").write_bytes(bytes(range(256)) * 20)
    report = sync(store, [papers], processes=2)
    assert (report.added, len(report.failures)) == (3, 1)
    expected = sorted((chunk.document, chunk.text) for _, chunk in store.chunks())
    sync(open_store(rebuild=True), [papers])
    assert sorted((chunk.document, chunk.text) for _, chunk in store.chunks()) == expected


# Vectors that serve again


def test_a_renamed_file_is_not_embedded_again(store: Store, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(store, [papers])
    before = contents()
    (papers / "ponds.md").rename(papers / "lakes.md")
    monkeypatch.setattr(store.embedder, "encode", None)  # whoever calls it fails
    report = sync(store, [papers])
    assert (report.added, report.renamed, report.removed, report.unchanged) == (0, 1, 0, 2)
    assert {record.document for record in store.documents()} == {"agency.md", "lakes.md", "visits.txt"}
    texts = sorted((row[0], row[2]) for key, row in contents().items() if key != "metadata")
    assert texts == sorted((row[0], row[2]) for key, row in before.items() if key != "metadata")


def test_vectors_are_not_taken_over_where_the_title_differs(store: Store, papers: Path) -> None:
    sync(store, [papers])
    sync(store, [papers], given=Metadata(title="Weather"))
    record = record_of(store, "visits.txt")
    [chunk] = store.chunks_of(record.id)
    expected = store.embedder.encode([chunk])[0].vector
    assert store.encoded(record)[likeness(chunk)].vector.tolist() == pytest.approx(expected.tolist())


# What is derived, the lock, killed processes


def test_what_is_derived_is_ready_after_a_sync(store: Store, papers: Path) -> None:
    sync(store, [papers])
    [folder] = (store.home / "derived").iterdir()
    assert folder.name.startswith(store.fingerprint)


def test_one_process_writes_at_a_time(tmp_path: Path) -> None:
    with (
        writing(tmp_path),
        pytest.raises(StoreError, match=r"another process is writing to it; wait"),
        writing(tmp_path),
    ):
        pass
    with writing(tmp_path):
        pass


def test_killed_at_any_moment_the_index_stays_whole(tmp_path: Path) -> None:
    """Twenty-five real processes, killed while they replace every document."""
    folder = tmp_path / "parks"
    folder.mkdir()
    command = [sys.executable, str(Path(__file__).with_name("killed.py")), str(tmp_path / "home"), str(folder), "25"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) >= 10
