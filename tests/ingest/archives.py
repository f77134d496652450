"""Office files for the tests of their readers: made, changed member by member, and damaged."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from citewell.errors import DocumentError
from citewell.ingest.readers import Page
from citewell.ingest.readers.page import Reader

JUNK = (b"<", b">", b"&x;", b'"', b"9" * 30)


def saved(document: Any) -> bytes:
    """The file that a document of python-docx, python-pptx or openpyxl saves."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as new:
        for name, content in members.items():
            new.writestr(name, content)
    return file.getvalue()


def lying(content: bytes, said: bytes) -> bytes:
    """An archive that says of its one member that it is as `said`, size and checksum, though it expands to more."""
    data = bytearray(zipped({"a.xml": content}))
    for signature, place in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        at = data.index(signature) + place
        data[at : at + 4] = struct.pack("<L", zlib.crc32(said))
        data[at + 8 : at + 12] = struct.pack("<L", len(said))
    return bytes(data)


def changed(data: bytes, changes: dict[str, Callable[[bytes], bytes]]) -> bytes:
    """The archive with members changed; one that is new is made from nothing."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*old.namelist(), *(name for name in changes if name not in old.namelist())]:
            content = old.read(name) if name in old.namelist() else b""
            new.writestr(name, changes.get(name, bytes)(content))
    return file.getvalue()


def is_sound(page: Page) -> bool:
    return all(block.text and block.text == block.text.strip() and "\0" not in block.text for block in page.blocks)


def check_damaged(data: st.DataObject, read: Reader, sample: bytes, members: Sequence[str], *junk: bytes) -> None:
    """Bytes of the whole or of a member are changed or cut, so that the damage lies behind the checksums, too: what is
    read is sound, or the error names the file."""

    def damaged(content: bytes) -> bytes:
        at = data.draw(st.integers(0, max(len(content) - 1, 0)))
        put = data.draw(st.binary(max_size=4) | st.sampled_from([*JUNK, *junk]))
        return content[:at] + put + content[at + data.draw(st.integers(0, 9)) :]

    part = data.draw(st.sampled_from(["", *members]))
    broken = changed(sample, {part: damaged}) if part else damaged(sample)
    try:
        assert is_sound(read(broken, "a.office"))
    except DocumentError as error:
        assert error.source == "a.office"
