"""The verifier under attack: sentences that a passage says, and sentences that only look as if it did."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic

import pytest

from citewell.engine.candidates import QUOTABLE
from citewell.engine.draft import pieces_of
from citewell.engine.wording.excerpts import Excerpt
from citewell.engine.wording.support import fault, find_support
from citewell.ingest.chunk import Chunk, chunk_document
from citewell.ingest.document import Block, Document, Metadata, Table, table_block
from citewell.ingest.read import read_document

Cases = dict[str, list[tuple[str, str]]]


def chunks_in(markup: str, title: str = "Elmford council", name: str = "elmford.txt") -> list[Chunk]:
    """The chunks of a document in a little markup: `# heading`, `- item`, `| cell | cell`, and lines of prose."""
    return chunk_document(Document(f"/{name}", name, Metadata(title), "0" * 64, tuple(_blocks(markup))))


def _blocks(markup: str) -> Iterator[Block]:
    headings: tuple[str, ...] = ()
    lines = markup.strip().split("\n")
    while lines:
        mark = lines[0][:2]
        count = next((n for n, line in enumerate(lines) if line[:2] != mark), len(lines)) if mark in ("- ", "| ") else 1
        taken, lines = lines[:count], lines[count:]
        if mark == "# ":
            headings = (taken[0][2:],)
            yield Block("heading", headings[0], (), 1)
        elif mark == "- ":
            yield Block("list", "\n".join(line[2:] for line in taken), headings)
        elif mark == "| ":
            head, *rows = (tuple(cell.strip() for cell in line[2:].split("|")) for line in taken)
            yield table_block(Table(head, tuple(rows)), headings)
        else:
            yield Block("text", taken[0], headings)


def excerpts_in(markup: str) -> list[Excerpt]:
    """Every section of a document as an excerpt, as a model is given them."""
    found = []
    for headings in dict.fromkeys(chunk.headings for chunk in chunks_in(markup)):
        chunks = [chunk for chunk in chunks_in(markup) if chunk.headings == headings]
        pieces = [p for p in pieces_of(chunks) if p.unit.kind in ("sentence", "item", "row", "cell")]
        found += [Excerpt(tuple(pieces))] if pieces else []
    return found


def fault_of(text: str, passages: Sequence[Excerpt]) -> str:
    return fault(text, find_support(text, passages))


STAFF = (
    "In March 2024 Elmford had 17 social workers and 9 family support workers. The team manager is Ann Reed, and the "
    "head of service is Tom Hill. Each new worker must complete 12 days of training before they hold a case."
)
FEES = (
    "The fee for a day place is £42, and the fee for an overnight place is £68. Fees rose by 4% from 1 April 2023. "
    "Families pay nothing if their income is under £16,190."
)
VISITS = (
    "A social worker must visit the child within 5 working days. Visits should take place at home unless the child "
    "asks otherwise. A manager may agree a longer gap in writing."
)
REVIEW = (
    "The panel approved the plan on 3 June 2022 and rejected the budget on 8 July 2022. The number of placements fell "
    "from 54 to 39, while the number of foster carers rose from 21 to 30."
)
NOT = (
    "The council does not pay for school uniforms. The home was not closed in 2021. No child was placed out of area. "
    "Staff must not share case notes by email."
)
CAUSES = (
    "The home closed because two managers resigned. Delays in court led to longer stays in care. The safeguarding "
    "board reports to the chief executive. Elmford sends children to Norby under the agreement."
)
LIMITS = (
    "Up to 40 children may attend the summer club. At least 3 members of the board must be present. Most carers were "
    "satisfied with the training, and only two asked for more. The plan is to open a second hub in Norby in 2027."
)
QUOTED = (
    "Tom Hill said the hub was a success. Ann Reed said the hub was too small. Parents told the review that waiting "
    "times were too long."
)
TABLE = (
    "# Closures by area\n| Area | Closures | Openings | Share of referrals\n| Norby | 45 | 12 | 31%\n"
    "| Easton | 38 | 27 | 22%\n| Marlow Green | 51 | 19 | 47%"
)
YEARS = "# Workforce\n| Measure | 2022 | 2023 | 2024\n| Social workers | 88 | 93 | 79\n| Agency staff | 14 | 22 | 31"
FILLER = "respite for carers at weekends · " * 12
CELLS = f"# Inspections\n| Year | What must improve\n| 2023 | Support for new carers. · {FILLER}"
LISTS = (
    "# Decisions\nThe panel approves:\n- respite care for up to six weeks\n- travel to hospital\n"
    "- a laptop for college\nThe panel refuses:\n- holidays abroad\n- gym membership\n- driving lessons"
)
HEADED = "# What we do not pay for\n- Driving lessons\n- Gym membership\n# What we pay for\n- Travel to hospital"
HUB = (
    "# Norby family hub\nIt opened in 2019 and has 14 staff. The hub is open from 9 am to 5 pm on weekdays. "
    "Sessions for new parents are held on Tuesdays, and sessions for toddlers are held on Fridays."
)

FALSE: Cases = {
    "one told as several": [
        ("The largest group in Elmford is carers of babies.", "The largest groups in Elmford are carers of babies."),
        ("The main reason was the budget.", "The main reasons were the budget."),
    ],
    "the head of a cell's column left out": [(CELLS, "Support for new carers.")],
    "a verdict": [("Carers are paid £450 a week.", "Yes, carers are paid £450 a week.")],
    "subject left out": [
        (
            "They told how a new director, Ann Reed, had been appointed in January, but said it was too soon to judge.",
            "Ann Reed, appointed in January, said it was too soon to judge.",
        ),
        ("The report praises the chair, Ann Reed, and criticises the hub.", "Ann Reed criticises the hub."),
        ("Norby, like its neighbour Easton, opened a hub and closed two.", "Easton opened a hub and closed two."),
    ],
    "circumstance left out": [
        ("While care is weak, the panel should meet every week.", "The panel should meet every week."),
        ("Whilst the hub is shut, families must call the council.", "Families must call the council."),
    ],
    "a figure swapped for another of the passage": [
        (STAFF, "In March 2024 Elmford had 9 social workers."),
        (STAFF, "In March 2024 Elmford had 9 social workers and 17 family support workers."),
        (FEES, "The fee for a day place is £68."),
        (FEES, "The fee for an overnight place is £42."),
        (REVIEW, "The number of foster carers rose from 54 to 39."),
        (HUB, "The hub has 9 staff."),
        (STAFF, "Each new worker must complete 17 days of training before they hold a case."),
        (VISITS, "A social worker must visit the child within 12 working days."),
    ],
    "a figure put to another noun": [
        (STAFF, "Elmford had 17 family support workers."),
        (STAFF, "Elmford had 12 social workers."),
        (REVIEW, "The number of placements rose from 21 to 30."),
        (LIMITS, "At least 40 members of the board must be present."),
        (HUB, "The hub opened with 14 sessions for new parents."),
        (FEES, "The fee for a day place rose by 4% from 1 April 2023."),
    ],
    "a wrong row or column of a table": [
        (TABLE, "Norby had 38 closures."),
        (TABLE, "Norby had 45 openings."),
        (TABLE, "Easton had 27 closures."),
        (TABLE, "Norby had 12 closures and 45 openings."),
        (TABLE, "Marlow Green had 47% of closures."),
        (TABLE, "There were 51 closures in Norby."),
        (YEARS, "There were 93 social workers in 2022."),
        (YEARS, "In 2024 there were 31 social workers."),
        (YEARS, "There were 79 social workers in 2023."),
        (YEARS, "Agency staff numbered 22 in 2024."),
        (TABLE, "Easton had 45 closures and Norby had 38 closures."),
        (YEARS, "There were 93 social workers in 2022 and 88 in 2023."),
    ],
    "per cent against number": [
        (TABLE, "Norby had 45% closures."),
        (TABLE, "The share of referrals in Norby was 31."),
        (FEES, "Fees rose by £4 from 1 April 2023."),
        (STAFF, "In March 2024 Elmford had 17% social workers."),
        (FEES, "Fees rose by 4 from 1 April 2023."),
    ],
    "a date swapped": [
        (REVIEW, "The panel approved the plan on 8 July 2022."),
        (REVIEW, "The panel approved the plan on 3 July 2022."),
        (REVIEW, "The panel rejected the budget on 3 June 2022."),
        (HUB, "Sessions for new parents are held on Fridays."),
        (HUB, "Sessions for toddlers are held on Tuesdays."),
    ],
    "a name put to another role": [
        (STAFF, "The team manager is Tom Hill."),
        (STAFF, "The head of service is Ann Reed."),
        (STAFF, "Tom Hill is the team manager."),
        (STAFF, "The team manager is Ann Hill."),
        ("Ann Reed chairs the board, and Tom Hill is its clerk.", "Tom Hill chairs the board."),
    ],
    "a negation dropped": [
        (NOT, "The council pays for school uniforms."),
        (NOT, "The council does pay for school uniforms."),
        (NOT, "The home was closed in 2021."),
        (NOT, "Children were placed out of area."),
        (NOT, "Staff must share case notes by email."),
        ("Neither the council nor the panel approved the plan.", "The panel approved the plan."),
        ("The council has not, so far, closed the home.", "The council has closed the home."),
        ("Families without a car may claim travel.", "Families may claim travel."),
        ("Parents can't attend the first meeting.", "Parents can attend the first meeting."),
    ],
    "a negation added": [
        (STAFF, "Elmford did not have 17 social workers."),
        (NOT + " Staff must lock their screens.", "Staff must not lock their screens."),
        (QUOTED, "Tom Hill said the hub was not a success."),
        (NOT + " The nursery was closed in 2023.", "The nursery was not closed in 2023."),
        ("Carers are paid weekly. No fee is charged.", "Carers are never paid weekly."),
    ],
    "a duty weakened, strengthened or dropped": [
        (VISITS, "A social worker should visit the child within 5 working days."),
        (VISITS, "A social worker visits the child within 5 working days."),
        (VISITS, "Visits must take place at home unless the child asks otherwise."),
        (VISITS, "A manager agrees a longer gap in writing."),
        (VISITS, "A manager must agree a longer gap in writing."),
        (STAFF, "Each new worker should complete 12 days of training before they hold a case."),
        (STAFF, "Each new worker completes 12 days of training before they hold a case."),
        ("The council could close the home in June.", "The council closed the home in June."),
        ("The home will close in June.", "The home closed in June."),
        ("The trust may have misled parents.", "The trust has misled parents."),
    ],
    "all, only, most added or dropped": [
        (LIMITS, "All carers were satisfied with the training."),
        (LIMITS, "Carers were satisfied with the training."),
        (LIMITS, "Only 40 children may attend the summer club."),
        (STAFF, "Only social workers must complete 12 days of training."),
        (QUOTED, "All parents told the review that waiting times were too long."),
        (TABLE, "Norby had the most closures."),
        (LIMITS, "40 children may attend the summer club."),
        (LIMITS, "3 members of the board must be present."),
        (LIMITS, "More than 40 children may attend the summer club."),
    ],
    "before and after, over and under, up and down": [
        (STAFF, "Each new worker must complete 12 days of training after they hold a case."),
        (FEES, "Families pay nothing if their income is over £16,190."),
        (REVIEW, "The number of placements rose from 54 to 39."),
        (REVIEW, "The number of foster carers fell from 21 to 30."),
        ("Costs went up in May. Demand went down in June.", "Costs went down in May."),
        ("Calls before noon are free. Calls after noon cost 10p.", "Calls after noon are free."),
        ("Homes over 20 beds pay more. Homes under 20 beds pay less.", "Homes under 20 beds pay more."),
        ("The review came after the inspection.", "After the review came the inspection."),
    ],
    "from and to reversed": [
        (REVIEW, "The number of placements fell from 39 to 54."),
        (REVIEW, "The number of foster carers rose from 30 to 21."),
        (HUB, "The hub is open from 5 pm to 9 am on weekdays."),
        ("The service moved from Easton to Norby.", "The service moved from Norby to Easton."),
        ("The service moved from Easton to Norby.", "The service moved to Easton from Norby."),
        ("Spending fell by 12% to £9 million.", "Spending fell to 12%."),
    ],
    "a comparison reversed": [
        ("Easton has more carers than Norby.", "Norby has more carers than Easton."),
        ("Easton has more carers than Norby, and fewer homes.", "Easton has fewer carers than Norby."),
        ("Agency staff cost twice as much as permanent staff.", "Permanent staff cost twice as much as agency staff."),
        ("Waits are longer in Norby than in Easton.", "Waits are longer in Easton than in Norby."),
    ],
    "subject and object swapped": [
        (CAUSES, "The chief executive reports to the safeguarding board."),
        (CAUSES, "Norby sends children to Elmford under the agreement."),
        ("The agency pays the council a fee.", "The council pays the agency a fee."),
        ("Carers trained the managers in May.", "The managers trained carers in May."),
    ],
    "cause and effect swapped": [
        (CAUSES, "Two managers resigned because the home closed."),
        (CAUSES, "Longer stays in care led to delays in court."),
        (CAUSES, "Because the home closed, two managers resigned."),
        ("Poor housing leads to poor school attendance.", "Poor school attendance leads to poor housing."),
    ],
    "two statements spliced": [
        (REVIEW, "The panel rejected the plan on 8 July 2022."),
        (REVIEW, "The panel approved the budget."),
        ("The panel met in June. The budget was cut by 5%.", "The panel was cut by 5%."),
        ("The panel met in June. The budget was cut by 5%.", "The panel met in June and was cut by 5%."),
        ("The panel met in June. The budget was cut by 5%.", "The panel and the budget were cut by 5%."),
        ("Oldbury closed 5 homes and Norby opened 3.", "Oldbury opened 3."),
        ("In 2023 there were 40 homes and in 2024 there were 50.", "In 2023 there were 50."),
        (HUB, "Sessions for new parents are open from 9 am to 5 pm."),
        ("The council refused to close the home.", "The council closed the home."),
        ("The council rejected plans for a new home.", "The council plans a new home."),
        (CAUSES, "Elmford sends children to the chief executive."),
    ],
    "a condition dropped": [
        (FEES, "Families pay nothing."),
        (VISITS, "Visits should take place at home."),
        ("If a child is missing, staff must call the police.", "Staff must call the police."),
        ("Staff must, where a child is at risk, share records.", "Staff must share records."),
        ("The grant is paid provided the form is signed.", "The grant is paid."),
        ("Leave is granted subject to approval by the head.", "Leave is granted."),
        ("The home may take visitors except at night.", "The home may take visitors."),
        (STAFF, "Each new worker must complete 12 days of training."),
    ],
    "a speaker changed": [
        (QUOTED, "Ann Reed said the hub was a success."),
        (QUOTED, "Parents said the hub was too small."),
        (QUOTED, "According to Ann Reed, the hub was a success."),
        (QUOTED, "Tom Hill told the review that waiting times were too long."),
    ],
    "a unit changed": [
        (VISITS, "A social worker must visit the child within 5 working weeks."),
        (VISITS + " Reviews take place every 6 weeks.", "A social worker must visit the child within 5 weeks."),
        ("The budget is £3m. The fee is £250.", "The budget is £3."),
        ("The budget is £3 million. The fee is £250.", "The budget is £3."),
        ("The budget is £3 million for 2 years.", "The budget is £3 for 2 years."),
        ("The course takes 2 days. The break lasts 3 weeks.", "The course takes 2 weeks."),
        ("Payment is made within 5 working days. Post takes 2 days.", "Payment is made within 5 days."),
    ],
    "an item of another list": [
        (LISTS, "The panel approves holidays abroad."),
        (LISTS, "The panel refuses travel to hospital."),
        (LISTS, "The panel approves gym membership."),
        (LISTS, "The panel approves travel to hospital and driving lessons."),
    ],
    "an item of a heading that says not": [
        (HEADED, "The council pays for driving lessons."),
        (HEADED, "Driving lessons are what the council pays for."),
        (HEADED, "The council does not pay for travel to hospital."),
    ],
    "a first word that is another's name": [
        (QUOTED, "Hill said the hub was too small."),
        (CAUSES, "Norby reports to the chief executive."),
        (STAFF, "Reed is the head of service."),
        (TABLE, "Easton had 45 closures."),
    ],
    "what only a heading holds put into a statement": [
        ("# Children's homes\nThe council closed 5 libraries.", "The council closed children's homes."),
        ("# Children's homes\nThe library was closed in 2019.", "Children's homes were closed in 2019."),
    ],
    "something qualified told without it": [
        ("The proposed fee is £30.", "The fee is £30."),
        ("The former director is Jo Lane.", "The director is Jo Lane."),
        ("The draft policy sets a limit of 8 cases.", "The policy sets a limit of 8 cases."),
        ("The alleged fraud cost £9,000.", "The fraud cost £9,000."),
        ("Nearly 60 homes were inspected.", "60 homes were inspected."),
        ("Fees are expected to rise by 4%.", "Fees rise by 4%."),
    ],
    "of every kind, written after the rules": [
        ("The mother of the child was fined.", "The child was fined."),
        ("The panel approved the plan but not the budget.", "The panel approved the budget."),
        ("Elmford closed homes, Bury schools, and Wigan libraries.", "Elmford closed libraries."),
        ("Children under 5 are free. Children over 5 pay £3.", "Children under 5 pay £3."),
        ("Children under 5 are free. Children over 5 pay £3.", "Children over 5 are free."),
        ("The 2022 review found 14 faults. The 2023 review found 6 faults.", "The 2023 review found 14 faults."),
        ("The 2022 review found 14 faults. The 2023 review found 6 faults.", "In 2022 the review found 6 faults."),
        ("The review found 14 faults in 2022, and 6 in 2023.", "The review found 14 faults in 2023."),
        ("The review found 14 faults in 2022, and 6 in 2023.", "The review found 6 in 2023."),
        ("Nobody was harmed. Two staff were suspended.", "Two staff were harmed."),
        ("Nobody was harmed. Two staff were suspended.", "Nobody was suspended."),
        ("It is wrong to say that the home is unsafe.", "The home is unsafe."),
        ("Critics claim that the home is unsafe.", "The home is unsafe."),
        ("The home is said to be unsafe.", "The home is unsafe."),
        ("There is no evidence that the home is unsafe.", "The home is unsafe."),
        ("There is no evidence that the home is unsafe.", "There is evidence that the home is unsafe."),
        ("The council denied that staff were rude.", "Staff were rude."),
        ("The council stopped paying for taxis.", "The council pays for taxis."),
        ("The council plans to cut 30 posts.", "The council cut 30 posts."),
        ("Foster carers get £450, and kinship carers get £300.", "Kinship carers get £450."),
        (
            "Foster carers get £450, and kinship carers get £300.",
            "Foster carers get £300, and kinship carers get £450.",
        ),
        ("Foster carers get £450 and kinship carers £300.", "Kinship carers get £300."),
        (
            "Jo Lane, the director, wrote to Tom Hill, the leader.",
            "Tom Hill, the director, wrote to Jo Lane, the leader.",
        ),
        ("Jo Lane, the director, wrote to Tom Hill, the leader.", "Jo Lane, the leader, wrote to Tom Hill."),
        ("Jo Lane, the director, wrote to Tom Hill, the leader.", "The director is Jo Lane."),
        ("Half of the children waited 6 weeks. A third waited 9 weeks.", "Half of the children waited 9 weeks."),
        ("Half of the children waited 6 weeks. A third waited 9 weeks.", "A third of the children waited 9 weeks."),
        ("The fee is £30 a week for 6 weeks.", "The fee is £30 for 6 weeks."),
        ("The fee is £30 a week for 6 weeks.", "The fee is £6 a week."),
        ("Ring 01999 400 100 by day and 01999 400 200 by night.", "Ring 01999 400 200 by day."),
        ("Ring 01999 400 100 by day and 01999 400 200 by night.", "Ring 01999 400 100 by night."),
        ("The limit is 8 cases, not 12.", "The limit is 12 cases."),
        ("The limit is 8 cases, not 12.", "The limit is 12."),
        ("The limit is 8 cases rather than 12.", "The limit is 12."),
        ("The rate was 4.5%, compared with 6.1% in Norby.", "The rate was 6.1%."),
        ("The rate was 4.5%, compared with 6.1% in Norby.", "The rate was 4.5% in Norby."),
        ("The rate was 4.5%, compared with 6.1% in Norby.", "The rate in Norby was 6.1%."),
        ("Children in care may not be charged.", "Children in care may be charged."),
        ("A child is seen within 24 hours, or 48 hours at weekends.", "A child is seen within 48 hours."),
        ("A child is seen within 24 hours, or 48 hours at weekends.", "A child is seen within 24 hours at weekends."),
        ("The trust is not only late but costly.", "The trust is late."),
        ("Social workers left. Managers stayed for 3 years.", "Social workers stayed for 3 years."),
        ("Social workers left, managers stayed for 3 years.", "Social workers stayed for 3 years."),
        (
            "Until 2020 the home took 6 children, and since 2021 it has taken 4.",
            "Since 2021 the home has taken 6 children.",
        ),
        ("The council will consult before it closes the home.", "The council will close the home."),
        ("The council aims to see every child within 5 days.", "The council sees every child within 5 days."),
        ("The target was 90%. The result was 71%.", "The result was 90%."),
        ("The target was 90% and the result 71%.", "The target was 71%."),
        ("Less than 5% of carers left.", "5% of carers left."),
        ("Most, but not all, carers stayed.", "All carers stayed."),
        ("Most, but not all, carers stayed.", "Carers stayed."),
        ("The council is unable to fund clubs.", "The council is able to fund clubs."),
        ("The council is unable to fund clubs.", "The council funds clubs."),
        ("Carers rarely get a break.", "Carers get a break."),
        ("The board meets monthly and the panel weekly.", "The panel meets monthly."),
        ("The board meets monthly. The panel meets weekly.", "The board meets weekly."),
        ("The child's father reported the school to the police.", "The school reported the father to the police."),
        ("# Fees for 2022\nA place costs £40.\n# Fees for 2023\nA place costs £45.", "In 2023 a place costs £40."),
        ("# Fees for 2022\nA place costs £40.\n# Fees for 2023\nA place costs £45.", "A place costs £40 in 2023."),
        ("# Foster carers\nThey are paid £450.\n# Kinship carers\nThey are paid £300.", "Foster carers are paid £300."),
        (
            "# Grants\n| Scheme | Limit | Paid\n| Travel | £50 | weekly\n| Books | £90 | termly",
            "Travel is paid termly.",
        ),
        (
            "# Grants\n| Scheme | Limit | Paid\n| Travel | £50 | weekly\n| Books | £90 | termly",
            "The limit for books is £50.",
        ),
        (
            "# Grants\n| Scheme | Limit | Paid\n| Travel | £50 | weekly\n| Books | £90 | termly",
            "Books are not paid termly.",
        ),
        (
            "# Grants\n| Scheme | Limit | Paid\n| Travel | £50 | weekly\n| Books | £90 | termly",
            "Travel and books are paid weekly.",
        ),
        ("# Grants\n| Scheme | Limit\n| Travel | up to £50\n| Books | £90", "The limit for travel is £50."),
        ("# Refusals\n| Scheme | Allowed\n| Travel | no\n| Books | yes", "Travel is allowed."),
        ("# Refusals\n| Scheme | Allowed\n| Travel | no\n| Books | yes", "Books are not allowed."),
    ],
    "and for or": [
        ("Parents or carers must sign the form.", "Parents and carers must sign the form."),
        ("Parents and carers must sign the form.", "Parents or carers must sign the form."),
    ],
}

TRUE: Cases = {
    "verbatim": [
        (STAFF, "In March 2024 Elmford had 17 social workers and 9 family support workers."),
        (STAFF, "The team manager is Ann Reed, and the head of service is Tom Hill."),
        (STAFF, "Each new worker must complete 12 days of training before they hold a case."),
        (FEES, "Families pay nothing if their income is under £16,190."),
        (VISITS, "Visits should take place at home unless the child asks otherwise."),
        (REVIEW, "The panel approved the plan on 3 June 2022 and rejected the budget on 8 July 2022."),
        (NOT, "The council does not pay for school uniforms."),
        (NOT, "No child was placed out of area."),
        (CAUSES, "The home closed because two managers resigned."),
        (LIMITS, "Up to 40 children may attend the summer club."),
        (QUOTED, "Ann Reed said the hub was too small."),
        (HUB, "The hub is open from 9 am to 5 pm on weekdays."),
    ],
    "a part of it": [
        (STAFF, "Elmford had 17 social workers."),
        (STAFF, "The team manager is Ann Reed."),
        (STAFF, "The head of service is Tom Hill."),
        (FEES, "The fee for a day place is £42."),
        (FEES, "The fee for an overnight place is £68."),
        (FEES, "Fees rose by 4%."),
        (REVIEW, "The panel approved the plan on 3 June 2022."),
        (REVIEW, "The number of foster carers rose from 21 to 30."),
        (REVIEW, "The number of placements fell from 54 to 39."),
        (HUB, "Sessions for toddlers are held on Fridays."),
        (LIMITS, "Most carers were satisfied with the training."),
        ("The home closed in June, and staff may ask for help if they wish.", "The home closed in June."),
    ],
    "lightly reworded": [
        ("In March 2024 Elmford had 17 social workers.", "Elmford had 17 social workers in March 2024."),
        ("Elmford had 17 social workers in March 2024.", "In March 2024, Elmford had 17 social workers."),
        (STAFF, "There were 17 social workers and 9 family support workers."),
        (HUB, "The Norby family hub has 14 staff."),
        (HUB, "The Norby family hub opened in 2019."),
        ("The council, led by Jo Lane, approved the plan.", "The council approved the plan."),
        ("During 2023, 40 homes were inspected.", "40 homes were inspected during 2023."),
        ("The new centre in Norby opened in May.", "The centre in Norby opened in May."),
        (FEES, "According to the document, fees rose by 4% from 1 April 2023."),
        (NOT, "The council doesn't pay for school uniforms."),
    ],
    "a row read out": [
        (TABLE, "Norby had 45 closures."),
        (TABLE, "Easton had 38 closures and 27 openings."),
        (TABLE, "There were 51 closures in Marlow Green."),
        (TABLE, "The share of referrals in Norby was 31%."),
        (TABLE, "Norby: closures 45, openings 12."),
        (YEARS, "There were 93 social workers in 2023."),
        (YEARS, "In 2024 there were 79 social workers."),
        (YEARS, "There were 88 social workers in 2022 and 93 in 2023."),
        (TABLE, "Norby had 45 closures and Easton had 38 closures."),
    ],
    "neighbours joined": [
        (NOT, "The council does not pay for school uniforms, and the home was not closed in 2021."),
        ("The panel met in June. The budget was cut by 5%.", "The panel met in June, and the budget was cut by 5%."),
        ("The panel met in June. It was chaired by Jo Lane.", "The panel met in June and it was chaired by Jo Lane."),
        (REVIEW, "The number of placements fell from 54 to 39 while the number of foster carers rose from 21 to 30."),
        (QUOTED, "Tom Hill said the hub was a success, while Ann Reed said the hub was too small."),
    ],
    "per cent, thousands, plurals": [
        (FEES, "Fees rose by 4 per cent from 1 April 2023."),
        ("Spending fell by 12 per cent.", "Spending fell by 12%."),
        ("The grant is £16,190 a year.", "The grant is £16190 a year."),
        ("There were 12500 contacts in 2023.", "There were 12,500 contacts in 2023."),
        ("Carers receive a laptop.", "A carer receives a laptop."),
        ("The budget is £3m.", "The budget is £3 million."),
    ],
    "of every kind, written after the rules": [
        ("The panel approved the plan but not the budget.", "The panel approved the plan."),
        ("Elmford, Norby and Easton share one team.", "Elmford and Easton share one team."),
        (
            "The 2022 review found 14 faults. The 2023 review found 6 faults.",
            "The 2022 review found 14 faults, and the 2023 review found 6 faults.",
        ),
        (
            "Foster carers get £450, and kinship carers get £300.",
            "Foster carers get £450, and kinship carers get £300.",
        ),
        ("Jo Lane, the director, wrote to Tom Hill, the leader.", "Jo Lane wrote to Tom Hill."),
        ("Ring 01999 400 100 by day and 01999 400 200 by night.", "Ring 01999 400 100 by day."),
        ("The rate was 4.5%, compared with 6.1% in Norby.", "The rate was 4.5%."),
        ("# Fees for 2022\nA place costs £40.\n# Fees for 2023\nA place costs £45.", "In 2023 a place costs £45."),
        ("# Foster carers\nThey are paid £450.\n# Kinship carers\nThey are paid £300.", "Foster carers are paid £450."),
        (
            "# Grants\n| Scheme | Limit | Paid\n| Travel | £50 | weekly\n| Books | £90 | termly",
            "The limit for books is £90.",
        ),
    ],
    "items under what leads them": [
        (LISTS, "The panel approves travel to hospital."),
        (LISTS, "The panel refuses gym membership."),
        (LISTS, "The panel approves travel to hospital and a laptop for college."),
        (LISTS, "The panel refuses holidays abroad, gym membership and driving lessons."),
        (HEADED, "Travel to hospital."),
    ],
}

# What words alone do not tell: a natural-language-inference model (CITEWELL_NLI) may.
BEYOND_WORDS = [
    ("Norby and Easton have 9 homes.", "Easton has 9 homes.", "what several have together, told of one"),
    ("The child was reported.", "The child reported.", "passive told as active: both verbs have one stem"),
    ("The managing director spoke.", "The management director spoke.", "words of one stem"),
    ("Ann Reed wrote: the hub is unsafe.", "The hub is unsafe.", "a quotation whose verb is no verb of saying"),
    ("Critics insist the home is unsafe.", "The home is unsafe.", "a verb of saying that is not in the list"),
    ("The council ceased funding clubs.", "Funding clubs.", "the end of a clause whose verb denies"),
]
# What is said, though in words or an order of its own: withheld, at the price of a quote in its place.
WITHHELD_ALL_THE_SAME = [
    ("Social workers have an average caseload of 17.", "The average caseload of social workers is 17."),
    ("The panel approved the plan.", "The plan was approved by the panel."),
    ("The home shut in June.", "The home closed in June."),
    (STAFF, "Elmford had 9 family support workers."),
    (QUOTED, "The hub was a success."),
]


def rows(cases: Cases) -> list[tuple[str, str]]:
    return [pair for pairs in cases.values() for pair in pairs]


@pytest.mark.parametrize(("passage", "sentence"), rows(FALSE))
def test_what_no_passage_says_is_withheld(passage: str, sentence: str) -> None:
    assert fault_of(sentence, excerpts_in(passage))


@pytest.mark.parametrize(("passage", "sentence"), rows(TRUE))
def test_what_a_passage_says_is_shown(passage: str, sentence: str) -> None:
    assert fault_of(sentence, excerpts_in(passage)) == ""


@pytest.mark.parametrize(
    ("passage", "sentence"),
    [
        pytest.param(passage, sentence, marks=pytest.mark.xfail(strict=True, reason=reason))
        for passage, sentence, reason in BEYOND_WORDS
    ],
)
def test_the_limit_of_words(passage: str, sentence: str) -> None:
    assert fault_of(sentence, excerpts_in(passage))


@pytest.mark.parametrize(("passage", "sentence"), WITHHELD_ALL_THE_SAME)
def test_the_price_of_strictness(passage: str, sentence: str) -> None:
    assert fault_of(sentence, excerpts_in(passage))


def test_every_unit_of_the_samples_says_itself(samples: Path) -> None:
    units = [piece for path in sorted(samples.iterdir()) for piece in pieces_of(chunk_document(read_document(path)))]
    quotable = [Excerpt((piece,)) for piece in units if piece.unit.kind in QUOTABLE]
    faults = {passage.text: fault_of(passage.text, [passage]) for passage in quotable}
    assert len(faults) > 200
    assert {text: reason for text, reason in faults.items() if reason not in ("", "says nothing")} == {}


def test_a_sentence_rests_on_the_pieces_that_say_it() -> None:
    passages = excerpts_in(HUB + "\n# Decisions\n" + LISTS.split("\n", 1)[1])
    found = find_support("Sessions for new parents are held on Tuesdays.", passages)
    assert [run.texts for run in found] == [[HUB.split(". ")[2]]]
    runs = find_support("The panel refuses gym membership.", passages)
    assert [run.texts for run in runs] == [["The panel refuses:"], ["gym membership"]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The staff.", "says nothing"),
        ("In 2024, 17.", "says nothing"),
        ("Elmford had 18 social workers.", "not in the passage: 18"),
        ("Elmford had 17 excellent social workers.", "not in the passage: excel"),
        ("Elmford had 9 social workers.", "not said so in the passage"),
    ],
)
def test_reasons(text: str, reason: str) -> None:
    assert fault_of(text, excerpts_in(STAFF)) == reason


def test_without_a_passage() -> None:
    assert fault("Elmford had 17 social workers.", []) == "not in the passage"


def test_a_text_that_repeats_itself_takes_no_long_time() -> None:
    """Ways through it are without end; both the sentence and the passage may come from somebody who wants that."""
    again = "The plan, and the home, and the plan in the home, and the plan. "
    passages = excerpts_in("\n".join(f"# Part {n}\n{again * 8}" for n in range(4)))
    started = monotonic()
    assert fault_of(", ".join(["the plan and the home"] * 20) + ", and the home in the plan.", passages)
    assert monotonic() - started < 10
