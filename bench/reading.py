"""Reading benchmark: `python bench/reading.py FOLDER` with `docs/*.txt` and `questions.jsonl` (see eval/reading.py)."""

import json
import statistics
import sys
import tempfile
from collections import Counter
from pathlib import Path

from citewell.app import build_engine
from citewell.engine.answer import Answer, Question
from citewell.eval.calibrate import is_held_out
from citewell.eval.reading import ReadingQuestion, holds_answer, load_reading, paragraph_rank
from citewell.index.sync import sync
from citewell.settings import load_settings

Asked = list[tuple[ReadingQuestion, Answer]]


def main(folder: Path) -> None:
    """Ask every question, and print retrieval, answers and refusals as JSON."""
    with tempfile.TemporaryDirectory() as home:
        engine = build_engine(load_settings(home=Path(home)))
        sync(engine.store, [folder / "docs"])
        asked = [(question, engine.ask(Question(question.text))) for question in load_reading(folder)]
    sys.stdout.write(json.dumps(retrieval(asked) | answers(asked) | refusals(asked), indent=2) + "\n")


def retrieval(asked: Asked) -> dict[str, float]:
    """Hit@k and MRR of the first passage from the right paragraph, over answerable questions."""
    ranks = [paragraph_rank(q, answer.passages) for q, answer in asked if q.kind == "answerable"]
    hits = {f"hit@{k}": sum(rank is not None and rank <= k for rank in ranks) / len(ranks) for k in (1, 3, 5, 10)}
    return hits | {"mrr": sum(1 / rank for rank in ranks if rank) / len(ranks)}


def answers(asked: Asked) -> dict[str, float]:
    """The share of answerable questions whose answer holds a right one, and the length of answers in characters."""
    told = [(q, "\n".join(s.text for s in answer.statements)) for q, answer in asked if q.kind == "answerable"]
    return {
        "answer_right": sum(holds_answer(text, q.answers) for q, text in told) / len(told),
        "answer_median_length": statistics.median(len(text) for _, text in told if text),
    }


def refusals(asked: Asked) -> dict[str, object]:
    """Refusals by kind of question, near misses reported apart; `unseen` are questions that nothing was fitted on."""
    kept = [(q, a) for q, a in asked if q.kind != "near_miss"]
    unseen = [(q, a) for q, a in kept if is_held_out(q.id)]
    near = Counter(a.status for q, a in asked if q.kind == "near_miss")
    return {
        "outside": _precision_recall(kept),
        "outside_unseen": _precision_recall(unseen),
        "near_miss_recall": near["not_found"] / max(1, near.total()),
    }


def _precision_recall(asked: Asked) -> dict[str, float]:
    refused = [q for q, answer in asked if answer.status == "not_found"]
    right = sum(q.kind == "outside" for q in refused)
    outside = sum(q.kind == "outside" for q, _ in asked)
    return {"precision": right / max(1, len(refused)), "recall": right / max(1, outside)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
