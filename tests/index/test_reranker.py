"""The reranker: tiny real cross-encoders made here, over a real store."""

import shutil
import string
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from citewell.app import build_engine, build_eval_engine
from citewell.doctor import examine
from citewell.engine.answer import Question
from citewell.errors import ModelError
from citewell.index import retriever as retriever_module
from citewell.index.embedder import packaged_model
from citewell.index.reranker import Reranker
from citewell.index.retriever import HybridRetriever
from citewell.index.store import Store
from citewell.index.sync import sync
from citewell.settings import load_settings

QUESTION = "agency pond family"
TEXTS = ["Ducks live on the pond.", "The panel met in May.", "geese " * 400]
MakeModel = Callable[..., Path]


@pytest.fixture(scope="session")
def make_model(tmp_path_factory: pytest.TempPathFactory) -> MakeModel:
    """Saves a BERT of two small layers with random weights: `outputs` of its head, none for a model without one."""
    import torch  # noqa: PLC0415
    from transformers import (  # noqa: PLC0415
        BertConfig,
        BertForSequenceClassification,
        BertModel,
        BertTokenizerFast,
    )

    def made(outputs: int) -> Path:
        folder = tmp_path_factory.mktemp("model")
        letters = string.ascii_lowercase + string.digits
        pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters)]
        (folder / "vocab.txt").write_text("\n".join([*pieces, *string.punctuation]), encoding="utf-8")
        BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
        torch.manual_seed(0)
        size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
        config = BertConfig(
            vocab_size=len(pieces) + len(string.punctuation), num_labels=max(outputs, 1), initializer_range=1.0, **size
        )
        model = BertForSequenceClassification(config) if outputs else BertModel(config)
        model.save_pretrained(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def cross_encoder(make_model: MakeModel) -> Path:
    return make_model(1)


@pytest.fixture
def filled(store: Store, papers: Path) -> Store:
    sync(store, [papers])
    return store


class Backwards(Reranker):
    """Likes best what it is given last."""

    def scores(self, question: str, texts: list[str]) -> np.ndarray:  # noqa: ARG002
        return np.arange(len(texts), dtype=np.float32)


def test_scores_are_those_of_the_model(cross_encoder: Path) -> None:
    from sentence_transformers import CrossEncoder  # noqa: PLC0415

    scores = Reranker(str(cross_encoder)).scores(QUESTION, TEXTS)
    shares = CrossEncoder(str(cross_encoder), device="cpu").predict([(QUESTION, text) for text in TEXTS])
    assert scores.shape == (3,)
    assert len(set(scores.tolist())) == 3
    assert np.allclose(1 / (1 + np.exp(-scores)), shares, atol=1e-4)


def test_several_threads_get_the_same_scores(cross_encoder: Path) -> None:
    reranker = Reranker(str(cross_encoder))
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: reranker.scores(QUESTION, TEXTS), range(12)))
    assert all(np.array_equal(scores, found[0]) for scores in found)


def test_the_order_is_the_models(filled: Store, cross_encoder: Path) -> None:
    plain = HybridRetriever(filled).search(QUESTION)
    reranker = Reranker(str(cross_encoder))
    found = HybridRetriever(filled, reranker=reranker).search(QUESTION)
    chunks = [passage.chunk for passage in plain]
    scores = reranker.scores(QUESTION, [f"{chunk.context}\n{chunk.text}" for chunk in chunks])
    assert [passage.chunk for passage in found] == [chunks[i] for i in np.argsort(-scores)]
    assert found == HybridRetriever(filled, reranker=Reranker(str(cross_encoder))).search(QUESTION)
    assert [passage.chunk for passage in found] != chunks


