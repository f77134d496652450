"""Sync: make the index equal to the given files."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import DocumentError
from ..ingest.chunk import chunk_document, document_id
from ..ingest.read import content_hash, find_files, read_document
from .lexical import open_lexical
from .records import DocumentRecord
from .store import Store

Progress = Callable[[str, int, int], None]  # file name, its number, of how many


@dataclass(frozen=True)
class Failure:
    """A file that could not be read."""

    source: str
    error: str


@dataclass(frozen=True)
class SyncReport:
    """What a sync did: counts of documents, and of chunks in the index and written; `seconds` in all."""

    added: int
    changed: int
    renamed: int
    removed: int
    unchanged: int
    failures: tuple[Failure, ...]
    chunks: int
    chunks_added: int
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """The last object of `citewell ingest --json`."""
        return {
            "documents": {
                "added": self.added,
                "changed": self.changed,
                "renamed": self.renamed,
                "removed": self.removed,
                "unchanged": self.unchanged,
                "failed": len(self.failures),
            },
            "chunks": self.chunks,
            "chunks_added": self.chunks_added,
            "failures": [asdict(failure) for failure in self.failures],
            "seconds": round(self.seconds, 3),
        }


def sync(store: Store, paths: Sequence[Path], prune: bool = False, progress: Progress | None = None) -> SyncReport:
    """Make the index equal to these files and folders.

    A file is known by its path and skipped when its bytes are unchanged. One with the bytes of another that is gone
    from its place takes over its vectors and replaces it. New versions are written first and take effect together; then
    the old ones are deleted. A file that cannot be read keeps its former version.

    Args:
        prune: also remove documents that are not among the files.

    Raises:
        InputError: a path does not exist, or nothing readable is there.
        StoreError: the index cannot be written.
    """
    begun = time.perf_counter()
    files = find_files(paths)
    before = store.pending_documents()
    known = {(record.id, record.content_hash): record for record in before}
    alike = {record.content_hash: record for record in before}
    current: dict[str, DocumentRecord] = {}
    failures: list[Failure] = []
    written: list[DocumentRecord] = []
    renamed: set[str] = set()  # ids of before
    for number, path in enumerate(files, 1):
        if progress:
            progress(path.name, number, len(files))
        try:
            identity = document_id(str(path)), content_hash(path)
            record = known.get(identity)
            if record is None:
                former = alike.get(identity[1])
                record = _write(store, path, former)
                written.append(record)
                if former and not Path(former.source).exists():
                    renamed.add(former.id)
            current[record.id] = record
        except DocumentError as error:
            failures.append(Failure(error.source, error.fault))
    kept_ids = {document_id(str(path)) for path in files} if prune else {record.id for record in before}
    kept = {record.id: record for record in before if record.id in kept_ids - renamed} | current
    stale = [record for record in before if kept.get(record.id) != record]
    if written or stale or (kept and not store.is_committed(kept.values())):
        store.commit(kept.values())
        for record in stale:
            store.remove(record)
        open_lexical(store.home, store.fingerprint, store.chunks())  # or the first question would wait for it
    before_ids = {record.id for record in before}
    return SyncReport(
        added=sum(record.id not in before_ids for record in written) - len(renamed),
        changed=sum(record.id in before_ids for record in written),
        renamed=len(renamed),
        removed=len(before_ids - set(kept) - renamed),
        unchanged=len(current) - len(written),
        failures=tuple(failures),
        chunks=sum(record.chunks for record in kept.values()),
        chunks_added=sum(record.chunks for record in written),
        seconds=time.perf_counter() - begun,
    )


def _write(store: Store, path: Path, alike: DocumentRecord | None) -> DocumentRecord:
    """Read, chunk, embed and store one file; takes over the vectors of a document `alike` where they are the same."""
    document = read_document(path)
    chunks = chunk_document(document)
    store.add(document, chunks, store.encoded(alike, chunks) if alike else None)
    return DocumentRecord.of(document, chunks)
