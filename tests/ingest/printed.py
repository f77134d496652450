"""What the tests of PDFs and of scanned pages print: the same prose and table, set by reportlab."""

import io

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, SimpleDocTemplate

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=11, leading=14, spaceAfter=8)
PROSE = (
    "The depot in Mill Lane empties the bins of nine wards once a week, and garden waste every other week from March "
    "to November. Crews start at six in the morning and report blocked streets to the control room, which sends a "
    "smaller lorry in the afternoon. Missed bins are emptied within two working days of a report."
)
STAFF = [
    ["Job role", "Permanent FTE", "Agency workers", "Agency as % of all"],
    ["Depot manager", "1", "2", "66.7%"],
    ["Shift supervisor (nights and weekends)", "4.5", "7", "60.9%"],
    ["Driver", "36", "15", "29.4%"],
    ["Loader", "19", "39", "67.2%"],
]


def story(*flowables: Flowable, **options: object) -> bytes:
    file = io.BytesIO()
    SimpleDocTemplate(file, pagesize=A4, **options).build(list(flowables))
    return file.getvalue()
