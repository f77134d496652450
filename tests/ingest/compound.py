"""Compound files, as Outlook's mails are, written by hand ([MS-CFB], version 3), and mails in them ([MS-OXMSG])."""

import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Union

Folder = Mapping[str, Union[bytes, "Folder"]]
SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def compound_file(root: Folder) -> bytes:
    """A compound file with these streams and folders."""
    entries: list[list[object]] = [["Root Entry", ROOT, FREE, FREE, FREE, b""]]
    entries[0][4] = _add(entries, root)
    sectors: list[bytes] = []
    chain: list[int] = []  # the allocation table
    small, small_chain = b"", list[int]()
    placed = []
    for entry in entries:
        content = entry[5]
        assert isinstance(content, bytes)
        if content and len(content) < CUTOFF:
            placed.append((len(small_chain), len(content)))
            count = -(-len(content) // MINI)
            small_chain += [*range(len(small_chain) + 1, len(small_chain) + count), END]
            small += content.ljust(count * MINI, b"\0")
        else:
            placed.append((_store(content, sectors, chain) if content else END, len(content)))
    placed[0] = (_store(small, sectors, chain) if small else END, len(small))
    mini_fat = _store(struct.pack(f"<{len(small_chain)}I", *small_chain), sectors, chain, b"\xff")
    directory = b"".join(_entry(entry, *place) for entry, place in zip(entries, placed, strict=True))
    directory_start = _store(directory, sectors, chain)
    fats = -(-(len(sectors) + 1) * 4 // (SECTOR - 4))
    assert fats <= 109
    first = len(sectors)
    table = struct.pack(f"<{len(chain) + fats}I", *chain, *[FAT] * fats).ljust(fats * SECTOR, b"\xff")
    minis = -(-len(small_chain) * 4 // SECTOR)
    numbers = (fats, directory_start, 0, CUTOFF, mini_fat if minis else END, minis, END, 0)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 62, 3, 0xFFFE, 9, 6)
    head += struct.pack("<I8I", 0, *numbers) + struct.pack("<109I", *range(first, first + fats), *[FREE] * (109 - fats))
    return head + b"".join(sectors) + table


def _add(entries: list[list[object]], folder: Folder) -> int:
    """Add a folder's entries; the number of the one at the top of their tree."""
    numbers = {}
    for name, content in sorted(folder.items(), key=lambda item: (len(item[0]), item[0].upper())):
        numbers[name] = len(entries)
        is_stream = isinstance(content, bytes)
        entries.append([name, STREAM if is_stream else STORAGE, FREE, FREE, FREE, content if is_stream else b""])
        if not isinstance(content, bytes):
            entries[numbers[name]][4] = _add(entries, content)
    return _tree(entries, list(numbers.values()))


def _tree(entries: list[list[object]], numbers: Sequence[int]) -> int:
    if not numbers:
        return FREE
    middle = len(numbers) // 2
    entries[numbers[middle]][2] = _tree(entries, numbers[:middle])
    entries[numbers[middle]][3] = _tree(entries, numbers[middle + 1 :])
    return numbers[middle]


def _store(content: bytes, sectors: list[bytes], chain: list[int], filling: bytes = b"\0") -> int:
    start, count = len(sectors), -(-len(content) // SECTOR)
    sectors += [content[at * SECTOR : (at + 1) * SECTOR].ljust(SECTOR, filling) for at in range(count)]
    chain += [*range(start + 1, start + count), END]
    return start


def _entry(entry: Sequence[object], start: int, size: int) -> bytes:
    name, kind, left, right, child, _ = entry
    text = f"{name}\0".encode("utf-16-le")
    return struct.pack("<64sHBBIII36xIQ", text, len(text), kind, 1, left, right, child, start, size)


# Mails

Value = str | bytes | int | bool | datetime


def properties(values: Mapping[int, Value], start: int, wide: bool = True) -> dict[str, bytes]:
    """The streams of properties by number: texts in Unicode, or else in Windows' charset."""
    streams, entries = {}, b""
    for number, value in values.items():
        kind, fixed, content = _value(value, wide)
        entries += struct.pack("<HHI8s", kind, number, 6, fixed)
        if content is not None:
            streams[f"__substg1.0_{number:04X}{kind:04X}"] = content
    return {"__properties_version1.0": bytes(start) + entries, **streams}


def _value(value: Value, wide: bool) -> tuple[int, bytes, bytes | None]:
    if isinstance(value, str):
        content = value.encode("utf-16-le" if wide else "cp1252")
        return 0x1F if wide else 0x1E, struct.pack("<II", len(content), 0), content
    if isinstance(value, bytes):
        return 0x102, struct.pack("<II", len(value), 0), value
    if isinstance(value, bool):
        return 0xB, struct.pack("<?7x", value), None
    if isinstance(value, int):
        return 3, struct.pack("<I4x", value), None
    return 0x40, struct.pack("<Q", round((value - EPOCH).total_seconds()) * 10_000_000), None


def message(values: Mapping[int, Value], *attachments: Folder, inner: bool = False, wide: bool = True) -> Folder:
    """A mail: its properties, and its attachments."""
    folders = {f"__attach_version1.0_#{number:08X}": folder for number, folder in enumerate(attachments)}
    return {**properties(values, 24 if inner else 32, wide), **folders}


def attachment(name: str, content: bytes, kind: str = "", **more: Value) -> Folder:
    """A file in a mail; further properties are named by their number, such as x3712."""
    others = {int(number[1:], 16): value for number, value in more.items()}
    values: dict[int, Value] = {0x3705: 1, 0x3707: name, 0x370E: kind, 0x3701: content}
    return properties({**values, **others}, 8)


def attached_message(name: str, mail: Folder) -> Folder:
    """A mail in a mail."""
    return {**properties({0x3705: 5, 0x3001: name}, 8), "__substg1.0_3701000D": mail}
