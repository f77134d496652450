"""E-mails to blocks."""

import io
import time
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citewell.errors import DocumentError
from citewell.ingest import readers
from citewell.ingest.document import Block
from citewell.ingest.readers import Page
from citewell.ingest.readers import docx as docx_reader
from citewell.ingest.readers.eml import read


def mail(text: str = "Bins go out on Monday.", subject: str = "Bin days") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Jo Smith <jo@exampleton.example>"
    message["To"] = "Al <al@exampleton.example>, sam@exampleton.example"
    message["Date"] = "Tue, 03 May 2022 10:05:00 +0100"
    message["Subject"] = subject
    message.set_content(text)
    return message


HEAD = (
    "From: Jo Smith <jo@exampleton.example>\nTo: Al <al@exampleton.example>, sam@exampleton.example\n"
    "Date: 3 May 2022, 10:05"
)


def texts(message: EmailMessage | bytes) -> list[str]:
    data = message if isinstance(message, bytes) else message.as_bytes(policy=SMTP)
    return [block.text for block in read(data, "a.eml").blocks]


def test_head_text_and_quoted_mail() -> None:
    body = "Hi Al\n\nBins go out on Monday:\n\n- paper\n- glass\n\nBest wishes\n\n"
    body += "On Monday Al wrote:\n> Which day?\n>\n> > Any."
    page = read(mail(body).as_bytes(policy=SMTP), "a.eml")
    assert (page.metadata.title, page.metadata.publisher, page.metadata.published) == (
        "Bin days",
        "Jo Smith",
        date(2022, 5, 3),
    )
    assert [(block.kind, block.text) for block in page.blocks] == [
        ("text", HEAD),
        ("text", "Hi Al"),
        ("text", "Bins go out on Monday:"),
        ("list", "- paper\n- glass"),
        ("text", "Best wishes"),
        ("text", "On Monday Al wrote:\nWhich day?"),
        ("text", "Any."),
    ]


def test_plain_text_is_preferred_to_html() -> None:
    message = mail("Plain text.")
    message.add_alternative("<p>Rich text.</p>", subtype="html")
    assert texts(message)[1:] == ["Plain text."]


def test_html_alone_is_read_as_a_page() -> None:
    message = mail()
    message.set_content("<table><tr><th>Area</th><th>Day</th></tr><tr><td>North</td><td>Mon</td></tr></table>", "html")
    assert texts(message)[1:] == ["Area\tDay\nNorth\tMon"]


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-8", "utf-16", "windows-1252"])
def test_charsets(charset: str) -> None:
    message = mail()
    message.set_content("Café bins".encode(charset), "text", "plain", params={"charset": charset})
    message.replace_header("Content-Type", f'text/plain; charset="{charset}"')
    assert texts(message)[1:] == ["Café bins"]


@pytest.mark.parametrize("charset", ["x-unknown", "punycode", "zlib", "ascii", "utf-16", "utf-32-be", "cp037"])
def test_charset_that_is_none_or_not_that_of_the_text(charset: str) -> None:
    data = f"Subject: Bins\nContent-Type: text/plain; charset={charset}\n\nCafé".encode()
    assert texts(data) == ["Café"]


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-32", "cp037"])
def test_charset_in_which_ascii_is_not_itself(charset: str) -> None:
    message = mail()
    message.set_content("Café bins".encode(charset), "text", "plain", params={"charset": charset})
    assert texts(message)[1:] == ["Café bins"]


def test_subject_decides_no_kind() -> None:
    assert read(mail(subject="Guidance on bins").as_bytes(), "a.eml").metadata.kind == "other"


def test_encoded_headers() -> None:
    data = b"From: =?utf-8?q?Jos=C3=A9?= <j@x.example>\nSubject: =?utf-8?b?Q2Fmw6k=?=\n bins\nDate: soon\n\nText."
    page = read(data, "a.eml")
    assert (page.metadata.title, page.metadata.publisher, page.metadata.published) == ("Café bins", "José", None)
    assert page.blocks[0].text == "From: José <j@x.example>\nDate: soon"


def word_file() -> bytes:
    word, file = docx.Document(), io.BytesIO()
    word.add_paragraph("Bin policy", "Title")
    word.add_heading("Depots", 1)
    word.add_paragraph("The depot opens at six.")
    word.save(file)
    return file.getvalue()


