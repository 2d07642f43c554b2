"""Which function may call which: a view one operation, as what happens at one click happens as a whole and its rules are
asked in one place; and nothing below the pages what reads the language of the request.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from functools import cache

from tests.architecture.test_tree import FACES, is_below_the_pages
from tests.support import calls
from tests.support.calls import Function, Module

SESSION = re.compile(r"db\.session\.(add|add_all|delete|flush|merge)")
STATEMENTS = {"delete", "insert", "update"}
WRITING = {*STATEMENTS, "add", "add_all", "flush", "merge", "with_for_update"}


def writes(node: ast.AST) -> bool:
    """Whether a function writes to the database itself, or locks rows because it will."""
    for part in calls.parts(node):
        if isinstance(part, ast.Call):
            last = part.func.attr if isinstance(part.func, ast.Attribute) else getattr(part.func, "id", "")
            name = ast.unparse(part.func) if last in WRITING else ""
            if SESSION.fullmatch(name) or name.endswith(".with_for_update") or name in STATEMENTS:
                return True
            if any(one.arg == "with_for_update" for one in part.keywords):
                return True
    return False


@cache
def operations() -> set[str]:
    """All functions below the pages that write, themselves or through others."""
    own = {
        f"{module.name}.{name}"
        for module in calls.modules().values()
        for name, node in module.defined.items()
        if isinstance(node, Function) and writes(node)
    }
    modules = {name: name.rpartition(".")[0] for name in calls.reaching(own)}
    return {name for name, module in modules.items() if not (is_face(module) or is_no_operation(module))}


def is_face(module: str) -> bool:
    return FACES.fullmatch(module.rpartition(".")[2]) is not None


def is_no_operation(module: str) -> bool:
    """Queries may lock what they read, and what the core writes is a part of an operation."""
    return module.endswith("queries") or module.startswith("core.")


def ends(block: Sequence[ast.stmt]) -> bool:
    """Whether nothing after the block is done."""
    return bool(block) and isinstance(block[-1], ast.Return | ast.Raise | ast.Continue)


class Path:
    """The operations on the way through a view that has the most of them, with those of its own functions."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._inside: list[str] = []
        self._hidden: frozenset[str] = frozenset()
        self._nested: dict[str, Function] = {}

    def of(self, function: ast.AST) -> list[str]:
        assert isinstance(function, Function)
        self._hidden = calls.local_names(function)
        self._nested = {
            one.name: one for one in ast.walk(function) if isinstance(one, Function) and one is not function
        }
        return self._block(function.body)

    def _block(self, block: Sequence[ast.stmt]) -> list[str]:
        found: list[str] = []
        for at, statement in enumerate(block):
            if isinstance(statement, Function):
                continue  # where it is named
            if isinstance(statement, ast.If):
                rest = self._block(block[at + 1 :])
                ways = [self._block(way) + ([] if ends(way) else rest) for way in (statement.body, statement.orelse)]
                return found + self._node(statement.test) + max(ways, key=len)
            if isinstance(statement, ast.Try):
                failed = max((self._block(one.body) for one in statement.handlers), key=len, default=[])
                found += max(self._block([*statement.body, *statement.orelse]), failed, key=len)
                found += self._block(statement.finalbody)
            elif isinstance(statement, ast.With):
                found += [name for one in statement.items for name in self._node(one.context_expr)]
                found += self._block(statement.body)
            elif isinstance(statement, ast.For):
                found += self._node(statement.iter) + self._block(statement.body)
            else:
                found += self._node(statement)
        return found

    def _node(self, node: ast.AST) -> list[str]:
        if isinstance(node, ast.IfExp):
            return self._node(node.test) + max(self._node(node.body), self._node(node.orelse), key=len)
        if isinstance(node, ast.Dict):  # one of its values is taken
            return max((self._node(one) for one in node.values), key=len, default=[])
        if isinstance(node, ast.Call):  # `explain` is called when the operation was refused, and undone
            usual = [node.func, *node.args, *(one.value for one in node.keywords if one.arg != "explain")]
            refused = [one.value for one in node.keywords if one.arg == "explain"]
            return max(([name for one in way for name in self._node(one)] for way in (usual, refused)), key=len)
        if isinstance(node, ast.Name | ast.Attribute):
            return self._named(node)
        return [name for child in ast.iter_child_nodes(node) for name in self._node(child)]

    def _named(self, node: ast.Name | ast.Attribute) -> list[str]:
        if isinstance(node, ast.Name) and node.id in self._nested and node.id not in self._inside:
            self._inside.append(node.id)
            found = self._block(self._nested[node.id].body)
            self._inside.pop()
            return found
        name = self._module.full(node, self._hidden)
        module, _dot, short = name.rpartition(".")
        other = calls.modules().get(module)
        if name in operations():
            return [name]
        if other is not None and is_face(module) and name not in self._inside:
            return self._of_face(other, other.defined.get(short), name)
        return self._node(node.value) if isinstance(node, ast.Attribute) and not name else []

    def _of_face(self, module: Module, node: ast.AST | None, name: str) -> list[str]:
        """Of what a view uses of its own file or another one of the pages: of a class, its method with the most."""
        methods = node.body if isinstance(node, ast.ClassDef) else [node]
        ways = []
        for one in methods:
            path = Path(module)
            path._inside = [*self._inside, name]
            ways.append(path.of(one) if isinstance(one, Function) else path._value(one))
        return max(ways, key=len, default=[])

    def _value(self, node: ast.AST | None) -> list[str]:
        return self._node(node) if isinstance(node, ast.Dict) else []


def views() -> Iterable[tuple[Module, Function]]:
    for module in calls.modules().values():
        for node in module.defined.values():
            if isinstance(node, Function) and any(
                isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in {"post", "route"}
                for one in node.decorator_list
            ):
                yield module, node


def test_a_view_calls_one_operation():
    several = {
        f"{module.name}.{view.name}": found for module, view in views() if len(found := Path(module).of(view)) > 1
    }
    assert several == {}


# `interface` is not among these: it is what gettext writes in, also in the worker and inside of `force_locale`.
OF_THE_REQUEST = {f"core.languages.{name}" for name in ("asked", "prefer", "reader", "resolve")}


def test_nothing_below_the_pages_reads_the_language_of_the_request():
    """Not through another function either. The worker has no request, and what is written in a request is often for
    somebody else: an e-mail, a table of another member. So it is told the language, or tells pages what they resolve.
    """
    asking = {calls.file_of(name) for name in calls.reaching(OF_THE_REQUEST)}
    assert {where for where in asking if is_below_the_pages(where)} == set()
    assert {"site/views.py", "registration/own_page.py"} <= asking


# Where the rows are locked by something else, so that nobody can have deleted them.
LOCKED = {
    "accounts/tasks.py": "the worker has just locked the requests that it answers",
    "check_in/record.py": "the person is locked, and the row was read after that",
    "core/rows.py": "this is `delete_row`",
    "events/operations.py": "the event is locked, and its themes and hosts were read after that",
    "notifications/speakers.py": "the worker writes the e-mails of one speaker one after the other",
    "registration/session_seats.py": "the options of the event are locked, and the waiting list was read after that",
}


def test_a_row_that_others_may_delete_is_deleted_by_one_function():
    """`core.rows.delete_row` refuses if somebody else was faster, instead of a warning or an error."""
    deleting = {
        path.relative_to(calls.ROOT / "eventapp").as_posix()
        for path in (calls.ROOT / "eventapp").rglob("*.py")
        if "db.session.delete(" in path.read_text(encoding="utf-8")
    }
    assert deleting == set(LOCKED)
