"""Benchmarks as items, what of a passage counts, and what calibration makes of them."""

import json
import math
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from citewell.engine.confidence import Features
from citewell.errors import InputError
from citewell.eval.calibrate import ANSWERABLE, INVENTED, TRAINING, auc, fit, is_held_out, is_unread
from citewell.eval.dataset import Item, load_suite, suite_line
from citewell.eval.gate import choose_suites
from citewell.eval.judge import judge
from citewell.eval.reading import Benchmark, fold, load_reading
from citewell.eval.reply import Asked, Reply, Retrieved
from citewell.ingest.chunk import chunk_document
from citewell.ingest.read import read_document

PARAGRAPHS = [
    "Mallards stay on the North pond all year. Wardens feed them in winter.",
    "Teals leave the South pond in spring. They come back in autumn, with young.",
]
RECORDS: list[dict[str, Any]] = [
    {"id": "a", "question": "When do teals leave?", "kind": "answerable", "document": "ponds.txt", "paragraph": 1,
     "answers": ["in spring", "spring", "in spring", "."]},
    {"id": "b", "question": "When do teals sing?", "kind": "near_miss", "answerable": False},
    {"id": "c", "question": "What is tax?", "kind": "outside"},
]  # fmt: skip
SQUAD: dict[str, Any] = {
    "version": "v2.0",
    "data": [
        {
            "title": "Ponds_of/the_park",
            "paragraphs": [
                {"context": PARAGRAPHS[0], "qas": []},
                {
                    "context": f"\n{PARAGRAPHS[1]}",
                    "qas": [
                        {"id": "a", "question": " When do  teals leave?", "is_impossible": False,
                         "answers": [{"text": "in spring", "answer_start": 27}, {"text": "spring"}]},
                        {"id": "b", "question": "When do teals sing?", "is_impossible": True, "answers": [],
                         "plausible_answers": [{"text": "in autumn", "answer_start": 54}]},
                    ],
                },
            ],
        }
    ],
}  # fmt: skip