def test_attachments_by_their_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(readers.READERS, ".docx", docx_reader.read)
    message = mail()
    message.add_attachment(word_file(), maintype="application", subtype="octet-stream", filename="C:\\My\\Bins.DOCX")
    message.add_attachment("Area,Bins\nNorth,4\n", subtype="csv", filename="bins")
    message.add_attachment(b"\1\2", maintype="application", subtype="x-thing", filename="thing.xyz")
    message.add_attachment(b"junk", maintype="application", subtype="octet-stream", filename="broken.docx")
    message.add_attachment("", filename="empty.txt")
    message.add_attachment(b"GIF89a", maintype="image", subtype="gif", disposition="inline", filename="logo.gif")
    page = read(message.as_bytes(policy=SMTP), "a.eml")
    assert [(block.level, block.text) for block in page.blocks[2:]] == [
        (1, "Attachment: Bins.DOCX"),
        (0, "Bin policy"),
        (2, "Depots"),
        (0, "The depot opens at six."),
        (1, "Attachment: bins"),
        (0, "Area\tBins\nNorth\t4"),
        (0, "Attachment not read: thing.xyz (no reader for this kind of file)"),
        (
            0,
            "Attachment not read: broken.docx "
            "(damaged, or not a Word document; open it in its own program and save it again)",
        ),
        (0, "Attachment not read: empty.txt (the file is empty; add its text or leave it out)"),
    ]
    assert page.warnings == (
        "attachment thing.xyz: not read: no reader for this kind of file",
        "attachment broken.docx: not read: "
        "damaged, or not a Word document; open it in its own program and save it again",
        "attachment empty.txt: not read: the file is empty; add its text or leave it out",
    )


def test_warnings_of_attachments_are_those_of_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Page((Block("text", "Bins."),), warnings=("page 3: no text",))
    monkeypatch.setitem(readers.READERS, ".pdf", lambda _data, _source: told)
    inner, outer = mail("Inner.", "Inside"), mail("Outer.")
    inner.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    outer.add_attachment(inner)
    page = read(outer.as_bytes(policy=SMTP), "a.eml")
    assert page.warnings == ("attachment Inside.eml: attachment a.pdf: page 3: no text",)


def test_text_after_a_file_goes_on() -> None:
    message = mail("Before.")
    message.add_attachment("Area,Bins\nNorth,4\n", subtype="csv", filename="a.csv")
    more = EmailMessage()
    more.set_content("After.")
    del more["MIME-Version"]
    message.attach(more)
    assert texts(message)[1:] == ["Before.", "After.", "Attachment: a.csv", "Area\tBins\nNorth\t4"]


def test_attachments_in_nested_parts() -> None:
    inner = mail("Inside.")
    inner.add_attachment("Area,Bins\nNorth,4\n", subtype="csv", filename="a.csv")
    signed = EmailMessage()
    signed["Subject"] = "Signed"
    signed["Content-Type"] = "multipart/signed"
    for name in ("From", "To", "Date", "Subject", "MIME-Version"):
        del inner[name]
    signed.attach(inner)
    assert texts(signed) == ["Inside.", "Attachment: a.csv", "Area\tBins\nNorth\t4"]


def test_mails_in_mails_three_deep() -> None:
    message = mail("Mail 0.", "Subject 0")
    for number in range(1, 6):
        outer = mail(f"Mail {number}.", f"Subject {number}")
        outer.add_attachment(message)
        message = outer
    found = [text for text in texts(message) if text != HEAD]
    assert found == [
        "Mail 5.",
        *("Attachment: Subject 4.eml", "Subject 4", "Mail 4."),
        *("Attachment: Subject 3.eml", "Subject 3", "Mail 3."),
        *("Attachment: Subject 2.eml", "Subject 2", "Mail 2."),
        "Attachment not read: Subject 1.eml (mails in mails are read 3 deep)",
    ]


def test_mail_attached_as_a_file() -> None:
    message = mail("Outer.")
    data = mail("Inner.", "Inside").as_bytes()
    message.add_attachment(data, maintype="application", subtype="octet-stream", filename="inner.eml")
    assert texts(message)[1:] == ["Outer.", "Attachment: inner.eml", "Inside", HEAD, "Inner."]


def test_no_more_than_fifty_attachments() -> None:
    message = mail()
    for number in range(52):
        message.add_attachment(f"File {number}.", filename=f"{number}.txt")
    found = texts(message)
    assert found[-4:-2] == ["Attachment: 49.txt", "File 49."]
    assert found[-2:] == [f"Attachment not read: {n}.txt (the mail has more than 50 attachments)" for n in (50, 51)]


