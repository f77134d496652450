"""Time: what a question asks of now, and which of differently dated sources goes first."""

import re
from collections.abc import Sequence
from datetime import date

from .candidates import Candidate
from .rewrite import Query

RIVAL = 1.5  # log odds under the best within which another source may say the same thing otherwise

_NOW = re.compile(
    r"\b(now|nowadays|current|currently|today|present|presently|at the moment|these days|latest|newest|most recent|"
    r"recently|still|up to date|up-to-date)\b",
    re.IGNORECASE,
)


def asks_now(question: str) -> bool:
    """Whether a question is about the state of things now: the newest source goes first."""
    return bool(_NOW.search(question))


def rivals(candidates: Sequence[Candidate], query: Query) -> list[Candidate]:
    """The candidates with a date that score close to the best and hold a thing of the kind asked for; of any kind when
    the question is about now."""
    if not (asks_now(query.text) or query.intent.kind != "other"):
        return []
    least = max(candidate.score for candidate in candidates) - RIVAL
    near = [candidate for candidate in candidates if candidate.published and candidate.score >= least]
    return [candidate for candidate in near if query.intent.is_met_by(candidate.text, query.text)]


def date_matters(candidates: Sequence[Candidate], query: Query) -> bool:
    """Whether a reader must know of when the candidates are: the question is about now, or rivals of different dates
    say different things of the kind that is asked for."""
    if asks_now(query.text):
        return True
    things = {c.published: query.intent.things(c.text, query.text) for c in rivals(candidates, query)}
    return len(set(filter(None, things.values()))) > 1


def newest_first(candidates: Sequence[Candidate], query: Query) -> list[Candidate]:
    """The candidates, best first, in which rivals have changed places so that the newest comes first, where the date
    matters. What has no date stays where it is."""
    if not date_matters(candidates, query):
        return list(candidates)
    old = rivals(candidates, query)
    new = sorted(old, key=lambda candidate: candidate.published, reverse=True)
    swapped = dict(zip(map(id, old), new, strict=True))
    return [swapped.get(id(candidate), candidate) for candidate in candidates]


def long_date(iso: str | None) -> str:
    """`2024-07-01` as “1 July 2024”; no date as “undated”."""
    if not iso:
        return "undated"
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"
