"""What we write to people who take part, as letters in the outbox, in their language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from eventapp.calendars import invitations
from eventapp.calendars.ics import Entry
from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.links import absolute, base_url
from eventapp.events.models import Event
from eventapp.events.rules import EventStatus
from eventapp.mail import letters
from eventapp.mail.letters import Letter
from eventapp.programme.changes import Change, sentence
from eventapp.programme.rules import Mode
from eventapp.registration.models import Registration
from eventapp.registration.rules import RegistrationStatus


@contextmanager
def _in_language(registration: Registration) -> Iterator[str]:
    """In the reader's language; gives the event's title in it."""
    with languages.force_locale(registration.language):
        yield registration.event.title.say(registration.language).text


def _facts(registration: Registration, language: str) -> list[tuple[str, str]]:
    event = registration.event
    facts = [(_("When"), _when(event, language))]
    if registration.option.mode is Mode.IN_PERSON and event.place:
        facts.append((_("Where"), event.place.say(language).text))
    facts.append((_("You take part"), option_title(registration, language)))
    if registration.option.mode is Mode.ONLINE and event.join_url:
        if registration.status is RegistrationStatus.CONFIRMED:
            facts.append((_("Join here"), event.join_url))
    return facts


def _when(event: Event, language: str) -> str:
    start, end = languages.clock_time(event.starts_at, event.zone), languages.clock_time(event.ends_at, event.zone)
    zone = languages.zone_name(event.zone, language, event.starts_at)
    day = event.when(language)
    return _("%(day)s, %(start)s – %(end)s (%(zone)s)", day=day, start=start, end=end, zone=zone)


def calendar_of(registration: Registration) -> bytes:
    """The event as it stands for one person: tentative until the place is certain, gone once it is given up."""
    return invitations.confirmation(registration.event, **_standing(registration, registration.language))


def entry_of(registration: Registration, *, language: str) -> Entry:
    """The same as an entry of a calendar that holds more."""
    return invitations.entry_of(registration.event, **_standing(registration, language))


def _standing(registration: Registration, language: str) -> dict[str, Any]:
    confirmed = registration.status is RegistrationStatus.CONFIRMED
    return {
        "uid": registration.uid,
        "sequence": registration.sequence,
        "language": language,
        "tentative": not confirmed,
        "join_url": registration.event.join_url if confirmed and registration.option.mode is Mode.ONLINE else "",
        "self_service_url": absolute("registration.mine", token=registration.token, lang=language),
        "stamp": registration.updated_at,
        "base_url": base_url(),
        "cancelled": not registration.status.active,
    }


def option_title(registration: Registration, language: str) -> str:
    """What the option is called, or its mode."""
    return registration.option.title.say(language).text or registration.option.mode.label


def _write(
    registration: Registration,
    *,
    kind: str,
    subject: str,
    paragraphs: list[str],
    facts: bool = True,
    link: bool = True,
    after: list[str] | None = None,
    calendar: bool = False,
) -> None:
    event, language = registration.event, registration.language
    self_service = absolute("registration.mine", token=registration.token, lang=language)
    letters.send(
        Letter(
            subject=subject,
            greeting=_("Dear %(name)s,", name=registration.name),
            paragraphs=paragraphs,
            facts=_facts(registration, language) if facts else [],
            action=(_("See or change your registration"), self_service) if link else None,
            after=after or [],
            signature=event.title.say(language).text + (f" · {event.contact_email}" if event.contact_email else ""),
        ),
        to=registration.email,
        language=language,
        kind=kind,
        topic=f"event:{event.id}",
        calendar=calendar_of(registration) if calendar else None,
        calendar_name=f"{event.slug}.ics",
    )


def received(registration: Registration) -> None:
    """After registering: confirmed, waiting for approval, or on the waiting list."""
    if registration.status is RegistrationStatus.CONFIRMED:
        confirmed(registration)
        return
    with _in_language(registration) as title:
        if registration.status is RegistrationStatus.WAITLISTED:
            subject = _("Waiting list: %(title)s", title=title)
            text = _(
                "All places were taken, so you are on the waiting list. When a place becomes free, we write to you."
            )
        else:
            subject = _("Received: %(title)s", title=title)
            text = _("Thank you for registering. The team looks at every registration and will write to you.")
        _write(registration, kind=f"registration.{registration.status}", subject=subject, paragraphs=[text],
               calendar=True)  # fmt: skip


def confirmed(registration: Registration) -> None:
    """The place is certain."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.confirmed",
            subject=_("Confirmed: %(title)s", title=title),
            paragraphs=[_("Your place at “%(title)s” is confirmed. We look forward to seeing you.", title=title)],
            after=[_("The attached file puts the event into your calendar.")],
            calendar=True,
        )


