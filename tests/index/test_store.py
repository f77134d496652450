"""The store over real Chroma: what it holds, how it changes, and what it refuses."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding

from citewell.errors import InputError, RecipeError, StoreError
from citewell.index import store as store_module
from citewell.index.records import DocumentRecord
from citewell.index.retriever import HybridRetriever
from citewell.index.store import COLLECTION, REBUILDING, Store, connect
from citewell.index.sync import sync
from citewell.ingest.chunk import chunk_document
from citewell.ingest.read import read_document
from citewell.settings import load_settings
from citewell.tests.conftest import ROOT
from citewell.tests.index.conftest import OpenStore
from citewell.tests.index.fake_embedder import FakeEmbedder


def names(store: Store) -> list[str]:
    return [record.document for record in store.documents()]


# What is indexed


def test_an_empty_store(store: Store) -> None:
    assert store.fingerprint == ""
    assert store.documents() == []
    assert list(store.chunks()) == []
    assert store.nearest(FakeEmbedder().query("ducks"), 5) == {}
    assert store.fetch(["nosuch"]) == {}
    with pytest.raises(StoreError, match="index: empty; run citewell ingest"):
        store.vector_store()


def test_documents_by_title(store: Store, papers: Path) -> None:
    sync(store, [papers])
    assert names(store) == ["agency.md", "ponds.md", "visits.txt"]
    agency = store.documents()[0]
    assert store.document(agency.id) == agency
    assert (agency.title, agency.published, agency.source) == ("Agency cover", "2024-07-01", str(papers / "agency.md"))


def test_a_document_can_be_rebuilt_from_its_chunks(store: Store, papers: Path) -> None:
    sync(store, [papers])
    for record in store.documents():
        chunks = store.chunks_of(record.id)
        assert len(chunks) == record.chunks
        assert chunks == chunk_document(read_document(Path(record.source)))


def test_an_unknown_document(store: Store) -> None:
    for call in (store.document, store.chunks_of, store.delete):
        with pytest.raises(InputError, match="document nosuch: not in the index; citewell documents list"):
            call("nosuch")


def test_delete(store: Store, papers: Path) -> None:
    sync(store, [papers])
    before, record = store.fingerprint, store.documents()[1]
    assert store.delete(record.id) == record
    assert names(store) == ["agency.md", "visits.txt"]
    assert {chunk.document for _, chunk in store.chunks()} == {"agency.md", "visits.txt"}
    assert store.fingerprint != before


def test_nearest_and_fetch(store: Store, papers: Path) -> None:
    sync(store, [papers])
    vector = FakeEmbedder().query("mallards and teals")
    [(best, cosine), *others] = store.nearest(vector, 3).items()
    chunk, stored, packed = store.fetch([best])[best]
    assert chunk.document == "ponds.md"
    assert cosine == pytest.approx(float(stored @ vector), abs=1e-4)
    assert all(cosine >= other for _, other in others)
    assert packed


def test_what_was_fetched_before_is_the_same_and_gone_once_it_is_deleted(
    store: Store, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(store, [papers])
    ids = [key for key, _ in store.chunks()]
    first = store.fetch(ids)
    again = store.fetch([*reversed(ids), "nosuch"])
    assert again.keys() == first.keys() == set(ids)
    assert all(again[key][0] is first[key][0] for key in ids)
    collection = store._client.get_collection("citewell", embedding_function=None)
    collection.delete(ids=ids[:1])  # as another process does, before it has committed
    assert store.fetch(ids).keys() == set(ids[1:])
    monkeypatch.setattr(store_module, "KEPT", 2)
    assert store.fetch(ids).keys() == set(ids[1:])
    store.delete(first[ids[1]][0].document_id)
    assert ids[1] not in store.fetch(ids)


def test_around_gives_neighbours_in_order(store: Store, tmp_path: Path) -> None:
    text = "\n\n".join(f"# Pond {n}\n\nDucks live on pond {n} in the park." for n in range(12))
    (tmp_path / "long.md").write_text(text, encoding="utf-8")
    sync(store, [tmp_path / "long.md"])
    [record] = store.documents()
    chunks = store.chunks_of(record.id)
    assert store.around(chunks[6], record) == chunks[2:11]
    assert store.around(chunks[0], record, reach=1) == chunks[:2]
    assert store.around(chunks[-1], record) == chunks[-5:]


def test_around_keeps_to_one_version(store: Store, papers: Path) -> None:
    """Between adding a new version and deleting the old one, both are there."""
    sync(store, [papers])
    path = papers / "ponds.md"
    before = store.documents()[1]
    old = store.chunks_of(before.id)
    path.write_text("# Ponds\n\n" + "Swans are new on the pond in the park this year. " * 60, encoding="utf-8")
    document = read_document(path)
    new = chunk_document(document)
    after = DocumentRecord.of(document, new)
    store.add([(after, new)])
    assert store.around(old[0], before) == old
    assert store.around(new[1], after) == new
    assert store.around(old[0], after) == old[:1]


def test_around_a_chunk_that_was_deleted_meanwhile(store: Store, papers: Path) -> None:
    sync(store, [papers])
    record = store.documents()[0]
    chunk = store.chunks_of(record.id)[0]
    store.delete(record.id)
    assert store.around(chunk, record) == [chunk]
    assert HybridRetriever(store).around(chunk) == [chunk]


class LlamaFake(BaseEmbedding):
    """The fake embedder as LlamaIndex calls one."""

    def _get_query_embedding(self, query: str) -> list[float]:
        return FakeEmbedder().query(query).tolist()

    _get_text_embedding = _get_query_embedding

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def test_llama_index_can_read_the_collection(store: Store, papers: Path) -> None:
    sync(store, [papers])
    index = VectorStoreIndex.from_vector_store(store.vector_store(), embed_model=LlamaFake(model_name="fake"))
    [found] = index.as_retriever(similarity_top_k=1).retrieve("ducks on the pond in the park")
    assert "Ducks live on the pond" in found.node.get_content()
    assert found.node.metadata["document"] == "ponds.md"


# The recipe


def test_another_model_is_refused(store: Store, open_store: OpenStore, papers: Path) -> None:
    sync(store, [papers])
    with pytest.raises(RecipeError, match="made with model fake, but other is configured; run citewell ingest --reb"):
        open_store(FakeEmbedder("other"))


def test_the_same_model_with_other_weights_is_refused(store: Store, open_store: OpenStore, papers: Path) -> None:
    sync(store, [papers])
    tampered = FakeEmbedder()
    tampered.identity = "tampered"
    with pytest.raises(RecipeError, match="made with weights weights of fake, but tampered is configured"):
        open_store(tampered)


def test_another_chunker_is_refused(
    store: Store, open_store: OpenStore, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(store, [papers])
    monkeypatch.setattr(store_module, "CHUNKER_VERSION", 99)
    with pytest.raises(RecipeError, match=r"made with chunker .*, but 99 is configured; run citewell ingest --rebuild"):
        open_store()


# Rebuild


def test_a_rebuild_takes_over_at_its_end(store: Store, open_store: OpenStore, papers: Path) -> None:
    sync(store, [papers])
    before = store.fingerprint
    other = open_store(FakeEmbedder("other", dimension=32), rebuild=True)
    seen = []
    sync(other, [papers], progress=lambda *_: seen.append((store.fingerprint, names(store))))
    assert set(map(str, seen)) == {str((before, ["agency.md", "ponds.md", "visits.txt"]))}
    after = open_store(FakeEmbedder("other", dimension=32))
    assert names(after) == names(store) == ["agency.md", "ponds.md", "visits.txt"]
    assert after.fingerprint != before
    assert after.nearest(FakeEmbedder(dimension=32).query("ducks"), 1)
    assert [collection.name for collection in connect(load_settings()).list_collections()] == [COLLECTION]
    assert sync(other, [papers]).chunks_added == 0


def test_a_rebuild_that_fails_leaves_the_old_index(
    store: Store, open_store: OpenStore, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(store, [papers])
    before = store.fingerprint, list(store.chunks())
    other = open_store(FakeEmbedder("other"), rebuild=True)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Store, "commit", fail)
        sync(other, [papers])
    again = open_store()
    assert (again.fingerprint, list(again.chunks())) == before
    sync(open_store(FakeEmbedder("other"), rebuild=True), [papers])
    assert len(open_store(FakeEmbedder("other")).documents()) == 3


def test_a_rebuild_with_nothing_readable_leaves_the_old_index(
    store: Store, open_store: OpenStore, papers: Path, tmp_path: Path
) -> None:
    sync(store, [papers])
    before = store.fingerprint
    (tmp_path / "empty.txt").touch()
    assert len(sync(open_store(rebuild=True), [tmp_path / "empty.txt"]).failures) == 1
    assert open_store().fingerprint == before


def test_a_rebuild_cut_off_between_its_last_two_steps(store: Store, open_store: OpenStore, papers: Path) -> None:
    sync(store, [papers])
    fingerprint = store.fingerprint
    connect(load_settings()).get_collection(COLLECTION).modify(name=REBUILDING)
    assert store.fingerprint == ""
    again = open_store()
    assert again.fingerprint == fingerprint
    assert len(again.documents()) == 3


# Several readers and writers


def test_another_store_sees_the_changes_of_the_first(store: Store, open_store: OpenStore, papers: Path) -> None:
    other = open_store()
    sync(store, [papers])
    assert names(other) == names(store)
    assert other.fingerprint == store.fingerprint


WRITER = """
import sys
from pathlib import Path
from citewell.index.store import Store, connect
from citewell.index.sync import sync
from citewell.settings import load_settings
from citewell.tests.index.fake_embedder import FakeEmbedder
store = Store(connect(load_settings()), FakeEmbedder(), load_settings().home)
print(len(store.documents()))
sync(store, [Path(sys.argv[1])])
"""


def test_another_process_sees_the_changes_of_the_first_and_is_seen(store: Store, papers: Path) -> None:
    sync(store, [papers / "agency.md"])
    before = store.fingerprint
    assert len(store.nearest(FakeEmbedder().query("ducks on the pond"), 10)) == 2
    command = [sys.executable, "-c", WRITER, str(papers)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
    assert names(store) == ["agency.md", "ponds.md", "visits.txt"]
    assert store.fingerprint != before
    found = store.fetch(list(store.nearest(FakeEmbedder().query("ducks on the pond"), 1)))
    assert [chunk.document for chunk, _, _ in found.values()] == ["ponds.md"]
    assert HybridRetriever(store).search("ducks on the pond")[0].chunk.document == "ponds.md"


# Faults


@pytest.mark.parametrize("place", ["home", "home/chroma"])
def test_a_file_in_the_place_of_a_folder(home: Path, place: str) -> None:
    path = home.parent / place
    path.parent.mkdir(exist_ok=True)
    path.touch()
    with pytest.raises(StoreError, match=rf"{path}: cannot be (written|opened) .*(set CITEWELL_HOME|citewell doctor)"):
        connect(load_settings())
    assert path.read_bytes() == b""


def test_a_damaged_database(home: Path) -> None:
    (home / "chroma").mkdir(parents=True)
    (home / "chroma" / "chroma.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match=r"cannot be opened .*not a database.*; run citewell doctor"):
        connect(load_settings())


def test_a_write_that_fails_names_the_index(store: Store, papers: Path, home: Path) -> None:
    document = read_document(papers / "ponds.md")
    chunks = chunk_document(document)
    sync(store, [papers / "agency.md"])
    store.embedder = FakeEmbedder(dimension=8)  # the collection takes vectors of another length
    with pytest.raises(StoreError, match=f"index {home}: cannot be written .*dimension") as caught:
        store.add([(DocumentRecord.of(document, chunks), chunks)])
    assert "\n" not in str(caught.value)
    assert names(store) == ["agency.md"]


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://chroma.example", "http://", "http://127.0.0.1:99999"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(StoreError, match=f"^CITEWELL_CHROMA_URL {url}: not an address; write http://host:port$"):
        connect(load_settings(chroma_url=url))


def test_a_server_that_does_not_answer() -> None:
    with pytest.raises(StoreError, match=r"^index http://127\.0\.0\.1:1: cannot be opened .*; run citewell doctor$"):
        connect(load_settings(chroma_url="http://127.0.0.1:1"))
