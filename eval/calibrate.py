"""Fits the engine's confidence: `python -m citewell.eval.calibrate READING`.

A logistic regression of "the documents answer" on `engine.confidence.Features`, fitted on the samples suite and on half
of a reading benchmark (near misses left out: they need reading, not matching). Every other suite, and the other half,
stay unseen, so that what is reported of them is a fair test.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ..app import build_engine
from ..engine.answer import Question
from ..engine.confidence import COEFFICIENTS, Features
from ..engine.engine import Engine
from ..index.sync import sync
from ..settings import load_settings
from .dataset import Item, load_suite
from .gate import choose_suites, find_documents
from .reading import NEAR_MISS, load_reading

Labelled = tuple[Features, bool]


def fit(groups: Iterable[list[Labelled]]) -> dict[str, float]:
    """Coefficients by feature name, with `intercept`; each group counts the same, whatever its size."""
    groups = list(groups)
    x = np.array([list(asdict(found).values()) for group in groups for found, _ in group])
    y = np.array([answerable for group in groups for _, answerable in group])
    weight = np.concatenate([np.full(len(group), len(y) / len(groups) / len(group)) for group in groups])
    scaler, model = StandardScaler(), LogisticRegression(max_iter=5000)
    make_pipeline(scaler, model).fit(x, y, logisticregression__sample_weight=weight)
    slopes = model.coef_[0] / scaler.scale_
    names = [field.name for field in fields(Features)]
    intercept = float(model.intercept_[0] - (slopes * scaler.mean_).sum())
    return {"intercept": round(intercept, 4)} | {n: round(float(s), 4) for n, s in zip(names, slopes, strict=True)}


def auc(coefficients: dict[str, float], labelled: list[Labelled]) -> float:
    """The area under the ROC curve on labelled questions."""
    scores = [sum(coefficients[name] * value for name, value in asdict(found).items()) for found, _ in labelled]
    return float(roc_auc_score([answerable for _, answerable in labelled], scores))


def is_held_out(identity: str) -> bool:
    """Half of all questions, by their identity alone."""
    return hashlib.sha256(identity.encode()).digest()[0] % 2 == 1


def main(reading: Path) -> None:
    """Fit, write the coefficients beside the engine, and print how well they part questions that were not seen."""
    suite = choose_suites(["samples"])[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "docs").mkdir()
        benchmark = load_reading(reading, folder / "docs")
        items = [item for item in benchmark.items if item.category != NEAR_MISS]
        read = _label(_engine(folder / "reading", [benchmark.documents]), items)
        samples = _label(_engine(folder / "samples", find_documents(suite, None)), load_suite(suite.path))
    seen = [row for identity, row in read if not is_held_out(identity)]
    unseen = [row for identity, row in read if is_held_out(identity)]
    coefficients = fit([seen, [row for _, row in samples]])
    note = f"fitted by eval/calibrate.py on {len(seen)} reading questions and {len(samples)} of the samples suite"
    COEFFICIENTS.write_text(json.dumps({"note": note, "coefficients": coefficients}, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{note}\nAUC on {len(unseen)} unseen reading questions: {auc(coefficients, unseen):.3f}\n")


def _engine(home: Path, paths: list[Path]) -> Engine:
    engine = build_engine(load_settings(home=home))
    sync(engine.store, paths)
    return engine


def _label(engine: Engine, items: Iterable[Item]) -> list[tuple[str, Labelled]]:
    labelled = []
    for item in items:
        query = engine.query(Question(item.question, turns=item.turns))
        _, found = engine.compose(query, engine.retriever.search(query.text))
        if found:
            labelled.append((item.id, (found, item.answerable)))
    return labelled


if __name__ == "__main__":
    main(Path(sys.argv[1]))
