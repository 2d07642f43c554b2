"""The part of own pages that is the same for many people, rendered once.

A frame is rendered without a person: instead of a name, an address, an answer and the token, it has a mark for each,
and instead of a visitor's request, one of its own. So nothing personal can be kept. Showing it to a person fills in
what was read a moment ago.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable, Iterator
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app, request
from markupsafe import escape

from eventapp.core import languages
from eventapp.registration.models import Registration
from eventapp.registration.own_page import OwnPage
from eventapp.registration.own_rows import OwnRow, detached

# Frames that are kept per event: for languages, options, states, and which questions were answered.
MOST = 16

# Renders the page of a registration as it is for somebody without anything special.
Render = Callable[[Registration, OwnPage], str]


@dataclass(frozen=True)
class _Frame:
    """What stands between the personal facts, and which facts they are."""

    texts: list[str]
    facts: list[int]

    def filled(self, facts: list[str]) -> str:
        """The page with these facts."""
        safe = [str(escape(one)) for one in facts]
        parts = [self.texts[0]]
        for number, text in zip(self.facts, self.texts[1:], strict=True):
            parts += (safe[number], text)
        return "".join(parts)


def page(known: OwnRow, own: OwnPage, *, key: Hashable, render: Render) -> str | None:
    """The own page from a kept frame; None if the page shows something that frames don't have.

    `key` is what `render` shows besides the registration and `own`.
    """
    mine = known.registration
    if own.offers or own.history or own.undo or request.args.keys() - {"lang"}:
        return None
    shape = (languages.reader(), request.query_string, mine.status, mine.option_id, mine.event.over, key, *_shape(own))
    frames: dict[Any, _Frame] = known.kept.frames
    frame = frames.get(shape)
    if frame is None:
        # In a context of its own: the end of its request must not change the state of this one.
        frame = copy_context().run(_render, known, own, render)
        while len(frames) >= MOST:
            frames.pop(next(iter(frames)), None)
        frames[shape] = frame
    answers = [answer for _label, answer in own.answers]
    return frame.filled([mine.token, mine.name, mine.email, own.until, str(own.place), *answers])


def _shape(own: OwnPage) -> Iterator[Hashable]:
    """What a frame shows of an own page, for comparison: all but the facts that it has marks for."""
    for name, value in vars(own).items():
        if name in {"place", "until"}:
            yield bool(value)
        elif name == "answers":
            yield tuple(label for label, _answer in value)
        elif name != "venues":  # those of the event, if the option is in person
            yield tuple(value) if isinstance(value, list) else value


def _render(known: OwnRow, own: OwnPage, render: Render) -> _Frame:
    real = known.registration
    # Digits alone, because a position has to be a number.
    secret = str(secrets.randbelow(10**15) + 10**15)
    token, name, email, until, place, *answers = (f"{secret}{fact:04d}" for fact in range(5 + len(own.answers)))
    mine = {
        "event_id": real.event_id,
        "option_id": real.option_id,
        "status": real.status,
        "token": token,
        "family_name": name,
        "given_name": "",
        "held_until": real.held_until,
        "waiting_since": real.waiting_since,
    }
    nobody = detached(mine, {"email": email}, known.kept)
    own = replace(
        own,
        until=until,
        place=None if own.place is None else int(place),
        answers=[(label, answer) for (label, _), answer in zip(own.answers, answers, strict=True)],
    )
    path = request.full_path.replace(real.token, token)
    with current_app.test_request_context(path, headers={"Accept-Language": languages.reader()}):
        html = render(nobody, own)
    texts = re.split(f"{secret}([0-9]{{4}})", html)
    return _Frame(texts[::2], [int(fact) for fact in texts[1::2]])
