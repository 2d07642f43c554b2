"""What we write to people who take part, as letters in the outbox, in their language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from eventapp.calendars import told
from eventapp.calendars.invitations import Item
from eventapp.calendars.told import Facts, State, Topic
from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.links import absolute
from eventapp.events.rules import EventStatus, Precision
from eventapp.mail import letters
from eventapp.mail.letters import Letter
from eventapp.programme import changes
from eventapp.programme.rules import Mode
from eventapp.registration import invitations
from eventapp.registration.models import Registration
from eventapp.registration.rules import RegistrationStatus


@contextmanager
def _in_language(registration: Registration) -> Iterator[str]:
    """In the reader's language; gives the event's title in it."""
    with languages.force_locale(registration.language):
        yield registration.event.title.say(registration.language).text


def _facts(registration: Registration, item: Item | None) -> list[tuple[str, str]]:
    """When, where and how, as it holds now; the former time as well where the reader does not know of another yet."""
    event, language = registration.event, registration.language
    now = item.after if item else invitations.facts_now(registration)
    facts = []
    if item and item.before and Topic.TIME in told.news(item.before, item.after):
        facts += _time(_("Previous time"), item.before, registration)
    facts += _time(_("When"), now, registration)
    if registration.option.mode is Mode.IN_PERSON and now.venue:
        facts.append((_("Where"), told.where(now, event.format, language)))
    facts.append((_("Attendance"), option_title(registration, language)))
    if invitations.takes_part_online(registration) and event.join_url:
        facts.append((_("Join here"), event.join_url))
    return facts


def _time(label: str, facts: Facts, registration: Registration) -> list[tuple[str, str]]:
    """A time at the venue, and below it on the reader's own clocks where they show another one."""
    language, zone = registration.language, invitations.own_zone(registration)
    found = [(label, told.when(facts, language))]
    if told.elsewhere(zone, facts) and facts.precision is Precision.DAY:
        found.append((_("%(label)s (your time)", label=label), told.when(facts, language, zone=zone)))
    return found


def option_title(registration: Registration, language: str) -> str:
    """What the option is called, or its mode."""
    return registration.option.title.say(language).text or registration.option.mode.label


def _write(
    registration: Registration,
    *,
    kind: str,
    subject: str,
    paragraphs: list[str],
    facts: list[tuple[str, str]] | None = None,
    more: list[str] | None = None,
    link: bool = True,
    action: tuple[str, str] | None = None,
    after: list[str] | None = None,
    items: Sequence[Item] = (),
) -> None:
    """A letter with the files of what is new to the reader's calendar.

    Without `facts` those of the registration as it stands are told, and without `more` what is new about sessions.
    `link`: whether it leads to one's own page; `action` is where it leads instead.
    """
    event, language = registration.event, registration.language
    about = next((item for item in items if not item.code), None)
    self_service = absolute("registration.mine", token=registration.token, lang=language)
    letters.send(
        Letter(
            subject=subject,
            greeting=letters.greeting(registration.name),
            paragraphs=paragraphs,
            facts=_facts(registration, about) if facts is None else facts,
            more=_sessions(registration, items)[1] if more is None else more,
            action=(_("View or change your registration"), self_service) if link else action,
            after=after or [],
            signature=event.title.say(language).text + (f" · {event.contact_email}" if event.contact_email else ""),
        ),
        to=registration.email,
        language=language,
        kind=kind,
        topic=f"event:{event.id}",
        calendars=[item.file for item in items if item.file],
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
                "All seats are taken, so we have put you on the waiting list. We will e-mail you if a seat "
                "becomes free."
            )
        else:
            subject = _("Registration received: %(title)s", title=title)
            text = _("Thank you for registering. The organizers will review your registration and e-mail you.")
        _write(
            registration,
            kind=f"registration.{registration.status}",
            subject=subject,
            paragraphs=[text],
            items=invitations.issue(registration),
        )


def confirmed(registration: Registration) -> None:
    """The place is certain."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.confirmed",
            subject=_("Registration confirmed: %(title)s", title=title),
            paragraphs=[
                _("Your registration for “%(title)s” is confirmed. We look forward to seeing you.", title=title)
            ],
            after=[_("Your calendar app should add the event by itself. If not, open the attached file.")],
            items=invitations.issue(registration),
        )


def next_in_line(registration: Registration) -> None:
    """A seat is free for somebody on the waiting list, and the team decides about it."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.pending",
            subject=_("A seat has become free: %(title)s", title=title),
            paragraphs=[
                _("A seat has become free, and you are next on the waiting list."),
                _("The organizers will review your registration and e-mail you."),
            ],
            items=invitations.issue(registration),
        )