def changed(registration: Registration) -> None:
    """Another way of taking part."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.changed",
            subject=_("Changed: %(title)s", title=title),
            paragraphs=[_("Your registration has changed. This is how it stands now: %(status)s.",
                          status=registration.status.label)],
            calendar=True,
        )  # fmt: skip


def cancelled(registration: Registration) -> None:
    """The person or the team has cancelled."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.cancelled",
            subject=_("Registration cancelled: %(title)s", title=title),
            paragraphs=[
                _("Your registration for “%(title)s” is cancelled, and your place goes to somebody else.", title=title),
                _("If this is a mistake, you can register again on the event's page."),
            ],
            facts=False,
            link=False,
            calendar=True,
        )


def declined(registration: Registration) -> None:
    """The team said no."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.declined",
            subject=_("About your registration: %(title)s", title=title),
            paragraphs=[_("We are sorry that we can't offer you a place at “%(title)s”.", title=title)],
            facts=False,
            link=False,
        )


def link(registration: Registration) -> None:
    """The self-service link again, for its owner."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.link",
            subject=_("Your registration: %(title)s", title=title),
            paragraphs=[
                _("Somebody, probably you, asked to register this address for “%(title)s”. "
                  "You are registered already; with the link below you can see, change or cancel it.", title=title),
            ],
            after=[_("If it was not you, there is nothing to do: nothing has changed.")],
        )  # fmt: skip


def new_link(registration: Registration) -> None:
    """The team made a new self-service link; the old one is void."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.new_link",
            subject=_("Your registration: %(title)s", title=title),
            paragraphs=[_("Here is a new link to your registration. The old one does not work any more.")],
        )


def event_changed(registration: Registration) -> None:
    """The event is cancelled or postponed: everybody who counts on it is told."""
    with _in_language(registration) as title:
        event = registration.event
        off = event.status is EventStatus.CANCELLED
        subject = _("Cancelled: %(title)s", title=title) if off else _("Postponed: %(title)s", title=title)
        text = (
            _("“%(title)s” will not take place. We are sorry.", title=title)
            if off
            else _("“%(title)s” is postponed. Your registration stays; we write again when there is a new date.",
                   title=title)
        )  # fmt: skip
        note = event.status_note.say(registration.language).text
        _write(
            registration,
            kind=f"event.{event.status}",
            subject=subject,
            paragraphs=[text, *([note] if note else [])],
            facts=False,
            link=not off,
        )


def sessions_changed(registration: Registration, happened: list[Change]) -> None:
    """Sessions in which the person has a place are at another time or place, or do not take place."""
    with _in_language(registration) as title:
        event = registration.event
        said = []
        for change in happened:
            name = change.title.say(registration.language).text
            what = sentence(change, zone=event.zone, timed=event.timed, names={}, language=registration.language)
            said.append(
                _("“%(session)s” – %(kind)s: %(what)s", session=name, kind=change.kind.label, what=what)
                if what
                else _("“%(session)s” – %(kind)s", session=name, kind=change.kind.label)
            )
        zone = languages.zone_name(event.zone, registration.language, event.starts_at)
        _write(
            registration,
            kind="session.changed",
            subject=_("Changed: sessions at %(title)s", title=title),
            paragraphs=[
                _("Something has changed about sessions in which you have a place:"),
                *said,
                _("All times are in %(zone)s.", zone=zone),
            ],
            facts=False,
        )
