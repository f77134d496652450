"""What is computed from the store and kept beside it, under the fingerprint of what it was computed from."""

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..ingest.chunk import Chunk
from .duplicates import Duplicates, Shingler
from .lexical import LexicalIndex
from .memory import give_back
from .records import DocumentRecord, document_of, record_from
from .store import Store

LAYOUT = 5  # raise it when what is saved, or `terms`, changes
DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError)  # what reading raises of what a killed process left


@dataclass(frozen=True)
class Derived:
    """The lexical index, the documents by id, and the near-duplicates."""

    lexical: LexicalIndex
    documents: Mapping[str, DocumentRecord]
    duplicates: Duplicates

    @cached_property
    def owners(self) -> npt.NDArray[np.intp]:
        """The document of every chunk, as its place among `documents`, in the order of the lexical index."""
        places = {key: place for place, key in enumerate(self.documents)}
        return np.array([places[document_of(key)] for key in self.lexical.ids], dtype=np.intp)

    def holders(self, chunk_id: str) -> list[DocumentRecord]:
        """The documents that hold copies of a chunk."""
        ids = self.duplicates.holders.get(chunk_id, ())
        return [self.documents[key] for key in ids if key in self.documents]

    @classmethod
    def build(cls, store: Store) -> "Derived":
        """In one pass over the chunks, none of which is held."""
        documents = {record.id: record for record in store.documents()}
        shingler = Shingler()

        def chunks() -> Iterator[tuple[str, Chunk]]:
            for key, chunk in store.chunks():
                if chunk.document_id in documents:  # or it has been added meanwhile
                    shingler.add(key, chunk.text)
                    yield key, chunk

        return cls(LexicalIndex.build(chunks()), documents, shingler.duplicates(documents.values()))

    def save(self, folder: Path) -> None:
        """Write to `folder`, all or nothing."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=folder.parent, prefix="part-"))
        self.lexical.save(part)
        saved = {
            "documents": [asdict(record) for record in self.documents.values()],
            "duplicates": asdict(self.duplicates),
        }
        (part / "documents.json").write_text(json.dumps(saved), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)

    @classmethod
    def load(cls, folder: Path) -> "Derived":
        """Read what `save` wrote; raises one of DAMAGED."""
        saved = json.loads((folder / "documents.json").read_text(encoding="utf-8"))
        records = map(record_from, saved["documents"])
        duplicates = Duplicates(**{name: _tuples(pairs) for name, pairs in saved["duplicates"].items()})
        return cls(LexicalIndex.load(folder), {record.id: record for record in records}, duplicates)


def open_derived(store: Store) -> Derived:
    """What was saved of the store as it is now, or else built and saved; older ones are deleted."""
    root = store.home / "derived"
    folder = root / f"{store.fingerprint or 'empty'}-{LAYOUT}"
    try:
        return Derived.load(folder)
    except DAMAGED:
        give_back()  # what embedding has left: this is where an ingest takes most
        derived = Derived.build(store)
    if root.is_dir():
        for old in root.iterdir():
            shutil.rmtree(old, ignore_errors=True)
    derived.save(folder)
    return derived


def _tuples(pairs: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in pairs.items()}
