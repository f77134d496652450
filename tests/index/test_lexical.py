"""BM25 as computed by hand, and an index on disk that is never trusted too far."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from citewell.index.lexical import K1, B, LexicalIndex, search_terms
from citewell.index.terms import terms
from citewell.ingest.chunk import Chunk, chunk_document
from citewell.ingest.document import Block, Document, Metadata, Table, table_block

TEXTS = ["Ducks swim on the pond.", "The pond is deep, and the pond is cold.", "Swans eat bread and ducks eat it too."]


def chunks(texts: Sequence[str] = TEXTS) -> list[tuple[str, Chunk]]:
    blocks = tuple(Block("text", text) for text in texts)
    document = Document("/a.txt", "a.txt", Metadata("Parks"), "0" * 64, blocks)
    [whole] = chunk_document(document)
    return [(f"id-{n}", replace(whole, text=text, published=f"202{n}-01-01")) for n, text in enumerate(texts)]


def bm25(query: Sequence[str], rows: Sequence[tuple[str, Chunk]]) -> list[float]:
    """Robertson's formula, with the idf of Lucene, written out."""
    corpus = [search_terms(chunk) for _, chunk in rows]
    mean = sum(map(len, corpus)) / len(corpus)
    scores = []
    for document in corpus:
        counts, score = Counter(document), 0.0
        for term in set(query):
            holding = sum(term in other for other in corpus)
            idf = math.log(1 + (len(corpus) - holding + 0.5) / (holding + 0.5))
            norm = K1 * (1 - B + B * len(document) / mean)
            score += idf * counts[term] * (K1 + 1) / (counts[term] + norm)
        scores.append(score)
    return scores


@pytest.mark.parametrize("question", ["ducks", "ducks on the deep pond", "pond pond", "parks", "Swans, cold and deep?"])
def test_scores_are_in_the_order_of_a_direct_computation(question: str) -> None:
    index, expected = LexicalIndex.build(chunks()), bm25(terms(question), chunks())
    scores = index.scores(terms(question))
    # Lucene's variant leaves out the constant factor k1 + 1.
    assert scores.tolist() == pytest.approx([score / (K1 + 1) for score in expected], rel=1e-4)


def test_unknown_terms_score_nothing() -> None:
    index = LexicalIndex.build(chunks())
    assert index.scores(terms("elephants")).tolist() == [0, 0, 0]
    assert index.scores(()).tolist() == [0, 0, 0]
    assert index.scores(terms("ducks elephants")).tolist() == index.scores(terms("ducks")).tolist()


def test_idf() -> None:
    index = LexicalIndex.build(chunks())
    assert index.idf("duck") == pytest.approx(math.log(1 + 1.5 / 2.5))
    assert index.idf("swan") == pytest.approx(math.log(1 + 2.5 / 1.5))
    assert index.idf("eleph") == index.highest_idf > index.idf("swan")
    assert "duck" in index
    assert "eleph" not in index
    assert "" not in index


def test_titles_headings_captions_and_headers_are_searched() -> None:
    table = table_block(Table(("Place", "Heron"), (("North", "4"),), "Birds"), ("Counts",))
    [chunk] = chunk_document(Document("/a.txt", "a.txt", Metadata("Parks"), "0" * 64, (table,)))
    assert {"park", "count", "bird", "heron", "north", "4"} <= set(search_terms(chunk))


def test_save_and_load(tmp_path: Path) -> None:
    index = LexicalIndex.build(chunks())
    index.save(tmp_path)
    loaded = LexicalIndex.load(tmp_path)
    for question in ("ducks", "cold pond", "elephants"):
        assert loaded.scores(terms(question)).tolist() == index.scores(terms(question)).tolist()
    assert (loaded.ids, loaded.glossary, loaded.position) == (index.ids, index.glossary, index.position)
    assert loaded.idf("duck") == index.idf("duck")


@pytest.mark.parametrize("rows", [[], [("id-0", replace(chunks()[0][1], text="-", title=""))]], ids=["none", "no term"])
def test_an_empty_index(tmp_path: Path, rows: list[tuple[str, Chunk]]) -> None:
    LexicalIndex.build(rows).save(tmp_path)
    index = LexicalIndex.load(tmp_path)
    assert index.scores(terms("ducks")).tolist() == [0] * len(rows)
    assert index.highest_idf > 0
