"""E-mails to attendees: one for each action, and one for all changes of the event and their sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.links import absolute
from eventapp.events.rules import EventStatus, Precision
from eventapp.mail import content
from eventapp.mail.content import EmailContent, RenderedEmail, draft, paragraphs_of
from eventapp.notifications import attendees, settings, snapshots, texts
from eventapp.notifications.identity import identity
from eventapp.notifications.invitations import InvitationUpdate
from eventapp.notifications.session_changes import attendee_lines
from eventapp.notifications.snapshots import ParticipationState, Snapshot, Topic
from eventapp.notifications.standard_emails import STANDARD
from eventapp.online import links as online
from eventapp.programme.rules import Mode
from eventapp.registration import contacts
from eventapp.registration.models import Registration
from eventapp.registration.rules import HOLDS_SEAT, UNCONFIRMED, Notice, RegistrationStatus
from eventapp.registration.texts import waiting_rules
from eventapp.tickets.rules import has_ticket

Facts = list[tuple[str, str]]
Updates = Sequence[InvitationUpdate]


# These e-mails look forward to the event, so they are not sent once it is cancelled or postponed.
_EXPECTANT = {
    Notice.ADDRESS,
    Notice.RECEIVED,
    Notice.OFFERED,
    Notice.CONFIRMED,
    Notice.NEXT_IN_LINE,
    Notice.CHANGED,
    Notice.AGAIN,
}
_CANCELLED_OR_POSTPONED = {EventStatus.CANCELLED, EventStatus.POSTPONED}


def write(registration: Registration, notice: Notice, *, reason: str = "") -> RenderedEmail | None:
    """The e-mail about an action, or about the event if that has been cancelled or postponed meanwhile.

    It includes the `reason` of a decision, in the team's words.
    Changes SentInvitation rows as `attendees.updates` does.
    """
    if notice in _EXPECTANT and not registration.status.active:
        notice = Notice.CANCELLED  # afterwards, and beyond the budget of e-mails
    if notice in _EXPECTANT and registration.event.status in _CANCELLED_OR_POSTPONED:
        return write_changes(registration)
    with languages.force_locale(registration.language):
        if notice in _DECISIONS:
            return _ACTS[notice](registration, reason=reason)
        return _ACTS[notice](registration)


def write_changes(registration: Registration) -> RenderedEmail | None:
    """The e-mail about the changes since the last one; None if there are none."""
    with languages.force_locale(registration.language):
        updates = attendees.updates(registration)
        if not updates:
            return None
        return _changes(registration, updates) if registration.status.active else _ended(registration, updates)


def _received(registration: Registration, *, resend: bool = False) -> RenderedEmail:
    status = registration.status
    if status in UNCONFIRMED:
        return _address(registration)
    if status is RegistrationStatus.OFFERED:
        return _offered(registration)
    waits = status is RegistrationStatus.WAITLISTED
    template = ("in_draw" if registration.option.draws else "waitlisted") if waits else status.value
    updates = attendees.updates(registration, resend=resend)
    return render(registration, template, kind=f"registration.{status}", updates=updates)


def _again(registration: Registration) -> RenderedEmail:
    return _received(registration, resend=True)


def _address(registration: Registration) -> RenderedEmail:
    # Anyone can type somebody else's address: no invitation goes to it yet.
    if registration.status not in UNCONFIRMED:
        return _received(registration)  # confirmed meanwhile
    return render(
        registration,
        "address",
        kind="registration.address",
        action=_to_own_page(registration, _("Confirm my registration")),
    )


def _offered(registration: Registration) -> RenderedEmail:
    if registration.status is not RegistrationStatus.OFFERED:
        return _received(registration)  # accepted meanwhile
    action = _to_own_page(registration, _("Accept the seat"))
    updates = attendees.updates(registration)
    return render(registration, "offered", kind="registration.offered", updates=updates, action=action)


def _expired(registration: Registration) -> RenderedEmail:
    if registration.status.active:
        return _received(registration)  # registered again meanwhile
    updates = attendees.updates(registration)
    return render(registration, "expired", kind="registration.expired", updates=updates, facts=[], more=[])


def _confirmed(registration: Registration, reason: str = "") -> RenderedEmail:
    updates = attendees.updates(registration)
    return render(registration, "confirmed", kind="registration.confirmed", updates=updates, reason=reason)


def _next_in_line(registration: Registration) -> RenderedEmail:
    return render(registration, "next_in_line", kind="registration.pending", updates=attendees.updates(registration))


def _changed(registration: Registration) -> RenderedEmail:
    updates = attendees.updates(registration, resend=True)
    return render(registration, "changed", kind="registration.changed", updates=updates)


def _cancelled(registration: Registration, reason: str = "") -> RenderedEmail:
    return _ended(registration, attendees.updates(registration), reason)


def _ended(registration: Registration, updates: Updates, reason: str = "") -> RenderedEmail:
    page = absolute("site.event", slug=registration.event.slug, lang=registration.language)
    return render(
        registration,
        "cancelled",
        kind="registration.cancelled",
        updates=updates,
        facts=[],
        more=[],
        action=(_("View the event page"), page),
        reason=reason,
    )


def _declined(registration: Registration, reason: str = "") -> RenderedEmail:
    return render(
        registration,
        "declined",
        kind="registration.declined",
        updates=attendees.updates(registration),
        facts=[],
        more=[],
        action=None,
        reason=reason,
    )


def link(registration: Registration) -> RenderedEmail:
    """The private links of everybody who shares a contact."""
    # Everybody who shares the contact: the e-mail was asked for by address.
    others = [one for one in contacts.registrations(registration.contact) if one.id != registration.id]
    facts = [(one.name, absolute("registration.mine", token=one.token, lang=one.language)) for one in others]
    return render(registration, "link", kind="registration.link", facts=_facts(registration, None) + facts)


def _new_link(registration: Registration) -> RenderedEmail:
    # The calendar entries contain the old link.
    updates = attendees.updates(registration, resend=True, links=True)
    return render(registration, "new_link", kind="registration.new_link", updates=updates)


# The team may give a reason.
_DECISIONS = {Notice.CONFIRMED, Notice.CANCELLED, Notice.DECLINED}
_ACTS: dict[Notice, Callable[..., RenderedEmail]] = {
    Notice.ADDRESS: _address,
    Notice.RECEIVED: _received,
    Notice.OFFERED: _offered,
    Notice.EXPIRED: _expired,
    Notice.CONFIRMED: _confirmed,
    Notice.NEXT_IN_LINE: _next_in_line,
    Notice.CHANGED: _changed,
    Notice.CANCELLED: _cancelled,
    Notice.DECLINED: _declined,
    Notice.LINK: link,
    Notice.NEW_LINK: _new_link,
    Notice.AGAIN: _again,
}


def _changes(registration: Registration, updates: Updates) -> RenderedEmail:
    """One e-mail about changes of the event and of the attendee's sessions, with old and new values."""
    about = next((update for update in updates if not update.code), None)
    changes = _event_changes(registration, about)
    if changes is not None and changes.template == "event_cancelled":
        return render(
            registration, changes.template, kind=changes.kind, updates=updates, facts=[], more=[], action=None
        )
    kind, lines = attendee_lines(registration, updates)
    return render(
        registration,
        changes.template if changes else "sessions",
        kind=changes.kind if changes else kind,
        updates=updates,
        facts=changes.facts if changes else [],
        more=lines,
        change=changes.change if changes else "changed" if kind == "session.changed" else "seats",
    )


