"""Invented replies of a run in which a language model was asked: what its table and its sheet are tested on."""

from dataclasses import replace

from citewell.engine.answer import Dropped
from citewell.eval.dataset import Item
from citewell.eval.reply import Asked, Quote, Reply, Retrieved, Said
from citewell.tests.eval.replies import OUTSIDE, REFUSAL

SHARE = Quote("note.md", "Agency workers filled 37.7% of posts.", True, 10, "Posts", "Staffing note\nPosts")
HALL = Quote("note.md", "The placement panel met in Mossley Hall.", True, 90, "Panel", "Staffing note\nPanel")
FOUND = (Retrieved("note.md", "Agency workers filled 37.7% of posts.", 10, "Posts"),)


def item(id: str, fact: str = "37.7%", **changes: object) -> Item:
    usual = {"category": "figure", "question": f"What of {id}?", "facts": ((fact,),), "sources": ("note.md",)}
    return Item(**{"id": id, "answerable": True} | usual | changes)  # type: ignore[arg-type]


def in_quotes(to: Item, *quotes: Quote) -> Reply:
    said = tuple(Said(quote.text, "quote", (place,)) for place, quote in enumerate(quotes))
    text = "\n".join(quote.text for quote in quotes)
    return Reply(to.id, Asked.of(to), "answered", text, quotes, FOUND, 0.9, ms=50.0, statements=said)


def composed(to: Item, quotes: tuple[Quote, ...], *said: Said, first_ms: float | None, ms: float) -> Reply:
    """A reply in a model's words, beside the one in quotes."""
    words = "llm" if any(one.verified == "supported" for one in said) else "quotes"
    text = "\n".join(one.text for one in said)
    return replace(
        in_quotes(to, *quotes), text=text, statements=said, answers=words, first_ms=first_ms, ms=ms,
        in_quotes=in_quotes(to, SHARE),
    )  # fmt: skip


BOTH, WON, LOST, KEPT = (item(name, fact) for name, fact in
                         (("both", "37.7%"), ("won", "Mossley"), ("lost", "37.7%"), ("kept", "37.7%")))  # fmt: skip
WITHHELD = Dropped("The panel met in Hadfield.", "Hadfield", (2,))
REPLIES = [
    # Right in both; the second quote is cited without need.
    (BOTH, composed(BOTH, (SHARE, HALL), Said("Agency workers filled 37.7% of posts.", "supported", (0, 1)),
                    first_ms=4000, ms=6000)),
    # Right only when composed; of two sentences each needs its quote.
    (WON, composed(WON, (SHARE, HALL), Said("The panel met in Mossley Hall.", "supported", (1,)),
                   Said("Workers filled 37.7% of posts.", "supported", (0,)), first_ms=8000, ms=9000)),
    # Right only in quotes: the sentence says another figure, which its quote does not hold.
    (LOST, composed(LOST, (SHARE,), Said("Agency workers filled 38% of posts.", "supported", (0,)),
                    first_ms=5000, ms=7000)),
    # Nothing of the model held.
    (KEPT, replace(composed(KEPT, (SHARE,), Said(SHARE.text, "quote", (0,)), first_ms=None, ms=3000),
                   dropped=(WITHHELD, replace(WITHHELD, text="It met in Broadbottom.")))),
    # Refused before a model was asked.
    (OUTSIDE, REFUSAL),
]  # fmt: skip
