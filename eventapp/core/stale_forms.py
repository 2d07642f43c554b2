"""Merging a form with what another user has saved since it was shown.

A form carries a fingerprint of each of its original values: its edit token. From the token, the current values and what
was typed, a view can tell who changed what, without storing old versions. A value changed here is kept; one that only
the other user changed is taken over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from eventapp.core.languages import gettext as _


def _plain(value: object) -> str:
    """Normal form of a form value: empty values are equal, line endings and order do not matter."""
    if not value:
        return ""
    if isinstance(value, Mapping):
        return "\n".join(sorted(f"{key}={_plain(part)}" for key, part in value.items() if part))
    if isinstance(value, list | tuple):
        return "\n".join(sorted(_plain(part) for part in value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    return str(value).replace("\r\n", "\n").strip()


def _fingerprint(value: object) -> str:
    return hashlib.sha256(_plain(value).encode()).hexdigest()[:8]


def edit_token(values: Mapping[str, object]) -> str:
    """Fingerprints of a form's values, for a hidden field: "title:1a2b3c4d starts_at:…"."""
    return " ".join(f"{name}:{_fingerprint(value)}" for name, value in values.items())


@dataclass(frozen=True)
class ConcurrentChanges:
    """Names of values that only the other user changed, and of those that both changed."""

    theirs: tuple[str, ...] = ()
    both: tuple[str, ...] = ()


def compare(token: str, *, now: Mapping[str, object], typed: Mapping[str, object]) -> ConcurrentChanges:
    """What has changed since the edit token was made. Values that are not in the token count as changed by both."""
    known = dict(part.partition(":")[::2] for part in token.split())
    changed = [name for name, value in now.items() if known.get(name) != _fingerprint(value)]
    mine = {name for name in changed if known.get(name) != _fingerprint(typed.get(name))}
    apart = {name for name in mine if _fingerprint(typed.get(name)) != _fingerprint(now[name])}
    return ConcurrentChanges(tuple(n for n in changed if n not in mine), tuple(n for n in changed if n in apart))


def describe(message: str, changes: ConcurrentChanges, *, named: Callable[[tuple[str, ...]], str]) -> str:
    """The refusal of a stale form: `message`, then which fields now show whose values. `named` lists names of
    fields.
    """
    sentences = [message]
    if changes.theirs:
        sentences.append(_("Their changes are now in the form: %(fields)s.", fields=named(changes.theirs)))
    if changes.both:
        sentences.append(
            _("You both changed these fields; we kept your version: %(fields)s.", fields=named(changes.both))
        )
    return " ".join([*sentences, _("Check the form, then save again.")])