@dataclass(frozen=True)
class _EventChanges:
    kind: str
    template: str
    facts: Facts
    change: str = ""


def _event_changes(registration: Registration, update: InvitationUpdate | None) -> _EventChanges | None:
    """The changes of the event itself; None if there are none."""
    if update is None:
        return None
    if update.after.state is ParticipationState.CANCELLED:
        return _EventChanges("event.cancelled", "event_cancelled", [])
    before = update.before or update.after
    topics = snapshots.changed_topics(before, update.after)
    facts = _changed_facts(registration, update, before, topics)
    if registration.event.status is EventStatus.POSTPONED:
        return _EventChanges("event.postponed", "event_postponed", facts)
    if update.before is None:
        facts = _facts(registration, update)
    return _EventChanges("event.changed", "event_changed", facts, _change(before, update, topics))


def _changed_facts(
    registration: Registration, update: InvitationUpdate, before: Snapshot, topics: list[Topic]
) -> Facts:
    event, language = registration.event, registration.language
    facts = []
    if Topic.TIME in topics:
        facts += [*_time(_("Previous time"), before, registration), *_time(_("New time"), update.after, registration)]
    elif before.state is ParticipationState.POSTPONED:
        facts += _time(_("When"), update.after, registration)
    if Topic.WHERE in topics:
        online = registration.option.mode is Mode.ONLINE
        now = _("Online") if online else snapshots.where(update.after, event.format, language) or "–"
        facts.append((_("Previous venue"), snapshots.where(before, event.format, language) or "–"))
        facts.append((_("New venue"), now))
    if Topic.LINK in topics:
        facts.append((_("Join here"), update.link or "–"))
    return facts


