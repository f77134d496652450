"""What the engine counts, for Prometheus."""

from prometheus_client import Counter, Histogram

ANSWERS = Counter("citewell_answers", "Questions answered, by how they ended.", ["status"])
WITHHELD = Counter("citewell_statements_withheld", "Statements not shown because their quotes do not hold them.")
SECONDS = Histogram(
    "citewell_answer_seconds", "Time that answers took.", buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
)

LLM_REQUESTS = Counter("citewell_llm_requests", "Requests to the language model, by how they ended.", ["outcome"])
LLM_TOKENS = Counter("citewell_llm_tokens", "Tokens that the language model read and wrote.", ["kind"])
LLM_SENTENCES = Counter("citewell_llm_sentences", "Sentences of the language model, shown or withheld.", ["outcome"])
LLM_FIRST = Histogram(
    "citewell_llm_first_sentence_seconds",
    "Time until the first verified sentence of the language model.",
    buckets=(0.5, 1, 2, 3, 5, 8, 12, 20, 30, 60),
)
