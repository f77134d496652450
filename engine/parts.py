"""A question that asks two things, parted, so that each is answered, or refused, on its own."""

import re

from ..index.terms import terms
from .rewrite import MEASURES

ENOUGH = 2  # terms that each part must have for it to be a question

_WH = r"(?:who|whom|whose|what|which|when|where|why|how)\b"
_YES_NO = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|should|will|would|must)\b"
_LEAD = r"(?:(?:by|to|for|from|in|on|of|with|at|over|under|since|until)\s+)?"
_JOINT = re.compile(
    rf"(?<=[?!])\s+(?:(?:and|or)\s+)?(?=(?:{_LEAD}{_WH}|{_YES_NO}))|,?\s+and\s+(?={_LEAD}{_WH})", re.IGNORECASE
)
_BEGINS = re.compile(rf"^\W*(?:{_LEAD}{_WH}|{_YES_NO})", re.IGNORECASE)


def parts(question: str) -> list[str]:
    """The questions that a question joins by “and”, or by standing side by side; itself alone where it joins none."""
    found = [part.strip(" ,") for part in _JOINT.split(question)]
    if len(found) == 1 or not all(map(_is_question, found)):
        return [question]
    return [part if part.endswith("?") else f"{part}?" for part in found]


def _is_question(part: str) -> bool:
    return bool(_BEGINS.search(part)) and len(set(terms(part)) - MEASURES) >= ENOUGH
