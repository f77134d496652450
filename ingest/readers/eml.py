"""E-mails: sender, date, the text with the mails that it quotes, and the attachments by their own readers."""

import codecs
import email
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from functools import lru_cache
from pathlib import PurePath
from typing import Any, cast

from ...errors import DocumentError
from ..decode import CONTROL, decode
from ..document import Block
from . import html, text
from .page import Page, one_line, words

LOGGER = logging.getLogger(__name__)
MAX_LINES = 3_000_000  # of the file
MAX_COMPARED = 50_000_000  # lines times boundaries, as the library may compare each line with every boundary
MAX_PARTS = 400
MAX_HEADER = 5_000  # characters, of addresses and the like: the library takes time by the square of a header's length
MAX_FIELD = 800  # characters of a header about a part's content, of which there may be many
MAX_ATTACHMENTS = 50  # of a mail and the mails in it
MAX_DEPTH = 3  # mails in mails
BOUNDARY = re.compile(rb"boundary(?:\*0?\*?)?\s*=", re.I)
PART = re.compile(rb"^content-type:", re.I | re.M)
QUOTED = re.compile(r"^(?:[^\S\n]*>)+[^\S\n]?", re.M)
MAIL = "message/rfc822"
SUFFIXES = {
    MAIL: ".eml",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
}  # for attachments whose names do not say what they are
SLOW_CHARSETS = words("idna punycode")  # no mail is in them, and they take time by the square of the length


def read(data: bytes, source: str) -> Page:
    """Blocks of a mail, then those of each attachment below a heading with its name.

    An attachment that cannot be read is named in a line of text. Title is the subject, publisher the sender, and the
    date of publication that of the mail.

    Raises:
        DocumentError: not an e-mail, damaged, or too large; never because of an attachment.
    """
    lines, boundaries, parts = data.count(b"\n"), len(BOUNDARY.findall(data)), len(PART.findall(data))
    if lines > MAX_LINES or lines * boundaries > MAX_COMPARED or parts > MAX_PARTS:
        fault = f"{lines:,} lines in {parts:,} parts are more than an e-mail may have; save its attachments as files"
        raise DocumentError(source, fault)
    return _Reader(source).page(_taken_apart(data, source))


# Taking a mail apart, which is what the library does


class _Policy(EmailPolicy):
    """Parses headers up to a length that takes no noticeable time, and each but once, though it is asked for often."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        if hasattr(value, "name"):  # it is parsed already
            return value
        return _header(name, value[: MAX_FIELD if name.lower().startswith("content-") else MAX_HEADER])


@lru_cache(maxsize=2 * MAX_PARTS)
def _header(name: str, value: str) -> Any:
    """A header as the library parses it; as it stands, or for one that only programs read empty, where it cannot."""
    policy = EmailPolicy()
    try:
        return policy.header_fetch_parse(name, value)
    except Exception:  # noqa: BLE001 - from IndexError to RecursionError: it is not written for hostile headers
        return policy.header_fetch_parse(name, "") if name.lower().startswith("content-") else one_line(value)


@dataclass(frozen=True)
class _Part:
    """A text or an attachment: its name, MIME type and charset, and its bytes or, of a mail, the mail."""

    name: str
    kind: str
    charset: str
    content: bytes | EmailMessage


@dataclass(frozen=True)
class _Letter:
    """A mail's subject, sender, time and the lines that say so; its texts and its attachments."""

    subject: str
    sender: str
    sent: datetime | None
    head: str
    texts: tuple[_Part, ...]
    attachments: tuple[_Part, ...]


def _taken_apart(content: bytes | EmailMessage, source: str) -> _Letter:
    try:
        message = email.message_from_bytes(content, policy=_Policy()) if isinstance(content, bytes) else content
        if not any(name in message for name in ("From", "To", "Subject", "Date")):
            raise DocumentError(source, "no sender, subject or date; check that it is an e-mail")
        return _letter(cast(EmailMessage, message))
    except DocumentError:
        raise
    # The library raises whatever comes on damaged mails: KeyError, IndexError, AttributeError, RecursionError.
    except Exception as error:
        fault = "damaged, or not an e-mail; open it in the mail program and save it again"
        raise DocumentError(source, fault) from error


def _letter(message: EmailMessage) -> _Letter:
    sent = getattr(message["Date"], "datetime", None)
    senders = getattr(message["From"], "addresses", ())
    when = f"{sent.day} {sent:%B %Y, %H:%M}" if sent else _line(message, "Date")
    values = {name: _line(message, name) for name in ("From", "To", "Cc")} | {"Date": when}
    body = message.get_body(("plain", "html"))
    others = list(_attachments(message))
    more = [part for part in others if _is_more_text(part) and part is not body]
    return _Letter(
        subject=_line(message, "Subject"),
        sender=_plain(senders[0].display_name or senders[0].addr_spec) if senders else values["From"],
        sent=sent,
        head="\n".join(f"{name}: {value}" for name, value in values.items() if value),
        texts=tuple(_part(part) for part in [body, *more] if part is not None),
        attachments=tuple(_part(part) for part in others if not _is_more_text(part)),
    )


