"""Fits what the engine has learned: `python -m citewell.eval.calibrate READING DOCUMENTS [--reader MODEL]`.

Questions are those of half of a reading benchmark, of the samples suite, of the training suite (asked of the tameside
suite's documents) and of the invented suite. With `--reader`, first the question encoder and then the reader, from the
larger model in that folder, learn from three quarters of them (see `train_question_encoder` and `train_reader`): both
from what the packaged model's own vectors find. Then the ranking of units (see `ranking`), and at last the confidence:
a logistic regression of "the documents answer" on `engine.confidence.Features`. Ranking and confidence are fitted on
the quarter that encoder and reader have not learned from, so that they learn how far to trust those (the confidence
without the near misses of the benchmark, which need more reading than it can do). Every other suite, and the other half
of the benchmark, stay unseen, so that what is reported of them is a fair test.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
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
from ..engine.candidates import RANKING, Candidate, find_candidates
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
FITTED = (question_encoder.WEIGHTS, reader.WEIGHTS, RANKING, COEFFICIENTS)
ANSWERABLE = 0.8  # of what staff ask, by our reckoning; in what is learned from, near misses are far more common
LEARNED = 16  # candidates of a question, from which the reader learns …
FARTHEST = 2  # … with the best so many of those beyond that answer

Labelled = tuple[Features, bool]


@dataclass(frozen=True)
class Origin:
    """Questions of one kind, the documents that they are asked of, and what they count for in each fit."""

    name: str
    ranking_share: float
    confidence_share: float
    documents: list[Path]
    items: list[Item]


@dataclass(frozen=True)
class Judged:
    """A question with its candidates, the likeliest first, and the share of its facts that each holds: of a question
    that the documents do not answer, none."""

    question: str
    answerable: bool
    units: Sequence[Candidate]
    right: Sequence[float]


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
    """A quarter of all questions, by their identity alone: neither encoder nor reader learns from them, so that ranking
    and confidence can learn from them how far to trust those."""
    return hashlib.sha256(identity.encode()).digest()[1] % 4 == 0


def main(benchmark_path: Path, documents: Path, base: Path | None = None) -> None:
    """Fit, write the files beside the engine, and print how well they do on questions that were not seen."""
    suite, trained_on = choose_suites(["samples", "tameside"])
    with tempfile.TemporaryDirectory() as name, _all_or_none(FITTED):
        folder = Path(name)
        (folder / "docs").mkdir()
        benchmark = load_reading(benchmark_path, folder / "docs")
        seen, unseen = ([item for item in benchmark.items if is_held_out(item.id) is half] for half in (False, True))
        origins = [
            Origin("reading benchmark", 1.0, 1.5, [benchmark.documents], seen),
            Origin("samples suite", 0.5, 0.5, find_documents(suite, None), load_suite(suite.path)),
            Origin("training suite", 1.0, 1.0, find_documents(trained_on, documents), load_suite(TRAINING)),
            Origin("invented suite", 1.0, 1.0, [INVENTED], load_suite(INVENTED.with_suffix(".jsonl"))),
        ]
        if base:
            plain = _engines(folder / "plain", origins, str(packaged_model()))
            _train(plain, origins, base)
        engines = _engines(folder / "trained", origins)
        asked = _asked(engines, origins, unread=True)
        _rank(engines, origins, asked)
        kept = [[one for one in each if one[0].category != NEAR_MISS] for each in asked]
        labelled = [_label(*each) for each in zip(engines, kept, strict=True)]
        coefficients = fit(labelled, [origin.confidence_share for origin in origins])
        _save(COEFFICIENTS, "coefficients", coefficients, _counted(origins, labelled))
        outside = [item for item in unseen if item.category != NEAR_MISS]
        fresh = _label(engines[0], _retrieve(engines[0], outside))
    sys.stdout.write(f"AUC on {len(fresh)} unseen reading questions: {auc(coefficients, fresh):.3f}\n")


@contextmanager
def _all_or_none(files: Sequence[Path]) -> Iterator[None]:
    """What is fitted fits together: after an error or an interrupt (not when the process is killed) the files are as
    they were."""
    before = {file: file.read_bytes() if file.exists() else None for file in files}
    try:
        yield
    except BaseException:
        for file, content in before.items():
            if content is None:
                file.unlink(missing_ok=True)
            else:
                file.write_bytes(content)
        raise


def _save(file: Path, name: str, values: dict[str, float], of: str) -> None:
    """Write what was fitted; `of` says on how many questions."""
    rounded = {key: round(float(value), 4) for key, value in values.items()}
    content = {"note": f"fitted by eval/calibrate.py on questions: {of}", name: rounded}
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    for fitted in (candidates.weights, confidence.coefficients):
        fitted.cache_clear()  # what is fitted next rests on it


def _counted(origins: Sequence[Origin], groups: Sequence[Sized]) -> str:
    """How many questions there are of each origin."""
    return ", ".join(f"{len(group)} of the {origin.name}" for origin, group in zip(origins, groups, strict=True))


def _train(engines: Sequence[Engine], origins: Sequence[Origin], base: Path) -> None:
    """Train what is trained, with engines that find as the packaged model does."""
    asked = _asked(engines, origins, unread=False)
    _rank(engines, origins, asked)  # for now: encoder and reader learn what this ranking does not know
    judged = [[_judged(engine, *one) for one in each] for engine, each in zip(engines, asked, strict=True)]
    both = list(zip(engines, judged, strict=True))
    lessons = [_lesson(engine, one) for engine, each in both for one in each]
    train_question_encoder([_sought(engine, each) for engine, each in both], question_encoder.WEIGHTS)
    train_reader(lessons, base, reader.WEIGHTS)


def _rank(engines: Sequence[Engine], origins: Sequence[Origin], asked: Sequence[Sequence[Asked]]) -> None:
    """Fit the ranking on what was found, and keep it."""
    lists = [listed(each, engine.retriever.lexical.idf) for engine, each in zip(engines, asked, strict=True)]
    telling = [[(x, y) for x, y in group if y.any()] for group, _ in lists]
    weights = fit_ranking(telling, [origin.ranking_share for origin in origins])
    _save(RANKING, "weights", dict(zip(lists[0][1], weights, strict=True)), _counted(origins, telling))


def _engines(folder: Path, origins: Sequence[Origin], model: str = "") -> list[Engine]:
    """One over the documents of each origin, all in a folder."""
    engines = []
    for number, origin in enumerate(origins):
        settings = load_settings(home=folder / str(number), embedding_model=model)
        engines.append(Engine(build_store(settings), settings))
        sync(engines[-1].store, origin.documents)
    return engines


def _asked(engines: Sequence[Engine], origins: Sequence[Origin], unread: bool) -> list[list[Asked]]:
    """What is found for each origin's questions: those of the unread quarter, or all the others."""
    return [
        _retrieve(engine, [item for item in origin.items if is_unread(item.id) is unread])
        for engine, origin in zip(engines, origins, strict=True)
    ]