def test_scores_mean_what_they_meant(filled: Store) -> None:
    """The fused scores go to other passages; whatever else is known of a passage stays with it."""
    plain = HybridRetriever(filled).search(QUESTION)
    found = HybridRetriever(filled, reranker=Backwards("")).search(QUESTION)
    assert [passage.chunk for passage in found] == [passage.chunk for passage in reversed(plain)]
    assert [(p.rank, p.score) for p in found] == [(p.rank, p.score) for p in plain]
    own = {passage.chunk: (passage.dense, passage.lexical, passage.units) for passage in plain}
    assert {passage.chunk: (passage.dense, passage.lexical, passage.units) for passage in found} == own


def test_only_the_first_are_reranked(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retriever_module, "RERANKED", 2)
    plain = [passage.chunk for passage in HybridRetriever(filled).search(QUESTION)]
    retriever = HybridRetriever(filled, reranker=Backwards(""))
    assert [p.chunk for p in retriever.search(QUESTION)] == [plain[1], plain[0], *plain[2:]]
    assert [p.chunk for p in retriever.search(QUESTION, top=1)] == [plain[1]]


def test_nothing_to_rerank(store: Store) -> None:
    assert HybridRetriever(store, reranker=Reranker("nosuch")).search(QUESTION) == []


def test_the_setting(cross_encoder: Path, papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reaches the engine and that of the suites, and the index need not be made again."""
    plain = build_engine(load_settings())
    assert plain.retriever.reranker is None
    sync(plain.store, [papers])
    before = {passage.chunk for passage in plain.search(Question(QUESTION))[0]}
    monkeypatch.setenv("CITEWELL_RERANKER", str(cross_encoder))
    engine = build_engine(load_settings())
    assert {passage.chunk for passage in engine.search(Question(QUESTION))[0]} == before
    for made in (engine, build_eval_engine(load_settings(home=tmp_path / "other"), "suite")):
        assert made.retriever.reranker is not None
        assert made.retriever.reranker.name == str(cross_encoder)


# What is no cross-encoder


@pytest.mark.parametrize("name", ["nosuch", "folder/that/is/not/there", "."])
def test_a_model_that_is_not_there(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match=rf"^reranker {name}: .*[^.]; set CITEWELL_RERANKER to a cross-encoder, or to"):
        Reranker(name).scores(QUESTION, TEXTS)


@pytest.mark.parametrize("outputs", [0, 3], ids=["no head", "three outputs"])
def test_another_kind_of_model(outputs: int, make_model: MakeModel, capfd: pytest.CaptureFixture[str]) -> None:
    """One without a head would be given a random one by the library, which only warns."""
    with pytest.raises(ModelError, match="it is no cross-encoder with one score for a pair; set CITEWELL_RERANKER"):
        Reranker(str(make_model(outputs))).scores(QUESTION, TEXTS)
    assert capfd.readouterr().err == ""


def test_an_embedding_model(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ModelError, match="it is no cross-encoder"):
        Reranker(str(packaged_model())).scores(QUESTION, TEXTS)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("data", [b"", b"damaged" * 100], ids=["empty", "garbage"])
@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_damaged_model(cross_encoder: Path, tmp_path: Path, name: str, data: bytes) -> None:
    copy = Path(shutil.copytree(cross_encoder, tmp_path / "copy"))
    (copy / "vocab.txt").unlink()
    (copy / name).write_bytes(data)
    with pytest.raises(ModelError, match=f"^reranker {copy}: .*; set CITEWELL_RERANKER"):
        Reranker(str(copy)).scores(QUESTION, TEXTS)


def test_doctor(store: Store, cross_encoder: Path, tmp_path: Path) -> None:
    def check(**settings: str) -> dict[str, tuple[bool, str]]:
        found = examine(load_settings(**settings), lambda _: store)
        return {check.name: (check.ok, check.detail) for check in found}

    assert "reranker" not in check()
    assert check(reranker=str(cross_encoder))["reranker"] == (True, f"{cross_encoder} loads and scores passages")
    ok, detail = check(reranker=str(tmp_path))["reranker"]
    assert not ok
    assert detail.startswith(f"reranker {tmp_path}: ")
