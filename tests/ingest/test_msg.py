"""Outlook's mails to blocks, from files written by hand."""

import random
import struct
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citewell.errors import DocumentError
from citewell.ingest.readers import READERS, Page
from citewell.ingest.readers.msg import ONLY_RTF, read
from citewell.tests.ingest.compound import (
    Folder,
    Value,
    attached_message,
    attachment,
    compound_file,
    message,
    properties,
)

BODY = "Hi Al\r\n\r\nBins go out on Monday:\r\n\r\n- paper\r\n- glass\r\n\r\n> Which day?"
VALUES: Mapping[int, Value] = {
    0x0037: "Bin days",
    0x0042: "Jo Smith",
    0x5D02: "jo@exampleton.example",
    0x0065: "/O=EXAMPLETON/CN=JO",
    0x0E04: "Al; Sam Poe",
    0x0E03: "Ann",
    0x0039: datetime(2022, 5, 3, 9, 5, tzinfo=UTC),
    0x1000: BODY,
}
HEAD = "From: Jo Smith <jo@exampleton.example>\nTo: Al; Sam Poe\nCc: Ann\nDate: 3 May 2022, 09:05 UTC"


def page_of(*attachments: Folder, wide: bool = True, **more: Value) -> Page:
    """A mail read; further properties are named by their number, such as x1000."""
    others = {int(number[1:], 16): value for number, value in more.items()}
    return read(compound_file(message({**VALUES, **others}, *attachments, wide=wide)), "a.msg")


def texts(page: Page) -> list[str]:
    """The texts below the mail's own."""
    return [block.text for block in page.blocks[4:]]


def test_head_and_text() -> None:
    page = page_of()
    assert [(block.kind, block.text) for block in page.blocks] == [
        ("text", HEAD),
        ("text", "Hi Al"),
        ("text", "Bins go out on Monday:"),
        ("list", "- paper\n- glass"),
        ("text", "Which day?"),
    ]
    metadata = page.metadata
    assert (metadata.title, metadata.publisher, metadata.published) == ("Bin days", "Jo Smith", date(2022, 5, 3))
    assert not page.warnings


def test_time_is_that_of_the_sender_where_the_head_says_it() -> None:
    page = page_of(
        x0039=datetime(2022, 5, 3, 23, 30, tzinfo=UTC),
        x007D="Received: x\r\nDate: Wed, 04 May 2022 00:30:00 +0100\r\n",
    )
    assert page.blocks[0].text.endswith("Date: 4 May 2022, 00:30")
    assert page.metadata.published == date(2022, 5, 4)


def test_head_that_says_little() -> None:
    mail = message({0x0042: "jo@exampleton.example", 0x1000: "Bins."})
    assert [block.text for block in read(compound_file(mail), "a.msg").blocks] == [
        "From: jo@exampleton.example",
        "Bins.",
    ]


def test_address_within_exchange_is_left_out() -> None:
    page = page_of(x5D02="")
    assert page.blocks[0].text.startswith("From: Jo Smith\n")


def test_texts_in_a_charset() -> None:
    page = page_of(wide=False, x1000="Café – £5")
    assert [block.text for block in page.blocks] == [HEAD, "Café – £5"]


def test_unknown_codepage_is_no_fault() -> None:
    assert page_of(wide=False, x3FFD=99_999).blocks[0].text == HEAD


TABLE = "<table><tr><th>Area</th><th>Café</th></tr><tr><td>North</td><td>Mon</td></tr></table>"


@pytest.mark.parametrize(("codepage", "charset"), [(65001, "utf-8"), (1252, "cp1252"), (28591, "iso-8859-1")])
def test_html_where_there_is_no_plain_text(codepage: int, charset: str) -> None:
    page = page_of(x1000="", x1013=TABLE.encode(charset), x3FDE=codepage)
    assert [block.text for block in page.blocks] == [HEAD, "Area\tCafé\nNorth\tMon"]


