"""What of a PDF is damaged or not counted: PDFium says nothing of what it cannot inflate, and trusts a wrong count.

`pdf_process.py` uses it, and it stands alone as that does. It looks through a copy that PDFium writes of the file,
unlocked and all in one plain form, so that it need not know what a PDF may look like; that takes 0.2 ms a page.
"""

import io
import re
import zlib
from base64 import a85decode
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from pypdfium2 import raw  # type: ignore[import-untyped]

MAX_LENGTH = 64 * 2**20  # bytes of a stream inflated: what is longer is not checked to its end
SECTION = re.compile(rb"\d+ \d+\r\n(?:\d{10} \d{5} [nf]\r\n)+")
ENTRY = re.compile(rb"(\d{10}) \d{5} n")
NUMBER = re.compile(rb"\d+")
REFERENCE = re.compile(rb"(\d+) \d+ R\b")
ROOT, PAGES = re.compile(rb"/Root (\d+) "), re.compile(rb"/Pages (\d+) ")
KIDS, CONTENTS = (re.compile(rb"/%s\s*(?:\[([^\]]*)\]|(\d+ \d+ R)\b)" % name) for name in (b"Kids", b"Contents"))
IS_PAGE, IS_FORM = re.compile(rb"/Type\s?/Page\b"), re.compile(rb"/Subtype\s?/Form\b")
LETTERS = re.compile(rb"/ToUnicode (\d+) ")
FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/\w+)")
NAME = re.compile(rb"/(\w+)")


class Damage(NamedTuple):
    """The pages, from 1, that are damaged; whether something that pages share is; how many pages there are at least."""

    pages: list[int]
    shared: bool
    least: int


def damage(document: Any) -> Damage:
    """What is damaged in an open document.

    Raises:
        pypdfium2.PdfiumError: PDFium cannot write it.
    """
    file = io.BytesIO()
    document.save(file, flags=raw.FPDF_REMOVE_SECURITY)
    copy = _Copy(file.getvalue())
    leaves = list(copy.leaves(len(document)))
    pages = [number for number, leaf in enumerate(leaves, 1) if not all(map(copy.is_sound, copy.contents(leaf)))]
    shared = not all(map(copy.is_sound, copy.shared()))
    return Damage(pages, shared, sum(IS_PAGE.search(copy.head(leaf)) is not None for leaf in leaves))


class _Copy:
    """A PDF as PDFium writes it: its objects by number, each from where it begins to where the next does."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        table = data.rindex(b"xref\r\n0 ", 0, data.rindex(b"startxref"))
        self.trailer = data[data.rindex(b"trailer") :]
        starts = sorted(int(entry[1]) for part in SECTION.finditer(data, table) for entry in ENTRY.finditer(part[0]))
        self.places = {
            int(found[0]): (start, end)
            for start, end in zip(starts, [*starts[1:], table], strict=True)
            if (found := NUMBER.match(data, start))
        }
        self.is_sound: Callable[[int], bool] = cache(self._is_sound)

    def head(self, number: int) -> bytes:
        """An object without its stream; nothing where there is no such object."""
        start, end = self.places.get(number, (0, 0))
        stream = self.data.find(b"stream\r\n", start, end)
        return self.data[start : stream if stream > 0 else end]

    def leaves(self, most: int) -> Iterator[int]:
        """The numbers of the pages in their order, up to one more than so many."""
        root = ROOT.search(self.trailer)
        top = PAGES.search(self.head(int(root[1]))) if root else None
        waiting = [int(top[1])] if top else []
        above: set[int] = set()
        while waiting and most >= 0:
            number = waiting.pop()
            head = self.head(number)
            if b"/Kids" not in head or IS_PAGE.search(head):
                most -= 1
                yield number
            elif number not in above:
                above.add(number)
                waiting += reversed(list(self._listed(KIDS, head)))

    def contents(self, page: int) -> Iterator[int]:
        """The numbers of the streams that draw a page."""
        return self._listed(CONTENTS, self.head(page))

    def _listed(self, entry: re.Pattern[bytes], head: bytes) -> Iterator[int]:
        """The objects that an entry refers to, in a list that may be an object itself."""
        for inside, reference in entry.findall(head):
            numbers = [int(number) for number in REFERENCE.findall(inside or reference)]
            lists = [self.head(number) for number in numbers] if reference else []
            if lists and (found := re.match(rb"\d+ 0 obj\r\n\[([^\]]*)\]", lists[0])):
                numbers = [int(number) for number in REFERENCE.findall(found[1])]
            yield from numbers

    def shared(self) -> Iterator[int]:
        """The numbers of the streams with what pages may draw several times, or that say what letters stand for."""
        for number in self.places:
            head = self.head(number)
            if IS_FORM.search(head):
                yield number
            yield from map(int, LETTERS.findall(head))

    def _is_sound(self, number: int) -> bool:
        """Whether an object is there and, where it is a stream, whether its filters can be undone to its end."""
        if number not in self.places:
            return False
        head = self.head(number)
        start, end = self.places[number]
        begin = start + len(head) + len(b"stream\r\n")
        filters = FILTER.search(head)
        if begin >= end or not filters:
            return True
        content = self.data[begin : self.data.rindex(b"\r\nendstream", start, end)]
        try:
            for name in NAME.findall(filters[1]):
                if name not in UNDO:  # one that is hardly used, such as LZWDecode
                    return True
                content = UNDO[name](content)
        except (ValueError, zlib.error):
            return False
        return True


def _inflated(content: bytes) -> bytes:
    """Inflated up to the limit.

    Raises:
        zlib.error: it is damaged or has no end; one without the checksum after its end is sound.
    """
    inflater = zlib.decompressobj()
    found = inflater.decompress(content, MAX_LENGTH)
    if not (inflater.eof or inflater.unconsumed_tail):
        bare = zlib.decompressobj(-zlib.MAX_WBITS)
        bare.decompress(content[2:], MAX_LENGTH)
        if not bare.eof:
            raise zlib.error("no end")
    return found


def _of_letters(content: bytes) -> bytes:
    """ASCII85 undone up to its end mark; raises ValueError where it has other signs or no such mark."""
    return a85decode(b"<~" + content[: content.index(b"~") + 1] + b">", adobe=True)


UNDO: dict[bytes, Callable[[bytes], bytes]] = {
    b"ASCII85Decode": _of_letters,
    b"A85": _of_letters,
    b"FlateDecode": _inflated,
    b"Fl": _inflated,
}
