"""Sentence spans: cases that full stops, quotations and abbreviations make hard, and properties of any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewell.ingest.sentences import split_sentences

CASES = [
    ["Cllr. Smith spoke first.", "The meeting then closed."],
    ["Cllr Jones agreed.", "Cllrs. Patel and Brown did not."],
    ["The rate was 37.7% in March.", "It had been 41.2% a year before."],
    ["The Director of Resources (S.151) reports to her.", "He does not."],
    ["Bring identification, e.g. a passport, to the desk.", "It opens at 9 a.m. on weekdays."],
    ["Doors open at 9 a.m. and close at 5 p.m.", "The café stays open."],
    ["Use form No. 5 for repairs.", "Form No. 6 is for refunds."],
    ["Is that so?", "No.", "It is not."],
    ["Dr. A. B. Clarke chairs the board.", "Mrs. J. Doe is her deputy."],
    ["She lives near St. Peter's Square.", "The tram stops there."],
    ["Mr Smith said: “The bins are late. We are sorry.”", "He then left."],
    ['Mr Smith said: "The bins are late. We are sorry."', "He then left."],
    ["“We are sorry,” he said.", "“It will not happen again.”"],
    ['"Are you sure?" she asked.', '"Yes!" he said.'],
    ["Install v1.2 first.", "Then v1.3.1 follows."],
    ["See section 5B.", "It covers appeals."],
    ["See s. 47 of the Act and para. 3.2.1 of the guide.", "Both apply."],
    ["Go to https://www.example.org/a.b?c=d.e and sign in.", "Then press Start."],
    ["Write to help@example.org.", "We reply in two days."],
    ["It was… unusual.", "Nobody came."],
    ["He paused...", "Then he went on."],
    ["We waited ... and waited.", "Nothing."],
    ["Newly qualified workers are called Assessed and Supported (ASYEs).", "Next to them sit managers."],
    ["It costs £1.5m a year.", "That is £0.2m more."],
    ["Smith et al. found the same.", "Others did not."],
    ["Invoices, letters, etc. are kept for six years.", "Then they go."],
    ["We keep invoices, letters, etc.", "Nothing else is kept."],
    ["The U.K. average is 5.", "The U.S. average is 6."],
    ["He moved to the U.K.", "She stayed."],
    ["It was approved by Council in March 2024.", "49% of residents agreed."],
    ["1. The council should keep its library open."],
    ["1. The council should keep its library open.", "It should do so until 2027."],
    ["(See appendix 2.)", "The next part is about cost."],
    ["The fee (see p. 4 and Fig. 2) is due in Jan. 2025.", "Pay online."],
    ["The company is Acme Ltd. of Leeds.", "It won the bid."],
    ["The work was done by Acme Ltd.", "It was late."],
    ["What next?!", "Nobody knows."],
    ["He asked: ‘Why now?’", "No one replied."],
    ["It’s Jones’ bike.", "Lee’s is red."],
    ["Rev. T. Green and Prof. Y. Hall came on 3.4.2024.", "Both spoke."],
    ["The score was 3.5.", "4 people left."],
    ["Use .txt files only.", "Others fail."],
    ["The web site is example.gov.uk.", "Visit it."],
    ["Gov. rules, i.e. the 2004 Act, apply.", "See also Art. 8."],
    ["This was rated 'Good'.", "Others were 'Poor'."],
    ["They said no!", "“Why?” we asked."],
    ["Meet at 10.30am.", "Leave at 4.15pm."],
    ["Vol. 2, no. 3, pp. 10-12 has it.", "So does vol. 4."],
    ["Plan A is cheap.", "Plan B is not."],
    ["It was part of Plan B.", "The rest was not."],
    ["Sgt. Lee and Insp. Ray of G.M.P. attended.", "Nobody was hurt."],
    ["I said so.", "iPads are lent for a week."],
    ["The end of term is near.)", "Bring books."],
    ["He scored 10/10.", "¿Qué?", "Élan vital."],
    ["Staff (inc. agency) number 200 approx. in total.", "Most are part-time."],
    ["The borough has c. 230,000 residents.", "About 49 per cent. are men."],
    ["She said it was “a good day.”", "He agreed."],
    ['She said it was "a good day".', "He agreed."],
    ["Ask for Ms. O'Neill or Mr. D'Arcy.", "Either can help."],
    ["A. Smith chairs.", "B. Jones minutes."],
    ["Mr. J. R. R. Hill wrote it.", "It is long."],
    ["It is owned by J.P. Morgan Inc. and others.", "They met on Mon. 5 May."],
    ["Two options exist: (a) repair. (b) replace."],
]


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize("expected", CASES, ids=lambda case: case[0][:30])
def test_splits(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


def test_bullets_are_sentences() -> None:
    assert sentences("- first thing\n- second thing.") == ["- first thing", "- second thing."]


def test_wrapped_line_is_one_sentence() -> None:
    assert sentences("The line goes\non here. Next.") == ["The line goes\non here.", "Next."]


def test_long_quotation_is_split() -> None:
    said = "“" + "The bridge is shut for repairs this week. " * 10 + "It opens soon.”"
    assert len(sentences(f"She said: {said} Then she left.")) == 12


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_nothing_in_nothing_out(text: str) -> None:
    assert split_sentences(text) == []


PIECES = st.sampled_from([*".!?…\"'“”‘’()[]-• \n\t1aA", "Dr", "e.g", " No. 5", ". ", ".[1] "])


@given(st.text() | st.lists(PIECES).map("".join))
def test_spans_tile_what_is_not_space(text: str) -> None:
    spans = split_sentences(text)
    flat = [place for span in spans for place in span]
    assert flat == sorted(flat)
    assert all(text[start:end] and text[start:end] == text[start:end].strip() for start, end in spans)
    covered = {place for start, end in spans for place in range(start, end)}
    assert all(place in covered for place, character in enumerate(text) if not character.isspace())
