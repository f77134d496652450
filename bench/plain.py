"""The plain pipeline that `versus` measures against: LlamaIndex's parts over Chroma, with nothing added."""

import time
from pathlib import Path

import chromadb
from llama_index.core import SimpleDirectoryReader, StorageContext, VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import MetadataMode, NodeWithScore
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore

from citewell.eval.dataset import Item
from citewell.eval.reply import Asked, Reply, Retrieved


class Plain:
    """Documents cut by length, one vector a chunk, and the nearest chunks as the reply. It never refuses."""

    def __init__(self, home: Path, model: HuggingFaceEmbedding, size: int, overlap: int, top_k: int) -> None:
        """`size` and `overlap` of chunks are in tokens of LlamaIndex's own tokenizer; `home` holds the index."""
        client = chromadb.PersistentClient(home, settings=chromadb.Settings(anonymized_telemetry=False))
        self._collection = client.create_collection("plain", embedding_function=None)
        self._splitter = SentenceSplitter(chunk_size=size, chunk_overlap=overlap)
        self._model = model
        store = ChromaVectorStore(chroma_collection=self._collection)
        self._storage = StorageContext.from_defaults(vector_store=store)
        self._retriever = VectorStoreIndex.from_vector_store(store, model).as_retriever(similarity_top_k=top_k)

    def ingest(self, docs: Path) -> int:
        """Index a folder; gives the number of chunks that are then in the index."""
        documents = SimpleDirectoryReader(docs).load_data()
        parts = {"transformations": [self._splitter], "embed_model": self._model}
        VectorStoreIndex.from_documents(documents, storage_context=self._storage, **parts)
        return self._collection.count()

    def ask(self, item: Item) -> tuple[Reply, float]:
        """The best passage as the reply, and the milliseconds that retrieval took, which are all."""
        begun = time.perf_counter()
        found = self._retriever.retrieve(item.question)
        spent = (time.perf_counter() - begun) * 1000
        passages = tuple(map(_retrieved, found))
        return Reply(item.id, Asked.of(item), "answered", passages[0].text, passages=passages, ms=spent), spent


def load_model(folder: Path) -> HuggingFaceEmbedding:
    """The weights of a folder in 32-bit floats, on the processor."""
    return HuggingFaceEmbedding(str(folder), device="cpu")


def _retrieved(found: NodeWithScore) -> Retrieved:
    return Retrieved(found.node.metadata["file_name"], found.node.get_content(MetadataMode.NONE))
