"""A question and units read together."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import MPNetTokenizer

from citewell.engine.candidates import READ, read_candidates
from citewell.engine.reader import HEAD, MAX_TOKENS, WEIGHTS, Reading, legible, load_tokenizer, read, token_ids
from citewell.errors import ModelError
from citewell.index.glossary import Glossary
from citewell.ingest.document import Block, Table, table_block
from citewell.tests.engine.conftest import candidates_of, chunks_of, query_of

QUESTION = "How many foster carers left last year?"
ANSWERS = "Fostering: Twelve foster carers left in the last year."
SPEAKS = [
    "Fostering: Foster carers are visited every six weeks.",
    "Fostering: Foster carers who leave are asked why by the team manager.",
    "Libraries: The library opens at nine on weekdays.",
]


def test_what_answers_is_told_from_what_speaks_of_the_same() -> None:
    scores, share = read(QUESTION, [*SPEAKS, ANSWERS])
    assert scores.shape == (4,)
    assert scores.argmax() == 3
    assert 0 < share < 2


def test_each_text_is_read_on_its_own() -> None:
    """Which texts are beside it, and in what order, changes no more than the arithmetic of 16-bit floats does."""
    texts = [*SPEAKS, ANSWERS, ANSWERS * 3]
    together = read(QUESTION, texts).scores
    assert read(QUESTION, texts[::-1]).scores[::-1] == pytest.approx(together, abs=0.2)
    assert [float(read(QUESTION, [text]).scores[0]) for text in texts] == pytest.approx(together, abs=0.2)


def test_a_question_or_text_of_any_length_is_read() -> None:
    assert np.isfinite(read("why " * 500, ["because " * 1000, "", "§"]).scores).all()


def test_many_threads_read_at_once() -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: read(QUESTION, [ANSWERS]).scores[0], range(16)))
    assert len(set(found)) == 1


def test_tokens_are_those_of_mpnets_own_tokenizer() -> None:
    tokenizer = load_tokenizer()
    words = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().__getitem__)
    vocabulary = {word: n for n, word in enumerate(["<s>", "<pad>", "</s>", "<unk>", *words, "<mask>"])}
    own = MPNetTokenizer(vocabulary, unk_token="[UNK]")
    pairs = [
        (QUESTION, ANSWERS),
        ("Café £3.5m?", "naïve 日本 ☃ “quoted” 37.7%"),
        ("why " * 90, "because " * 90),
        ("", ""),
    ]
    wanted = own(*map(list, zip(*pairs, strict=True)), padding=True, truncation=True, max_length=MAX_TOKENS)[
        "input_ids"
    ]
    assert token_ids(tokenizer, pairs) == wanted


@pytest.mark.parametrize("lost", [HEAD, "encoder.layer.1.output.dense.weight"])
def test_weights_that_lack_a_part(tmp_path: Path, lost: str) -> None:
    with safe_open(WEIGHTS, framework="pt") as whole:
        kept = {name: whole.get_tensor(name) for name in whole.keys() if not name.startswith(lost)}  # noqa: SIM118
        save_file(kept, tmp_path / "less", whole.metadata())
    with pytest.raises(ModelError, match="missing or damaged; install citewell again"):
        read(QUESTION, [ANSWERS], tmp_path / "less")


def test_weights_that_are_missing_or_damaged(tmp_path: Path) -> None:
    damaged = tmp_path / "reader.safetensors"
    damaged.write_bytes(b"no weights")
    save_file({"other": torch.zeros(3)}, tmp_path / "other")
    for file in (damaged, tmp_path / "none", tmp_path / "other"):
        with pytest.raises(ModelError, match="missing or damaged; install citewell again"):
            read(QUESTION, [ANSWERS], file)


def test_a_unit_is_read_with_what_stands_over_it() -> None:
    table = table_block(Table(("Pond", "Ducks"), (("North", "30"),), "Ducks by pond"))
    chunks = [replace(chunk, headings=("Birds", "Ducks")) for chunk in chunks_of(Block("text", "They swim."), table)]
    units = [(chunk, unit) for chunk in chunks for unit in chunk.units if unit.kind in ("sentence", "row")]
    assert [legible(*one, Glossary()) for one in units] == [
        "Ducks: They swim.",
        "Ducks by pond: Pond; Ducks | North\t30",
    ]
    assert legible(replace(chunks[0], headings=()), units[0][1], Glossary()) == "Parks: They swim."


def test_a_unit_is_read_with_when_it_was_published() -> None:
    [chunk] = chunks_of(Block("text", "The pond is deep now."))
    assert legible(replace(chunk, published="2024-07-01"), chunk.units[0], Glossary()) == (
        "Parks, July 2024: The pond is deep now."
    )


def test_a_cell_is_read_with_the_head_of_its_column_alone() -> None:
    long = " ".join(["Feeds the ducks and cleans the pond."] * 12)
    [chunk] = chunks_of(table_block(Table(("Warden", "Ranger"), ((long, "Counts."),), "Who does what")))
    assert [legible(chunk, unit, Glossary()) for unit in chunk.units if unit.kind == "cell"] == [
        f"Who does what: Warden | {long}",
        "Who does what: Ranger | Counts.",
    ]


def test_behind_a_unit_stands_what_its_pronouns_point_back_to() -> None:
    text = "Ann Lee keeps the ducks. She feeds them. She also counts them, as did her father. The pond is deep."
    [chunk] = chunks_of(Block("text", text))
    assert [legible(chunk, unit, Glossary()) for unit in chunk.units] == [
        "Parks: Ann Lee keeps the ducks.",
        "Parks: She feeds them. (Ann Lee keeps the ducks.)",
        "Parks: She also counts them, as did her father. (Ann Lee keeps the ducks.)",
        "Parks: The pond is deep.",
    ]


def test_behind_a_unit_stands_what_its_abbreviations_are_short_for() -> None:
    [chunk] = chunks_of(Block("text", "The HOPs met on Monday."))
    glossary = Glossary({"HOP": "Head of Ponds"})
    assert legible(chunk, chunk.units[0], glossary) == "Parks: The HOPs met on Monday. (HOPs: Head of Ponds)"


def test_the_first_candidates_are_put_in_the_order_that_reading_gives() -> None:
    chunks = chunks_of(Block("text", " ".join(f"Pond {n} has ducks." for n in range(READ + 5))))
    question = "Which pond has ducks?"
    candidates = candidates_of(chunks, question)
    found = read_candidates(candidates, query_of(question), Glossary())
    assert len(found) == len(candidates) > READ
    assert {c.text for c in found[:READ]} == {c.text for c in candidates[:READ]}
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    assert {c.read for c in found[READ:]} == {min(0.0, *(c.read for c in found[:READ]))}
    assert read_candidates([], query_of(question), Glossary()) == []


def test_a_row_that_the_question_names_stays_before_the_others_of_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small reader may take one row for another: a wrong figure is worse than none."""
    rows = (("Transferred to another council", "1.7%"), ("Adopted", "0.1%"), ("Died", "0.2%"))
    chunks = chunks_of(table_block(Table(("Reason", "Share"), rows, "Closures")))
    question = "What share of closures is: Adopted?"
    candidates = candidates_of(chunks, question)
    liking = Reading(np.array([9.0 if "Transferred" in c.text else 0.0 for c in candidates]), 0.5)
    monkeypatch.setattr("citewell.engine.candidates.read", lambda *_: liking)
    found = read_candidates(candidates, query_of(question), Glossary())
    assert found[0].text.startswith("Adopted")
    assert sorted(c.text for c in found) == sorted(c.text for c in candidates)
