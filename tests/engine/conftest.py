"""The real engine over the samples, made once; and a small engine by hand for the pure parts."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from citewell.app import build_engine
from citewell.engine.candidates import Candidate, find_candidates
from citewell.engine.engine import Engine
from citewell.engine.rewrite import Query
from citewell.index.passage import Passage
from citewell.index.sync import sync
from citewell.index.terms import terms
from citewell.ingest.chunk import Chunk, chunk_document
from citewell.ingest.document import Block, Document, Metadata
from citewell.settings import load_settings
from citewell.tests.index.fake_embedder import FakeEmbedder


@pytest.fixture(scope="session")
def engine(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The engine over the samples, with the packaged model."""
    engine = build_engine(load_settings(home=tmp_path_factory.mktemp("samples")))
    sync(engine.store, [samples])
    return engine


def chunks_of(*blocks: Block) -> list[Chunk]:
    """The chunks of a document of these blocks, whose title is Parks."""
    return chunk_document(Document("/parks.txt", "parks.txt", Metadata("Parks"), "0" * 64, blocks))


def query_of(question: str) -> Query:
    return Query(question, question, dict.fromkeys(terms(question), 1.0))


def passages_of(chunks: Sequence[Chunk], question: str) -> list[Passage]:
    """Every chunk as a passage, best first by the fake embedder."""
    embedder = FakeEmbedder()
    vector = embedder.query(question)
    encoded = embedder.encode(chunks)
    scored = [
        (float(found.vector @ vector), tuple(map(float, found.units @ vector)), chunk)
        for found, chunk in zip(encoded, chunks, strict=True)
    ]
    scored.sort(key=lambda row: -row[0])
    return [Passage(chunk, dense, 1.0, units, dense, rank) for rank, (dense, units, chunk) in enumerate(scored, 1)]


def candidates_of(chunks: Sequence[Chunk], question: str) -> list[Candidate]:
    return find_candidates(query_of(question), passages_of(chunks, question), idf=lambda _: 1.0)


def around_in(chunks: Sequence[Chunk]) -> Callable[[Chunk], Sequence[Chunk]]:
    """As `HybridRetriever.around`."""
    return lambda chunk: [other for other in chunks if abs(other.ordinal - chunk.ordinal) <= 4]