def _line(message: MIMEPart, name: str) -> str:
    """A header on one line; empty where there is none."""
    return _plain(str(message[name] or ""))


def _plain(header: str) -> str:
    """A header's words, without what no text should hold; bytes that are no text come as lone surrogates."""
    return one_line(CONTROL.sub("", header.encode("utf-8", "replace").decode()))


def _attachments(message: MIMEPart) -> Iterator[MIMEPart]:
    """The attachments, those in nested parts included; pictures in the text, which are logos and the like, are not."""
    for part in message.iter_attachments():
        if part.get_content_maintype() == "multipart":
            yield from _attachments(part)
        elif part.get_content_maintype() != "image" or part.get_content_disposition() == "attachment":
            yield part


def _is_more_text(part: MIMEPart) -> bool:
    """Whether a part goes on with the text, as after a file that stands in the middle of it."""
    is_named = part.get_filename() or part.get_content_disposition() == "attachment"
    return part.get_content_type() == "text/plain" and not is_named


def _part(part: MIMEPart) -> _Part:
    kind = _plain(part.get_content_type())
    mails = cast(list[EmailMessage], part.get_payload()) if kind == MAIL and part.is_multipart() else []
    content = mails[0] if mails else cast(bytes, part.get_payload(decode=True)) or b""
    subject = f"{_line(content, 'Subject') or 'mail'}.eml" if isinstance(content, EmailMessage) else ""
    name = PurePath(_plain(part.get_filename() or "").replace("\\", "/")).name or subject or kind
    return _Part(name, kind, part.get_content_charset("ascii"), content)


# Reading its parts


@dataclass
class _Reader:
    """Reads a mail and the mails in it, up to a number of attachments."""

    source: str
    attachments_left: int = MAX_ATTACHMENTS

    def page(self, letter: _Letter, depth: int = 0) -> Page:
        blocks = [Block("text", letter.head)] if letter.head else []
        for part in letter.texts:
            blocks += self._text(part)
        for part in letter.attachments:
            blocks += self._attachment(part, depth)
        sent = letter.sent.date() if letter.sent else None
        return Page(tuple(blocks), title=letter.subject, publisher=letter.sender, published=sent)

    def _text(self, part: _Part) -> Iterator[Block]:
        """A text's blocks; the short lines of a greeting or a signature are no headings."""
        if not isinstance(part.content, bytes) or not part.content.strip():
            return
        content = decode(_unicode(part.content, part.charset), self.source)
        if part.kind == "text/html":
            yield from html.read(content).blocks
            return
        for block in text.read(QUOTED.sub("", content)).blocks:
            yield replace(block, kind="text", level=0) if block.kind == "heading" else block

    def _attachment(self, part: _Part, depth: int) -> Iterator[Block]:
        """An attachment's blocks below a heading, or the line that says why there are none."""
        source = f"{self.source} › {part.name}"
        try:
            page = self._attached_page(part, source, depth)
        except DocumentError as error:
            LOGGER.warning("%s", error)
            yield Block("text", f"Attachment not read: {part.name} ({one_line(error.fault)})")
            return
        yield Block("heading", f"Attachment: {part.name}", level=1)
        if page.title and page.title not in [block.text for block in page.blocks[:5]]:
            yield Block("text", page.title)
        for block in page.blocks:
            yield replace(block, level=block.level + 1) if block.kind == "heading" else block

    def _attached_page(self, part: _Part, source: str, depth: int) -> Page:
        # Imported here, as the table of readers imports this module.
        from . import READERS  # noqa: PLC0415

        suffix = PurePath(part.name).suffix.lower()
        if suffix not in {*READERS, ".eml"}:
            suffix = SUFFIXES.get(part.kind, "")
        self.attachments_left -= 1
        if self.attachments_left < 0:
            raise DocumentError(source, f"the mail has more than {MAX_ATTACHMENTS} attachments")
        if isinstance(part.content, EmailMessage) or suffix == ".eml":
            if depth == MAX_DEPTH:
                raise DocumentError(source, f"mails in mails are read {MAX_DEPTH} deep")
            return _filled(self.page(_taken_apart(part.content, source), depth + 1), source)
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
        if codecs.lookup(charset).name in SLOW_CHARSETS:
            return content
        return content.decode(charset).encode("utf-8", "replace")
    except (LookupError, ValueError):
        return content
