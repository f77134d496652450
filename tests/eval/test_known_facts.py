"""The pytest plugin, run as a user runs it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from citewell.eval.gate import Suite

ROOT = Path(__file__).parent.parent.parent
QUESTION = "What was the share of agency social workers in July 2024? [share]"


def run_pytest(*arguments: object, home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0", *map(str, arguments)]
    env = {**os.environ, "CITEWELL_HOME": str(home)}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=240, check=False)


def test_an_item_is_a_test_named_by_its_question(suite: Suite, home: Path, tmp_path: Path) -> None:
    xml = tmp_path / "junit.xml"
    run = run_pytest(suite.path, "--citewell-docs", suite.folder, "--junitxml", xml, home=home)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "1 failed, 1 passed" in run.stdout
    assert "What was the share of agency social workers? [wrong]" in run.stdout
    assert re.search(r"lacks '99%'\n +expected: 99%\n +answered: .*37\.7%", run.stdout)
    cases = {case.get("name"): [part.tag for part in case] for case in ElementTree.parse(xml).iter("testcase")}
    assert cases == {QUESTION: [], "What was the share of agency social workers? [wrong]": ["failure"]}


def test_one_fact_by_its_name(suite: Suite, home: Path) -> None:
    run = run_pytest(suite.path, "--citewell-docs", suite.folder, "-k", "share and not wrong", home=home)
    assert "1 passed, 1 deselected" in run.stdout, run.stdout + run.stderr


def test_a_bad_line_is_named(suite: Suite, home: Path) -> None:
    suite.path.write_text(json.dumps({"id": "a"}), encoding="utf-8")
    run = run_pytest(suite.path, home=home)
    assert run.returncode == 2
    assert "small.jsonl, line 1: " in run.stdout


def test_a_suite_of_ones_own_needs_its_documents(suite: Suite, home: Path) -> None:
    run = run_pytest(suite.path, home=home)
    assert run.returncode == 1
    assert "give their folder with --citewell-docs" in run.stdout


def test_one_of_the_gate_is_skipped_without_them(home: Path) -> None:
    run = run_pytest("eval/data/tameside.jsonl", "-rs", "-k", "table-agency-rate-team-manager", home=home)
    assert run.returncode == 0
    assert "1 skipped" in run.stdout
    assert "give their folder with --citewell-docs" in run.stdout


def test_the_committed_suites_are_collected_and_marked(home: Path) -> None:
    run = run_pytest("eval", "-m", "known_facts", "--collect-only", home=home)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "eval/data/samples.jsonl::" in run.stdout
    assert "eval/data/tameside.jsonl::" in run.stdout
    assert run_pytest("eval", "-m", "not known_facts", "--collect-only", home=home).returncode == 5  # nothing else


def test_other_json_lines_are_left_alone(tmp_path: Path, home: Path) -> None:
    (tmp_path / "letters.jsonl").write_text("{}", encoding="utf-8")
    assert run_pytest(tmp_path, home=home).returncode == 5


@pytest.mark.parametrize("expression", ["agency-share-senior-practitioner"])
def test_a_committed_fact_is_held(expression: str, home: Path) -> None:
    run = run_pytest("eval/data/samples.jsonl", "-k", expression, home=home)
    assert "1 passed" in run.stdout, run.stdout + run.stderr
