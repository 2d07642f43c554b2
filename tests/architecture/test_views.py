"""Views are short: they read the request, call one operation and choose the page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 20  # lines of a body, without its docstring
ROUTE = re.compile(r"^ *@[\w.]+\.(get|post|route)\(", re.MULTILINE)
FILES = [path for path in (ROOT / "eventapp").rglob("*.py") if ROUTE.search(path.read_text())]


def views_in(path: Path) -> list[ast.FunctionDef]:
    def is_view(function: ast.FunctionDef) -> bool:
        calls = [one.func for one in function.decorator_list if isinstance(one, ast.Call)]
        return any(isinstance(call, ast.Attribute) and call.attr in {"get", "post", "route"} for call in calls)

    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and is_view(node)]


def lines_of(view: ast.FunctionDef) -> int:
    body = view.body[1:] if ast.get_docstring(view) is not None else view.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


VIEWS = [(path, view) for path in FILES for view in views_in(path)]


def test_all_views_are_looked_at():
    assert len(VIEWS) > 100


@pytest.mark.parametrize(("path", "view"), VIEWS, ids=lambda one: getattr(one, "name", ""))
def test_a_view_has_at_most_twenty_lines(path, view):
    assert lines_of(view) <= LONGEST, f"{path.relative_to(ROOT)}: {view.name}"


# It only shows the answers of a long form once more.
VALIDATES = {"registration/views.py"}


@pytest.mark.parametrize("path", sorted({path for path, _ in VIEWS}), ids=lambda path: "/".join(path.parts[-2:]))
def test_no_view_validates_a_form_or_rolls_back_by_hand(path):
    """Forms go through `core.forms.submit`, which does both around one operation."""
    if path.relative_to(ROOT / "eventapp").as_posix() not in VALIDATES:
        assert "validate_on_submit" not in path.read_text()
    tree = ast.parse(path.read_text())
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not {"rollback", "undo"} & (names | attributes)
