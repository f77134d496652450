"""E-mails as text (EML), taken apart by Python's own library."""

import email
import re
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from functools import lru_cache, partial
from typing import Any, cast

from ...errors import DocumentError
from .mail import MAIL, Letter, Part, base_name, clock, head_lines, plain, read_letter
from .page import Page, one_line

MAX_LINES = 3_000_000  # of the file
MAX_COMPARED = 50_000_000  # lines times boundaries, as the library may compare each line with every boundary
MAX_PARTS = 400
MAX_HEADER = 5_000  # characters, of addresses and the like: the library takes time by the square of a header's length
MAX_FIELD = 800  # characters of a header about a part's content, of which there may be many
BOUNDARY = re.compile(rb"boundary(?:\*0?\*?)?\s*=", re.I)
PART = re.compile(rb"^content-type:", re.I | re.M)


def read(data: bytes, source: str) -> Page:
    """The page that `mail.read_letter` makes of an e-mail.

    Raises:
        DocumentError: not an e-mail, damaged, or too large; never because of an attachment.
    """
    return read_letter(taken_apart(data, source), source)


def taken_apart(data: bytes, source: str) -> Letter:
    """The parts of an e-mail, attachments unread.

    Raises:
        DocumentError: not an e-mail, damaged, or too large.
    """
    lines, boundaries, parts = data.count(b"\n"), len(BOUNDARY.findall(data)), len(PART.findall(data))
    if lines > MAX_LINES or lines * boundaries > MAX_COMPARED or parts > MAX_PARTS:
        fault = f"{lines:,} lines in {parts:,} parts are more than an e-mail may have; save its attachments as files"
        raise DocumentError(source, fault)
    return _taken_apart(data, source)


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


def _taken_apart(content: bytes | EmailMessage, source: str) -> Letter:
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


def _letter(message: EmailMessage) -> Letter:
    sent: datetime | None = getattr(message["Date"], "datetime", None)
    senders = getattr(message["From"], "addresses", ())
    values = {name: _line(message, name) for name in ("From", "To", "Cc")}
    values["Date"] = clock(sent) if sent else _line(message, "Date")
    body = message.get_body(("plain", "html"))
    others = list(_attachments(message))
    more = [part for part in others if _is_more_text(part) and part is not body]
    return Letter(
        subject=_line(message, "Subject"),
        sender=plain(senders[0].display_name or senders[0].addr_spec) if senders else values["From"],
        sent=sent,
        head=head_lines(values),
        texts=tuple(_part(part) for part in [body, *more] if part is not None),
        attachments=tuple(_part(part) for part in others if not _is_more_text(part)),
    )


def _line(message: MIMEPart, name: str) -> str:
    """A header on one line; empty where there is none."""
    return plain(str(message[name] or ""))


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


def _part(part: MIMEPart) -> Part:
    kind = plain(part.get_content_type())
    name = base_name(part.get_filename() or "")
    charset = part.get_content_charset("ascii")
    mails = cast(list[EmailMessage], part.get_payload()) if kind == MAIL and part.is_multipart() else []
    if mails:
        inner = mails[0]
        return Part(name or f"{_line(inner, 'Subject') or 'mail'}.eml", kind, charset, partial(_taken_apart, inner))
    return Part(name or kind, kind, charset, cast(bytes, part.get_payload(decode=True)) or b"")
