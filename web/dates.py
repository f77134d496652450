"""Dates as they are shown to readers."""

from datetime import date


def long_date(iso: str | None) -> str:
    """`2024-07-01` as “1 July 2024”; nothing for no date."""
    if not iso:
        return ""
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"