def changed(registration: Registration) -> None:
    """Another way of taking part."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.changed",
            subject=_("Registration changed: %(title)s", title=title),
            paragraphs=[
                _(
                    "Your registration has changed. Its status is now: %(status)s.",
                    status=registration.status.label,
                )
            ],
            items=invitations.issue(registration, anew=True),
        )


def cancelled(registration: Registration) -> None:
    """The person or the team has cancelled."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.cancelled",
            subject=_("Registration cancelled: %(title)s", title=title),
            paragraphs=[
                _("Your registration for “%(title)s” has been cancelled and your seat released.", title=title),
                _("If this was a mistake, you can register again on the event page."),
            ],
            facts=[],
            more=[],
            link=False,
            action=(_("View the event page"), _event_page(registration)),
            items=invitations.issue(registration),
        )


def _event_page(registration: Registration) -> str:
    return absolute("site.event", slug=registration.event.slug, lang=registration.language)


def declined(registration: Registration) -> None:
    """The team said no."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.declined",
            subject=_("About your registration: %(title)s", title=title),
            paragraphs=[_("We are sorry that we can't offer you a seat at “%(title)s”.", title=title)],
            facts=[],
            more=[],
            link=False,
            items=invitations.issue(registration),
        )


def link(registration: Registration) -> None:
    """The self-service link again, for its owner."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.link",
            subject=_("Your registration: %(title)s", title=title),
            paragraphs=[
                _(
                    "You are already registered for “%(title)s”. Use the link below to view, change or cancel "
                    "your registration.",
                    title=title,
                ),
            ],
            after=[_("If you didn't ask for this e-mail, you can ignore it. Nothing has changed.")],
        )


def new_link(registration: Registration) -> None:
    """The team made a new self-service link; the old one is void."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.new_link",
            subject=_("Your registration: %(title)s", title=title),
            paragraphs=[_("Here is the new link to your registration. The old link no longer works.")],
            # The entry in the calendar holds the old one.
            items=invitations.issue(registration, anew=True),
        )


def news(registration: Registration, items: Sequence[Item]) -> None:
    """What is new about the event and about sessions with a place of the reader's: one letter, with old and new."""
    with _in_language(registration) as title:
        about = next((item for item in items if not item.code), None)
        kind, subject, paragraphs, facts = _event_news(registration, about, title)
        calls_off = about is not None and about.after.state is State.CANCELLED
        (other, said), sessions = (("", ""), []) if calls_off else _sessions(registration, items)
        kind, subject = kind or other, subject or said
        _write(
            registration,
            kind=kind,
            subject=subject or _("Your registration: %(title)s", title=title),
            paragraphs=paragraphs,
            facts=facts,
            more=sessions,
            link=not calls_off,
            after=[_("Your calendar app should update the entry by itself. If not, open the attached file.")]
            if any(item.file for item in items)
            else None,
            items=items,
        )


def _sessions(registration: Registration, items: Sequence[Item]) -> tuple[tuple[str, str], list[str]]:
    """(kind, subject) of a letter about what is new in sessions alone, and the paragraphs; empty where nothing is."""
    title = registration.event.title.say(registration.language).text
    about = [item for item in items if item.code]
    changed = [line for item in about for line in _session_news(registration, item)]
    places = [_place(registration, item) for item in about if not item.before]
    left = [item.title.say(registration.language).text for item in about if item.given_up]
    said: list[str] = []
    kind, subject = "", ""
    if places or left:
        kind, subject = "session.places", _("Your sessions at %(title)s", title=title)
    if changed:
        kind, subject = "session.changed", _("Session changes: %(title)s", title=title)
        said += [_("There are changes to sessions you signed up for:"), *changed]
    if places:
        said += [_("You have a seat in:"), *places]
    if left:
        said.append(_("You no longer have a seat in: %(titles)s", titles=languages.listing(left)))
    if changed or places:
        said.append(_("Times are in %(zone)s unless stated otherwise.", zone=_zone_of(registration)))
    return (kind, subject), said


