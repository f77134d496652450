"""Natural-language inference, with tiny real cross-encoders made here."""

import string
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from citewell.engine.wording.judge import Judge
from citewell.engine.wording.nli import Entailment
from citewell.errors import ModelError
from citewell.tests.engine.wording.conftest import FAMILY, SEVENTEEN, Tell
from citewell.tests.engine.wording.endpoint import good

PREMISE = "Ducks live on the pond."
HYPOTHESES = ["Geese live on the pond.", "Ducks live.", "The panel met in May."]
LABELS = ("contradiction", "entailment", "neutral")
MakeModel = Callable[..., Path]


@pytest.fixture(scope="session")
def make_model(tmp_path_factory: pytest.TempPathFactory) -> MakeModel:
    """Saves a BERT of two small layers with random weights and these labels."""
    import torch  # noqa: PLC0415
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast  # noqa: PLC0415

    def made(*labels: str) -> Path:
        folder = tmp_path_factory.mktemp("nli")
        letters = string.ascii_lowercase + string.digits
        pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters)]
        (folder / "vocab.txt").write_text("\n".join([*pieces, *string.punctuation]), encoding="utf-8")
        BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
        torch.manual_seed(0)
        config = BertConfig(
            vocab_size=len(pieces) + len(string.punctuation),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=32,
            initializer_range=1.0,
            id2label=dict(enumerate(labels)),
            label2id={label: n for n, label in enumerate(labels)},
        )
        BertForSequenceClassification(config).save_pretrained(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def model(make_model: MakeModel) -> Path:
    return make_model(*LABELS)


def test_it_is_the_share_of_the_label(model: Path) -> None:
    from sentence_transformers import CrossEncoder  # noqa: PLC0415

    entails = Entailment(str(model))
    found = [entails(PREMISE, hypothesis) for hypothesis in HYPOTHESES]
    logits = CrossEncoder(str(model), device="cpu").predict([(PREMISE, hypothesis) for hypothesis in HYPOTHESES])
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.allclose(found, shares[:, 1], atol=1e-4)
    assert len(set(found)) == 3
    assert entails(HYPOTHESES[0], PREMISE) != found[0]  # the premise comes first


def test_the_label_is_found_by_its_name(make_model: MakeModel, model: Path) -> None:
    """The weights are the same: only which of the three is meant differs."""
    other = Entailment(str(make_model("ENTAILMENT", "neutral", "contradiction")))
    assert other(PREMISE, HYPOTHESES[0]) != Entailment(str(model))(PREMISE, HYPOTHESES[0])


def test_several_threads_get_the_same(model: Path) -> None:
    entails = Entailment(str(model))
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: entails(PREMISE, HYPOTHESES[0]), range(12)))
    assert len(set(found)) == 1


@pytest.mark.parametrize("labels", [("LABEL_0", "LABEL_1", "LABEL_2"), ("score",), ("entailment",)])
def test_a_model_without_the_label(make_model: MakeModel, labels: tuple[str, ...]) -> None:
    folder = make_model(*labels)
    with pytest.raises(ModelError, match=rf"{folder}: .*CITEWELL_NLI") as raised:
        Entailment(str(folder))(PREMISE, HYPOTHESES[0])
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["nosuch", "folder/that/is/not/there", "."])
def test_a_model_that_is_not_there(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="CITEWELL_NLI") as raised:
        Entailment(name)(PREMISE, HYPOTHESES[0])
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("share", "written"), [(0.9, [SEVENTEEN]), (0.1, [])])
def test_the_judge_asks_it(tell: Tell, share: float, written: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def entails(premise: str, hypothesis: str) -> float:
        asked.append((premise, hypothesis))
        return share

    plain = Judge.__init__
    monkeypatch.setattr(Judge, "__init__", lambda self, cosine: plain(self, cosine, entails))
    told = tell(FAMILY, good(([1], SEVENTEEN)), may_say=[SEVENTEEN])
    assert told.written == written
    assert "17 social workers came and went" in asked[0][0]
    assert asked[0][1] == SEVENTEEN
    assert told.reasons == ([] if written else ["does not follow from the passage"])