def test_html_as_text() -> None:
    assert page_of(x1000="", x1013=TABLE).blocks[1].text == "Area\tCafé\nNorth\tMon"


def test_text_that_is_only_rtf_is_told() -> None:
    page = page_of(x1000="", x1009=b"compressed")
    assert [block.text for block in page.blocks] == [HEAD]
    assert page.warnings == (ONLY_RTF,)
    assert not page_of(x1009=b"compressed").warnings


def test_attachments_by_their_readers() -> None:
    page = page_of(
        attachment("bins.csv", b"Area,Bins\nNorth,4\n"),
        attachment("bins", b"Area,Bins\nSouth,2\n", "text/csv"),
        attachment("thing.xyz", b"\1\2", "application/x-thing"),
        attachment("logo.png", b"PNG", "image/png", x3712="logo@1"),
        attachment("hidden.png", b"PNG", "image/png", x7FFE=True),
        attachment("plan.png", b"PNG", "image/png"),
        attachment("link.docx", b"", x3705=4),
    )
    fault = "not stored in the mail as a file, but as a link or an object; save it as a file"
    assert texts(page)[1:] == [
        *("Attachment: bins.csv", "Area\tBins\nNorth\t4"),
        *("Attachment: bins", "Area\tBins\nSouth\t2"),
        "Attachment not read: thing.xyz (no reader for this kind of file)",
        "Attachment not read: plan.png (no reader for this kind of file)",
        f"Attachment not read: link.docx ({fault})",
    ]
    assert page.warnings == (
        "attachment thing.xyz: not read: no reader for this kind of file",
        "attachment plan.png: not read: no reader for this kind of file",
        f"attachment link.docx: not read: {fault}",
    )


def test_large_attachment() -> None:
    rows = "".join(f"{number},{number * 7}\n" for number in range(20_000))
    page = page_of(attachment("bins.csv", f"Number,Bins\n{rows}".encode()))
    assert texts(page)[-1].endswith("19999\t139993")


def test_mails_in_mails() -> None:
    mail: Folder = message({**VALUES, 0x0037: "Mail 0", 0x1000: "Text 0."}, inner=True)
    for number in range(1, 4):
        values = {**VALUES, 0x0037: f"Mail {number}", 0x1000: f"Text {number}."}
        mail = message(values, attached_message(f"Mail {number - 1}", mail), inner=True)
    page = page_of(attached_message("Mail 3", mail))
    assert [text for text in texts(page)[1:] if text != HEAD] == [
        *("Attachment: Mail 3.msg", "Mail 3", "Text 3."),
        *("Attachment: Mail 2.msg", "Mail 2", "Text 2."),
        *("Attachment: Mail 1.msg", "Mail 1", "Text 1."),
        "Attachment not read: Mail 0.msg (mails in mails are read 3 deep)",
    ]
    assert page.warnings[0].startswith("attachment Mail 3.msg: attachment Mail 2.msg: attachment Mail 1.msg: attach")


def test_mails_of_the_other_format() -> None:
    eml = EmailMessage()
    eml["Subject"] = "Inside"
    eml.set_content("Inner.")
    page = page_of(attachment("inner.eml", eml.as_bytes()))
    assert texts(page)[1:] == ["Attachment: inner.eml", "Inside", "Inner."]
    outer = EmailMessage()
    outer["Subject"] = "Outside"
    outer.add_attachment(compound_file(message(VALUES)), maintype="application", subtype="x", filename="Bins.MSG")
    found = [block.text for block in READERS[".eml"](outer.as_bytes(policy=SMTP), "a.eml").blocks]
    assert found[:3] == ["Attachment: Bins.MSG", "Bin days", HEAD]


def test_no_more_than_fifty_attachments() -> None:
    page = page_of(*(attachment(f"{number}.txt", f"File {number}.".encode()) for number in range(60)))
    assert texts(page)[-2] == "File 49."
    assert page.warnings[0] == "attachment 50.txt: not read: the mail has more than 50 attachments"


# Hostile and damaged files


