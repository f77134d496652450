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


def newest_first(candidates: Sequence[Candidate], query: Query) -> list[Candidate]:
    """The candidates, best first, in which differently dated sources that answer as well have changed places.

    They are those that score close to the best and hold a thing of the kind asked for, where not all hold the same or
    the question is about now; the newest takes the first place of theirs. One without a date stays where it is.
    """
    places = [n for n, candidate in enumerate(candidates) if _is_rival(candidate, candidates[0], query)]
    rivals = [candidates[n] for n in places]
    ordered = list(candidates)
    if date_matters(rivals, query):
        for place, rival in zip(places, sorted(rivals, key=lambda c: c.published, reverse=True), strict=True):
            ordered[place] = rival
    return ordered


def date_matters(candidates: Sequence[Candidate], query: Query) -> bool:
    """Whether a reader must know of when the candidates are: the question is about now, or they say different things
    of the kind that is asked for at different times."""
    if asks_now(query.text):
        return True
    things = {c.published: query.intent.things(c.text, query.text) for c in candidates if c.published}
    return len(set(filter(None, things.values()))) > 1


def long_date(iso: str | None) -> str:
    """`2024-07-01` as “1 July 2024”; no date as “undated”."""
    if not iso:
        return "undated"
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def _is_rival(candidate: Candidate, best: Candidate, query: Query) -> bool:
    near = bool(candidate.published) and candidate.score >= best.score - RIVAL
    asked = asks_now(query.text) or query.intent.kind != "other"
    return near and asked and query.intent.is_met_by(candidate.text, query.text)
