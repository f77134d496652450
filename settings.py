"""All settings: environment variables `CITEWELL_…`, or the same names in lower case in `citewell.toml`."""

import os
from pathlib import Path
from typing import Annotated, Any

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from .errors import ConfigurationError, first_fault

PREFIX = "CITEWELL_"
CONFIG_FILE = "citewell.toml"
DOCUMENTS = "documents"  # the table of that file that is about documents and no setting: see ingest/sidecar.py
CONTACTS = """If anybody is in immediate danger, call 999.
Otherwise call your organisation's children's social care. Its number is not configured here:
an administrator sets it with CITEWELL_URGENT_CONTACTS."""


class _ConfigFile(TomlConfigSettingsSource):
    """The settings of `citewell.toml`, less what it says about documents."""

    def __call__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__call__().items() if name != DOCUMENTS}


class Settings(BaseSettings):
    """One frozen object, made once by `load_settings` and passed to whatever needs it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, toml_file=CONFIG_FILE, env_ignore_empty=True
    )

    home: Path = Field(default_factory=lambda: user_data_path("citewell"), description="Folder that holds all state.")
    chroma_url: str = Field(
        default="", description="Address of a Chroma server (http://host:port); empty for a local store under home."
    )
    embedding_model: str = Field(
        default="",
        description="A sentence-transformers model (folder or hub name); empty for the packaged all-MiniLM-L6-v2.",
    )
    reranker: str = Field(
        default="",
        description="A sentence-transformers CrossEncoder (folder or hub name) that reranks passages; empty for none.",
    )
    top_k: int = Field(default=20, ge=1, le=100, description="Passages retrieved for an answer.")
    urgent_contacts: str = Field(
        default=CONTACTS,
        min_length=1,
        description="What is shown to whoever says that somebody is at risk now; `\\n` starts a new line.",
    )
    answer_threshold: float = Field(
        default=0.4, ge=0, le=1, description="Confidence below which the answer is “not in the documents”."
    )
    llm_base_url: str = Field(
        default="",
        description="Address of an OpenAI-compatible endpoint (https://host/v1) whose language model words answers.",
    )
    llm_model: str = Field(default="", description="The model's name at that endpoint.")
    llm_api_key: SecretStr = Field(
        default=SecretStr(""), description="The key that the endpoint wants; empty for none."
    )
    llm_gguf: Path | None = Field(
        default=None,
        description="A GGUF file of an instruct model, run in this process by llama.cpp in place of an endpoint.",
    )
    llm_passage_tokens: int = Field(
        default=0,
        ge=0,
        le=100_000,
        description="Tokens of passages that it reads for an answer; 0 for 60 with a GGUF file, else 1,200.",
    )
    llm_max_tokens: int = Field(default=400, ge=16, le=100_000, description="Tokens that it may write in one reply.")
    llm_seconds: float = Field(default=60, gt=0, le=3600, description="Seconds that it has for an answer.")
    llm_daily_tokens: int = Field(
        default=0, ge=0, description="Tokens that it may read and write in a day, in one process; 0 for any number."
    )
    nli: str = Field(
        default="",
        description="A CrossEncoder for natural-language inference (folder or hub name) that checks each sentence too.",
    )
    host: str = Field(default="127.0.0.1", description="Address that `citewell serve` listens on.")
    port: int = Field(
        default=7860, ge=0, le=65535, description="Port that `citewell serve` listens on; 0 picks a free one."
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Comma-separated origins whose pages may embed the chat widget; none by default."
    )

    database_url: str = Field(
        default="",
        description="SQLAlchemy URL of the database of questions and votes; empty for `history.sqlite3` under home.",
    )
    history_days: int = Field(
        default=180, ge=0, le=36500, description="Days that questions and votes are kept; 0 stores none."
    )

    @model_validator(mode="after")
    def _one_language_model(self) -> "Settings":
        if self.llm_base_url and self.llm_gguf:
            raise ValueError("llm_base_url and llm_gguf: both set; set the one whose model is to word answers")
        if self.llm_base_url and not self.llm_model:
            raise ValueError("llm_model: not set; give the model's name at llm_base_url")
        if self.llm_base_url and not self.llm_base_url.startswith(("http://", "https://")):
            raise ValueError(f"llm_base_url: {self.llm_base_url!r} is no address; write it as https://host/v1")
        if (self.llm_model or self.llm_api_key.get_secret_value()) and not self.llm_base_url:
            raise ValueError("llm_base_url: not set, though llm_model or llm_api_key is; give the endpoint's address")
        return self

    @property
    def passage_tokens(self) -> int:
        """Tokens of passages for the language model: a processor reads some 70 a second."""
        return self.llm_passage_tokens or (60 if self.llm_gguf else 1200)

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: Any) -> Any:
        """Accept `https://a.example,https://b.example` as well as a TOML list."""
        return (
            tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("urgent_contacts", mode="before")
    @classmethod
    def _break_lines(cls, value: Any) -> Any:
        """Accept the two characters `\\n` for a line break: a file of environment variables has one line for each."""
        return value.replace("\\n", "\n").strip() if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _ConfigFile(settings_cls)


def load_settings(**overrides: Any) -> Settings:
    """Settings from overrides, then the environment, then `citewell.toml` in the working folder.

    Raises:
        ConfigurationError: a key that is not a setting, or a value that it cannot take.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in os.environ:
        if name.startswith(PREFIX) and name not in known:
            raise ConfigurationError(f"{name}: no such setting; the README lists them all")
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise ConfigurationError(f"setting {first_fault(error)}; the README lists what it takes") from error
    except ValueError as error:  # TOML that does not parse
        raise ConfigurationError(f"{CONFIG_FILE}: {error}; correct the file") from error
