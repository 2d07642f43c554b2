"""Writes the e-mails of an announcement: what all readers of a language have in common is rendered once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import escape

from eventapp.announcements import answers
from eventapp.announcements.answers import AnswerPlaceholders
from eventapp.announcements.models import Announcement
from eventapp.announcements.rules import text_language
from eventapp.core import languages
from eventapp.core.languages import force_locale
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.links import absolute
from eventapp.core.text import can_be_greeted_by
from eventapp.events.models import Event
from eventapp.mail import content, placeholders
from eventapp.mail.content import EmailContent, RenderedEmail
from eventapp.notifications import opt_outs
from eventapp.notifications.identity import identity
from eventapp.registration.models import AttendanceOption, Contact, Registration

# What each placeholder is replaced with, as the team reads it.
MEANINGS: dict[str, Any] = {
    "name": _l("Name of the attendee, or of all who share an address"),
    "event": _l("Title of the event"),
    "date": _l("Date of the event"),
    "option": _l("Registration option"),
    "organization": _l("Organization of the attendee"),
    "link": _l("Web address of their own page"),
    "contact": _l("E-mail address for questions"),
}
_OF_READER = ("name", "option", "organization", "link")
# Stands for what differs between readers, while the rest is rendered. No keyboard types it.
_SLOT = re.compile("\ue000([^\ue000\ue001]+)\ue001")


def meanings(event: Event) -> dict[str, Any]:
    """The placeholders that an announcement of this event can have, and what the team reads about each."""
    return MEANINGS | answers.meanings(event)


def _slot(name: str) -> str:
    return f"\ue000{name}\ue001"


@dataclass(frozen=True)
class Reader:
    """What an e-mail says only to one contact."""

    to: str
    names: Sequence[str]
    options: Sequence[str]
    organizations: Sequence[str]
    link: str
    stop: str
    # By the names of their placeholders.
    answers: Mapping[str, str]


class _Addresses:
    """Web addresses of readers of one language: building each anew takes as long as all the rest of an e-mail."""

    _HOLE = "HOLE"

    def __init__(self, language: str) -> None:
        self._page = absolute("registration.mine", token=self._HOLE, lang=language).partition(self._HOLE)
        self._stop = opt_outs.url_of(self._HOLE, language).partition(self._HOLE)

    def page(self, token: str) -> str:
        """An own page."""
        return self._page[0] + token + self._page[2]

    def stop(self, contact: Contact) -> str:
        """Where one says that one wants no more announcements."""
        return self._stop[0] + opt_outs.key_of(contact) + self._stop[2]


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


class Composer:
    """Writes an announcement to one reader after the other."""

    def __init__(self, announcement: Announcement) -> None:
        self.announcement = announcement
        self.answers = AnswerPlaceholders(announcement.event, announcement.placeholders)
        self._ready: dict[str, _Ready] = {}
        self._addresses: dict[str, _Addresses] = {}

    def language_of(self, reader: str) -> str:
        """The language of the text for a reader."""
        return text_language(reader, self.announcement.languages)

    def write(self, people: Sequence[Registration]) -> RenderedEmail:
        """The e-mail to the contact of these registrations."""
        language = self.language_of(people[0].language)
        return self.ready(language).to(self._reader(people, language))

    def _reader(self, people: Sequence[Registration], language: str) -> Reader:
        first = people[0]
        if first.language not in self._addresses:
            self._addresses[first.language] = _Addresses(first.language)
        addresses = self._addresses[first.language]
        return Reader(
            to=first.email,
            names=_once(one.name for one in people if can_be_greeted_by(one.name)),
            options=_once(option_words(one.option, language) for one in people),
            organizations=_once(one.organization_name for one in people if can_be_greeted_by(one.organization_name)),
            link=addresses.page(first.token),
            stop=addresses.stop(first.contact),
            answers=self.answers.values(people, language),
        )

    def ready(self, language: str) -> _Ready:
        """The e-mail in a language of the announcement, but for what differs between readers."""
        if language not in self._ready:
            with force_locale(language):
                self._ready[language] = _Ready(self.announcement, language, self.answers.names)
        return self._ready[language]


class _Ready:
    def __init__(self, announcement: Announcement, language: str, asked: Sequence[str]) -> None:
        event = announcement.event
        writer = identity(event, language)
        self._language, self._batch = language, announcement.batch
        values = common_values(event, language) | {name: _slot(name) for name in (*_OF_READER, *asked)}
        subject = placeholders.fill(announcement.subject.resolve(language).text, values)
        text = placeholders.fill(announcement.text[language], values)
        self._rendered = content.render(
            EmailContent(
                subject=subject,
                greeting=_slot("greeting"),
                paragraphs=content.paragraphs_of(text),
                action=(_("View or change your registration"), _slot("link")),
                after=[_("This is a private link. Keep it and don't share it.")],
                signature=writer.signature,
                host=writer.host,
                map_url=writer.map_url,
                stop_url=_slot("stop"),
            ),
            to="",
            language=language,
            kind="announcement.text",
            topic=f"event:{event.id}",
            sender_name=writer.sender_name,
            reply_to=writer.reply_to,
        )
        self._greetings = _("Dear %(name)s,", name=_slot("name")), _("Hello,")
        self._text, self._html = _SLOT.split(self._rendered.text), _SLOT.split(self._rendered.html)

    @cached_property
    def _subject(self) -> list[str]:
        return _SLOT.split(self._rendered.subject)

    def to(self, reader: Reader) -> RenderedEmail:
        values = values_for(reader, self._language)
        greeting, nameless = self._greetings
        values["greeting"] = _joined(_SLOT.split(greeting), values) if reader.names else nameless
        return RenderedEmail(
            to=reader.to,
            subject=_joined(self._subject, values),
            text=_joined(self._text, values),
            html=_joined(self._html, {name: str(escape(value)) for name, value in values.items()}),
            kind=self._rendered.kind,
            topic=self._rendered.topic,
            language=self._language,
            sender_name=self._rendered.sender_name,
            reply_to=self._rendered.reply_to,
            unsubscribe_url=reader.stop,
            batch=self._batch,
        )


def _joined(parts: list[str], values: Mapping[str, str]) -> str:
    """The parts around slots and their names, alternating, as one text."""
    found = parts.copy()
    found[1::2] = [values[name] for name in parts[1::2]]
    return "".join(found)


def common_values(event: Event, language: str) -> dict[str, str]:
    """Placeholders that are the same for all readers of a language."""
    return {
        "event": event.title.resolve(language).text,
        "date": event.when(language if language in languages.INTERFACE else None),
        "contact": identity(event, language).reply_to or content.sender()[0],
    }


def values_for(reader: Reader, language: str) -> dict[str, str]:
    """What is filled in for one reader."""
    return {
        "name": _listed(reader.names, language) or "…",
        "option": _listed(reader.options, language),
        "organization": _listed(reader.organizations, language),
        "link": reader.link,
        "stop": reader.stop,
        **reader.answers,
    }


def _listed(texts: Sequence[str], language: str) -> str:
    return texts[0] if len(texts) == 1 else languages.listing(list(texts), language)


def option_words(option: AttendanceOption, language: str) -> str:
    """The name of an option in a language."""
    title = option.title.resolve(language).text
    if title:
        return title
    with force_locale(language):
        return str(option.mode.label)


def sample_reader(composer: Composer, language: str, *, to: str) -> Reader:
    """An invented reader, for previews and tests, in the current language. The links lead nowhere private."""
    event = composer.announcement.event
    page = absolute("site.event", slug=event.slug, lang=language)
    invented = composer.answers.samples(language)
    return Reader(to, [_("Ada Example")], [_("In person")], [_("City of Example")], page, page, invented)


def sample(announcement: Announcement, language: str, *, to: str) -> RenderedEmail:
    """The e-mail in a language as an invented attendee reads it."""
    composer = Composer(announcement)
    with force_locale(language):
        return composer.ready(language).to(sample_reader(composer, language, to=to))