# Parts that none should miss


def lines(*parts: str) -> bytes:
    """A mail whose parts stand between the boundary b, without an end."""
    head = "From: jo@x.example\nSubject: Bins\nContent-Type: multipart/mixed; boundary=b\n\n"
    return (head + "".join(f"--b\nContent-{part}\n" for part in parts)).encode()


def test_files_beside_one_form_of_the_text() -> None:
    """As Apple Mail writes them: plain text, or HTML with the files in it."""
    data = lines(
        "Type: multipart/alternative; boundary=c\n\n--c\n\nBins.\n--c\nContent-Type: multipart/mixed; boundary=d\n\n"
        "--d\nContent-Type: text/html\n\n<p>Bins.</p>\n--d\nContent-Type: text/csv; name=a.csv\n\nArea,Bins\nNorth,4\n"
        "--d--\n--c--\n--b--"
    )
    assert texts(data)[1:] == ["Bins.", "Attachment: a.csv", "Area\tBins\nNorth\t4"]


def test_text_in_several_forms_after_another_text() -> None:
    forms = "--c\n\nAfter.\n--c\nContent-Type: text/html\n\n<p>After.</p>\n--c--\n"
    data = lines("Type: text/plain\n\nBefore.", f"Type: multipart/alternative; boundary=c\n\n{forms}--b--")
    assert texts(data)[1:] == ["Before.", "After."]


def test_mail_that_is_nothing_but_a_file() -> None:
    data = b"Subject: Bins\nContent-Type: text/csv; name=a.csv\nContent-Disposition: attachment\n\nArea,Bins\nNorth,4\n"
    assert texts(data) == ["Attachment: a.csv", "Area\tBins\nNorth\t4"]


def test_mail_that_is_nothing_but_a_mail() -> None:
    data = b"Subject: Fwd\nContent-Type: message/rfc822\n\n" + mail("Inner.", "Inside").as_bytes()
    assert texts(data) == ["Attachment: Inside.eml", "Inside", HEAD, "Inner."]


def refused(data: bytes) -> str:
    with pytest.raises(DocumentError) as error:
        read(data, "a.eml")
    return str(error.value)


@pytest.mark.parametrize("head", ["", "; boundary=x", f"; boundary={'b' * 900}"])
def test_parts_that_cannot_be_told_apart(head: str) -> None:
    inner = f"Type: multipart/mixed{head}\n\n--{'b' * 900}\n\nBins.\n--{'b' * 900}--\n"
    assert refused(f"Subject: Bins\nContent-{inner}".encode()).startswith("a.eml: damaged: the boundary that parts it")
    page = read(lines("Type: text/plain\n\nText.", f"{inner}--b--\n"), "a.eml")
    assert [block.text for block in page.blocks][1] == "Text."
    (warning,) = page.warnings
    assert warning.startswith("attachment multipart/mixed: not read: damaged: the boundary that parts it is missing; ")


def test_attachment_that_is_cut_off_is_not_read() -> None:
    """Its last figure might be a part of one."""
    page = read(lines("Type: text/plain\n\nText.", "Type: text/csv; name=a.csv\n\nArea,Bins\nNorth,4"), "a.eml")
    fault = "cut off where the mail ends; ask the sender for it again"
    assert [block.text for block in page.blocks][1:] == ["Text.", f"Attachment not read: a.csv ({fault})"]
    assert page.warnings[0].startswith("the end of the mail is missing, so that “a.csv” may be cut off; ")
    assert page.warnings[1] == f"attachment a.csv: not read: {fault}"


def test_text_that_is_cut_off_is_told() -> None:
    page = read(lines("Type: text/plain\n\nText."), "a.eml")
    assert page.blocks[-1].text == "Text."
    (warning,) = page.warnings
    assert warning.startswith("the end of the mail is missing, so that its text may be cut off; ")


def encoded(content: bytes) -> str:
    return f"Type: text/plain\nContent-Transfer-Encoding: base64\n\n{content.decode()}\n"


@pytest.mark.parametrize("content", [b"QmlucywgNDE3!QmlucywgNDE3", b"QmlucywgNDE3Q"])
def test_damaged_base64_is_not_read(content: bytes) -> None:
    assert "its text is damaged in the mail; " in refused(lines(f"{encoded(content)}--b--"))
    attached = encoded(content).replace("text/plain", "text/plain; name=a.txt")
    page = read(lines("Type: text/plain\n\nText.", f"{attached}--b--"), "a.eml")
    assert page.blocks[-1].text.startswith("Attachment not read: a.txt (damaged in the mail; ")
    assert len(page.warnings) == 1


