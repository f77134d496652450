"""Chunks and documents ↔ the flat metadata of Chroma records."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import PurePath
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
    author: str
    address: str
    kind: str  # one of KINDS
    published: str | None  # ISO dates
    effective: str | None
    review_by: str | None
    content_hash: str
    chunks: int
    copies: tuple[str, ...] = ()  # sources of the same bytes

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the file and of its copies."""
        return self.document, *(PurePath(source).name for source in self.copies)

    @classmethod
    def of(cls, document: Document, chunks: Sequence[Chunk], copies: Sequence[str] = ()) -> "DocumentRecord":
        """The record of a document that was cut into these chunks."""
        said = document.metadata
        return cls(
            id=chunks[0].document_id,
            document=document.name,
            source=document.source,
            title=said.title,
            publisher=said.publisher,
            author=said.author,
            address=said.address,
            kind=said.kind,
            published=_iso(said.published),
            effective=_iso(said.effective),
            review_by=_iso(said.review_by),
            content_hash=document.content_hash,
            chunks=len(chunks),
            copies=tuple(copies),
        )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def chunk_id(document_id: str, content_hash: str, ordinal: int) -> str:
    """Unique for a chunk of one version of a document, so that a new version never overwrites the old one."""
    return f"{document_id}-{content_hash[:12]}-{ordinal:06d}"


def document_of(chunk_id: str) -> str:
    """The id of the document that a chunk is part of."""
    return chunk_id.split("-", 1)[0]


def chunk_metadata(chunk: Chunk, record: DocumentRecord, units: Vectors) -> Metadata:
    """A chunk of the document of `record` as Chroma metadata; `units` are the vectors of its units."""
    metadata: Metadata = {name: getattr(chunk, name) for name in (*_TEXT_FIELDS, *_NUMBER_FIELDS)}
    metadata |= {name: json.dumps(getattr(chunk, name), ensure_ascii=False) for name in _JSON_FIELDS}
    metadata |= {
        "page": chunk.page or 0,
        "published": chunk.published or "",
        "scanned": int(chunk.scanned),
        "content_hash": record.content_hash,
        "unit_vectors": pack_vectors(units),
    }
    if chunk.ordinal == 0:
        metadata |= document_metadata(record)
    return metadata


def document_metadata(record: DocumentRecord) -> Metadata:
    """A document as it is kept in the metadata of its first chunk."""
    return {"record": json.dumps(asdict(record), ensure_ascii=False)}


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
        scanned=bool(metadata["scanned"]),
    )


def document_from(metadata: Mapping[str, Any]) -> DocumentRecord:
    """The document record in the metadata of a first chunk."""
    return record_from(json.loads(metadata["record"]))


def record_from(fields: Mapping[str, Any]) -> DocumentRecord:
    """A record from its fields as JSON has them."""
    return DocumentRecord(**{**fields, "copies": tuple(fields["copies"])})


def pack_vectors(vectors: Vectors) -> str:
    """Vectors of length 1 as text: 8 bits a component, base64. A cosine is kept to about 0.01."""
    scaled = np.round(vectors / max(float(np.abs(vectors).max(initial=0)), 1e-12) * 127).astype(np.int8)
    return base64.b64encode(scaled.tobytes()).decode("ascii")


def unpack_vectors(packed: str, dimension: int) -> Vectors:
    """The vectors of `pack_vectors`, shape (n, dimension), each of length 1 again."""
    raw: npt.NDArray[np.float32] = np.frombuffer(base64.b64decode(packed), dtype=np.int8).astype(np.float32)
    vectors = raw.reshape(-1, dimension)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), dtype=np.float32)
