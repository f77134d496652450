"""JSON lines in, JSON lines out: one line a question, in order, even when one fails."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from .engine.answer import Question
from .errors import CitewellError, InputError


def read_lines(file: str) -> list[str]:
    """The lines of a file that are not blank; of standard input for `-`.

    Raises:
        InputError: it cannot be read as UTF-8 text, or holds no question.
    """
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        lines = [line for line in data.decode("utf-8-sig").splitlines() if line.strip()]
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}; give a file of JSON lines, or - for standard input") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not UTF-8 text; save it as UTF-8") from error
    if not lines:
        raise InputError(f'{file}: holds no question; write one a line, as {{"id": "1", "question": "…"}}')
    return lines


def run(lines: Iterable[str], reply: Callable[[Question], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each line's reply, or `{"id": …, "error": …}`."""
    for number, line in enumerate(lines, start=1):
        identifier = ""
        try:
            record = _parse(line, number)
            identifier = record.get("id", "") if isinstance(record, dict) else ""
            yield reply(Question.parse(record))
        except CitewellError as error:
            yield {"id": identifier, "error": str(error)}
        except Exception as error:  # noqa: BLE001 - the fault is told, the others go on
            yield {"id": identifier, "error": f"internal error: {type(error).__name__}: {error}"}


def _parse(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise InputError(f"question {number}: not JSON ({error}); write one object a line") from error
