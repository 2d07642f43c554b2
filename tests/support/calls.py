"""Which functions of the product name which others, read from its source.

A name counts whether it is called or handed on; annotations do not. Methods belong to their class, and what is computed
when a module is imported belongs to the names that it is bound to.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    """A module: its functions, classes and values by name, and what it has imported under which name."""

    name: str
    defined: dict[str, ast.AST] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Module:
        """The module in a file, named by its place: "registration.operations"."""
        module = cls(".".join(path.relative_to(ROOT / "eventapp").with_suffix("").parts).removesuffix(".__init__"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("eventapp"):
                inside = (node.module or "").removeprefix("eventapp").lstrip(".")
                for one in node.names:
                    module.imported[one.asname or one.name] = f"{inside}.{one.name}".lstrip(".")
            elif isinstance(node, Function | ast.ClassDef):
                module.defined[node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                module.defined |= {one.id: node.value for one in targets if isinstance(one, ast.Name)}
        return module

    def full(self, node: ast.AST, hidden: frozenset[str] = frozenset()) -> str:
        """The full name of what a name or an attribute of a module means; empty for anything else."""
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id not in hidden:
            inside = self.imported.get(node.value.id)
            return f"{inside}.{node.attr}" if inside is not None else ""
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in hidden:
            return self.imported.get(node.id) or (f"{self.name}.{node.id}" if node.id in self.defined else "")
        return ""


@cache
def modules() -> dict[str, Module]:
    """All modules of the product by name."""
    paths = [path for path in (ROOT / "eventapp").rglob("*.py") if "migrations" not in path.parts]
    return {module.name: module for module in map(Module.read, paths)}


def local_names(function: ast.AST) -> frozenset[str]:
    """What a function binds itself, which hides names of its module."""
    bound = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    bound |= {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return frozenset(bound)


def parts(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, without annotations."""
    yield node
    for name, value in ast.iter_fields(node):
        if name not in {"annotation", "returns"}:
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, ast.AST):
                    yield from parts(one)


@cache
def named() -> dict[str, frozenset[str]]:
    """What each function, class and value of the product names, by full names."""
    found: dict[str, frozenset[str]] = {}
    for module in modules().values():
        for name, node in module.defined.items():
            names: set[str] = set()
            for part in node.body if isinstance(node, ast.ClassDef) else [node]:
                hidden = local_names(part) if isinstance(part, Function) else frozenset()
                names |= {module.full(one, hidden) for one in parts(part)}
            found[f"{module.name}.{name}"] = frozenset(names - {""})
    return found


def reaching(ends: set[str]) -> set[str]:
    """The full names of everything that names one of these, directly or through others; and these themselves."""
    known, grows = set(ends), True
    while grows:
        more = {name for name, names in named().items() if name not in known and names & known}
        known, grows = known | more, bool(more)
    return known


def file_of(name: str) -> str:
    """Where something is defined: "registration/operations.py"."""
    return name.rpartition(".")[0].replace(".", "/") + ".py"
