"""Pages of the documentation as they stand in the repository: links, dependencies, what the first page names."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
MADE = ("gallery", "validation", "settings", "columns", "api", "contributing")
"""Pages that docs/pages.py makes from the package."""


def anchors(page):
    """Those of the headings, as GitHub and MyST make them."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    heads = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = re.sub(r"```sh.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("http://", "https://")):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.exists() or target.relative_to(ROOT / "docs" / "pages").stem in MADE, link
        assert not anchor or anchor in anchors(target), link


def test_the_first_page_names_pages_that_there_are():
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    named = re.findall(r"^(?::link: )?([a-z][a-z/-]+)$", text, flags=re.MULTILINE)
    assert {"first-steps", "commands", "methods", "conventions", "glossary", "pages/validation"} <= set(named)
    for name in named:
        if name != ":link-type: doc":
            assert (ROOT / "docs" / f"{name}.md").exists() or name.removeprefix("pages/") in MADE, name
    assert text.count("GUIDES") == 1  # all other pages of docs/, see docs/conf.py


def test_every_dependency_has_a_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    extras = project["optional-dependencies"]
    for dependency in (*project["dependencies"], *(one for some in extras.values() for one in some)):
        name = re.split(r"[<>=\[ ]", dependency, maxsplit=1)[0].lower()
        assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", reasons), name
    for extra in extras:
        assert f"extra `{extra}`" in reasons, extra
