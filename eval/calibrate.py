"""Fits what the engine has learned: `python -m citewell.eval.calibrate READING DOCUMENTS [--reader MODEL]`.

With `--reader` first the question encoder (see `train_question_encoder`), and the reader, from the larger model in
that folder (see `train_reader`): both learn from what the packaged model's own vectors find; their weights are kept
otherwise. Then the ranking of units (see `ranking`), and at last the confidence: a logistic regression of "the
documents answer" on `engine.confidence.Features`. All are fitted on half of a reading benchmark, on the samples suite,
on the training suite (asked of the tameside suite's documents) and on the invented suite: the former two on three
quarters of them, the latter two on the quarter that those have not learned from, so that they learn how far to trust
them (the confidence without the near misses of the benchmark: they need more reading than it can do).
Every other suite, and the other half, stay unseen, so that what is reported of them is a fair test.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ..app import build_store
from ..engine import candidates, confidence, reader
from ..engine.answer import Question
from ..engine.candidates import RANKING, find_candidates
from ..engine.confidence import COEFFICIENTS, Features
from ..engine.engine import Engine
from ..engine.reader import legible
from ..engine.rewrite import Query
from ..index import question_encoder
from ..index.embedder import Vectors, packaged_model
from ..index.passage import Passage
from ..index.sync import sync
from ..settings import load_settings
from .dataset import Item, load_suite
from .gate import choose_suites, find_documents
from .ranking import Asked, fit_ranking, held, listed
from .reading import NEAR_MISS, load_reading
from .train_question_encoder import Sought, train_question_encoder
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


@dataclass(frozen=True)
class Origin:
    """Questions of one kind, and the documents that they are asked of."""

    name: str
    documents: list[Path]
    items: list[Item]


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


def main(benchmark_path: Path, documents: Path, base: Path | None = None) -> None:
    """Fit, write the files beside the engine, and print how well they do on questions that were not seen."""
    suite, trained_on = choose_suites(["samples", "tameside"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "docs").mkdir()
        benchmark = load_reading(benchmark_path, folder / "docs")
        seen, unseen = ([item for item in benchmark.items if is_held_out(item.id) is half] for half in (False, True))
        origins = [
            Origin("reading", [benchmark.documents], seen),
            Origin("samples", find_documents(suite, None), load_suite(suite.path)),
            Origin("training", find_documents(trained_on, documents), load_suite(TRAINING)),
            Origin("invented", [INVENTED], load_suite(INVENTED.with_suffix(".jsonl"))),
        ]
        note = "fitted by eval/calibrate.py on questions: " + ", ".join(
            f"{len(origin.items)} {name}" for name, origin in zip(ORIGINS, origins, strict=True)
        )
        if base:
            plain = [_engine(folder / "plain", origin, str(packaged_model())) for origin in origins]
            _train(plain, origins, note, base)
        engines = [_engine(folder / "trained", origin) for origin in origins]
        found = [
            _retrieve(engine, [item for item in origin.items if is_unread(item.id)])
            for engine, origin in zip(engines, origins, strict=True)
        ]
        _rank(engines, found, note)
        labelled = [
            _label(engine, [asked for asked in one if asked[0].category != NEAR_MISS])
            for engine, one in zip(engines, found, strict=True)
        ]
        coefficients = fit(labelled, CONFIDENCE_SHARES)
        _save(COEFFICIENTS, note, "coefficients", coefficients)
        outside = [item for item in unseen if item.category != NEAR_MISS]
        fresh = _label(engines[0], _retrieve(engines[0], outside))
    sys.stdout.write(f"{note}\nAUC on {len(fresh)} unseen reading questions: {auc(coefficients, fresh):.3f}\n")


def _save(file: Path, note: str, name: str, values: dict[str, float]) -> None:
    rounded = {key: round(float(value), 4) for key, value in values.items()}
    file.write_text(json.dumps({"note": note, name: rounded}, indent=2) + "\n", encoding="utf-8")
    for fitted in (candidates.weights, confidence.coefficients):
        fitted.cache_clear()  # what is fitted next rests on it


def _train(engines: Sequence[Engine], origins: Sequence[Origin], note: str, base: Path) -> None:
    """Train what is trained on the three quarters, with engines that find as the packaged model does."""
    found = [
        _retrieve(engine, [item for item in origin.items if not is_unread(item.id)])
        for engine, origin in zip(engines, origins, strict=True)
    ]
    _rank(engines, found, note)
    both = list(zip(engines, found, strict=True))
    lessons = [_lesson(engine, *asked) for engine, one in both for asked in one]
    train_question_encoder([_sought(engine, one) for engine, one in both], question_encoder.WEIGHTS)
    train_reader(lessons, base, reader.WEIGHTS)


def _rank(engines: Sequence[Engine], found: Sequence[Sequence[Asked]], note: str) -> None:
    """Fit the ranking on what was found, and keep it."""
    lists = [listed(one, engine.retriever.lexical.idf) for engine, one in zip(engines, found, strict=True)]
    weights = fit_ranking([of for of, _ in lists], RANKING_SHARES)
    _save(RANKING, note, "weights", dict(zip(lists[0][1], weights, strict=True)))


def _engine(folder: Path, origin: Origin, model: str = "") -> Engine:
    """An engine over the documents of an origin, in a folder of its own under `folder`."""
    settings = load_settings(home=folder / origin.name, embedding_model=model)
    engine = Engine(build_store(settings), settings)
    sync(engine.store, origin.documents)
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


def _sought(engine: Engine, asked: Iterable[Asked]) -> list[Sought]:
    """What the question encoder learns from: the answerable questions for which something that answers is found."""
    lexical, embedder = engine.retriever.lexical, engine.store.embedder
    known: dict[tuple[str, int], Vectors] = {}
    sought = []
    for item, query, passages in asked:
        new = [passage for passage in passages if passage.place not in known]
        encoded = embedder.encode([passage.chunk for passage in new])
        known |= {passage.place: one.units for passage, one in zip(new, encoded, strict=True)}
        units = find_candidates(query, passages, lexical.idf) if item.answerable else []
        right = np.array([held(item, unit.passage.chunk, unit.unit) for unit in units])
        if right.any():
            vectors = np.stack([known[unit.passage.place][unit.number] for unit in units])
            scores, cosines = (np.array(each) for each in zip(*((u.score, u.cosine) for u in units), strict=True))
            sought.append(Sought(query.text, vectors, scores, cosines, right))
    return sought


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
