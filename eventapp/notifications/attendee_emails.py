"""What we write to people who take part, as letters in the outbox, in their language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.links import absolute
from eventapp.events.rules import EventStatus, Precision
from eventapp.mail import letters
from eventapp.mail.letters import Letter
from eventapp.notifications import attendees as invitations
from eventapp.notifications import snapshots as told
from eventapp.notifications.invitations import Item
from eventapp.notifications.snapshots import Facts, State, Topic
from eventapp.programme import changes
from eventapp.programme.rules import Mode
from eventapp.registration.models import Registration
from eventapp.registration.rules import RegistrationStatus


@contextmanager
def _in_language(registration: Registration) -> Iterator[str]:
    """In the reader's language; gives the event's title in it."""
    with languages.force_locale(registration.language):
        yield registration.event.title.resolve(registration.language).text


def _facts(registration: Registration, item: Item | None) -> list[tuple[str, str]]:
    """When, where and how, as it holds now; the former time as well where the reader does not know of another yet."""
    event, language = registration.event, registration.language
    now = item.after if item else invitations.facts_now(registration)
    facts = []
    if item and item.before and Topic.TIME in told.news(item.before, item.after):
        facts += _time(_("Until now"), item.before, registration)
    facts += _time(_("When"), now, registration)
    if registration.option.mode is Mode.IN_PERSON and now.venue:
        facts.append((_("Where"), told.where(now, event.format, language)))
    facts.append((_("You take part"), option_title(registration, language)))
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
    return registration.option.title.resolve(language).text or registration.option.mode.label


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
            action=(_("See or change your registration"), self_service) if link else action,
            after=after or [],
            signature=event.title.resolve(language).text + (f" · {event.contact_email}" if event.contact_email else ""),
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
                "All places were taken, so you are on the waiting list. When a place becomes free, we write to you."
            )
        else:
            subject = _("Received: %(title)s", title=title)
            text = _("Thank you for registering. The team looks at every registration and will write to you.")
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
            subject=_("Confirmed: %(title)s", title=title),
            paragraphs=[_("Your place at “%(title)s” is confirmed. We look forward to seeing you.", title=title)],
            after=[_("Your calendar takes the event from this letter. If it does not, open the attached file.")],
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
                _("The team looks at every registration and will write to you."),
            ],
            items=invitations.issue(registration),
        )


def changed(registration: Registration) -> None:
    """Another way of taking part."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.changed",
            subject=_("Changed: %(title)s", title=title),
            paragraphs=[
                _(
                    "Your registration has changed. This is how it stands now: %(status)s.",
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
                _("Your registration for “%(title)s” is cancelled, and your place goes to somebody else.", title=title),
                _("If this is a mistake, you can register again on the event's page."),
            ],
            facts=[],
            more=[],
            link=False,
            action=(_("The event's page"), _event_page(registration)),
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
            paragraphs=[_("We are sorry that we can't offer you a place at “%(title)s”.", title=title)],
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
                    "Somebody, probably you, asked to register this address for “%(title)s”. "
                    "You are registered already; with the link below you can see, change or cancel it.",
                    title=title,
                ),
            ],
            after=[_("If it was not you, there is nothing to do: nothing has changed.")],
        )


def new_link(registration: Registration) -> None:
    """The team made a new self-service link; the old one is void."""
    with _in_language(registration) as title:
        _write(
            registration,
            kind="registration.new_link",
            subject=_("Your registration: %(title)s", title=title),
            paragraphs=[_("Here is a new link to your registration. The old one does not work any more.")],
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
            after=[_("Your calendar takes what is new from this letter. If it does not, open the attached file.")]
            if any(item.file for item in items)
            else None,
            items=items,
        )


def _sessions(registration: Registration, items: Sequence[Item]) -> tuple[tuple[str, str], list[str]]:
    """(kind, subject) of a letter about what is new in sessions alone, and the paragraphs; empty where nothing is."""
    title = registration.event.title.resolve(registration.language).text
    about = [item for item in items if item.code]
    changed = [line for item in about for line in _session_news(registration, item)]
    places = [_place(registration, item) for item in about if not item.before]
    left = [item.title.resolve(registration.language).text for item in about if item.given_up]
    said: list[str] = []
    kind, subject = "", ""
    if places or left:
        kind, subject = "session.places", _("Your sessions at %(title)s", title=title)
    if changed:
        kind, subject = "session.changed", _("Changed: sessions at %(title)s", title=title)
        said += [_("Something has changed about sessions in which you have a place:"), *changed]
    if places:
        said += [_("You have a place in:"), *places]
    if left:
        said.append(_("You have given up your place in: %(titles)s", titles=languages.listing(left)))
    if changed or places:
        said.append(_("Times are in %(zone)s unless it says otherwise.", zone=_zone_of(registration)))
    return (kind, subject), said


