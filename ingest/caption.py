"""Captions: the line above a table says what the table shows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .document import Block
from .readers.page import one_line
from .sentences import split_sentences

LONGEST_CAPTION = 200  # characters
_PREFIX = re.compile(r"^table(?: [\dA-Z.]{1,5})?[:.]\s+", re.IGNORECASE)


def captioned(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, a table without caption given that of the line above it; a heading there needs no repeating."""
    for number, block in enumerate(blocks):
        above = blocks[number - 1] if number else None
        if block.table and not block.table.caption and above and above.kind == "text":
            yield replace(block, table=replace(block.table, caption=_caption(above.text)))
        else:
            yield block


def _caption(text: str) -> str:
    """The last sentence of a paragraph, when it is all of it or announces what follows; else nothing."""
    text = _PREFIX.sub("", text)
    start, end = split_sentences(text)[-1]
    sentence = one_line(text[start:end])
    announces = start == 0 or sentence.endswith(":")
    return sentence.rstrip(" .:") if announces and len(sentence) <= LONGEST_CAPTION else ""