def test_base64_without_padding_is_read_as_text_and_told() -> None:
    page = read(lines(f"{encoded(b'QmlucywgNDE')}--b--"), "a.eml")
    assert page.blocks[-1].text == "Bins, 41"
    (warning,) = page.warnings
    assert warning.startswith("its text may be cut off; ")


def test_what_the_reader_of_the_text_tells_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Page((Block("text", "Bins."),), warnings=("a part of it is left out",))
    monkeypatch.setattr("citewell.ingest.readers.html.read", lambda _text: told)
    message = mail()
    message.set_content("<p>Bins.</p>", subtype="html")
    assert read(message.as_bytes(), "a.eml").warnings == told.warnings


# Hostile and damaged files


def in_time(data: bytes) -> Page | str:
    """The page, or the fault that it is refused for."""
    start = time.perf_counter()
    try:
        return read(data, "a.eml")
    except DocumentError as error:
        assert str(error).startswith("a.eml: ")
        return error.fault
    finally:
        assert time.perf_counter() - start < 10


def test_not_a_mail() -> None:
    assert in_time(b"Just some text.\n\nMore of it.") == "no sender, subject or date; check that it is an e-mail"
    assert in_time(b"") == "no sender, subject or date; check that it is an e-mail"


@pytest.mark.parametrize("depth", [90, 2000])
def test_parts_nested_deeply(depth: int) -> None:
    parts = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    page = in_time(f"Subject: Bins\n{parts}\nText.\n".encode() + b"line\n" * 200_000)
    assert isinstance(page, str) or page.metadata.title == "Bins"
    assert depth < 100 or isinstance(page, str)


def test_attached_zip_bomb_is_an_attachment_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(readers.READERS, ".docx", docx_reader.read)
    monkeypatch.setattr("citewell.ingest.readers.archive.MAX_EXPANDED", 1000)
    message = mail()
    message.add_attachment(word_file(), maintype="application", subtype="octet-stream", filename="bomb.docx")
    assert texts(message)[2].startswith("Attachment not read: bomb.docx (expands to")


@pytest.mark.parametrize("name", ["From", "To", "Subject", "Date", "Content-Type", "Content-Disposition"])
@pytest.mark.parametrize("part", ['"', "(", "<", "@,", "=?utf-8?q?a?= ", "a; b*0*=", "[", "\\", "x "])
def test_headers_that_take_long(name: str, part: str) -> None:
    page = in_time(f"Subject: Bins\n{name}: {part * (100_000 // len(part))}\n\nText.\n".encode())
    assert isinstance(page, Page)
    assert page.blocks[-1].text == "Text."


@pytest.mark.parametrize("part", ['"', "a; b*0*=", "x "])
def test_many_headers_that_take_long(part: str) -> None:
    parts = "".join(f"--b\nContent-Type: {number}{part * 10_000}\n\na\n" for number in range(390))
    assert in_time(f'Subject: Bins\nContent-Type: multipart/mixed; boundary="b"\n\n{parts}'.encode())


def test_too_many_parts() -> None:
    parts = "--b\nContent-Type: text/plain\n\na\n" * 2000
    fault = in_time(f'Subject: Bins\nContent-Type: multipart/mixed; boundary="b"\n\n{parts}'.encode())
    assert isinstance(fault, str)
    assert "save its attachments as files" in fault


SAMPLE = mail("Hello.\n\n- one\n- two")
SAMPLE.add_alternative("<p>Hello.</p>", subtype="html")
SAMPLE.add_attachment("Area,Bins\nNorth,4\n", subtype="csv", filename="a.csv")
SAMPLE.add_attachment(mail("Inner.", "Inside"))


@settings(max_examples=40, deadline=10_000)
@given(data=st.data())
def test_damaged_bytes(data: st.DataObject) -> None:
    content = SAMPLE.as_bytes(policy=SMTP)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        junk = data.draw(st.binary(max_size=4) | st.sampled_from([b'"', b"\r\n", b"--", b"=", b";", b"\0", b"<!--"]))
        content = content[:at] + junk + content[at + data.draw(st.integers(0, 9)) :]
    page = in_time(content)
    if isinstance(page, Page):
        for block in page.blocks:
            assert block.text
            assert block.text == block.text.strip()
            assert not {"\0", "\r"} & set(block.text)
