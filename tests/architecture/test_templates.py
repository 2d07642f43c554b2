"""Every template compiles and is used, and every page loads its assets from this host only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted(path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.*"))


@pytest.fixture(scope="module")
def sources() -> str:
    files = [*(ROOT / "eventapp").rglob("*.py"), *(ROOT / "templates").rglob("*.*")]
    return "\n".join(path.read_text() for path in files)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_template_compiles(app):
    for name in TEMPLATES:
        app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_used(name, sources):
    if name.startswith("security/"):
        return  # named by Flask-Security
    if "/emails/" in name:
        # The code has the name of an e-mail, and the folder once.
        assert Path(name).stem.removeprefix("speaker_") in sources
        return
    assert f'"{name}"' in sources


def test_no_template_has_inline_style_or_handlers():
    for name in TEMPLATES:
        if name.startswith("mail/"):
            continue  # e-mail clients read nothing else
        text = (ROOT / "templates" / name).read_text()
        assert not re.search(r"\sstyle=|\son\w+=\"|<style", text), name


def test_no_stylesheet_or_script_reaches_for_another_host():
    for path in [*(ROOT / "static").rglob("*.css"), *(ROOT / "static").rglob("*.js")]:
        if "vendor" not in path.parts:  # a library may name its home; the policy of our pages forbids to go there
            assert not re.search(r"https?://|url\(\s*['\"]?//", path.read_text()), path


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_written_to_be_read(name):
    text = (ROOT / "templates" / name).read_text()
    assert max(map(len, text.splitlines())) <= 160
    assert not re.search(r"\b(append|extend|update)\(", text), "a view makes lists, a template shows them"


def test_a_form_that_is_one_button_is_written_by_the_macro():
    """`action` of core/macros.html."""
    button = (
        r"""<form method="post"\s+action=[^>]*>\s*\{\{ csrf\(\) \}\}\s*<button class="[^"]*">[^<]*</button>\s*</form>"""
    )
    for name in TEMPLATES:
        if name != "core/macros.html":
            assert not re.search(button, (ROOT / "templates" / name).read_text()), name


def test_a_tile_is_written_by_the_macro():
    """`tile` of core/macros.html."""
    for name in TEMPLATES:
        if name != "core/macros.html":
            assert not re.search(r"""class=["'][^"']*\btile\b""", (ROOT / "templates" / name).read_text()), name


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.endswith(".html")])
def test_no_statement_ends_a_line_inside_of_a_tag(name):
    """The line break after a statement is removed, so the next attribute would be joined to the previous one."""
    tag = r"""<[a-zA-Z](?:\{\{.*?\}\}|\{%.*?%\}|"(?:\{\{.*?\}\}|\{%.*?%\}|[^"])*"|[^<>"])*>"""
    for found in re.findall(tag, (ROOT / "templates" / name).read_text(), re.DOTALL):
        assert not re.search(r"%\}\n\s*(?!\{% )[^\s>]", found), found


def test_templates_are_laid_out_by_the_tool():
    assert "djlint --check --quiet templates" in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_no_template_asks_the_database(app):
    """The content of a page comes from its view, where its queries are counted."""
    asking = [name for name, value in app.jinja_env.globals.items() if "queries" in getattr(value, "__module__", "")]
    assert not asking