Write = Callable[[Any], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A benchmark as a folder."""
    folder = tmp_path / "small"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "ponds.txt").write_text("\n\n".join(["Ponds", *PARAGRAPHS]) + "\n", encoding="utf-8")
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, RECORDS)) + "\n\n", encoding="utf-8")
    return folder


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


@pytest.fixture
def squad(tmp_path: Path) -> Write:
    """Writes a SQuAD file."""

    def write(content: Any) -> Path:
        path = tmp_path / "ponds-v2.0.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def changed(**values: object) -> dict[str, Any]:
    """`SQUAD` with other values in its first question; a value of None leaves its key out."""
    content: dict[str, Any] = json.loads(json.dumps(SQUAD))
    question = content["data"][0]["paragraphs"][1]["qas"][0]
    question.update(values)
    for key in [key for key, value in question.items() if value is None]:
        del question[key]
    return content


def test_a_folder(folder: Path, scratch: Path) -> None:
    found = load_reading(folder, scratch)
    assert (found.name, found.documents, found.left_out) == ("small", folder / "docs", ())
    assert found.items == (
        Item("a", "answerable", "When do teals leave?", True, facts=(("in spring", "spring"),), sources=("ponds.txt",)),
        Item("b", "near_miss", "When do teals sing?", False),
        Item("c", "outside", "What is tax?", False),
    )
    assert found.sentences == {"a": ("teals leave the south pond in spring.", "they come back in autumn, with young.")}
    assert list(scratch.iterdir()) == []


def test_a_squad_file(squad: Write, scratch: Path) -> None:
    found = load_reading(squad(SQUAD), scratch)
    assert (found.name, found.documents) == ("ponds-v2.0", scratch)
    [document] = scratch.iterdir()
    assert document.name == "001-Ponds_of_the_park.txt"
    assert document.read_text(encoding="utf-8") == "\n\n".join(["Ponds of/the park", *PARAGRAPHS]) + "\n"
    assert found.items == (
        Item(
            "a", "answerable", "When do teals leave?", True, facts=(("in spring", "spring"),), sources=(document.name,)
        ),
        Item("b", "near_miss", "When do teals sing?", False),
    )


def test_the_first_version_of_squad_says_nothing_of_the_impossible(squad: Write, scratch: Path) -> None:
    content = changed(is_impossible=None)
    del content["data"][0]["paragraphs"][1]["qas"][1]
    [item] = load_reading(squad(content), scratch).items
    assert item.answerable


def test_articles_of_one_title_are_two_documents(squad: Write, scratch: Path) -> None:
    other = {"title": "Ponds_of/the_park", "paragraphs": [{"context": "Nothing.", "qas": []}]}
    load_reading(squad({"data": [*SQUAD["data"], other]}), scratch)
    assert len(list(scratch.iterdir())) == 2


def test_items_are_those_of_a_suite(folder: Path, scratch: Path, tmp_path: Path) -> None:
    items = load_reading(folder, scratch).items
    path = tmp_path / "suite.jsonl"
    path.write_text("\n".join(map(suite_line, items)), encoding="utf-8")
    assert tuple(load_suite(path)) == items


@pytest.mark.parametrize("values", [{"answers": [{"text": "!"}, {"text": " "}]}, {"question": "…?"}])
def test_a_question_without_a_word_is_left_out(values: dict[str, Any], squad: Write, scratch: Path) -> None:
    found = load_reading(squad(changed(**values)), scratch)
    assert found.left_out == ("a",)
    assert [item.id for item in found.items] == ["b"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"ponds-v2\.0\.json: not a SQuAD file: Invalid JSON"),
        ([], r"ponds-v2\.0\.json: not a SQuAD file: Input should be"),
        ({"data": [{"title": "Ponds"}]}, r"data\.0\.paragraphs: Field required"),
        (
            {"data": []},
            r"ponds-v2\.0: holds no question that can be asked and judged; give a folder",
        ),
        (changed(id=7), r"data\.0\.paragraphs\.1\.qas\.0\.id: Input should be a valid string"),
        (changed(id="b"), r"ponds-v2\.0: id 'b' is taken"),
        (changed(answers=[]), r"question 'a': neither an answer nor is_impossible"),
        (changed(question="long " * 500), r"ponds-v2\.0, question 'a': question: 2,499 characters long"),
    ],
)
def test_a_squad_file_that_is_none(content: Any, message: str, squad: Write, scratch: Path) -> None:
    with pytest.raises(InputError, match=message) as raised:
        load_reading(squad(content), scratch)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": None}, r"questions\.jsonl, line 1: kind: Input should be a valid string; correct the line"),
        ({"document": "lakes.txt"}, r"line 1: document 'lakes\.txt': not in docs/"),
        ({"paragraph": 2}, r"line 1: paragraph 2: ponds\.txt has 2, counted from 0"),
        ({"paragraph": -1}, r"line 1: paragraph -1: ponds\.txt has 2"),
        ({"answers": []}, r"line 1: answerable is true, but the answers say otherwise"),
        ({"id": "b"}, r"small: id 'b' is taken"),
    ],
)
def test_a_bad_line(values: dict[str, Any], message: str, folder: Path, scratch: Path) -> None:
    records = [RECORDS[0] | {"answerable": True} | values, *RECORDS[1:]]
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_reading(folder, scratch)


def test_a_document_that_is_no_text(folder: Path, scratch: Path) -> None:
    (folder / "docs" / "ponds.txt").write_bytes(b"Ponds\n\n\xff\xfe")
    with pytest.raises(InputError, match=r"ponds\.txt: not UTF-8 text"):
        load_reading(folder, scratch)


@pytest.mark.parametrize("name", ["", "nothing.json"])
def test_nothing_there(name: str, tmp_path: Path, scratch: Path) -> None:
    with pytest.raises(InputError, match="no such file or directory; give a folder with questions"):
        load_reading(tmp_path / name, scratch)


def test_fold() -> None:
    assert fold("  The\n\tNorth  POND ") == "the north pond"


@pytest.fixture
def benchmark(folder: Path, scratch: Path) -> Benchmark:
    return load_reading(folder, scratch)


@pytest.mark.parametrize(
    ("document", "text", "counts"),
    [
        ("ponds.txt", "In winter.\n\nTEALS leave  the\nSouth pond in spring.", True),
        ("ponds.txt", "They come back in autumn, with young.", True),  # the right paragraph, though not the answer
        ("ponds.txt", "In spring, mallards stay.", False),  # the answer, but in another paragraph
        ("ponds.txt", "They come back in autumn", False),
        ("other.txt", PARAGRAPHS[1], False),
    ],
)
def test_what_counts(document: str, text: str, counts: bool, benchmark: Benchmark) -> None:
    assert bool(benchmark.held(benchmark.items[0], Retrieved(document, text))) is counts


def test_nothing_counts_for_a_question_that_is_not_answered(benchmark: Benchmark) -> None:
    assert not benchmark.held(benchmark.items[1], Retrieved("ponds.txt", PARAGRAPHS[1]))


def test_a_short_paragraph_is_told_by_all_of_it(folder: Path, scratch: Path) -> None:
    (folder / "docs" / "ponds.txt").write_text("Ponds\n\nOne.\n\nIn spring. Or so.", encoding="utf-8")
    assert load_reading(folder, scratch).sentences == {"a": ("in spring. or so.",)}


def test_the_verdict_on_a_reply(folder: Path, benchmark: Benchmark) -> None:
    [chunk] = chunk_document(read_document(folder / "docs" / "ponds.txt"))
    item = benchmark.items[0]
    passages = (Retrieved("ponds.txt", PARAGRAPHS[0]), Retrieved(chunk.document, chunk.text))
    reply = Reply(item.id, Asked.of(item), "answered", "In Spring!", passages=passages)
    verdict = judge(item, reply, benchmark.held)
    assert (verdict.right, verdict.gains, verdict.category) == (True, (0, 1), "answerable")
    assert not judge(item, replace(reply, text="Springtime."), benchmark.held).right
    assert not judge(item, replace(reply, text="They leave."), benchmark.held).right  # a full stop is no answer


# Calibration

NOTHING = Features(**{field.name: 0.0 for field in fields(Features)})


def test_fit_finds_the_feature_that_tells() -> None:
    labelled = [(replace(NOTHING, cosine=n / 20, lead_meets=n % 2), n >= 10) for n in range(20)]
    coefficients = fit([labelled], [1])
    assert set(coefficients) == {"intercept", *(field.name for field in fields(Features))}
    assert coefficients["cosine"] > 1 > abs(coefficients["lead_meets"])
    assert coefficients["intercept"] < 0
    assert auc(coefficients, labelled) == 1
    assert auc({name: -value for name, value in coefficients.items()}, labelled) == 0


def test_each_group_counts_for_its_share() -> None:
    """However many questions it has: here ten, which say the contrary of a hundred."""
    few, many = (
        [(replace(NOTHING, cosine=n % 2), (n + odd) % 2 == 1) for n in range(10 ** (1 + odd))] for odd in (0, 1)
    )
    assert fit([few, many], [2, 1])["cosine"] > 1
    assert fit([few, many], [1, 2])["cosine"] < -1
    assert fit([few, many], [1, 1])["cosine"] == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("answerable", [10, 50, 90])
def test_answerable_questions_count_for_their_share_however_many_there_are(answerable: int) -> None:
    group = [(replace(NOTHING, cosine=n % 2), n < answerable) for n in range(100)]
    assert fit([group], [1])["intercept"] == pytest.approx(math.log(ANSWERABLE / (1 - ANSWERABLE)), abs=0.05)


def test_every_group_has_a_share() -> None:
    group = [(replace(NOTHING, cosine=n % 2), n % 2 == 0) for n in range(10)]
    with pytest.raises(ValueError, match="zip"):
        fit([group, group], [1])


def asked(item: Item) -> str:
    return fold(" ".join([*item.turns, item.question]))


@pytest.mark.parametrize("name", ["unseen", "fresh", "blind", "sealed"])
def test_no_question_of_an_unseen_suite_is_fitted_on(name: str) -> None:
    [samples, unseen] = choose_suites(["samples", name])
    paths = (samples.path, TRAINING, INVENTED.with_suffix(".jsonl"))
    fitted_on = {asked(item) for path in paths for item in load_suite(path)}
    shared = fitted_on & {asked(item) for item in load_suite(unseen.path)}
    assert shared <= {"what is the capital of peru?"}  # on another subject: two writers came to it


def test_the_reader_leaves_a_quarter_of_any_half() -> None:
    names = [f"question {n}" for n in range(4000)]
    assert sum(map(is_unread, names)) == pytest.approx(1000, abs=120)
    assert sum(is_unread(name) and is_held_out(name) for name in names) == pytest.approx(500, abs=90)


def test_half_is_held_out_by_identity() -> None:
    held = [is_held_out(f"question-{n}") for n in range(1000)]
    assert 450 < sum(held) < 550
    assert held == [is_held_out(f"question-{n}") for n in range(1000)]
