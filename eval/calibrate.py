"""Fits what the engine has learned: `python -m citewell.eval.calibrate READING DOCUMENTS [--reader MODEL]`.

First the ranking of units (see `ranking`); with `--reader` then the reader over that, from the larger model in that
folder (see `train_reader`), whose weights are kept otherwise; at last the confidence: a logistic regression of "the
documents answer" on `engine.confidence.Features`. All are fitted on half of a reading benchmark, on the samples suite,
on the training suite (asked of the tameside suite's documents) and on the invented suite; the confidence on those
questions of them that the reader has not learned from (near misses of the benchmark left out: they need more reading
than it can do).
Every other suite, and the other half, stay unseen, so that what is reported of them is a fair test.
"""

import argparse
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
from ..engine.reader import WEIGHTS, legible
from ..engine.rewrite import Query
from ..index.passage import Passage
from ..index.sync import sync
from ..settings import load_settings
from .dataset import Item, load_suite
from .gate import choose_suites, find_documents
from .ranking import Asked, fit_ranking, held, listed
from .reading import NEAR_MISS, load_reading
from .train_reader import Lesson, train_reader

TRAINING = Path(__file__).parent / "data" / "training.jsonl"
INVENTED = TRAINING.with_name("invented")  # documents; their questions are beside them
ORIGINS = ("of a reading benchmark", "of the samples suite", "of the training suite", "of the invented suite")
# What each of them counts for.
RANKING_SHARES = (1.0, 0.5, 1.0, 1.0)
CONFIDENCE_SHARES = (1.5, 0.5, 1.0, 1.0)
ANSWERABLE = 0.8  # of what staff ask, by our reckoning; in what is learned from, near misses are far more common
LEARNED = 16  # candidates of a question, from which the reader learns …
FARTHEST = 2  # … with the best so many of those beyond that answer

Labelled = tuple[Features, bool]


def fit(groups: Sequence[list[Labelled]], shares: Sequence[float]) -> dict[str, float]:
    """Coefficients by feature name, with `intercept`; `shares` is what each group counts for, whatever its size, and
    `ANSWERABLE` is what all answerable questions do."""
    x = np.array([list(asdict(found).values()) for group in groups for found, _ in group])
    y = np.array([answerable for group in groups for _, answerable in group])
    weight = np.concatenate(
        [
            np.full(len(group), len(y) * share / sum(shares) / len(group))
            for group, share in zip(groups, shares, strict=True)
        ]
    )
    weight *= np.where(y, ANSWERABLE / weight[y].sum(), (1 - ANSWERABLE) / weight[~y].sum()) * len(y)
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


def is_unread(identity: str) -> bool:
    """A quarter of all questions, by their identity alone: the reader learns nothing from them, so that confidence can
    learn from them how far to trust it."""
    return hashlib.sha256(identity.encode()).digest()[1] % 4 == 0


def main(reading: Path, documents: Path, base: Path | None = None) -> None:
    """Fit, write the files beside the engine, and print how well they do on questions that were not seen."""
    suite, trained_on = choose_suites(["samples", "tameside"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "docs").mkdir()
        benchmark = load_reading(reading, folder / "docs")
        seen, unseen = ([item for item in benchmark.items if is_held_out(item.id) is half] for half in (False, True))
        origins = [
            (_engine(folder / "reading", [benchmark.documents]), seen),
            (_engine(folder / "samples", find_documents(suite, None)), load_suite(suite.path)),
            (_engine(folder / "training", find_documents(trained_on, documents)), load_suite(TRAINING)),
            (_engine(folder / "invented", [INVENTED]), load_suite(INVENTED.with_suffix(".jsonl"))),
        ]
        note = "fitted by eval/calibrate.py on questions: " + ", ".join(
            f"{len(items)} {name}" for name, (_, items) in zip(ORIGINS, origins, strict=True)
        )
        found = [_retrieve(engine, items) for engine, items in origins]
        lists = [listed(one, engine.retriever.lexical.idf) for one, (engine, _) in zip(found, origins, strict=True)]
        weights = fit_ranking([of for of, _ in lists], RANKING_SHARES)
        _save(RANKING, note, "weights", dict(zip(lists[0][1], weights, strict=True)))
        if base:
            lessons = [
                _lesson(engine, *asked)
                for one, (engine, _) in zip(found, origins, strict=True)
                for asked in one
                if not is_unread(asked[0].id)
            ]
            train_reader(lessons, base, WEIGHTS)
        labelled = [
            _label(engine, [asked for asked in one if is_unread(asked[0].id) and asked[0].category != NEAR_MISS])
            for one, (engine, _) in zip(found, origins, strict=True)
        ]
        coefficients = fit(labelled, CONFIDENCE_SHARES)
        _save(COEFFICIENTS, note, "coefficients", coefficients)
        outside = [item for item in unseen if item.category != NEAR_MISS]
        fresh = _label(origins[0][0], _retrieve(origins[0][0], outside))
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


def _lesson(engine: Engine, item: Item, query: Query, passages: Sequence[Passage]) -> Lesson:
    lexical = engine.retriever.lexical
    units = find_candidates(query, passages, lexical.idf)
    right = [held(item, unit.passage.chunk, unit.unit) if item.answerable else 0.0 for unit in units]
    farther = [n for n in range(LEARNED, len(units)) if right[n]][:FARTHEST]
    chosen = [*range(min(LEARNED, len(units))), *farther]
    return Lesson(
        query.text,
        tuple(legible(units[n].passage.chunk, units[n].unit, lexical.glossary) for n in chosen),
        tuple(units[n].score for n in chosen),
        tuple(right[n] for n in chosen),
        item.answerable,
    )


def _label(engine: Engine, asked: Iterable[Asked]) -> list[Labelled]:
    labelled = []
    for item, query, passages in asked:
        _, found = engine.compose(query, engine.candidates(query, passages))
        if found:
            labelled.append((found, item.answerable))
    return labelled


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fit what the engine has learned.")
    parser.add_argument("reading", type=Path, help="a reading benchmark")
    parser.add_argument("documents", type=Path, help="the folder of the reports that the training suite is asked of")
    parser.add_argument("--reader", type=Path, metavar="MODEL", help="train the reader too, from this model's folder")
    given = parser.parse_args()
    main(given.reading, given.documents, given.reader)
