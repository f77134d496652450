"""Candidates → drafts: the quotes that make up an answer."""

from collections.abc import Sequence
from dataclasses import replace

from .candidates import Candidate, Idf
from .compare import compared_rows, extreme_row
from .dates import date_matters, long_date, newest_first
from .draft import Around, Draft, draft_of
from .lists import leads_list, whole_list
from .rewrite import Query
from .verify import figures

MAX_QUOTES = 6
MAX_LENGTH = 1200  # characters of all quotes; the first is shown whatever its length
COMPLETES = 4.0  # log odds added in full for a quote that holds all question terms that the quotes before it lack
WORTH_SAYING = 10.0  # log odds below the best at which a further quote is noise: sure answers are short
LEAST = -4.0  # what it must be worth (see `_worth`) however low the best is
COST = 0.01  # log odds that each character of a further quote must be worth
SAME = 0.7  # Jaccard similarity of terms from which two quotes say the same
ANCHORS = 3  # candidates that may lead to a list …
ANCHOR_MARGIN = 1.3  # … when they score no less than this under the best, in log odds


def compose(candidates: Sequence[Candidate], query: Query, idf: Idf, around: Around) -> list[Draft]:
    """The quotes that answer, the most telling first: rows of a table compared, a whole list, or some units.

    Args:
        candidates: best first; not empty.
        around: gives the chunks before and after one.
    """
    intent = query.intent
    if intent.compares and (rows := compared_rows(candidates, query)):
        return rows
    if intent.extreme and (row := extreme_row(candidates, query, around)):
        return [row]
    near = [c for c in candidates[:ANCHORS] if c.score >= candidates[0].score - ANCHOR_MARGIN]
    if intent.wants_list and (found := next((d for c in near if (d := whole_list(c, query, around))), None)):
        return [found]
    chosen = select(newest_first(candidates, query), query, idf)
    lists = (whole_list(c, query, around) if leads_list(c.text) else None for c in chosen)
    drafts = [found or draft_of(c, query, around) for found, c in zip(lists, chosen, strict=True)]
    return [_with_date(draft) for draft in drafts] if date_matters(chosen, query) else drafts


def select(candidates: Sequence[Candidate], query: Query, idf: Idf) -> list[Candidate]:
    """Up to `MAX_QUOTES` candidates: the best, then those that add most to it, within `MAX_LENGTH` characters.

    Of a question why or how, the sentence after the best one comes second: what explains seldom names what it explains.
    """
    best, weights = candidates[0], query.weights
    chosen = [best, *(c for c in candidates if query.intent.explains and _follows(c, best))]
    total = sum(weight * idf(term) for term, weight in weights.items()) or 1.0
    least = max(best.score - WORTH_SAYING, LEAST)
    rest = [c for c in candidates[1:40] if _worth(c) >= least and _may_join(c, candidates)]
    while rest and len(chosen) < MAX_QUOTES:
        said = {term for c in chosen for term in c.terms}
        room = MAX_LENGTH - sum(len(c.text) for c in chosen)
        rest = [c for c in rest if len(c.text) <= room and not any(_repeats(c, other) for other in chosen)]
        if not rest:
            break

        def worth(candidate: Candidate, said: set[str] = said) -> float:
            new = (set(candidate.terms) & weights.keys()) - said
            return _worth(candidate) + COMPLETES * sum(weights[term] * idf(term) for term in new) / total

        chosen.append(max(rest, key=worth))
        rest.remove(chosen[-1])
    return chosen


def _follows(candidate: Candidate, best: Candidate) -> bool:
    """Whether a candidate is the sentence after another."""
    after = candidate.passage is best.passage and candidate.number == best.number + 1
    return after and candidate.unit.kind == best.unit.kind == "sentence"


def _worth(candidate: Candidate) -> float:
    """What a further quote is worth, in log odds: a long one must be likelier."""
    return candidate.score - COST * len(candidate.text)


def _may_join(candidate: Candidate, candidates: Sequence[Candidate]) -> bool:
    """A row may join only when no row of the candidates is named better by the question."""
    if candidate.unit.kind != "row":
        return True
    return candidate.label >= max(c.label for c in candidates if c.unit.kind == "row")


def _repeats(one: Candidate, other: Candidate) -> bool:
    """Whether two quotes say the same: in much the same words, with the same figures."""
    a, b = set(one.terms), set(other.terms)
    return len(a & b) >= SAME * len(a | b) and figures(one.text) == figures(other.text)


def _with_date(draft: Draft) -> Draft:
    """The draft with the date of its document after it, where it has one."""
    return replace(draft, note=f"({long_date(draft.chunk.published)})") if draft.chunk.published else draft
