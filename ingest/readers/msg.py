"""E-mails as Outlook saves them (MSG): properties in a compound file, which olefile opens ([MS-CFB], [MS-OXMSG])."""

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import islice
from typing import Any

import olefile  # type: ignore[import-untyped]

from ...errors import DocumentError
from .mail import MAX_ATTACHMENTS, Letter, Part, base_name, clock, head_lines, plain, read_letter, unread
from .page import Page

MAX_ENTRIES = 20_000  # in the file's directory: the library takes time by the square of their number
MAX_NAMES = 5_000  # characters of who a mail is to
FAT_SECTOR = 64 * 1024  # bytes of a file that a sector of its allocation table is for, at the least
ROOT, INNER, ATTACHMENT = 32, 24, 8  # bytes before the properties of a mail, of one in it, and of an attachment
PROPERTIES, ATTACHMENTS = "__properties_version1.0", "__attach_version1.0_#"
VALUE = "__substg1.0_{:04X}{:04X}"
INTEGER, BOOLEAN, OBJECT, TEXT_8, TEXT_16, TIME, BINARY = 0x0003, 0x000B, 0x000D, 0x001E, 0x001F, 0x0040, 0x0102
SUBJECT, SENT, DELIVERED, HEADERS = 0x0037, 0x0039, 0x0E06, 0x007D
SENDERS = ((0x0042, 0x5D02, 0x0065), (0x0C1A, 0x5D01, 0x0C1F))  # name and addresses: who it is from, or who sent it
TO, CC = 0x0E04, 0x0E03
BODY, HTML, RTF = 0x1000, 0x1013, 0x1009
CODEPAGE, BODY_CODEPAGE = 0x3FFD, 0x3FDE
FILE_NAMES = (0x3707, 0x3704, 0x3001)
METHOD, MIME_TYPE, CONTENT, CONTENT_ID, HIDDEN = 0x3705, 0x370E, 0x3701, 0x3712, 0x7FFE
BY_VALUE, MESSAGE = 1, 5
CHARSETS = {20127: "ascii", 20866: "koi8-r", 28591: "iso-8859-1", 28605: "iso-8859-15", 65000: "utf-7", 65001: "utf-8"}
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
NO_MAIL = "damaged, or not an Outlook mail (.msg); open it in Outlook and save it again"
NOT_STORED = "not stored in the mail as a file, but as a link or an object; save it as a file"
ONLY_RTF = "the mail's text is there only as RTF, and not read; save it in Outlook as text or HTML"


def read(data: bytes, source: str) -> Page:
    """The page that `mail.read_letter` makes of an Outlook mail.

    Raises:
        DocumentError: not a mail, damaged, or too large; never because of an attachment.
    """
    return read_letter(taken_apart(data, source), source)


def taken_apart(data: bytes, source: str) -> Letter:
    """The parts of an Outlook mail, attachments unread.

    Raises:
        DocumentError: not a mail, damaged, or too large.
    """
    return _taken_apart(data, source)


def _taken_apart(content: "bytes | _Storage", source: str) -> Letter:
    try:
        storage = _Storage(_opened(content), (), ROOT) if isinstance(content, bytes) else content
        letter = _letter(storage)
    except DocumentError:
        raise
    # The library raises whatever comes on damaged files, from struct.error to RecursionError.
    except Exception as error:
        raise DocumentError(source, NO_MAIL) from error
    if not (letter.head or letter.subject or letter.texts):
        raise DocumentError(source, "no sender, subject, date or text; check that it is an e-mail")
    return letter


# The compound file


def _opened(data: bytes) -> "_File":
    if struct.unpack_from("<I", data, 44)[0] > len(data) // FAT_SECTOR + 109:
        raise ValueError("more sectors of the allocation table than the file has room for")
    return _File(data)


class _File(olefile.OleFileIO):  # type: ignore[misc]
    """A compound file as it should be: with any defect it is refused, as what came of it might be half a text."""

    def __init__(self, data: bytes) -> None:
        self.unread = len(data)  # bytes: what the streams have between them, of which each is read once
        super().__init__(data, raise_defects=olefile.DEFECT_INCORRECT)

    def _load_direntry(self, sid: int) -> Any:
        if sid >= MAX_ENTRIES:
            raise ValueError("too many entries in the directory")
        return super()._load_direntry(sid)

    def stream(self, path: tuple[str, ...]) -> bytes:
        """The bytes of a stream; none where there is no such stream."""
        if not self.exists(list(path)):
            return b""
        content: bytes = self.openstream(list(path)).read()
        self.unread -= len(content)
        if self.unread < 0:
            raise ValueError("streams share their bytes")
        return content