def _change(before: Snapshot, update: InvitationUpdate, topics: list[Topic]) -> str:
    """The headline variant of the template `event_changed`."""
    if Topic.STATE in topics and before.state is ParticipationState.POSTPONED:
        return "new_date"
    if Topic.TIME in topics:
        return "time_and_venue" if Topic.WHERE in topics else "time"
    if Topic.WHERE in topics:
        return "venue"
    return "link" if Topic.LINK in topics and update.link else ""


def _facts(registration: Registration, update: InvitationUpdate | None) -> Facts:
    """The current date, venue and option, and the former date if the attendee has not been told of the new one."""
    event, language = registration.event, registration.language
    now = update.after if update else attendees.current_event_snapshot(registration)
    facts: Facts = []
    if update and update.before and Topic.TIME in snapshots.changed_topics(update.before, update.after):
        facts += _time(_("Previous time"), update.before, registration)
    facts += _time(_("When"), now, registration)
    if registration.option.mode is Mode.IN_PERSON and now.venue:
        facts.append((_("Where"), snapshots.where(now, event.format, language)))
    facts.append((_("Attendance"), registration.option.title.resolve(language).text or registration.option.mode.label))
    if note := registration.option.note.resolve(language).text:
        facts.append((_("Please note"), note))
    if attendees.attends_online(registration) and event.join_url:
        facts.append((_("Join here"), online.of_event(registration)))
    if has_ticket(registration.status, registration.option.mode, event.status) and not event.over:
        facts.append((_("Your ticket"), absolute("tickets.ticket", token=registration.token, lang=language)))
    return facts


def _time(label: str, snapshot: Snapshot, registration: Registration) -> Facts:
    """A time at the venue, followed by the time in the attendee's zone if that differs."""
    language, zone = registration.language, attendees.own_zone(registration)
    found = [(label, snapshots.when(snapshot, language))]
    if snapshots.elsewhere(zone, snapshot) and snapshot.precision is Precision.DAY:
        found.append((_("%(label)s (your time)", label=label), snapshots.when(snapshot, language, zone=zone)))
    return found


_OWN_PAGE = ("", "")


def _to_own_page(registration: Registration, label: str) -> tuple[str, str]:
    return label, absolute("registration.mine", token=registration.token, lang=registration.language)


def render(
    registration: Registration,
    template: str,
    *,
    kind: str,
    updates: Updates = (),
    facts: Facts | None = None,
    more: list[str] | None = None,
    action: tuple[str, str] | None = _OWN_PAGE,
    change: str = "",
    to: str = "",
    reason: str = "",
    stop_url: str = "",
    batch: str = "",
) -> RenderedEmail:
    """An e-mail with the invitations of `updates`, to the attendee or to another address of theirs.

    By default it shows the current facts, the changes of sessions, and a button to the attendee's own page.
    """
    event, language = registration.event, registration.language
    writer = identity(event, language)
    about = next((update for update in updates if not update.code), None)
    files = [update.file for update in updates if update.file]
    # A postponed event has its new date: do they still come?
    asks = change == "new_date" and registration.status in HOLDS_SEAT and settings.of(event).asks_again
    values = {
        "note": event.status_note.resolve(language).text,
        "status": str(registration.status.label),
        "until": languages.moment_of(registration.held_until, event.zone) if registration.held_until else "",
    }
    usual = draft(
        f"notifications/emails/{template}.txt",
        language=language,
        title=event.title.resolve(language).text,
        files=files,
        change=change,
        asks=asks,
        rules=lambda: waiting_rules(registration),
        **values,
    )
    kind_of_text = f"{template}_{change}" if change else template
    written = texts.of(event, kind_of_text, language)
    if written is not None:
        if "rules" in STANDARD[kind_of_text].own:
            values["rules"] = "\n\n".join(waiting_rules(registration))
        usual = texts.filled(written, texts.values_of(registration) | values, after=usual.after)
    if action is _OWN_PAGE and asks:
        action = _("Yes or no"), absolute("notifications.coming", token=registration.token, lang=language)
    elif action is _OWN_PAGE:
        action = _to_own_page(registration, _("View or change your registration"))
    return content.render(
        EmailContent(
            subject=usual.subject,
            greeting=content.greeting(registration.name),
            paragraphs=[*usual.paragraphs, *paragraphs_of(reason)],
            facts=_facts(registration, about) if facts is None else facts,
            more=attendee_lines(registration, updates)[1] if more is None else more,
            action=action,
            after=paragraphs_of(usual.after),
            signature=writer.signature,
            host=writer.host,
            map_url=writer.map_url if registration.option.mode is Mode.IN_PERSON else "",
            stop_url=stop_url,
        ),
        to=to or registration.email,
        language=language,
        kind=kind,
        topic=f"event:{event.id}",
        calendars=files,
        sender_name=writer.sender_name,
        reply_to=writer.reply_to,
        batch=batch,
    )
