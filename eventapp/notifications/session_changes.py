"""Changes of single sessions as lines of an e-mail, for attendees with a seat and for speakers."""

from __future__ import annotations

from collections.abc import Sequence

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.notifications import attendees, snapshots
from eventapp.notifications.invitations import InvitationUpdate
from eventapp.notifications.snapshots import Topic
from eventapp.programme import changes
from eventapp.programme.changes import Change
from eventapp.proposals.models import SpeakerLink
from eventapp.registration.models import Registration


def changes_of(update: InvitationUpdate) -> list[Change]:
    """The changes of a session that the recipient already knows and still takes part in."""
    if update.before is None or update.released:
        return []
    return snapshots.session_changes(update.code, update.title, update.before, update.after, removed=update.removed)


def attendee_lines(registration: Registration, updates: Sequence[InvitationUpdate]) -> tuple[str, list[str]]:
    """(kind of the e-mail, paragraphs) about sessions; ("", []) if nothing has changed about them."""
    about = [update for update in updates if update.code]
    changed = [line for update in about for line in _attendee_changes(registration, update)]
    seats = [_seat(registration, update) for update in about if not update.before]
    released = [update.title.resolve(registration.language).text for update in about if update.released]
    lines: list[str] = []
    if changed:
        lines += [_("There are changes to sessions you signed up for:"), *changed]
    if seats:
        lines += [_("You have a seat in:"), *seats]
    if released:
        lines.append(_("You no longer have a seat in: %(titles)s", titles=languages.listing(released)))
    if changed or seats:
        event = registration.event
        zone = languages.zone_name(event.zone, registration.language, event.starts_at, event.ends_at)
        lines.append(_("Times are in %(zone)s unless stated otherwise.", zone=zone))
    kind = "session.changed" if changed else "session.places" if seats or released else ""
    return kind, lines


def _attendee_changes(registration: Registration, update: InvitationUpdate) -> list[str]:
    """Sentences about one session that differs from what was last sent."""
    if update.before is None or update.released:
        return []
    event, language = registration.event, registration.language
    name = update.title.resolve(language).text
    lines = []
    for change in changes_of(update):
        what = changes.describe(change, zone=event.zone, timed=event.timed, names={}, language=language)
        lines.append(
            _("“%(session)s” – %(kind)s: %(what)s", session=name, kind=change.kind.label, what=what)
            if what
            else _("“%(session)s” – %(kind)s", session=name, kind=change.kind.label)
        )
        zone = attendees.own_zone(registration)
        if change.kind.tells_time and event.timed and snapshots.elsewhere(zone, update.after):
            own = changes.describe(change, zone=zone, timed=True, names={}, language=language)
            named = languages.zone_name(zone, language, update.after.starts, update.after.ends)
            lines.append(_("In your time (%(zone)s): %(what)s", zone=named, what=own))
    if Topic.LINK in snapshots.changed_topics(update.before, update.after):
        lines.append(_("“%(session)s” – new joining link: %(link)s", session=name, link=update.link or "–"))
    return lines


def _seat(registration: Registration, update: InvitationUpdate) -> str:
    """ "“Workshop” – Tue 18 March 2031, 10:00 – 11:00 (Japan Standard Time), Hall A"."""
    language = registration.language
    where = snapshots.where(update.after, registration.event.format, language)
    when = snapshots.when(update.after, language)
    line = _("“%(session)s” – %(when)s", session=update.title.resolve(language).text, when=when)
    return line + _(", ") + where if where else line


def speaker_facts(link: SpeakerLink, update: InvitationUpdate) -> list[tuple[str, str]]:
    """(title, change or date) facts about one session of a speaker."""
    title, language = update.title.resolve(link.language).text, link.language
    if update.released:
        return [(title, _("You are no longer listed for this session."))]
    if update.before is None:
        where = snapshots.where(update.after, link.event.format, language)
        facts = [(title, snapshots.when(update.after, language) + (_(", ") + where if where else ""))]
        if snapshots.elsewhere(link.zone, update.after) and link.event.timed:
            facts.append((_("In your time"), snapshots.when(update.after, language, zone=link.zone)))
        return facts
    facts = [fact for change in changes_of(update) for fact in _change_facts(change, link)]
    if Topic.LINK in snapshots.changed_topics(update.before, update.after):
        facts.append((title, _("New joining link: %(link)s", link=update.link or "–")))
    return facts or [(title, snapshots.when(update.after, language))]


def _change_facts(change: Change, link: SpeakerLink) -> list[tuple[str, str]]:
    """Title and change; times at the venue, followed by those in the zone that the speaker has chosen."""
    event, title = link.event, change.title.resolve(link.language).text
    details = changes.describe(change, zone=event.zone, timed=event.timed, names={}, language=link.language)
    kind = change.kind.label
    facts = [(title, _("%(what)s: %(details)s", what=kind, details=details) if details else kind)]
    # A room is the same in every zone.
    if link.zone and link.zone != event.zone and details and change.kind.tells_time:
        name = languages.zone_name(link.zone, link.language, event.starts_at, event.ends_at)
        own = changes.describe(change, zone=link.zone, timed=event.timed, names={}, language=link.language)
        facts.append((_("In your time (%(zone)s)", zone=name), own))
    return facts
