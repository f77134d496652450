"""Every error that Citewell raises on purpose.

CitewellError               exit code 2, HTTP 400
├── InputError              a question, path or batch line that cannot be used
│   └── DocumentError       one file that cannot be read; the others go on
├── ConfigurationError      a setting that is unknown or impossible
├── ModelError              model weights that are missing, damaged or unreachable   (HTTP 503)
└── StoreError              the index cannot be opened, read or written              (HTTP 503)
    └── RecipeError         the index was made with another model or chunker

A message is one line that names the thing, the fault and the remedy.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


def first_fault(error: "ValidationError") -> str:
    """The first thing that pydantic found wrong: where, when it is a part of something, and what."""
    first = error.errors()[0]
    place, told = ".".join(str(part) for part in first["loc"]), first["msg"].removeprefix("Value error, ")
    return f"{place}: {told}" if place else told


class CitewellError(Exception):
    """Base of all: catch it at the edge (command line, HTTP) and show its one line."""

    status = 400


class InputError(CitewellError):
    """A question, path or batch line that cannot be used."""


class DocumentError(InputError):
    """One file that cannot be read; `source` is its path."""

    def __init__(self, source: str, fault: str) -> None:
        super().__init__(f"{source}: {fault}")
        self.source = source
        self.fault = fault

    def __reduce__(self) -> tuple[type["DocumentError"], tuple[str, str]]:
        return DocumentError, (self.source, self.fault)  # or it could not come back from the process that read the file


class ConfigurationError(CitewellError):
    """A setting that is unknown or impossible."""


class ModelError(CitewellError):
    """Model weights that are missing, damaged or unreachable."""

    status = 503


class StoreError(CitewellError):
    """The index cannot be opened, read or written."""

    status = 503


class RecipeError(StoreError):
    """The index was made with another embedding model or chunker than the configured one."""