def _event_news(
    registration: Registration, item: Item | None, title: str
) -> tuple[str, str, list[str], list[tuple[str, str]]]:
    """(kind, subject, paragraphs, facts) of what is new about the event itself; empty where nothing is."""
    if item is None:
        return "", "", [], []
    event, language = registration.event, registration.language
    note = event.status_note.resolve(language).text
    notes = [note] if note else []
    if item.after.state is State.CANCELLED:
        text = _("“%(title)s” will not take place. We are sorry.", title=title)
        return "event.cancelled", _("Cancelled: %(title)s", title=title), [text, *notes], []
    before = item.before or item.after
    topics = told.news(before, item.after)
    facts = []
    if Topic.TIME in topics:
        facts += [*_time(_("Until now"), before, registration), *_time(_("New time"), item.after, registration)]
    elif before.state is State.POSTPONED:
        facts += _time(_("When"), item.after, registration)
    if Topic.PLACE in topics:
        online = registration.option.mode is Mode.ONLINE
        facts.append((_("Place until now"), told.where(before, event.format, language) or "–"))
        facts.append((_("New place"), _("Online") if online else told.where(item.after, event.format, language) or "–"))
    if Topic.LINK in topics:
        facts.append((_("Join here"), item.link or "–"))
    if event.status is EventStatus.POSTPONED:
        text = _(
            "“%(title)s” is postponed. Your registration stays; we write again when there is a new date.", title=title
        )
        return "event.postponed", _("Postponed: %(title)s", title=title), [text, *notes], []
    subject, paragraphs = _headline(topics, before, item, title)
    if item.before is None:
        facts = _facts(registration, item)
    return "event.changed", subject, paragraphs, facts


def _headline(topics: list[Topic], before: Facts, item: Item, title: str) -> tuple[str, list[str]]:
    stays = _("Your registration stays as it is.")
    if Topic.STATE in topics and before.state is State.POSTPONED:
        text = _("“%(title)s” was postponed. Now there is a date.", title=title)
        return _("New date: %(title)s", title=title), [text, stays]
    if Topic.TIME in topics and Topic.PLACE in topics:
        text = _("“%(title)s” takes place at another time and place than we told you.", title=title)
        return _("New time and place: %(title)s", title=title), [text, stays]
    if Topic.TIME in topics:
        text = _("“%(title)s” takes place at another time than we told you.", title=title)
        return _("New time: %(title)s", title=title), [text, stays]
    if Topic.PLACE in topics:
        text = _("“%(title)s” takes place at another place than we told you.", title=title)
        return _("New place: %(title)s", title=title), [text, stays]
    if Topic.LINK in topics and item.link:
        text = _(
            "There is a new link with which you join “%(title)s”. The old one does not lead there any more.",
            title=title,
        )
        return _("New link to join: %(title)s", title=title), [text]
    return _("Your registration: %(title)s", title=title), [_("This is how your registration stands now.")]


def _session_news(registration: Registration, item: Item) -> list[str]:
    """Sentences about one session that is not as the reader knows it."""
    if item.before is None or item.given_up:
        return []
    event, language = registration.event, registration.language
    name = item.title.resolve(language).text
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
        lines.append(_("“%(session)s” – new link to join: %(link)s", session=name, link=item.link or "–"))
    return lines


def _place(registration: Registration, item: Item) -> str:
    """ "“Workshop” – Tue 18 March 2031, 10:00 – 11:00 (Japan Standard Time), Hall A"."""
    language = registration.language
    where = told.where(item.after, registration.event.format, language)
    said = _(
        "“%(session)s” – %(when)s", session=item.title.resolve(language).text, when=told.when(item.after, language)
    )
    return said + _(", ") + where if where else said


def _zone_of(registration: Registration) -> str:
    event = registration.event
    return languages.zone_name(event.zone, registration.language, event.starts_at)
