"""Chunks and documents ↔ the flat metadata of Chroma records."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..ingest.chunk import Chunk, Unit
from ..ingest.document import Document
from .embedder import Vectors

Metadata = dict[str, str | int]

_TEXT_FIELDS = ("document_id", "document", "title", "kind", "caption")
_JSON_FIELDS = ("headings", "units", "header")
_NUMBER_FIELDS = ("ordinal", "start", "end")


@dataclass(frozen=True)
class DocumentRecord:
    """An indexed document. It is kept with its first chunk, which is written last: without it there is no document."""

    id: str
    document: str  # file name or URL
    source: str
    title: str
    publisher: str
    published: str | None  # ISO date
    content_hash: str
    chunks: int

    @classmethod
    def of(cls, document: Document, chunks: Sequence[Chunk]) -> "DocumentRecord":
        """The record of a document that was cut into these chunks."""
        return cls(
            id=chunks[0].document_id,
            document=document.name,
            source=document.source,
            title=document.title,
            publisher=document.publisher,
            published=chunks[0].published,
            content_hash=document.content_hash,
            chunks=len(chunks),
        )


def chunk_id(document_id: str, content_hash: str, ordinal: int) -> str:
    """Unique for a chunk of one version of a document, so that a new version never overwrites the old one."""
    return f"{document_id}-{content_hash[:12]}-{ordinal:06d}"


def chunk_metadata(chunk: Chunk, document: Document, chunks: int, units: Vectors) -> Metadata:
    """A chunk as Chroma metadata; `chunks` is how many its document has, `units` the vectors of its units."""
    metadata: Metadata = {name: getattr(chunk, name) for name in (*_TEXT_FIELDS, *_NUMBER_FIELDS)}
    metadata |= {name: json.dumps(getattr(chunk, name), ensure_ascii=False) for name in _JSON_FIELDS}
    metadata |= {
        "page": chunk.page or 0,
        "published": chunk.published or "",
        "content_hash": document.content_hash,
        "unit_vectors": pack_vectors(units),
    }
    if chunk.ordinal == 0:
        metadata |= {"source": document.source, "publisher": document.publisher, "chunks": chunks}
    return metadata


def chunk_from(text: str, metadata: Mapping[str, Any]) -> Chunk:
    """The chunk that `chunk_metadata` wrote; `text` is the Chroma record's document."""
    headings, units, header = (json.loads(metadata[name]) for name in _JSON_FIELDS)
    return Chunk(
        **{name: metadata[name] for name in (*_TEXT_FIELDS, *_NUMBER_FIELDS)},
        text=text,
        published=metadata["published"] or None,
        page=metadata["page"] or None,
        headings=tuple(headings),
        units=tuple(Unit(*unit) for unit in units),
        header=tuple(header),
    )


def document_from(metadata: Mapping[str, Any]) -> DocumentRecord:
    """The document record in the metadata of a first chunk."""
    return DocumentRecord(
        id=metadata["document_id"],
        document=metadata["document"],
        source=metadata["source"],
        title=metadata["title"],
        publisher=metadata["publisher"],
        published=metadata["published"] or None,
        content_hash=metadata["content_hash"],
        chunks=metadata["chunks"],
    )


def pack_vectors(vectors: Vectors) -> str:
    """Vectors of length 1 as text: 8 bits a component, base64. A cosine is kept to about 0.01."""
    scaled = np.round(vectors / max(float(np.abs(vectors).max(initial=0)), 1e-12) * 127).astype(np.int8)
    return base64.b64encode(scaled.tobytes()).decode("ascii")


def unpack_vectors(packed: str, dimension: int) -> Vectors:
    """The vectors of `pack_vectors`, shape (n, dimension), each of length 1 again."""
    raw: npt.NDArray[np.float32] = np.frombuffer(base64.b64decode(packed), dtype=np.int8).astype(np.float32)
    vectors = raw.reshape(-1, dimension)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), dtype=np.float32)