def fault_of(data: bytes) -> str:
    """The fault that a file is refused for, soon."""
    start = time.perf_counter()
    with pytest.raises(DocumentError) as caught:
        read(data, "a.msg")
    assert time.perf_counter() - start < 10
    assert str(caught.value).startswith("a.msg: ")
    return caught.value.fault


SAMPLE = compound_file(
    message(
        {**VALUES, 0x1000: BODY * 200},
        attachment("bins.csv", b"Area,Bins\n" + b"North,4\n" * 900),
        attached_message("Inner", message(VALUES, inner=True)),
    )
)
FIRST_FAT = struct.unpack_from("<I", SAMPLE, 76)[0]
DIRECTORY = struct.unpack_from("<I", SAMPLE, 48)[0]


def patched(at: int, form: str, *values: int) -> bytes:
    data = bytearray(SAMPLE)
    struct.pack_into(form, data, at, *values)
    return bytes(data)


def sector(number: int) -> int:
    return 512 * (number + 1)


def unsound() -> dict[str, bytes]:
    sectors = len(SAMPLE) // 512 - 1
    loops = patched(sector(FIRST_FAT), f"<{sectors}I", *range(sectors))
    entry = sector(DIRECTORY) + 128
    return {
        "empty": b"",
        "text": b"Bins are emptied weekly.",
        "cut": SAMPLE[:3000],
        "half": SAMPLE[: len(SAMPLE) // 2],
        "every sector its own next": loops,
        "directory without end": patched(sector(FIRST_FAT) + 4 * DIRECTORY, "<I", DIRECTORY),
        "entry that is its own neighbour": patched(entry + 68, "<II", 1, 1),
        "stream larger than the file": patched(entry + 120, "<I", 0x7FFFFFFF),
        "table without end": patched(44, "<I", 0xFFFFFF00) + bytes(512),
        "table that lists itself": patched(44, "<I", 108 + 127 * 1000) + bytes(512),
        "sectors of one byte": patched(30, "<H", 0),
        "sectors of any size": patched(30, "<H", 0xFFFF),
        "another compound file": compound_file({"WordDocument": b"Bins" * 100}),
        "no properties": compound_file({"__properties_version1.0": b""}),
    }


@pytest.mark.parametrize("name", unsound())
def test_unsound(name: str) -> None:
    assert fault_of(unsound()[name]).startswith("damaged, or not an Outlook mail")


def test_mail_without_anything() -> None:
    assert fault_of(compound_file(message({0x1234: 5}))).startswith("no sender, subject, date or text")


def test_too_many_entries() -> None:
    with_many = properties(VALUES, 32) | {f"s{number}": bytes([1]) for number in range(24_000)}
    assert fault_of(compound_file(with_many)).startswith("damaged, or not an Outlook mail")


def test_as_many_entries_as_there_may_be() -> None:
    start = time.perf_counter()
    many = {f"s{number}": b"1" for number in range(19_000)}
    page = read(compound_file(properties(VALUES, 32) | many), "a.msg")
    assert page.blocks[0].text == HEAD
    assert time.perf_counter() - start < 10


@settings(max_examples=40, deadline=10_000, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_mutations(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(SAMPLE)
    tables = (0, sector(FIRST_FAT), sector(DIRECTORY))  # where damage does more than change a letter
    for _ in range(chance.randint(1, 12)):
        place = chance.choice(tables) + chance.randrange(512) if chance.random() < 0.7 else chance.randrange(len(data))
        length = chance.choice((1, 1, 4, 20))
        data[place : place + length] = bytes(chance.choice((0, 1, 255, chance.randrange(256))) for _ in range(length))
    start = time.perf_counter()
    try:
        page = read(bytes(data), "a.msg")
    except DocumentError as error:
        assert str(error).startswith("a.msg: ")
        page = Page(())
    assert time.perf_counter() - start < 10
    for block in page.blocks:
        assert block.text == block.text.strip() != ""
        assert not {"\r", "\0"}.intersection(block.text)
        block.text.encode()
