"""The documentation covers every setting, command and web address, mentions none that does not exist, and has no dead
links.
"""

from __future__ import annotations

import re
from dataclasses import fields
from itertools import product
from pathlib import Path

import pytest
from flask import Flask

from eventapp.config import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def code(text: str) -> set[str]:
    """The text between backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


def test_every_setting_is_documented_and_no_other() -> None:
    settings = {f"EVENTAPP_{field.name.upper()}" for field in fields(Settings)}
    assert set(re.findall(r"^\| `(EVENTAPP_\w+)` \|", page("settings.md"), re.MULTILINE)) >= settings
    for one in PAGES:
        named = set(re.findall(r"EVENTAPP_[A-Z_]+", one.read_text(encoding="utf-8")))
        assert named <= settings | {"EVENTAPP_TEST_SEEDS"}, one


def test_every_command_is_documented(app: Flask) -> None:
    known = code(page("commands.md"))
    for name, command in app.cli.commands.items():
        if name in {"run", "shell", "routes"}:
            continue  # Flask's own
        for part in getattr(command, "commands", {name: command}):
            words = f"{name} {part}" if part != name else name
            if name != "db" or part == "upgrade":
                assert any(one == words or one.startswith(f"{words} ") for one in known), words


def written(rule: str) -> list[str]:
    """The ways in which a rule may be documented: with the name of a part, or with each of its values."""
    parts = re.split(r"<([^>]+)>", rule)
    choices = []
    for number, part in enumerate(parts):
        if number % 2 == 0:
            choices.append([part])
        elif part.startswith("any("):
            values, name = part.removeprefix("any(").split("):")
            choices.append([f"<{name}>", *values.split(", ")])
        else:
            choices.append([f"<{part.rpartition(':')[2]}>"])
    return ["".join(one) for one in product(*choices)]


def test_every_web_address_is_documented_and_no_other(app: Flask) -> None:
    known = {one for one in code(page("web-addresses.md")) if one.startswith("/")}
    there = set()
    for rule in app.url_map.iter_rules():
        ways = written(rule.rule)
        there.update(ways)
        if "GET" in rule.methods and rule.endpoint != "static" and not rule.rule.endswith(".jcal"):
            assert known & set(ways), f"{rule.rule} is not in docs/web-addresses.md"
    assert known <= there, "these addresses are not there"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_and_files_that_are_named_are_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file) if file else path
        assert found.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, target
    for name in code(text):
        if re.fullmatch(r"(eventapp|tests|bench|templates|docs)/[\w./-]+", name):
            assert (ROOT / name).exists(), name
        elif name != "instance/" and re.fullmatch(r"[a-z]+/(\w+\.py|\w+/)?", name):
            assert (ROOT / "eventapp" / name).exists() or (ROOT / name).exists(), name


def test_the_glossary_has_each_term_once_in_order_and_names_classes_that_are_there() -> None:
    rows = re.findall(r"^\| (.+?) \| .+ \|$", page("glossary.md"), re.MULTILINE)[1:]
    terms = [row.replace("`", "").lower() for row in rows]
    assert terms == sorted(set(terms))
    first = [term.split(",")[0].split(" (")[0] for term in terms]
    assert [term for term in first if first.count(term) > 1] == []
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "eventapp").rglob("*.py")]
    classes = {name for text in sources for name in re.findall(r"^class (\w+)", text, re.MULTILINE)}
    named = {name for row in rows for name in re.findall(r"`([A-Z]\w+)`", row)}
    assert named <= classes


def test_the_readme_is_one_page() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 70
    assert len(text.split()) <= 650
    for picture in (ROOT / "docs" / "images").iterdir():
        assert picture.stat().st_size <= 150_000, picture
