"""The documentation: complete, and true where a machine can tell."""

import re
from dataclasses import fields
from pathlib import Path
from typing import cast

import pytest
import typer
from fastapi.routing import APIRoute

from citewell.cli import app
from citewell.docs.settings_table import with_table
from citewell.engine.engine import Engine
from citewell.eval.dataset import Item
from citewell.eval.scores import MEASURES
from citewell.settings import Settings
from citewell.web.api import create_api, site_routes

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
COMMAND = typer.main.get_command(app)


def commands(command: object, name: str = "citewell") -> dict[str, list[str]]:
    """Every command with its options."""
    if inner := getattr(command, "commands", None):
        return {key: value for part in inner for key, value in commands(inner[part], f"{name} {part}").items()}
    options = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]
    return {name: options}


@pytest.mark.parametrize(("name", "options"), commands(COMMAND).items(), ids=commands(COMMAND))
def test_every_command_and_option_is_in_the_readme(name: str, options: list[str]) -> None:
    assert f"`{name}" in README
    assert [option for option in options if f"`{option}" not in README] == []


def test_the_table_of_settings_is_as_generated() -> None:
    assert with_table(README) == README, "run make docs"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described(name: str) -> None:
    assert f"| `CITEWELL_{name.upper()}` |" in README
    assert Settings.model_fields[name].description


def test_no_setting_is_named_that_is_not_there() -> None:
    known = {f"CITEWELL_{name.upper()}" for name in Settings.model_fields}
    named = {name for page in PAGES for name in re.findall(r"CITEWELL_[A-Z_]+[A-Z]", page.read_text(encoding="utf-8"))}
    assert named <= known


def test_every_address_is_in_the_readme() -> None:
    engine = cast(Engine, None)  # the routes are only listed
    paths = [f"/api{path}" for path in create_api(engine).openapi()["paths"]]
    paths += [route.path for route in site_routes(engine).routes if isinstance(route, APIRoute)]
    assert [path for path in paths if f" {path}`" not in README and f" {path}?" not in README] == []


def test_every_key_and_score_is_in_the_evaluation_page() -> None:
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    wanted = {field.name for field in fields(Item)} | set(MEASURES) | {"calibration_error", "length"}
    assert {name for name in wanted if f"`{name}`" not in page} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("target", ["run", "test", "check", "format", "docs"])
def test_every_make_target_is_there(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
