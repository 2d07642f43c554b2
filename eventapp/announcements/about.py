"""First drafts of announcements, for example that a session is cancelled, to all who are registered."""

from __future__ import annotations

from typing import Any

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.events.models import Event
from eventapp.mail.content import draft as texts_of
from eventapp.people import queries as people
from eventapp.people.pills import pills
from eventapp.people.rules import PeopleQuery
from eventapp.programme import queries as programme
from eventapp.programme.published import PublishedSession
from eventapp.registration import queries as registration


def draft(event: Event, code: str) -> dict[str, Any]:
    """Subject and text about a public session: cancelled, or at another time or place. Empty if there is none."""
    session = programme.document(event).by_code.get(code) if code else None
    if session is None:
        return {}
    subject, text = {}, {}
    for language in languages.INTERFACE:
        with languages.force_locale(language):
            made = texts_of(
                "announcements/session.txt",
                language=language,
                title=session.title.resolve(language).text,
                cancelled=session.cancelled,
                when=_when(event, session),
                where=languages.listing([room.name.resolve(language).text for room in session.rooms], language),
            )
        subject[language], text[language] = made.subject, made.text
    return {"subject": LocalizedText(subject), "text": LocalizedText(text)}


def _when(event: Event, session: PublishedSession) -> str:
    if event.timed and not session.timed:
        return languages.day_of(session.starts_at, event.zone)
    return languages.moment_of(session.starts_at, event.zone) if event.timed else event.when(languages.interface())


def audience_words(event: Event, query: PeopleQuery, language: str) -> str:
    """The group in words; what the team calls options and sessions is in a language."""
    options, questions = registration.options(event), registration.every_question(event)
    found = [f"“{query.text}”"] if query.text else []
    found += [status.label for status in query.statuses]
    sessions = people.sessions_with_seats(event)
    found += [pill.label for pill in pills(query, options, questions, sessions, language=language)]
    return languages.listing(found) if found else _("Everybody who is registered")
