"""Writes the table of settings in the README: `make docs`."""

import re
from pathlib import Path

from citewell.settings import PREFIX, Settings

README = Path(__file__).parent.parent / "README.md"
PLACE = re.compile(r"(<!-- settings -->\n).*?(<!-- end of settings -->)", re.DOTALL)


def settings_table() -> str:
    """A Markdown table with a row a setting: environment variable, default, meaning."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        value = str(field.default) if field.default not in (None, ()) else ""  # a secret is shown as stars
        default = "the user's data folder" if field.default_factory else f"`{value}`" if value else ""
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |".replace("\n", " "))
    return "\n".join(rows) + "\n"


def with_table(text: str) -> str:
    """The README's text with the table as it should be."""
    return PLACE.sub(lambda match: match[1] + settings_table() + match[2], text)


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
