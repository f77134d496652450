"""Chunks and documents survive the way through Chroma's metadata; unit vectors nearly."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewell.index.records import (
    DocumentRecord,
    chunk_from,
    chunk_id,
    chunk_metadata,
    document_from,
    pack_vectors,
    unpack_vectors,
)
from citewell.ingest.chunk import chunk_document
from citewell.ingest.document import Block, Document, Metadata, Table, table_block

TABLE = Table(("Pond", "Ducks £"), (("North", "4"), ("Süd", "5")), "Ducks by pond")
DATED = Document(
    "/papers/ponds.html",
    "ponds.html",
    Metadata("Ponds", "Parks", kind="report", published=date(2024, 7, 31), review_by=date(2026, 1, 1)),
    "ab" * 32,
    (
        Block("heading", "Counts", level=1),
        Block("text", "Ducks swim. They eat.", ("Counts",), page=4, scanned=True),
        table_block(TABLE, ("Counts", "South")),
    ),
)
BARE = Document("/papers/a.txt", "a.txt", Metadata("A"), "cd" * 32, (Block("text", "Ducks swim."),))


@pytest.mark.parametrize("document", [DATED, BARE], ids=["dated", "bare"])
def test_chunks_round_trip(document: Document) -> None:
    for chunk in chunk_document(document):
        record = DocumentRecord.of(document, chunk_document(document))
        metadata = chunk_metadata(chunk, record, np.zeros((len(chunk.units), 8), dtype=np.float32))
        assert {type(value) for value in metadata.values()} <= {str, int}
        assert chunk_from(chunk.text, metadata) == chunk


@pytest.mark.parametrize("document", [DATED, BARE], ids=["dated", "bare"])
def test_the_document_is_kept_with_its_first_chunk(document: Document) -> None:
    chunks = chunk_document(document)
    kept = DocumentRecord.of(document, chunks, ["/copies/of.html"])
    first, *others = (chunk_metadata(chunk, kept, np.zeros((0, 8), np.float32)) for chunk in chunks)
    record = document_from(first)
    assert record == kept
    assert (record.id, record.document, record.source) == (chunks[0].document_id, document.name, document.source)
    assert (record.title, record.publisher, record.content_hash) == ("Ponds", "Parks", "ab" * 32) or document is BARE
    assert record.published == (document.metadata.published.isoformat() if document.metadata.published else None)
    assert record.chunks == len(chunks)
    assert not any("record" in metadata for metadata in others)


def test_ids_differ_by_version_and_sort_by_ordinal() -> None:
    chunks = chunk_document(DATED)
    ids = [chunk_id(chunk.document_id, version * 64, chunk.ordinal) for version in "ab" for chunk in chunks]
    assert len(set(ids)) == 2 * len(chunks)
    assert ids == sorted(ids)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.sampled_from([8, 32, 384]))
def test_packed_vectors_keep_cosines(seed: int, count: int, dimension: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(count + 1, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    query, units = vectors[0], vectors[1:]
    unpacked = unpack_vectors(pack_vectors(units), dimension)
    assert unpacked.shape == units.shape
    assert np.allclose(np.linalg.norm(unpacked, axis=1), 1, atol=1e-5)
    assert np.abs(unpacked @ query - units @ query).max() < 0.01


def test_no_vectors() -> None:
    assert unpack_vectors(pack_vectors(np.zeros((0, 8), np.float32)), 8).shape == (0, 8)