def _retrieve(engine: Engine, items: Iterable[Item]) -> list[Asked]:
    queries = ((item, engine.query(Question(item.question, turns=item.turns))) for item in items)
    return [(item, query, engine.retriever.search(query.text)) for item, query in queries]


def _judged(engine: Engine, item: Item, query: Query, passages: Sequence[Passage]) -> Judged:
    units = find_candidates(query, passages, engine.retriever.lexical.idf)
    right = [held(item, unit.passage.chunk, unit.unit) if item.answerable else 0.0 for unit in units]
    return Judged(query.text, item.answerable, units, right)


def _lesson(engine: Engine, judged: Judged) -> Lesson:
    units, right, glossary = judged.units, judged.right, engine.retriever.lexical.glossary
    farther = [n for n in range(LEARNED, len(units)) if right[n]][:FARTHEST]
    chosen = [*range(min(LEARNED, len(units))), *farther]
    return Lesson(
        judged.question,
        tuple(legible(units[n].passage.chunk, units[n].unit, glossary) for n in chosen),
        tuple(units[n].score for n in chosen),
        tuple(right[n] for n in chosen),
        judged.answerable,
    )


def _sought(engine: Engine, judged: Iterable[Judged]) -> list[Sought]:
    """What the question encoder learns from: the questions for which something that answers is found."""
    known: dict[tuple[str, int], Vectors] = {}
    sought = []
    for one in judged:
        if not any(one.right):
            continue
        new = {unit.passage.place: unit.passage.chunk for unit in one.units if unit.passage.place not in known}
        encoded = engine.store.embedder.encode(list(new.values()))
        known |= {place: each.units for place, each in zip(new, encoded, strict=True)}
        vectors = np.stack([known[unit.passage.place][unit.number] for unit in one.units])
        scores, cosines = (np.array(each) for each in zip(*((u.score, u.cosine) for u in one.units), strict=True))
        sought.append(Sought(one.question, vectors, scores, cosines, np.array(one.right)))
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
    parser.add_argument(
        "--reader",
        type=Path,
        metavar="MODEL",
        help="train question encoder and reader too, the reader from the model in this folder",
    )
    given = parser.parse_args()
    main(given.reading, given.documents, given.reader)
