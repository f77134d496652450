"""The question encoder: questions near what answers them, texts as before."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from transformers import BertModel

from citewell.errors import ModelError
from citewell.index import question_encoder
from citewell.index.embedder import Embedder, packaged_model
from citewell.index.question_encoder import load_question_encoder
from citewell.index.weights import shrink
from citewell.ingest.chunk import chunk_document
from citewell.ingest.document import Block, Document, Metadata

QUESTION = "How many carers gave up last year?"
PAIRS = [  # a question, what answers it, and what speaks of the same
    (QUESTION, "Twelve foster carers left in the year to March.", "Carers are visited every six weeks."),
    ("Why was the hub shut?", "It closed because the roof leaked.", "The hub stood on Mill Lane."),
    ("who runs the panel", "Councillor Ada Marsh chairs it.", "The panel meets in May and considers all plans."),
    (
        "what must managers do about caseloads",
        "They should review them monthly.",
        "Caseloads were a worry to all staff.",
    ),
]


@pytest.fixture(scope="module")
def packaged() -> BertModel:
    network = BertModel.from_pretrained(packaged_model(), add_pooling_layer=False)
    network.train(mode=False)
    return network


def layers_of(network: BertModel) -> dict[str, torch.Tensor]:
    return {name: value for name, value in network.state_dict().items() if name.startswith("encoder.")}


def test_a_question_has_a_vector_of_its_own_not_far_from_its_meaning() -> None:
    embedder = Embedder()
    vector, meaning = embedder.query(QUESTION), embedder.meaning(QUESTION)
    assert vector.shape == (embedder.dimension,) == (384,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert 0.3 < vector @ meaning < 0.99


def test_what_answers_gains_on_what_speaks_of_the_same() -> None:
    """Against the vectors of what the questions mean."""
    embedder = Embedder()
    gained = []
    for question, *sentences in PAIRS:
        blocks = (Block("text", " ".join(sentences)),)
        [encoded] = embedder.encode(chunk_document(Document("/a.txt", "a.txt", Metadata("Report"), "0" * 64, blocks)))
        answers, speaks = encoded.units @ (embedder.query(question) - embedder.meaning(question))
        gained.append(answers - speaks)
    assert np.mean(gained) > 0


def test_untrained_it_says_what_the_packaged_model_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = BertModel.from_pretrained(packaged_model(), add_pooling_layer=False)
    save_file(shrink(layers_of(network)), tmp_path / "same.safetensors")
    monkeypatch.setattr(
        question_encoder,
        "load_question_encoder",
        lambda model: load_question_encoder(model, tmp_path / "same.safetensors"),
    )
    embedder = Embedder()
    assert embedder.query(QUESTION) @ embedder.meaning(QUESTION) > 0.99  # but for eight bits a weight


def test_the_embeddings_are_shared(packaged: BertModel) -> None:
    assert load_question_encoder(packaged).embeddings is packaged.embeddings


def test_weights_that_are_missing_or_damaged(packaged: BertModel, tmp_path: Path) -> None:
    (tmp_path / "damaged").write_bytes(b"no weights")
    save_file(shrink(dict(list(layers_of(packaged).items())[:-1])), tmp_path / "less")
    for name in ("damaged", "none", "less"):
        with pytest.raises(ModelError, match=r"^question encoder: .* is missing or damaged; install citewell again$"):
            load_question_encoder(packaged, tmp_path / name)
