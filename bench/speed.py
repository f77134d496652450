"""Speed: `python bench/speed.py DOCS QUESTIONS.jsonl` times what users wait for; medians of several runs, JSON out."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from citewell.app import build_engine
from citewell.engine.answer import Question
from citewell.settings import load_settings

RUNS = 5
COMMAND = Path(sys.executable).with_name("citewell")


def main(docs: Path, questions: Path) -> None:
    """Times `--help`, the first and the second ingest (whole processes), and warm questions."""
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "CITEWELL_HOME": home}
        times = {"help_s": [_seconds(env, "--help") for _ in range(RUNS)]}
        times["ingest_first_s"] = [_seconds(env, "ingest", str(docs))]
        times["ingest_again_s"] = [_seconds(env, "ingest", str(docs)) for _ in range(RUNS)]
        asked = [json.loads(line)["question"] for line in questions.read_text(encoding="utf-8").splitlines()]
        warm = _ask_all(Path(home), asked)
    report = {name: round(statistics.median(seconds), 3) for name, seconds in times.items()}
    report |= {f"ask_ms_{name}": round(ms, 1) for name, ms in warm.items()}
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def _seconds(env: dict[str, str], *arguments: str) -> float:
    begun = time.perf_counter()
    subprocess.run([COMMAND, *arguments], env=env, check=True, capture_output=True)
    return time.perf_counter() - begun


def _ask_all(home: Path, questions: list[str]) -> dict[str, float]:
    """Milliseconds of each question in a process that has answered one before."""
    engine = build_engine(load_settings(home=home))
    engine.ask(Question(questions[0]))
    ms: dict[str, list[float]] = {}
    for question in questions:
        for name, value in engine.ask(Question(question)).ms.items():
            ms.setdefault(name, []).append(value)
    parts = {f"{name}_p50": statistics.median(values) for name, values in ms.items()}
    return parts | {"total_p95": statistics.quantiles(ms["total"], n=20)[-1]}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
