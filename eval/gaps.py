"""The gap report: what people asked and did not get, clustered by meaning, with what the index has nearest to it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.cluster import AgglomerativeClustering

from ..engine.engine import Engine
from ..engine.history import Asked, kept
from ..index.passage import Passage

MAX_QUESTIONS = 5000  # distinct ones: clustering holds the distance of every two, 100 MB for so many
# Of 67 phrasings of 22 questions about the samples, 0.35 gave what agrees best with the right clusters (adjusted Rand
# index 0.73, 28 clusters). Lower, phrasings of one question fall apart; from 0.4 on, all that is asked about one group
# of people becomes a single cluster.
DISTANCE = 0.35
EXAMPLES = 3
NEAREST = 2

Topic = tuple[Asked, ...]  # the same question, asked once or more; newest first


@dataclass(frozen=True)
class Gap:
    """Questions of one meaning: how many ended how, the first and last day (UTC), and passages as the index is now."""

    count: int
    not_found: int
    voted_down: int
    first: date
    last: date
    examples: tuple[str, ...]
    comments: tuple[str, ...]
    nearest: tuple[Passage, ...]

    def as_json(self) -> dict[str, Any]:
        """The shape of a gap in `citewell gaps --json`."""
        days = {"first": self.first.isoformat(), "last": self.last.isoformat()}
        return vars(self) | days | {"nearest": [passage.as_json() for passage in self.nearest]}


@dataclass(frozen=True)
class GapReport:
    """Gaps, the greatest first. `left_out` counts the older distinct questions beyond `MAX_QUESTIONS`."""

    gaps: tuple[Gap, ...]
    left_out: int = 0

    def as_json(self) -> dict[str, Any]:
        """The shape of `citewell gaps --json`."""
        return {"gaps": [gap.as_json() for gap in self.gaps], "left_out": self.left_out}


def find_gaps(engine: Engine, since: date | None = None) -> GapReport:
    """The gaps that the engine's history shows, on this day (UTC) or later.

    Raises:
        ConfigurationError: no history is kept.
        StoreError: history or index cannot be read.
    """
    topics = same_questions(kept(engine.history).unmet(since))
    chosen = topics[:MAX_QUESTIONS]
    embed, search = engine.store.embedder.meaning, engine.retriever.search
    clusters = cluster_topics(chosen, lambda text: np.asarray(embed(text)))
    gaps = (describe(cluster, lambda text: search(text, NEAREST)) for cluster in clusters)
    return GapReport(
        tuple(sorted(gaps, key=lambda gap: (-gap.count, -gap.last.toordinal()))), len(topics) - len(chosen)
    )


def same_questions(asked: Iterable[Asked]) -> list[Topic]:
    """Questions that are the same but for case, space and punctuation, together; in the order of their first ones."""
    topics: dict[str, list[Asked]] = {}
    for one in asked:
        topics.setdefault(_folded(one.retrieved_for), []).append(one)
    return [tuple(topic) for topic in topics.values()]


def cluster_topics(topics: Sequence[Topic], embed: Callable[[str], npt.NDArray[np.float32]]) -> Iterator[list[Topic]]:
    """Topics of one meaning together."""
    if topics:
        labels = cluster(np.stack([embed(topic[0].retrieved_for) for topic in topics]))
        for label in range(labels.max() + 1):
            yield [topic for topic, own in zip(topics, labels, strict=True) if own == label]


def cluster(vectors: npt.NDArray[np.float32], distance: float = DISTANCE) -> npt.NDArray[np.int64]:
    """Which cluster each vector is in, numbered from 0: average linkage by cosine distance (UPGMA, Sokal and Michener
    1958), where no two clusters nearer than `distance` are left apart.

    Args:
        vectors: shape (n, dimension), n at least 1.
    """
    if len(vectors) == 1:
        return np.zeros(1, dtype=np.int64)
    model = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=distance)
    return np.asarray(model.fit_predict(vectors), dtype=np.int64)


def describe(topics: Sequence[Topic], search: Callable[[str], Sequence[Passage]]) -> Gap:
    """One cluster as a gap; its nearest passages are those of its commonest question."""
    common = sorted(topics, key=len, reverse=True)
    asked = list(chain.from_iterable(topics))
    days = [one.at.date() for one in asked]
    comments = Counter(one.comment for one in asked if one.vote == "down" and one.comment)
    return Gap(
        count=len(asked),
        not_found=sum(one.status == "not_found" for one in asked),
        voted_down=sum(one.vote == "down" for one in asked),
        first=min(days),
        last=max(days),
        examples=tuple(topic[0].retrieved_for for topic in common[:EXAMPLES]),
        comments=tuple(comments),
        nearest=tuple(search(common[0][0].retrieved_for)),
    )


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
