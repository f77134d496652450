"""Markdown (CommonMark with pipe tables): its headings, paragraphs, lists, tables and code as plain text."""

import re
from collections.abc import Iterator
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.tree import SyntaxTreeNode

from ..document import KINDS, Block, Metadata
from ..furniture import furniture
from ..metadata import parse_date, web_address
from .html import fragment
from .page import Page, make_table, one_line

INLINE = MarkdownIt("commonmark")  # what is nested deeper than its limit it takes as words
PARSER = MarkdownIt("commonmark", {"maxNesting": 1_000_000}).enable("table")  # deeper blocks it leaves out
FRONT_MATTER = re.compile(
    r"\A\s*---[^\S\n]*\n((?:[A-Za-z_-]+[^\S\n]*:.*\n)(?:(?:[\w-]+[^\S\n]*:|[^\S\n]|[-#]|$).*\n)*?)"
    r"---[^\S\n]*(?:\n|\Z)",
    re.M,
)
FIELD = re.compile(r"^([A-Za-z_-]+)[^\S\n]*:[^\S\n]*(.*)$", re.M)
CONTAINERS = {"root", "blockquote"}
LINE_BREAK = re.compile(r"<br\b", re.I)
TAGS = re.compile(r"<[^<>]*>")


def _parse_inline(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline":
            token.children = []
            INLINE.inline.parse(token.content, INLINE, state.env, token.children)


PARSER.core.ruler.at("inline", _parse_inline)


def read(text: str) -> Page:
    """Blocks of a Markdown text, those of raw HTML among them. Metadata as its front matter gives it.

    Raises:
        UnreadableError: a table is too large, or HTML in it nested too deep.
        RecursionError: lists or quotes are.
    """
    match = FRONT_MATTER.match(text)
    fields = {name.lower(): value.strip(" \"'") for name, value in FIELD.findall(match[1])} if match else {}
    blocks = list(_blocks(SyntaxTreeNode(PARSER.parse(text[match.end() :] if match else text))))
    dropped = furniture([block.text for block in blocks])
    return Page(
        tuple(block for number, block in enumerate(blocks) if number not in dropped),
        Metadata(
            title=fields.get("title", ""),
            publisher=fields.get("publisher", ""),
            author=fields.get("author", ""),
            address=web_address(fields.get("address", "") or fields.get("url", "") or fields.get("canonical", "")),
            kind=kind if (kind := fields.get("kind", "").lower()) in KINDS else "",
            published=parse_date(fields.get("published", "") or fields.get("date", "")),
            effective=parse_date(fields.get("effective", "")),
            review_by=parse_date(fields.get("review-by", "") or fields.get("review_by", "")),
        ),
    )


def _blocks(node: SyntaxTreeNode) -> Iterator[Block]:
    """The blocks of a container, in order; empty ones are left out."""
    for is_html, children in groupby(node.children, key=lambda child: child.type == "html_block"):
        if is_html:  # a table with blank lines in it is several
            yield from _html("".join(child.content for child in children))
        else:
            for child in children:
                yield from _child_blocks(child)


def _child_blocks(child: SyntaxTreeNode) -> Iterator[Block]:
    if child.type in CONTAINERS:
        yield from _blocks(child)
    elif child.type == "table":
        table = make_table(_rows(child))
        if table:
            yield table
    elif text := _block_text(child):
        yield _block(child, text)


def _html(content: str) -> list[Block]:
    """The blocks of raw HTML, if there is more in it than tags."""
    return fragment(content) if TAGS.sub("", content).strip() else []


def _rows(table: SyntaxTreeNode) -> Iterator[list[str]]:
    return ([_text(cell) for cell in row.children] for part in table.children for row in part.children)


def _block(node: SyntaxTreeNode, text: str) -> Block:
    if node.type == "heading":
        return Block("heading", one_line(text), level=int(node.tag[1:]))
    return Block("list" if node.type in {"bullet_list", "ordered_list"} else "text", text)


def _block_text(node: SyntaxTreeNode) -> str:
    """A paragraph's, list's or code block's text without surrounding white space."""
    if node.type in {"bullet_list", "ordered_list"}:
        return "\n".join(_items(node))
    if node.type in {"fence", "code_block"}:
        return re.sub(r"\n\s*\n", "\n", node.content).strip()
    return _text(node).strip()


def _items(node: SyntaxTreeNode) -> Iterator[str]:
    """A list's items with their markers, one line each; items of lists within follow their item."""
    first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0
    for number, item in enumerate(node.children):
        inner = [child for child in item.children if child.type not in {"bullet_list", "ordered_list"}]
        text = one_line(" ".join(_block_text(child) for child in inner))
        if text:
            yield f"{first + number}. {text}" if node.type == "ordered_list" else f"- {text}"
        for child in item.children:
            if child not in inner:
                yield from _items(child)


def _text(node: SyntaxTreeNode) -> str:
    """The words of inline content: emphasis and links reduced to their text, images and tags to nothing."""
    if node.type in {"softbreak", "hardbreak"} or (node.type == "html_inline" and LINE_BREAK.match(node.content)):
        return "\n"
    if node.type in {"html_inline", "image", "hr"}:
        return ""
    if node.type == "html_block":
        return "\n".join(block.text for block in _html(node.content))
    if node.type in {"text", "code_inline", "fence", "code_block"}:
        return node.content
    return "".join(_text(child) for child in node.children)
