"""Fits what the engine has learned: `python -m citewell.eval.calibrate READING DOCUMENTS`.

First the ranking of units (see `ranking`), then, over that, the confidence: a logistic regression of "the documents
answer" on `engine.confidence.Features`. Both are fitted on the training suite (asked of the tameside suite's
documents), on the samples suite, and on half of a reading benchmark (near misses left out: they need reading, not
matching). Every other suite, and the other half, stay unseen, so that what is reported of them is a fair test.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ..app import build_store
from ..engine import candidates, confidence
from ..engine.answer import Question
from ..engine.candidates import RANKING, find_candidates
from ..engine.confidence import COEFFICIENTS, Features
from ..engine.engine import Engine
from ..index.sync import sync
from ..settings import load_settings
from .dataset import Item, load_suite
from .gate import choose_suites, find_documents
from .ranking import Asked, fit_ranking, listed
from .reading import NEAR_MISS, load_reading

TRAINING = Path(__file__).parent / "data" / "training.jsonl"
# What the reading questions, the samples and the training suite count for.
RANKING_SHARES = (1.0, 0.5, 1.0)
CONFIDENCE_SHARES = (1.5, 0.5, 1.0)

Labelled = tuple[Features, bool]


def fit(groups: Sequence[list[Labelled]], shares: Sequence[float]) -> dict[str, float]:
    """Coefficients by feature name, with `intercept`; `shares` is what each group counts for, whatever its size."""
    x = np.array([list(asdict(found).values()) for group in groups for found, _ in group])
    y = np.array([answerable for group in groups for _, answerable in group])
    weight = np.concatenate(
        [
            np.full(len(group), len(y) * share / sum(shares) / len(group))
            for group, share in zip(groups, shares, strict=True)
        ]
    )
    scaler, model = StandardScaler(), LogisticRegression(max_iter=5000)
    make_pipeline(scaler, model).fit(x, y, logisticregression__sample_weight=weight)
    slopes = model.coef_[0] / scaler.scale_
    names = [field.name for field in fields(Features)]
    intercept = float(model.intercept_[0] - (slopes * scaler.mean_).sum())
    return {"intercept": intercept} | {n: float(s) for n, s in zip(names, slopes, strict=True)}


def auc(coefficients: dict[str, float], labelled: list[Labelled]) -> float:
    """The area under the ROC curve on labelled questions."""
    scores = [sum(coefficients[name] * value for name, value in asdict(found).items()) for found, _ in labelled]
    return float(roc_auc_score([answerable for _, answerable in labelled], scores))


def is_held_out(identity: str) -> bool:
    """Half of all questions, by their identity alone."""
    return hashlib.sha256(identity.encode()).digest()[0] % 2 == 1


def main(reading: Path, documents: Path) -> None:
    """Fit, write both files beside the engine, and print how well they do on questions that were not seen."""
    suite, trained_on = choose_suites(["samples", "tameside"])
    known, training = load_suite(suite.path), load_suite(TRAINING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "docs").mkdir()
        benchmark = load_reading(reading, folder / "docs")
        items = [item for item in benchmark.items if item.category != NEAR_MISS]
        seen, unseen = ([item for item in items if is_held_out(item.id) is half] for half in (False, True))
        asked = [
            (_engine(folder / "reading", [benchmark.documents]), seen),
            (_engine(folder / "samples", find_documents(suite, None)), known),
            (_engine(folder / "training", find_documents(trained_on, documents)), training),
        ]
        note = (
            f"fitted by eval/calibrate.py on {len(seen)} reading questions, {len(known)} of the samples suite and "
            f"{len(training)} of the training suite"
        )
        found = [_retrieve(engine, items) for engine, items in asked]
        lists = [listed(one, engine.retriever.lexical.idf) for one, (engine, _) in zip(found, asked, strict=True)]
        weights = fit_ranking([of for of, _ in lists], RANKING_SHARES)
        _save(RANKING, note, "weights", dict(zip(lists[0][1], weights, strict=True)))
        labelled = [_label(engine, one) for one, (engine, _) in zip(found, asked, strict=True)]
        coefficients = fit(labelled, CONFIDENCE_SHARES)
        _save(COEFFICIENTS, note, "coefficients", coefficients)
        fresh = _label(asked[0][0], _retrieve(asked[0][0], unseen))
    sys.stdout.write(f"{note}\nAUC on {len(fresh)} unseen reading questions: {auc(coefficients, fresh):.3f}\n")


def _save(file: Path, note: str, name: str, values: dict[str, float]) -> None:
    rounded = {key: round(float(value), 4) for key, value in values.items()}
    file.write_text(json.dumps({"note": note, name: rounded}, indent=2) + "\n", encoding="utf-8")
    for fitted in (candidates.weights, confidence.coefficients):
        fitted.cache_clear()  # what is fitted next rests on it


def _engine(home: Path, paths: list[Path]) -> Engine:
    settings = load_settings(home=home)
    engine = Engine(build_store(settings), settings)
    sync(engine.store, paths)
    return engine


def _retrieve(engine: Engine, items: Iterable[Item]) -> list[Asked]:
    """What both fits rest on, and neither changes."""
    queries = ((item, engine.query(Question(item.question, turns=item.turns))) for item in items)
    return [(item, query, engine.retriever.search(query.text)) for item, query in queries]


def _label(engine: Engine, asked: Iterable[Asked]) -> list[Labelled]:
    labelled = []
    for item, query, passages in asked:
        units = find_candidates(query, passages, engine.retriever.lexical.idf)
        _, found = engine.compose(query, passages, units)
        if found:
            labelled.append((found, item.answerable))
    return labelled


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
