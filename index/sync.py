"""Sync: make the index equal to the given files."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import DocumentError
from ..ingest.chunk import Chunk
from ..ingest.document import Metadata, layered
from ..ingest.find import find_files
from ..ingest.read import content_hash, version
from ..ingest.sidecar import Sidecars
from ..ingest.workers import Reading, Task, read_all
from .derived import open_derived
from .embedder import Encoded
from .records import DocumentRecord
from .store import Store

BATCH = 256  # chunks: enough to sort by length; more would let the processes that read wait

Progress = Callable[[str, int, int], None]  # file name, its number, of how many


@dataclass(frozen=True)
class Told:
    """A file of which something is to be told: why it was not read, or what of it."""

    source: str
    error: str


@dataclass(frozen=True)
class SyncReport:
    """What a sync did: counts of documents, and of chunks in the index and written; `seconds` in all.

    `copies` counts files with the bytes of another that is indexed, and `partly` names files of which a part could not
    be read.
    """

    added: int
    changed: int
    renamed: int
    removed: int
    unchanged: int
    copies: int
    failures: tuple[Told, ...]
    partly: tuple[Told, ...]
    skipped: tuple[Told, ...]
    chunks: int
    chunks_added: int
    seconds: float

    @property
    def has_news(self) -> bool:
        """Whether anything was written, removed, or not read."""
        return bool(self.added or self.changed or self.renamed or self.removed or self.failures)

    def as_json(self) -> dict[str, Any]:
        """The last object of `citewell ingest --json`."""
        return {
            "documents": {
                "added": self.added,
                "changed": self.changed,
                "renamed": self.renamed,
                "removed": self.removed,
                "unchanged": self.unchanged,
                "copies": self.copies,
                "skipped": len(self.skipped),
                "failed": len(self.failures),
            },
            "chunks": self.chunks,
            "chunks_added": self.chunks_added,
            "failures": [asdict(told) for told in self.failures],
            "partly_read": [asdict(told) for told in self.partly],
            "skipped": [asdict(told) for told in self.skipped],
            "seconds": round(self.seconds, 3),
        }


def sync(  # noqa: PLR0913 - what the command line offers
    store: Store,
    paths: Sequence[Path],
    prune: bool = False,
    progress: Progress | None = None,
    *,
    follow: bool = False,
    given: Metadata | None = None,
    processes: int = 0,
) -> SyncReport:
    """Make the index equal to these files and folders.

    A file is known by its path, and skipped when neither its bytes nor what is stated of it has changed. Files with the
    same bytes are one document. One with the bytes of a document that is gone from its place takes over its vectors and
    replaces it. New versions are written first and take effect together; then the old ones are deleted. A file that
    cannot be read keeps its former version.

    Args:
        prune: also remove documents that are not among the files.
        follow: also remove documents whose files were in these folders, and are gone.
        given: what is stated of every file, before its sidecars.
        processes: how many read at a time, beside this one; 0 to read in this one.

    Raises:
        InputError: a path does not exist, or nothing readable is there, or a sidecar cannot be used.
        StoreError: the index cannot be written.
    """
    begun = time.perf_counter()
    found = find_files(paths, may_be_empty=follow)
    before = store.pending_documents()
    files, failures = _identified(found.files, Sidecars(given or Metadata()))
    plan = _plan(files, before)
    done = _read_and_write(store, plan, progress, processes)
    failures += done.failures
    current = {record.id: record for record in (*plan.kept, *done.written)}
    failed = {failure.source for failure in failures}
    rest = [record for record in before if record.id not in current and record.source not in failed]
    gone = rest if prune else _gone(rest, files, current.values(), paths if follow else ())
    gone_ids = {record.id for record in gone}
    kept = {record.id: record for record in before if record.id not in gone_ids} | current
    _publish(store, before, kept)
    known = {record.id for record in before}
    new = [record for record in done.written if record.id not in known]
    renamed = len({record.content_hash for record in gone}.intersection(record.content_hash for record in new))
    return SyncReport(
        added=len(new) - renamed,
        changed=len(done.written) - len(new),
        renamed=renamed,
        removed=len(gone) - renamed,
        unchanged=len(plan.kept),
        copies=sum(len(record.copies) for record in current.values()),
        failures=tuple(failures),
        partly=tuple(done.partly),
        skipped=tuple(Told(_printable(path), why) for path, why in found.skipped.items()),
        chunks=sum(record.chunks for record in kept.values()),
        chunks_added=sum(record.chunks for record in done.written),
        seconds=time.perf_counter() - begun,
    )


def _printable(path: Path) -> str:
    """A path whose name may be bytes that are no text."""
    return str(path).encode("utf-8", "backslashreplace").decode()


# What is to be done


@dataclass(frozen=True)
class _File:
    task: Task
    digest: str

    @property
    def source(self) -> str:
        return str(self.task.path)


@dataclass(frozen=True)
class _Work:
    """A document to write: from one of the files that hold it, with a record whose vectors may serve again."""

    file: _File
    version: str
    copies: tuple[str, ...]
    former: DocumentRecord | None


@dataclass(frozen=True)
class _Plan:
    kept: tuple[DocumentRecord, ...]  # whose files are as they were; their copies may not be
    work: Mapping[Task, _Work]


def _identified(paths: Iterable[Path], sidecars: Sidecars) -> tuple[list[_File], list[Told]]:
    files: list[_File] = []
    failures: list[Told] = []
    for path in paths:
        stated = sidecars.stated(path)
        try:
            files.append(_File(Task(path, stated), content_hash(path)))
        except DocumentError as error:
            failures.append(Told(error.source, error.fault))
    return files, failures


def _plan(files: Sequence[_File], before: Sequence[DocumentRecord]) -> _Plan:
    """What is kept and what is written, a document for all files with the same bytes, of which holds what is stated of
    any. A document keeps the source that it has."""
    sources = {file.source for file in files}
    by_source = {record.source: record for record in before}
    by_version = {record.content_hash: record for record in before}
    groups: defaultdict[str, list[_File]] = defaultdict(list)
    for file in files:
        groups[file.digest].append(file)
    kept: list[DocumentRecord] = []
    work: dict[Task, _Work] = {}
    for digest, group in groups.items():
        stated = layered(*(file.task.stated for file in group))
        wanted = version(digest, stated)
        known = [file for file in group if file.source in by_source]
        same = [by_source[file.source] for file in known if by_source[file.source].content_hash == wanted]
        alike = by_version.get(wanted)
        if not same and alike and _is_elsewhere(alike.source, sources):
            same = [alike]
        elsewhere = [source for source in (alike.copies if alike else ()) if _is_elsewhere(source, sources)]
        copies = {*(file.source for file in group), *elsewhere}
        if same:
            kept.append(replace(same[0], copies=tuple(sorted(copies - {same[0].source}))))
        else:
            file = (known or group)[0]
            task = replace(file.task, stated=stated)
            former = alike or by_source.get(file.source)
            work[task] = _Work(file, wanted, tuple(sorted(copies - {file.source})), former)
    return _Plan(tuple(kept), work)


def _is_elsewhere(source: str, sources: Collection[str]) -> bool:
    """Whether a file is none of the given, and is there."""
    return source not in sources and Path(source).exists()


def _gone(
    records: Iterable[DocumentRecord],
    files: Iterable[_File],
    current: Iterable[DocumentRecord],
    folders: Sequence[Path],
) -> list[DocumentRecord]:
    """Which of the documents that are not current are to be no more: their file is a copy of another now, or has moved,
    or is gone from one of the folders."""
    sources, versions = {file.source for file in files}, {record.content_hash for record in current}
    within = [folder.absolute() for folder in folders]

    def is_gone(record: DocumentRecord) -> bool:
        path = Path(record.source)
        if record.source in sources or path.exists():
            return record.source in sources
        return record.content_hash in versions or any(path.is_relative_to(folder) for folder in within)

    return [record for record in records if is_gone(record)]


# Doing it


@dataclass
class _Done:
    written: list[DocumentRecord] = field(default_factory=list)
    failures: list[Told] = field(default_factory=list)
    partly: list[Told] = field(default_factory=list)


def _read_and_write(store: Store, plan: _Plan, progress: Progress | None, processes: int) -> _Done:
    done = _Done()
    for batch in _batches(read_all(list(plan.work), processes), progress, len(plan.work)):
        documents: list[tuple[DocumentRecord, Sequence[Chunk]]] = []
        known: dict[Hashable, Encoded] = {}
        for reading in batch:
            work = plan.work[reading.task]
            if isinstance(reading.found, DocumentError):
                done.failures += [Told(source, reading.found.fault) for source in (work.file.source, *work.copies)]
                continue
            document, chunks = reading.found
            copies = work.copies if document.content_hash == work.version else ()  # it has changed meanwhile
            documents.append((DocumentRecord.of(document, chunks, copies), chunks))
            done.partly += [Told(document.source, warning) for warning in document.warnings]
            known |= store.encoded(work.former) if work.former else {}
        if documents:
            store.add(documents, known)
            done.written += [record for record, _ in documents]
    return done


def _batches(readings: Iterable[Reading], progress: Progress | None, whole: int) -> Iterator[list[Reading]]:
    """Readings in groups that are embedded and written together: small documents cost less so."""
    batch: list[Reading] = []
    chunks = 0
    for number, reading in enumerate(readings, 1):
        if progress:
            progress(reading.task.path.name, number, whole)
        batch.append(reading)
        chunks += reading.chunks
        if chunks >= BATCH:
            yield batch
            batch, chunks = [], 0
    if batch:
        yield batch


def _publish(store: Store, before: Sequence[DocumentRecord], kept: Mapping[str, DocumentRecord]) -> None:
    """Make `kept` what is indexed, and delete what it replaces."""
    stored = {(record.id, record.content_hash): record for record in before}
    copied = [r for r in kept.values() if (old := stored.get((r.id, r.content_hash))) and old != r]
    stale = [r for r in before if r.id not in kept or kept[r.id].content_hash != r.content_hash]
    if not (copied or stale or (kept and not store.is_committed(kept.values()))):
        return
    for record in copied:
        store.update(record)
    store.commit(kept.values())
    for record in stale:
        store.remove(record)
    open_derived(store)  # or the first question would wait for it
