"""Dates as they are shown to readers."""

from datetime import date


def long_date(iso: str | None) -> str:
    """`2024-07-01` as “1 July 2024”; no date as “undated”."""
    if not iso:
        return "undated"
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"
