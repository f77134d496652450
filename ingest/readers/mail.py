"""A mail, whatever its format: its head and texts, and its attachments by their own readers, as one page."""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePath

from ...errors import DocumentError
from ..decode import CONTROL, decode
from ..document import Block, Metadata
from . import READERS, html, text
from .page import Page, one_line, read_text, words

MAX_ATTACHMENTS = 50  # of a mail and the mails in it
MAX_DEPTH = 3  # mails in mails
QUOTED = re.compile(r"^(?:[^\S\n]*>)+[^\S\n]?", re.M)
MAIL = "message/rfc822"
SUFFIXES = {
    MAIL: ".eml",
    "application/pdf": ".pdf",
    "application/vnd.ms-outlook": ".msg",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
}  # for attachments whose names do not say what they are
SLOW_CHARSETS = words("idna punycode")  # no mail is in them, and they take time by the square of the length


@dataclass(frozen=True)
class Part:
    """A text or an attachment: its name, MIME type and charset, and its bytes.

    Of a mail in the mail, the content is what takes it apart, given its source, or raises a DocumentError; of what is
    not stored in the mail, or damaged in it, what raises one.
    """

    name: str
    kind: str
    charset: str
    content: "bytes | Callable[[str], Letter]"


@dataclass(frozen=True)
class Letter:
    """A mail's subject, sender, time and the lines that say so; its texts, its attachments, and what is not read."""

    subject: str
    sender: str
    sent: datetime | None
    head: str
    texts: tuple[Part, ...]
    attachments: tuple[Part, ...]
    warnings: tuple[str, ...] = ()


TakeApart = Callable[[bytes, str], Letter]  # a file's bytes, and its source, which a DocumentError names


def read_letter(letter: Letter, source: str) -> Page:
    """Blocks of a mail, then those of each attachment below a heading with its name.

    An attachment that cannot be read is named in a line of text, and in a warning. Title is the subject, publisher
    the sender, and the date of publication that of the mail.

    Raises:
        DocumentError: a text that cannot be decoded; never because of an attachment.
    """
    return _Reader(source).page(letter)


def plain(value: str) -> str:
    """A header's words on one line, without what no text should hold; bytes that are no text are lone surrogates."""
    return one_line(CONTROL.sub("", value.encode("utf-8", "replace").decode()))


def base_name(path: str) -> str:
    """The name of an attachment without the folders that it was in."""
    return PurePath(plain(path).replace("\\", "/")).name


def clock(sent: datetime) -> str:
    """A time as a mail's head shows it."""
    return f"{sent.day} {sent:%B %Y, %H:%M}"


def head_lines(values: dict[str, str]) -> str:
    """The lines of a mail's head, of those that say something."""
    return "\n".join(f"{name}: {value}" for name, value in values.items() if value)


def unread(fault: str) -> Callable[[str], Letter]:
    """The content of a part that cannot be read: raises a DocumentError that says why."""

    def refuse(source: str) -> Letter:
        raise DocumentError(source, fault)

    return refuse


def _takers() -> dict[str, TakeApart]:
    """What takes the mails apart that are attached as files, by suffix."""
    # Imported here, as both import this module.
    from . import eml, msg  # noqa: PLC0415

    return {".eml": eml.taken_apart, ".msg": msg.taken_apart}


@dataclass
class _Reader:
    """Reads a mail and the mails in it, up to a number of attachments."""

    source: str
    attachments_left: int = MAX_ATTACHMENTS
    takers: dict[str, TakeApart] = field(default_factory=_takers)

    def page(self, letter: Letter, depth: int = 0) -> Page:
        blocks = [Block("text", letter.head)] if letter.head else []
        warnings = list(letter.warnings)
        for part in letter.texts:
            page = self._text(part)
            blocks += page.blocks
            warnings += page.warnings
        for part in letter.attachments:
            found, told = self._attachment(part, depth)
            blocks += found
            warnings += [f"attachment {part.name}: {line}" for line in told]
        sent = letter.sent.date() if letter.sent else None
        # A subject such as “Guidance on bins” names what is attached, and is no kind of the mail itself.
        metadata = Metadata(title=letter.subject, publisher=letter.sender, kind="other", published=sent)
        return Page(tuple(blocks), metadata, tuple(warnings))

    def _text(self, part: Part) -> Page:
        """A text's blocks; the short lines of a greeting or a signature are no headings."""
        if not isinstance(part.content, bytes) or not part.content.strip():
            return Page(())
        content = decode(_unicode(part.content, part.charset), self.source)
        if part.kind == "text/html":
            return read_text(html.read, content, self.source)
        page = read_text(text.read, QUOTED.sub("", content), self.source)
        plain = (replace(block, kind="text", level=0) if block.kind == "heading" else block for block in page.blocks)
        return replace(page, blocks=tuple(plain))

    def _attachment(self, part: Part, depth: int) -> tuple[list[Block], tuple[str, ...]]:
        """An attachment's blocks below a heading, or the line that says why there are none; and its warnings."""
        try:
            page = self._attached_page(part, f"{self.source} › {part.name}", depth)
        except DocumentError as error:
            fault = one_line(error.fault)
            return [Block("text", f"Attachment not read: {part.name} ({fault})")], (f"not read: {fault}",)
        blocks = [Block("heading", f"Attachment: {part.name}", level=1)]
        if page.metadata.title and page.metadata.title not in [block.text for block in page.blocks[:5]]:
            blocks.append(Block("text", page.metadata.title))
        for block in page.blocks:
            blocks.append(replace(block, level=block.level + 1) if block.kind == "heading" else block)
        return blocks, page.warnings

    def _attached_page(self, part: Part, source: str, depth: int) -> Page:
        suffix = PurePath(part.name).suffix.lower()
        if suffix not in {*READERS, *self.takers}:
            suffix = SUFFIXES.get(part.kind, "")
        self.attachments_left -= 1
        if self.attachments_left < 0:
            raise DocumentError(source, f"the mail has more than {MAX_ATTACHMENTS} attachments")
        if not isinstance(part.content, bytes) or suffix in self.takers:
            if depth == MAX_DEPTH:
                raise DocumentError(source, f"mails in mails are read {MAX_DEPTH} deep")
            content = part.content
            letter = self.takers[suffix](content, source) if isinstance(content, bytes) else content(source)
            return _filled(self.page(letter, depth + 1), source)
        if suffix not in READERS:
            raise DocumentError(source, "no reader for this kind of file")
        return _filled(READERS[suffix](part.content, source), source)


def _filled(page: Page, source: str) -> Page:
    if not any(character.isalnum() for block in page.blocks for character in block.text):
        raise DocumentError(source, "no text to search in it")
    return page


def _unicode(content: bytes, charset: str) -> bytes:
    """Text in the charset that it is said to be in, as UTF-8; as it is where that is not so."""
    try:
        if codecs.lookup(charset).name in SLOW_CHARSETS or (not _holds_ascii(charset) and _is_utf8(content)):
            return content
        return content.decode(charset).encode("utf-8", "replace")
    except (LookupError, ValueError):
        return content


def _holds_ascii(charset: str) -> bool:
    """Whether letters of ASCII are themselves in a charset, as they are not in UTF-16."""
    return b"Bins".decode(charset, "replace") == "Bins"


def _is_utf8(content: bytes) -> bool:
    """Whether bytes are text in UTF-8, as those of text in UTF-16 and the like are not."""
    try:
        content.decode()
    except ValueError:
        return False
    return b"\0" not in content
