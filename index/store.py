"""The Chroma store: the only source of truth about what is indexed, and how it was made."""

import hashlib
import json
import os
import threading
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError, RecipeError, StoreError
from ..ingest.chunk import CHUNKER_VERSION, Chunk
from ..settings import Settings
from .embedder import Embedder, Encoded
from .home import check_home
from .records import (
    DocumentRecord,
    chunk_from,
    chunk_id,
    chunk_metadata,
    document_from,
    document_metadata,
    unpack_vectors,
)

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from llama_index.vector_stores.chroma import ChromaVectorStore

COLLECTION = "citewell"
REBUILDING = "citewell-rebuilding"
WRITE_BATCH = 1000  # records
KEPT = 4096  # records that stay in memory as they were read: some 10 KB each
REACH = 4  # chunks: a list or table that goes on for longer is not shown whole

Fetched = tuple[Chunk, npt.NDArray[np.float32], str]  # a chunk, its vector, and the packed vectors of its units


class Store:
    """One Chroma collection. It is looked up by name at every call, so that a change elsewhere is seen at once.

    Writing: `add` documents, then `commit`, then `remove` the versions that they replace. A crash in between leaves
    documents twice, never half or gone, and the next sync mends that.
    """

    def __init__(self, client: "ClientAPI", embedder: Embedder, home: Path, rebuild: bool = False) -> None:
        self.home = home
        self.embedder = embedder
        self._client = client
        self._writing = REBUILDING if rebuild else COLLECTION
        if rebuild:
            self._drop(REBUILDING)
        elif (
            self._find(COLLECTION) is None
            and (left := self._find(REBUILDING))
            and (left.metadata or {}).get("fingerprint")
        ):
            left.modify(name=COLLECTION)  # a rebuild was cut off between its last two steps
        if not rebuild:
            self._check_recipe()
        self._lock = threading.Lock()
        self._seen = self.fingerprint
        self._kept: dict[str, Fetched] = {}  # of the index as it was seen

    @classmethod
    def open(cls, settings: Settings, rebuild: bool = False) -> "Store":
        """The store that the settings name.

        Args:
            rebuild: write to a new collection, which takes the old one's place at `commit`.

        Raises:
            StoreError: it cannot be opened or written.
            RecipeError: it was made with another embedding model or chunker.
        """
        return cls(connect(settings), Embedder(settings.embedding_model), settings.home, rebuild)

    # What is indexed

    @property
    def fingerprint(self) -> str:
        """Changes whenever what is indexed, or how, changes; empty when nothing is."""
        return _fingerprint(self._find(COLLECTION))

    def documents(self) -> list[DocumentRecord]:
        """Every indexed document, by title. Of two versions (see the class), both."""
        return sorted(self._records(), key=lambda record: (record.title.casefold(), record.source))

    def document(self, document_id: str) -> DocumentRecord:
        """Raises InputError when there is no such document."""
        for record in self._records({"$and": [{"ordinal": 0}, {"document_id": document_id}]}):
            return record
        raise InputError(f"document {document_id}: not in the index; citewell documents list shows what is")

    def chunks_of(self, document_id: str) -> list[Chunk]:
        """The chunks of a document in order: their texts join to its stored text.

        Raises:
            InputError: there is no such document.
        """
        record = self.document(document_id)
        version = {"$and": [{"document_id": document_id}, {"content_hash": record.content_hash}]}
        return sorted(self._chunks(where=version), key=lambda chunk: chunk.ordinal)

    def around(self, chunk: Chunk, record: DocumentRecord, reach: int = REACH) -> list[Chunk]:
        """A chunk of the document of `record` with up to `reach` chunks before and after it, in order.

        The chunk alone when it was deleted meanwhile, or is of another version of the document.
        """
        near = range(max(0, chunk.ordinal - reach), min(record.chunks, chunk.ordinal + reach + 1))
        ids = [chunk_id(record.id, record.content_hash, ordinal) for ordinal in near]
        found = sorted(self._chunks(ids=ids), key=lambda other: other.ordinal) if ids else []
        return found if chunk in found else [chunk]

    def chunks(self) -> Iterable[tuple[str, Chunk]]:
        """Every chunk of every whole document with its id."""
        whole = {(record.id, record.content_hash) for record in self._records()}
        collection = self._find(COLLECTION)
        if not collection or not whole:
            return
        for offset in range(0, collection.count(), WRITE_BATCH):
            got = collection.get(include=["metadatas", "documents"], limit=WRITE_BATCH, offset=offset)
            for key, text, metadata in zip(got["ids"], got["documents"] or [], got["metadatas"] or [], strict=True):
                if (metadata["document_id"], metadata["content_hash"]) in whole:
                    yield key, chunk_from(text, metadata)

    # Search

    def nearest(self, vector: npt.NDArray[np.float32], count: int) -> dict[str, float]:
        """The ids of the `count` chunks nearest to a vector, with their cosines."""
        collection = self._searchable()
        if not collection:
            return {}
        found = collection.query(query_embeddings=[vector.tolist()], n_results=count, include=["distances"])
        distances = (found["distances"] or [[]])[0]
        return {key: 1 - distance for key, distance in zip(found["ids"][0], distances, strict=True)}

    def fetch(self, ids: Sequence[str]) -> dict[str, Fetched]:
        """Chunks by id, each with its vector and the packed vectors of its units.

        To read one takes Chroma ten times as long as to say that it is there: so only that is asked of those kept.
        """
        collection = self._searchable()
        if not collection or not ids:
            return {}
        kept = self._kept
        there = collection.get(ids=list(ids), include=[])["ids"]
        found = {key: fetched for key in there if (fetched := kept.get(key))}
        if new := [key for key in there if key not in found]:
            if len(kept) + len(new) > KEPT:
                kept.clear()
            read = _fetched(collection, new)
            kept |= read
            found |= read
        return found

    def vector_store(self) -> "ChromaVectorStore":
        """The collection as a LlamaIndex vector store, for pipelines of your own; read only.

        Raises:
            StoreError: nothing is indexed yet.
        """
        from llama_index.vector_stores.chroma import ChromaVectorStore  # noqa: PLC0415

        collection = self._searchable()
        if not collection:
            raise StoreError("index: empty; run citewell ingest with the folder of your documents")
        return ChromaVectorStore.from_collection(collection)

    # Writing

    def pending_documents(self) -> list[DocumentRecord]:
        """The documents of the collection that is written to: in a rebuild, those added so far."""
        return list(self._records(name=self._writing))

    def encoded(self, record: DocumentRecord) -> dict[Hashable, Encoded]:
        """The vectors of a document's stored chunks by `likeness`, so that what has not changed costs nothing again."""
        collection = self._find(self._writing)
        if not collection:
            return {}
        ids = [chunk_id(record.id, record.content_hash, ordinal) for ordinal in range(record.chunks)]
        return {
            likeness(chunk): Encoded(vector, unpack_vectors(packed, len(vector)))
            for chunk, vector, packed in _fetched(collection, ids).values()
        }

    def add(
        self,
        documents: Sequence[tuple[DocumentRecord, Sequence[Chunk]]],
        known: Mapping[Hashable, Encoded] = MappingProxyType({}),
    ) -> None:
        """Embed and write documents' chunks, a batch at a time; the first of each, which makes it whole, last.

        Args:
            known: vectors by `likeness`, where there are some already.

        Raises:
            StoreError: Chroma cannot write.
            ModelError: the embedding model cannot be loaded.
        """
        collection = self._find(self._writing) or self._create(self._writing)
        pairs = [(record, chunk) for record, chunks in documents for chunk in reversed(chunks)]
        for first in range(0, len(pairs), WRITE_BATCH):
            batch = pairs[first : first + WRITE_BATCH]
            encoded = self._encode([chunk for _, chunk in batch], known)
            try:
                collection.upsert(
                    ids=[chunk_id(record.id, record.content_hash, chunk.ordinal) for record, chunk in batch],
                    embeddings=np.array([vectors.vector for vectors in encoded]),
                    documents=[chunk.text for _, chunk in batch],
                    metadatas=[
                        chunk_metadata(chunk, record, vectors.units)
                        for (record, chunk), vectors in zip(batch, encoded, strict=True)
                    ],
                )
            except Exception as error:  # Chroma's Rust core raises many kinds; all mean that nothing was written
                raise StoreError(f"index {self.home}: cannot be written ({error}); check space and rights") from error

    def _encode(self, chunks: Sequence[Chunk], known: Mapping[Hashable, Encoded]) -> list[Encoded]:
        keys = list(map(likeness, chunks))
        new = {key: chunk for key, chunk in zip(keys, chunks, strict=True) if key not in known}
        encoded = dict(zip(new, self.embedder.encode(list(new.values())), strict=True)) if new else {}
        return [known[key] if key in known else encoded[key] for key in keys]

    def update(self, record: DocumentRecord) -> None:
        """Write a stored document's record anew, where no more than its copies changed."""
        if collection := self._find(self._writing):
            first = chunk_id(record.id, record.content_hash, 0)
            collection.update(ids=[first], metadatas=[document_metadata(record)])

    def remove(self, record: DocumentRecord) -> None:
        """Delete one version of a document."""
        if collection := self._find(self._writing):
            collection.delete(where={"$and": [{"document_id": record.id}, {"content_hash": record.content_hash}]})

    def commit(self, records: Iterable[DocumentRecord]) -> None:
        """Publish `records` as what is indexed; a rebuilt collection takes the place of the old one."""
        collection = self._find(self._writing) or self._create(self._writing)
        recipe = {**self._recipe(), "dimension": (collection.metadata or {}).get("dimension", 0)}
        collection.modify(metadata={**recipe, "fingerprint": _digest(recipe, records)})
        if self._writing != COLLECTION:
            self._drop(COLLECTION)
            collection.modify(name=COLLECTION)
            self._writing = COLLECTION
        self._see(self.fingerprint)

    def is_committed(self, records: Iterable[DocumentRecord]) -> bool:
        """Whether exactly `records` were published last: a sync that was cut off writes chunks without that."""
        collection = self._find(COLLECTION)
        dimension = (collection.metadata or {}).get("dimension", 0) if collection else 0
        return self.fingerprint == _digest({**self._recipe(), "dimension": dimension}, records)

    def delete(self, document_id: str) -> DocumentRecord:
        """Remove a document from the index.

        Raises:
            InputError: there is no such document.
        """
        record = self.document(document_id)
        self.commit(other for other in self._records() if other.id != document_id)
        self.remove(record)
        return record

    # Inside

    def _recipe(self) -> dict[str, Any]:
        return {"model": self.embedder.name, "weights": self.embedder.identity, "chunker": CHUNKER_VERSION}

    def _check_recipe(self) -> None:
        collection = self._find(COLLECTION)
        made = (collection.metadata or {}) if collection else self._recipe()
        for key, value in self._recipe().items():
            if made.get(key) != value:
                raise RecipeError(
                    f"index {self.home}: made with {key} {made.get(key)}, but {value} is configured; "
                    "run citewell ingest --rebuild with the folder of your documents, or set the former again"
                )

    def _searchable(self) -> "Collection | None":
        """The collection with its vectors as they are now.

        A local Chroma client keeps the vectors it has read, and sees of another process's changes the metadata only
        (chroma-core/chroma issue 3792): after a commit elsewhere it is opened anew.
        """
        import chromadb  # noqa: PLC0415
        from chromadb.api.shared_system_client import SharedSystemClient  # noqa: PLC0415

        with self._lock:
            collection = self._find(COLLECTION)
            fingerprint = _fingerprint(collection)
            if fingerprint != self._seen:
                options = self._client.get_settings()
                if options.is_persistent:
                    SharedSystemClient.clear_system_cache()  # or the same client would be given again
                    self._client = chromadb.Client(options)
                    collection = self._find(COLLECTION)
                self._see(fingerprint)
            return collection

    def _see(self, fingerprint: str) -> None:
        self._seen, self._kept = fingerprint, {}

    def _find(self, name: str) -> "Collection | None":
        from chromadb.errors import NotFoundError  # noqa: PLC0415

        try:
            return self._client.get_collection(name, embedding_function=None)
        except NotFoundError:
            return None

    def _create(self, name: str) -> "Collection":
        recipe = {**self._recipe(), "dimension": self.embedder.dimension}
        return self._client.create_collection(
            name,
            metadata=recipe,
            configuration={"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200}},
            embedding_function=None,
        )

    def _drop(self, name: str) -> None:
        if self._find(name):
            self._client.delete_collection(name)

    def _records(self, where: dict[str, Any] | None = None, name: str = COLLECTION) -> Iterable[DocumentRecord]:
        collection = self._find(name)
        if not collection:
            return ()
        got = collection.get(where=where or {"ordinal": 0}, include=["metadatas"])
        return (document_from(metadata) for metadata in got["metadatas"] or [])

    def _chunks(self, **wanted: Any) -> list[Chunk]:
        """The chunks that `Collection.get` finds, in any order."""
        collection = self._find(COLLECTION)
        if not collection:
            return []
        got = collection.get(**wanted, include=["metadatas", "documents"])
        return [chunk_from(*pair) for pair in zip(got["documents"] or [], got["metadatas"] or [], strict=True)]


def likeness(chunk: Chunk) -> Hashable:
    """Equal for chunks that have the same vectors."""
    return chunk.context, chunk.text, tuple((unit.start, unit.end) for unit in chunk.units)


def _fetched(collection: "Collection", ids: Sequence[str]) -> dict[str, Fetched]:
    got = collection.get(ids=list(ids), include=["metadatas", "documents", "embeddings"])
    rows = zip(got["ids"], got["documents"] or [], got["metadatas"] or [], np.asarray(got["embeddings"]), strict=True)
    return {
        key: (chunk_from(text, metadata), np.asarray(vector, dtype=np.float32), str(metadata["unit_vectors"]))
        for key, text, metadata, vector in rows
    }


def _fingerprint(collection: "Collection | None") -> str:
    return str((collection.metadata or {}).get("fingerprint", "")) if collection else ""


def _digest(recipe: Mapping[str, Any], records: Iterable[DocumentRecord]) -> str:
    content = sorted(":".join((record.id, record.content_hash, *record.copies)) for record in records)
    return hashlib.sha256(json.dumps([recipe, content], sort_keys=True).encode()).hexdigest()[:16]


def connect(settings: Settings) -> "ClientAPI":
    """A Chroma client: a local store under the home folder, or the server that `chroma_url` names.

    Raises:
        StoreError: the folder cannot be written, or the server does not answer.
    """
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    import chromadb  # noqa: PLC0415
    from chromadb.config import Settings as ChromaSettings  # noqa: PLC0415

    check_home(settings.home)
    options = ChromaSettings(anonymized_telemetry=False)
    host, ssl, port = _address(settings.chroma_url) if settings.chroma_url else ("", False, 0)
    try:
        if host:
            return chromadb.HttpClient(host=host, port=port, ssl=ssl, settings=options)
        return chromadb.PersistentClient(path=settings.home / "chroma", settings=options)
    except Exception as error:  # Chroma raises ValueError, OSError, httpx and Rust errors here
        where = settings.chroma_url or settings.home / "chroma"
        raise StoreError(f"index {where}: cannot be opened ({error}); run citewell doctor") from error


def _address(url: str) -> tuple[str, bool, int]:
    from urllib.parse import urlsplit  # noqa: PLC0415

    fault = StoreError(f"CITEWELL_CHROMA_URL {url}: not an address; write http://host:port")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise fault from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise fault
    ssl = parts.scheme == "https"
    return parts.hostname, ssl, port or (443 if ssl else 8000)