def _event_news(
    registration: Registration, item: Item | None, title: str
) -> tuple[str, str, list[str], list[tuple[str, str]]]:
    """(kind, subject, paragraphs, facts) of what is new about the event itself; empty where nothing is."""
    if item is None:
        return "", "", [], []
    event, language = registration.event, registration.language
    note = event.status_note.say(language).text
    notes = [note] if note else []
    if item.after.state is State.CANCELLED:
        text = _("We are sorry: “%(title)s” has been cancelled.", title=title)
        return "event.cancelled", _("Cancelled: %(title)s", title=title), [text, *notes], []
    before = item.before or item.after
    topics = told.news(before, item.after)
    facts = []
    if Topic.TIME in topics:
        facts += [*_time(_("Previous time"), before, registration), *_time(_("New time"), item.after, registration)]
    elif before.state is State.POSTPONED:
        facts += _time(_("When"), item.after, registration)
    if Topic.PLACE in topics:
        online = registration.option.mode is Mode.ONLINE
        facts.append((_("Previous venue"), told.where(before, event.format, language) or "–"))
        facts.append((_("New venue"), _("Online") if online else told.where(item.after, event.format, language) or "–"))
    if Topic.LINK in topics:
        facts.append((_("Join here"), item.link or "–"))
    if event.status is EventStatus.POSTPONED:
        text = _(
            "“%(title)s” has been postponed. Your registration is still valid. We will e-mail you when "
            "there is a new date.",
            title=title,
        )
        return "event.postponed", _("Postponed: %(title)s", title=title), [text, *notes], []
    subject, paragraphs = _headline(topics, before, item, title)
    if item.before is None:
        facts = _facts(registration, item)
    return "event.changed", subject, paragraphs, facts


def _headline(topics: list[Topic], before: Facts, item: Item, title: str) -> tuple[str, list[str]]:
    stays = _("Your registration is still valid.")
    nothing = _("You don't need to do anything.")
    if Topic.STATE in topics and before.state is State.POSTPONED:
        text = _("“%(title)s”, which was postponed, now has a new date.", title=title)
        return _("New date: %(title)s", title=title), [text, stays, nothing]
    if Topic.TIME in topics and Topic.PLACE in topics:
        text = _("The time and venue of “%(title)s” have changed.", title=title)
        return _("Time and venue changed: %(title)s", title=title), [text, stays, nothing]
    if Topic.TIME in topics:
        text = _("The time of “%(title)s” has changed.", title=title)
        return _("Time changed: %(title)s", title=title), [text, stays, nothing]
    if Topic.PLACE in topics:
        text = _("The venue of “%(title)s” has changed.", title=title)
        return _("Venue changed: %(title)s", title=title), [text, stays, nothing]
    if Topic.LINK in topics and item.link:
        text = _(
            "The link to join “%(title)s” online has changed. The old link no longer works.",
            title=title,
        )
        return _("New joining link: %(title)s", title=title), [text]
    return _("Your registration: %(title)s", title=title), [_("Here are your registration details.")]


def _session_news(registration: Registration, item: Item) -> list[str]:
    """Sentences about one session that is not as the reader knows it."""
    if item.before is None or item.given_up:
        return []
    event, language = registration.event, registration.language
    name = item.title.say(language).text
    lines = []
    for change in told.session_changes(item.code, item.title, item.before, item.after, gone=item.gone):
        what = changes.sentence(change, zone=event.zone, timed=event.timed, names={}, language=language)
        lines.append(
            _("“%(session)s” – %(kind)s: %(what)s", session=name, kind=change.kind.label, what=what)
            if what
            else _("“%(session)s” – %(kind)s", session=name, kind=change.kind.label)
        )
        zone = invitations.own_zone(registration)
        if change.kind.tells_time and event.timed and told.elsewhere(zone, item.after):
            own = changes.sentence(change, zone=zone, timed=True, names={}, language=language)
            named = languages.zone_name(zone, language, item.after.starts)
            lines.append(_("In your time (%(zone)s): %(what)s", zone=named, what=own))
    if Topic.LINK in told.news(item.before, item.after):
        lines.append(_("“%(session)s” – new joining link: %(link)s", session=name, link=item.link or "–"))
    return lines


def _place(registration: Registration, item: Item) -> str:
    """ "“Workshop” – Tue 18 March 2031, 10:00 – 11:00 (Japan Standard Time), Hall A"."""
    language = registration.language
    where = told.where(item.after, registration.event.format, language)
    said = _("“%(session)s” – %(when)s", session=item.title.say(language).text, when=told.when(item.after, language))
    return said + _(", ") + where if where else said


def _zone_of(registration: Registration) -> str:
    event = registration.event
    return languages.zone_name(event.zone, registration.language, event.starts_at)
