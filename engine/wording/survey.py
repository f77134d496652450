"""Questions that no single passage answers: a model writes about one section after the other, then puts it together."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from ...index.passage import Passage
from ..answer import Dropped
from ..draft import Around
from .excerpts import Excerpt, excerpts
from .judge import Asked, Written
from .writer import Writer

SECTIONS = 4  # at most: each takes a reply of the model
ENOUGH = 3  # sentences about sections, from which they are put together

_TELLS = r"(?:say|said|recommend\w*|conclude|propose|suggest|find|think|want|plan)"
_BROAD = re.compile(
    r"\b(?:summar(?:y|ies|i[sz]e|i[sz]ing)|overview of|outline of|tell me (?:all|everything) about|"
    r"(?:main|key|overall|common) (?:\w+ )?(?:point|finding|theme|message|issue|concern|recommendation|conclusion)s?|"
    rf"what (?:does|do|did|is|are|was|were) (?:\w+ ){{1,5}}?{_TELLS} (?:about|on|for|regarding)|"
    r"what (?:is|was|has been) (?:said|recommended|proposed|planned|done) (?:about|on|for))\b",
    re.IGNORECASE,
)


def is_broad(question: str) -> bool:
    """Whether a question is about what the documents say of a subject, over all their sections."""
    return bool(_BROAD.search(question))


def sections(passages: Sequence[Passage], around: Around, tokens: int) -> list[list[Excerpt]]:
    """Excerpts of the passages, each list from one section of one document and of about so many tokens, best first."""
    by_section: dict[tuple[str, tuple[str, ...]], list[Passage]] = {}
    for passage in passages:
        by_section.setdefault((passage.chunk.document_id, passage.chunk.headings), []).append(passage)
    found = [excerpts((), own, around, tokens) for own in by_section.values()]
    return [own for own in found if own][:SECTIONS]


async def survey(
    writer: Writer, asked: Asked, parts: Sequence[Sequence[Excerpt]]
) -> AsyncGenerator[list[Written | Dropped], None]:
    """All that has been written so far, again after each sentence: about one section after the other, and then put
    together. Findings that are put together make way for the sentences that say them.

    Raises:
        ModelError: as `Writer.write`.
    """
    found: list[Written | Dropped] = []
    for passages in parts:
        async with aclosing(writer.write(asked, passages)) as sentences:
            async for sentence in sentences:
                found.append(sentence)
                yield list(found)
    findings = [sentence for sentence in found if isinstance(sentence, Written)]
    if len(findings) < ENOUGH:
        return
    put: list[Written | Dropped] = []
    numbered = [Excerpt(finding.runs[0].pieces, finding.text) for finding in findings]
    async with aclosing(writer.write(asked, numbered, "combine")) as sentences:
        async for sentence in sentences:
            put.append(sentence)
            said = {id(piece) for one in put if isinstance(one, Written) for run in one.runs for piece in run.pieces}
            yield [*put, *(one for one in found if not _is_said(one, said))]


def _is_said(sentence: Written | Dropped, said: set[int]) -> bool:
    return isinstance(sentence, Written) and all(id(p) in said for run in sentence.runs for p in run.pieces)
