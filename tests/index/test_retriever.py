"""Hybrid retrieval over a real store: both halves matter, and filters hold."""

from pathlib import Path

import numpy as np
import pytest
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore

from citewell.errors import InputError
from citewell.index.passage import Passage
from citewell.index.retriever import HybridRetriever, as_node
from citewell.index.store import Store
from citewell.index.sync import sync
from citewell.tests.index.fake_embedder import FakeEmbedder


@pytest.fixture
def retriever(store: Store, papers: Path) -> HybridRetriever:
    sync(store, [papers])
    return HybridRetriever(store)


def names(passages: list[Passage]) -> list[str]:
    return [passage.chunk.document for passage in passages]


def test_it_is_a_llama_index_retriever(retriever: HybridRetriever) -> None:
    assert isinstance(retriever, BaseRetriever)
    found = retriever.retrieve("How many social workers did one family meet?")
    assert all(isinstance(node, NodeWithScore) for node in found)
    assert "One family met 17 social workers." in found[0].node.get_content()
    assert found[0].node.metadata["document"] == "visits.txt"
    assert found[0].score == max(node.score or 0.0 for node in found)


def test_passages_carry_their_scores(retriever: HybridRetriever) -> None:
    question = "What do mallards do all year?"
    vector = FakeEmbedder().query(question)
    passages = retriever.search(question)
    assert [passage.rank for passage in passages] == list(range(1, len(passages) + 1))
    assert [passage.score for passage in passages] == sorted((p.score for p in passages), reverse=True)
    for passage in passages:
        chunk = passage.chunk
        assert passage.dense == pytest.approx(float(FakeEmbedder().encode([chunk])[0].vector @ vector), abs=1e-3)
        units = FakeEmbedder().encode([chunk])[0].units @ vector
        assert np.allclose(passage.units, units, atol=0.01)
        assert 0 <= passage.score <= 1


def test_the_lexical_half_counts(retriever: HybridRetriever, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors that say nothing: a rare word alone finds its passage."""
    monkeypatch.setattr(store.embedder, "query", lambda _: np.full(256, 1 / 16, dtype=np.float32))
    assert names(retriever.search("teals"))[0] == "ponds.md"
    assert names(retriever.search("panel"))[0] == "visits.txt"


def test_the_dense_half_counts(retriever: HybridRetriever, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """No word of the question is in the documents: its vector alone finds the passage."""
    teals = store.embedder.query("teals leave in spring")
    monkeypatch.setattr(store.embedder, "query", lambda _: teals)
    found = retriever.search("zugvögel")[0]
    assert found.chunk.document == "ponds.md"
    assert found.lexical == 0


def test_how_many(retriever: HybridRetriever) -> None:
    assert len(retriever.search("ducks", top=1)) == 1
    assert len(HybridRetriever(retriever.store, top_k=2).search("ducks")) == 2


def test_the_best_does_not_depend_on_how_many(retriever: HybridRetriever) -> None:
    assert retriever.search("ducks on the pond", top=1) == retriever.search("ducks on the pond", top=5)[:1]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["agency.md", "ponds.md", "visits.txt"]),
        ({"document": "ponds.md"}, ["ponds.md"]),
        ({"document": "nosuch.md"}, []),
        ({"after": "2024-07-01"}, ["agency.md", "visits.txt"]),
        ({"after": "2024-07-02"}, ["visits.txt"]),
        ({"before": "2025-03-03"}, ["agency.md", "visits.txt"]),
        ({"before": "2025-03-02"}, ["agency.md"]),
        ({"after": "2024-08-01", "before": "2024-12-31"}, []),
        ({"after": "2025-01-01", "document": "agency.md"}, []),
    ],
    ids=str,
)
def test_filters(retriever: HybridRetriever, filters: dict[str, str], expected: list[str]) -> None:
    """Dates are inclusive; the document without a date passes no date filter."""
    assert sorted(set(names(retriever.search("agency pond family", filters=filters)))) == expected


@pytest.mark.parametrize(
    ("filters", "fault"),
    [
        ({"publisher": "x"}, "filter publisher: no such filter; use document, kind, after, before"),
        ({"after": "July 2024"}, "filter after: 'July 2024' is not a date; write it as 2024-07-31"),
        ({"before": "2024-02-31"}, "filter before: '2024-02-31' is not a date"),
        ({"after": ""}, "filter after: '' is not a date"),
    ],
)
def test_bad_filters(retriever: HybridRetriever, filters: dict[str, str], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        retriever.search("ducks", filters=filters)


def test_an_empty_index(store: Store) -> None:
    retriever = HybridRetriever(store)
    assert retriever.search("ducks") == []
    assert retriever.retrieve("ducks") == []
    with pytest.raises(InputError, match="no such filter"):
        retriever.search("ducks", filters={"nosuch": "x"})


def test_a_change_is_seen_at_once(retriever: HybridRetriever, store: Store, papers: Path) -> None:
    assert names(retriever.search("geese"))[0] != "geese.txt"
    (papers / "geese.txt").write_text("Geese came to the park in autumn.\n", encoding="utf-8")
    sync(store, [papers])
    assert names(retriever.search("geese"))[0] == "geese.txt"
    store.delete(next(record.id for record in store.documents() if record.document == "geese.txt"))
    assert "geese.txt" not in names(retriever.search("geese"))


@pytest.mark.parametrize("question", ["?", "the of and", "ducks " * 300, "\u0000", "café 😀"])
def test_odd_questions(retriever: HybridRetriever, question: str) -> None:
    assert len(retriever.search(question)) > 0


def test_nodes_say_where_they_come_from(retriever: HybridRetriever) -> None:
    passage = retriever.search("agency share of social workers")[0]
    node = as_node(passage)
    assert node.text == passage.chunk.text
    assert node.metadata["locator"] == passage.chunk.locator
    assert set(node.metadata) == set(passage.as_json()) - {"text", "score", "rank"}
