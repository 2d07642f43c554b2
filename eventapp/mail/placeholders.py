"""Placeholders in texts that the team writes, such as {name}. Plain values only."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from eventapp.core.languages import gettext as _

# What somebody means as a placeholder: one word in braces, also full-width ones.
_PLACEHOLDER = re.compile(r"[{｛]\s*([^{}｛｝\s]{1,60})\s*[}｝]")


def _name(found: re.Match[str]) -> str:
    return found[1].casefold().replace("：", ":")


def used(text: str) -> list[str]:
    """The names of the placeholders in a text, in order, each once."""
    return list(dict.fromkeys(_name(found) for found in _PLACEHOLDER.finditer(text)))


def problem(text: str, known: Collection[str]) -> str:
    """A sentence about placeholders that do not exist; empty if all are known."""
    unknown = [name for name in used(text) if name not in known]
    if not unknown:
        return ""
    return _(
        "There is no placeholder %(unknown)s here. You can use: %(known)s.",
        unknown=", ".join(f"{{{name}}}" for name in unknown),
        known=", ".join(f"{{{name}}}" for name in known),
    )


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced, each once: what is filled in is not looked through again."""
    return _PLACEHOLDER.sub(lambda found: values.get(_name(found), found[0]), text)


def split(text: str) -> list[tuple[str, bool]]:
    """The parts of a text, as (text, whether it is the name of a placeholder)."""
    parts = []
    end = 0
    for found in _PLACEHOLDER.finditer(text):
        parts += [(text[end : found.start()], False), (_name(found), True)]
        end = found.end()
    return [part for part in [*parts, (text[end:], False)] if part[0]]
