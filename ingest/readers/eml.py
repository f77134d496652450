"""E-mails as text (EML), taken apart by Python's own library."""

import email
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from email import errors
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from functools import lru_cache, partial
from typing import Any, cast

from ...errors import DocumentError
from .mail import MAIL, Letter, Part, base_name, clock, head_lines, plain, read_letter, unread
from .page import Page, one_line

MAX_LINES = 3_000_000  # of the file
MAX_COMPARED = 50_000_000  # lines times boundaries, as the library may compare each line with every boundary
MAX_PARTS = 400
MAX_HEADER = 5_000  # characters, of addresses and the like: the library takes time by the square of a header's length
MAX_FIELD = 800  # characters of a header about a part's content, of which there may be many
TEXTS = ("plain", "html")  # of one text in several forms, that which is read
WITHOUT_PADDING = errors.InvalidBase64PaddingDefect  # what many a program leaves out: only a sign of damage
BROKEN = (errors.InvalidBase64CharactersDefect, errors.InvalidBase64LengthDefect)
AGAIN = "ask the sender for it again"
UNDIVIDED = f"damaged: the boundary that parts it is missing; {AGAIN}"
DAMAGED = f"damaged in the mail; {AGAIN}"
CUT = f"cut off where the mail ends; {AGAIN}"
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
        return _letter(cast(EmailMessage, message), source)
    except DocumentError:
        raise
    # The library raises whatever comes on damaged mails: KeyError, IndexError, AttributeError, RecursionError.
    except Exception as error:
        fault = "damaged, or not an e-mail; open it in the mail program and save it again"
        raise DocumentError(source, fault) from error


def _letter(message: EmailMessage, source: str) -> Letter:
    sent: datetime | None = getattr(message["Date"], "datetime", None)
    senders = getattr(message["From"], "addresses", ())
    values = {name: _line(message, name) for name in ("From", "To", "Cc")}
    values["Date"] = clock(sent) if sent else _line(message, "Date")
    if _is_undivided(message):
        raise DocumentError(source, UNDIVIDED)
    body = message.get_body(TEXTS)
    others = [part for part in _leaves(message) if part is not body]
    texts = [part for part in [body, *others] if part is not None and (part is body or _is_more_text(part))]
    last = _cut(message)
    return Letter(
        subject=_line(message, "Subject"),
        sender=plain(senders[0].display_name or senders[0].addr_spec) if senders else values["From"],
        sent=sent,
        head=head_lines(values),
        texts=tuple(_text(part, source) for part in texts),
        attachments=tuple(_attachment(part, part is last) for part in others if part not in texts),
        warnings=tuple(_told(texts, last)),
    )


def _told(texts: Sequence[MIMEPart], last: MIMEPart | None) -> Iterator[str]:
    """What is to be told of the texts, and of the `last` part where the mail is cut off in it."""
    if any(isinstance(defect, WITHOUT_PADDING) for part in texts for defect in part.defects):
        yield f"its text may be cut off; {AGAIN}"
    if last is not None:
        what = "its text" if last in texts else f"“{_name(last)}”"
        yield f"the end of the mail is missing, so that {what} may be cut off; {AGAIN}"


def _cut(message: MIMEPart) -> MIMEPart | None:
    """The part in which a mail of several parts is cut off."""
    if not any(isinstance(defect, errors.CloseBoundaryNotFoundDefect) for defect in message.defects):
        return None
    last = message
    while last.get_content_maintype() == "multipart" and last.is_multipart():
        last = cast(list[MIMEPart], last.get_payload())[-1]
    return last


def _line(message: MIMEPart, name: str) -> str:
    """A header on one line; empty where there is none."""
    return plain(str(message[name] or ""))


def _leaves(part: MIMEPart) -> Iterator[MIMEPart]:
    """The parts that have no parts, less pictures in the text, which are logos and the like.

    Of a text in several forms it is only one.
    """
    if part.get_content_maintype() != "multipart" or not part.is_multipart():
        is_picture = part.get_content_maintype() == "image" and part.get_content_disposition() != "attachment"
        is_empty = part.get_content_maintype() == "multipart" and not _is_undivided(part)
        if not (is_picture or is_empty):
            yield part
        return
    form = part.get_body(TEXTS) if part.get_content_subtype() == "alternative" else None
    for child in part.iter_parts():
        for leaf in _leaves(child):
            if form is None or leaf is form or leaf.get_content_maintype() != "text" or _is_file(leaf):
                yield leaf


def _is_undivided(part: MIMEPart) -> bool:
    """Whether a part should have parts, but what is in it does not part into any."""
    return (
        part.get_content_maintype() == "multipart" and not part.is_multipart() and bool(str(part.get_payload()).strip())
    )


def _is_file(part: MIMEPart) -> bool:
    return bool(part.get_filename()) or part.get_content_disposition() == "attachment"


def _is_more_text(part: MIMEPart) -> bool:
    """Whether a part goes on with the text, as after a file that stands in the middle of it."""
    return part.get_content_type() == "text/plain" and not _is_file(part)


def _text(part: MIMEPart, source: str) -> Part:
    """A text of the mail.

    Raises:
        DocumentError: it is damaged, so that a figure in it might come out as another.
    """
    found = _part(part)
    if any(isinstance(defect, BROKEN) for defect in part.defects):
        raise DocumentError(source, f"its text is {DAMAGED}")
    return found


def _attachment(part: MIMEPart, is_cut: bool) -> Part:
    """An attachment; one that is damaged is not read, as a figure in it might come out as another."""
    found = _part(part)
    if isinstance(found.content, bytes):
        is_damaged = any(isinstance(defect, (WITHOUT_PADDING, *BROKEN)) for defect in part.defects)
        faults = {CUT: is_cut, DAMAGED: is_damaged, UNDIVIDED: _is_undivided(part)}
        if fault := next((fault for fault, is_so in faults.items() if is_so), ""):
            return replace(found, content=unread(fault))
    return found


def _part(part: MIMEPart) -> Part:
    kind = plain(part.get_content_type())
    charset = part.get_content_charset("ascii")
    mails = cast(list[EmailMessage], part.get_payload()) if kind == MAIL and part.is_multipart() else []
    if mails:
        return Part(_name(part), kind, charset, partial(_taken_apart, mails[0]))
    return Part(_name(part), kind, charset, cast(bytes, part.get_payload(decode=True)) or b"")


def _name(part: MIMEPart) -> str:
    """The name of a part: that of its file, of the mail in it, or of its kind."""
    kind = plain(part.get_content_type())
    if kind == MAIL and part.is_multipart():
        inner = cast(list[EmailMessage], part.get_payload())[0]
        kind = f"{_line(inner, 'Subject') or 'mail'}.eml"
    return base_name(part.get_filename() or "") or kind
