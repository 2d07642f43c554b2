"""What an editor had before the eyes, and what somebody else has made of it since.

A form carries a mark of each of its values as they were. From the marks, the present values and what was typed it is
told who has changed what, without keeping old versions: a value that is mine is kept, one that is only theirs is taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from eventapp.core.languages import gettext as _


def _plain(value: object) -> str:
    """One spelling of a form's value: empty ones are equal, line ends and order don't count."""
    if not value:
        return ""
    if isinstance(value, Mapping):
        return "\n".join(sorted(f"{key}={_plain(part)}" for key, part in value.items() if part))
    if isinstance(value, list | tuple):
        return "\n".join(sorted(_plain(part) for part in value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    return str(value).replace("\r\n", "\n").strip()


def _mark(value: object) -> str:
    return hashlib.sha256(_plain(value).encode()).hexdigest()[:8]


def marks(values: Mapping[str, object]) -> str:
    """The marks of a form's values, for a hidden field: "title:1a2b3c4d starts_at:…"."""
    return " ".join(f"{name}:{_mark(value)}" for name, value in values.items())


@dataclass(frozen=True)
class Changes:
    """Names of values: changed by somebody else only, and by both."""

    theirs: tuple[str, ...] = ()
    both: tuple[str, ...] = ()


def compare(seen: str, *, now: Mapping[str, object], typed: Mapping[str, object]) -> Changes:
    """What has changed since the marks were made. Values without a mark are taken as typed by both."""
    known = dict(part.partition(":")[::2] for part in seen.split())
    changed = [name for name, value in now.items() if known.get(name) != _mark(value)]
    mine = {name for name in changed if known.get(name) != _mark(typed.get(name))}
    apart = {name for name in mine if _mark(typed.get(name)) != _mark(now[name])}
    return Changes(tuple(n for n in changed if n not in mine), tuple(n for n in changed if n in apart))


def sentence(message: str, changes: Changes, *, named: Callable[[tuple[str, ...]], str]) -> str:
    """What a form says that was overtaken: `message`, then whose values stand in it; `named` lists fields in words."""
    said = [message]
    if changes.theirs:
        said.append(_("Their changes are now in the form: %(fields)s.", fields=named(changes.theirs)))
    if changes.both:
        said.append(_("You both changed these fields; we kept your version: %(fields)s.", fields=named(changes.both)))
    return " ".join([*said, _("Check the form, then save again.")])
