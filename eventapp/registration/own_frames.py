"""The part of own pages that is the same for many people, rendered once.

A frame is rendered without a person: instead of a name, an address, an answer and the token, it has a mark for each,
and instead of a visitor's request, one of its own. So nothing personal can be kept. Showing it to a person fills in
what was read a moment ago. Lines about sessions with limited seats are kept one by one, in the same way.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable, Iterator
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, islice
from typing import Any

from flask import current_app, get_template_attribute, request, url_for
from markupsafe import Markup, escape

from eventapp.core import languages
from eventapp.events.models import Event
from eventapp.registration.models import Registration
from eventapp.registration.own_page import OwnPage
from eventapp.registration.own_rows import OwnRow, detached
from eventapp.registration.session_queries import SessionOffer

# Frames that are kept per event: for languages, options, states, and which questions were answered.
MOST = 16

# Lines about sessions that are kept per event.
MOST_LINES = 400

# Renders the page of a registration, with these lines about sessions, when nothing was just done there.
Render = Callable[[Registration, OwnPage, list[Markup]], str]


@dataclass(frozen=True)
class _Frame:
    """What stands between the personal facts, and which facts they are."""

    texts: list[str]
    facts: list[int]

    @classmethod
    def of(cls, html: str, mark: str) -> _Frame:
        """From a page in which fact 7 is the mark and 0007."""
        texts = re.split(f"{mark}([0-9]{{4}})", html)
        return cls(texts[::2], [int(fact) for fact in texts[1::2]])

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
    if own.undo or request.args.keys() - {"lang"}:
        return None
    of_person = mine.status, mine.option_id, mine.event.over, bool(mine.email)
    shape = (languages.reader(), request.query_string, *of_person, key, *_shape(own))
    # In a context of its own: the end of its request must not change the state of this one.
    make = partial(copy_context().run, _render, known, own, render)
    frame = _kept(known.kept.frames, shape, MOST, make)
    lines = Markup("\n").join(_session_line(one, known) for one in own.offers)
    answers = [answer for _label, answer in own.answers]
    history = [text for pair in own.history for text in pair]
    return frame.filled([mine.token, mine.name, mine.email, own.until, str(own.place), lines, *answers, *history])


def session_lines(offers: list[SessionOffer], event: Event, own_url: Callable[[str], str]) -> list[Markup]:
    """The lines about sessions with limited seats, made anew."""
    line = get_template_attribute("registration/session_line.html", "limited")
    return [line(one, event, own_url) for one in offers]


def _session_line(offer: SessionOffer, known: OwnRow) -> Markup:
    """A line about a session: the same for all who have, or don't have, a seat in it and in those at the same time."""

    def make() -> _Frame:
        mark = _new_mark()
        address = url_for("registration.mine", token=f"{mark}0000")
        return _Frame.of(session_lines([offer], known.registration.event, below(address))[0], mark)

    others = tuple(one.id for one in offer.overlaps), tuple(one.id for one in offer.clashes)
    state = offer.session.id, offer.seats_left, offer.mine, offer.over, offer.place, offer.elsewhere, others
    key = languages.reader(), request.query_string, state
    return Markup(_kept(known.kept.session_lines, key, MOST_LINES, make).filled([known.registration.token]))


def _kept(frames: dict[Any, _Frame], key: Hashable, most: int, make: Callable[[], _Frame]) -> _Frame:
    frame = frames.get(key)
    if frame is None:
        frame = make()
        while len(frames) >= most:
            frames.pop(next(iter(frames)), None)
        frames[key] = frame
    return frame


def below(address: str) -> Callable[[str], str]:
    """The URLs of the steps on the page at an address: ten times as fast as building each of them anew."""
    path, question, query = address.partition("?")
    return lambda step: f"{path}/{step}{question}{query}"


def _new_mark() -> str:
    # Digits alone, because a position has to be a number.
    return str(secrets.randbelow(10**15) + 10**15)


def _shape(own: OwnPage) -> Iterator[Hashable]:
    """What a frame shows of an own page, for comparison: all but the facts that it has marks for."""
    for name, value in vars(own).items():
        if name in {"place", "until"}:
            yield bool(value)
        elif name == "answers":
            yield tuple(label for label, _answer in value)
        elif name == "history":
            yield len(value)
        elif name == "offers":
            yield bool(value), tuple(own.seats)
        elif name != "venues":  # those of the event, if the option is in person
            yield tuple(value) if isinstance(value, list) else value


def _render(known: OwnRow, own: OwnPage, render: Render) -> _Frame:
    real = known.registration
    mark = _new_mark()
    facts = (f"{mark}{fact:04d}" for fact in count())
    token, name, email, until, place, lines = islice(facts, 6)
    answers = [(label, next(facts)) for label, _answer in own.answers]
    history = [(next(facts), next(facts)) for _ in own.history]
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
    nobody = detached(mine, {"email": email if real.email else ""}, known.kept)
    shown = None if own.place is None else int(place)
    own = replace(own, until=until, place=shown, answers=answers, history=history)
    path = request.full_path.replace(real.token, token)
    with current_app.test_request_context(path, headers={"Accept-Language": languages.reader()}):
        return _Frame.of(render(nobody, own, [Markup(lines)]), mark)
