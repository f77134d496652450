"""What the engine counts, for Prometheus."""

from prometheus_client import Counter, Histogram

ANSWERS = Counter("citewell_answers", "Questions answered, by how they ended.", ["status"])
WITHHELD = Counter("citewell_statements_withheld", "Statements not shown because their quotes do not hold them.")
SECONDS = Histogram(
    "citewell_answer_seconds", "Time that answers took.", buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
)
