"""Whether a question asks how many of some things there are."""

import re

# What may follow “how many” without naming what is counted.
_NOTHING = (
    "is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must|be|been|in|of|on|at|for|from|"
    "with|to|by|the|an|a|i|it|they|we|you|there|that|who|which|get|got"
)
_HOW_MANY = re.compile(rf"\bhow many\s+(?!(?:{_NOTHING})\b)[\w'’]", re.IGNORECASE)


def asks_how_many(question: str) -> bool:
    """Whether a question asks for the number of things that it names."""
    return bool(_HOW_MANY.search(question))
