"""An item, its right answer, and one that the documents do not answer: what verdicts and scores are tested on."""

from citewell.eval.dataset import Item
from citewell.eval.reply import Asked, Quote, Reply, Retrieved

ITEM = Item(
    id="agency",
    category="figure",
    question="What is the agency share?",
    answerable=True,
    facts=(("37.7%",), ("September 2024", "last autumn")),
    sources=("briefing.md",),
    must_not=("67.2%",),
)
OUTSIDE = Item(id="outside", category="unanswerable", question="Who won?", answerable=False)
ANSWER = Reply(
    item="agency",
    asked=Asked.of(ITEM),
    status="answered",
    text="It was 37.7 per cent on 3 September 2024.",
    quotes=(Quote("briefing.md", "37.7%", True), Quote("briefing.md", "3 September 2024", True)),
    passages=(Retrieved("other.md", "37.7%"), Retrieved("briefing.md", "Agency: 37.7%")),
    confidence=0.9,
    ms=12.0,
)
REFUSAL = Reply("outside", Asked.of(OUTSIDE), "not_found", confidence=0.1, ms=9.0)