@dataclass(frozen=True)
class _Storage:
    """A mail or an attachment: a folder of the file with its properties; `start` is where their list begins."""

    file: _File
    path: tuple[str, ...]
    start: int

    def fixed(self) -> dict[tuple[int, int], bytes]:
        """The properties of eight bytes or fewer, by number and type."""
        data = self.file.stream((*self.path, PROPERTIES))[self.start :]
        entries = struct.iter_unpack("<HHI8s", data[: len(data) // 16 * 16])
        return {(number, kind): value for kind, number, _, value in entries}

    def binary(self, number: int) -> bytes:
        return self.file.stream((*self.path, VALUE.format(number, BINARY)))

    def text(self, number: int, charset: str) -> str:
        """A property's text; empty where it is not there."""
        wide = self.file.stream((*self.path, VALUE.format(number, TEXT_16)))
        narrow = b"" if wide else self.file.stream((*self.path, VALUE.format(number, TEXT_8)))
        text = wide.decode("utf-16-le", "replace") if wide else narrow.decode(charset, "replace")
        return text.rstrip("\0")

    def attachments(self) -> Iterator["_Storage"]:
        """The attachments, in the order of their numbers."""
        depth = len(self.path) + 1
        found = (tuple(path) for path in self.file.listdir(streams=False, storages=True) if len(path) == depth)
        inside = sorted(path for path in found if path[:-1] == self.path and path[-1].startswith(ATTACHMENTS))
        return (_Storage(self.file, path, ATTACHMENT) for path in inside)


def _integer(fixed: dict[tuple[int, int], bytes], number: int) -> int:
    """A whole number, or whether something is so; 0 where nothing says it."""
    value = fixed.get((number, INTEGER)) or fixed.get((number, BOOLEAN), b"")[:1]
    return int.from_bytes(value[:4], "little")


def _charset(codepage: int) -> str:
    return CHARSETS.get(codepage) or (f"cp{codepage}" if codepage else "cp1252")


def _known(charset: str) -> str:
    """The charset, or that of Windows in Western Europe where Python does not know it."""
    try:
        codecs.lookup(charset)
    except LookupError:
        return "cp1252"
    return charset


# The mail


def _letter(storage: _Storage) -> Letter:
    fixed = storage.fixed()
    if not fixed:
        raise ValueError("no properties")
    charset = _known(_charset(_integer(fixed, CODEPAGE)))
    sent, when = _moment(storage, fixed, charset)
    name, address = _sender(storage, charset)
    names = {header: plain(storage.text(number, charset)[:MAX_NAMES]) for header, number in (("To", TO), ("Cc", CC))}
    head = {"From": f"{name} <{address}>" if name and address else name or address, **names, "Date": when}
    text = _body(storage, charset, _known(_charset(_integer(fixed, BODY_CODEPAGE))))
    is_rtf = text is None and bool(storage.binary(RTF))
    return Letter(
        subject=plain(storage.text(SUBJECT, charset)),
        sender=name or address,
        sent=sent,
        head=head_lines(head),
        texts=(text,) if text else (),
        attachments=tuple(_attachments(storage, charset)),
        warnings=(ONLY_RTF,) if is_rtf else (),
    )


def _moment(storage: _Storage, fixed: dict[tuple[int, int], bytes], charset: str) -> tuple[datetime | None, str]:
    """When a mail was sent, and that as text: by the sender's clock where its head says so, else in UTC."""
    for line in storage.text(HEADERS, charset).splitlines():
        if line.lower().startswith("date:"):
            try:
                sent = parsedate_to_datetime(line[5:100].strip())
            except ValueError:
                break
            return sent, clock(sent)
    for number in (SENT, DELIVERED):
        ticks = int.from_bytes(fixed.get((number, TIME), b""), "little")  # tenths of a microsecond
        if 0 < ticks < 1 << 61:
            sent = EPOCH + timedelta(microseconds=ticks // 10)
            return sent, f"{clock(sent)} UTC"
    return None, ""


def _sender(storage: _Storage, charset: str) -> tuple[str, str]:
    """The sender's name and address, either of which may be empty; an address within Exchange is none."""
    for number, *addresses in SENDERS:
        name = plain(storage.text(number, charset)[:MAX_NAMES])
        found = [plain(storage.text(address, charset)[:MAX_NAMES]) for address in addresses]
        address = next((address for address in found if "@" in address and address != name), "")
        if name or address:
            return name, address
    return "", ""


def _body(storage: _Storage, charset: str, of_html: str) -> Part | None:
    """The text of a mail: plain where it is there, else HTML."""
    if body := storage.text(BODY, charset).strip():
        return Part("", "text/plain", "utf-8", body.encode("utf-8", "replace"))
    if html := storage.binary(HTML).strip():
        return Part("", "text/html", of_html, html)
    if body := storage.text(HTML, charset).strip():
        return Part("", "text/html", "utf-8", body.encode("utf-8", "replace"))
    return None


def _attachments(storage: _Storage, charset: str) -> Iterator[Part]:
    """The attachments, one more than are read; pictures in the text, which are logos and the like, are not."""
    parts = (_attachment(found, charset) for found in storage.attachments())
    return islice((part for part in parts if part), MAX_ATTACHMENTS + 1)


def _attachment(storage: _Storage, charset: str) -> Part | None:
    """An attachment; None for a picture in the text."""
    fixed = storage.fixed()
    kind = plain(storage.text(MIME_TYPE, charset)).lower()
    name = next(filter(None, (base_name(storage.text(number, charset)) for number in FILE_NAMES)), "")
    method = _integer(fixed, METHOD)
    if kind.startswith("image/") and (_integer(fixed, HIDDEN) or storage.text(CONTENT_ID, charset)):
        return None
    part = Part(name or kind or "file", kind, charset, unread(NOT_STORED))
    if method == MESSAGE:
        inner = _Storage(storage.file, (*storage.path, VALUE.format(CONTENT, OBJECT)), INNER)
        suffix = "" if part.name.lower().endswith(".msg") else ".msg"
        return replace(part, name=f"{part.name}{suffix}", content=partial(_taken_apart, inner))
    return replace(part, content=storage.binary(CONTENT)) if method == BY_VALUE else part
