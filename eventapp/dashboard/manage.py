"""Desk pages across features: a user's events, an event's overview, publishing, cancelling, cloning."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp import lifecycle
from eventapp.accounts.access import current_organizer, needs_login
from eventapp.accounts.rules import Permission
from eventapp.attendance import live
from eventapp.attendance import queries as attendance
from eventapp.core import clock, languages
from eventapp.core.forms import submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import lazy_pgettext
from eventapp.core.pages import page
from eventapp.dashboard import checklist
from eventapp.dashboard.checklist import EventParts
from eventapp.dashboard.queries import facts
from eventapp.events import queries as events
from eventapp.events.access import may, requires
from eventapp.events.forms import CloneForm, NoteForm
from eventapp.events.models import Event
from eventapp.lifecycle import clone as cloning
from eventapp.mail.models import EmailStatus
from eventapp.notifications import operations as notifications
from eventapp.notifications import team
from eventapp.programme import queries as programme
from eventapp.proposals import queries as proposals
from eventapp.proposals.rules import ProposalStatus
from eventapp.registration import queries as registration

manage = Blueprint("dashboard", __name__, url_prefix="/manage")

# The side navigation of an event's desk, in groups with a name: endpoint, label, required permission.
PAGES: list[tuple[Any, list[tuple[str, Any, Permission]]]] = [
    ("", [("dashboard.event", _l("Overview"), Permission.VIEW)]),
    (
        _l("Set up"),
        [
            ("dashboard_event.edit", _l("Event"), Permission.OWN),
            ("events_manage.places", _l("Venue and hosts"), Permission.OWN),
            ("pictures.pictures", _l("Pictures"), Permission.PROGRAMME),
            ("blocks.blocks", _l("Parts of the page"), Permission.PROGRAMME),
            ("registration_manage.options", _l("Registration form"), Permission.REGISTRATION),
        ],
    ),
    (
        _l("Programme"),
        [
            ("programme_manage.programme", _l("Schedule"), Permission.VIEW),
            ("people_manage.everybody", _l("Speakers"), Permission.VIEW),
            ("proposals_manage.proposals", _l("Proposals"), Permission.PROGRAMME),
            ("feeds_manage.calendars", _l("Preview in calendar apps"), Permission.VIEW),
        ],
    ),
    (
        lazy_pgettext("desk", "People"),
        [
            ("people.registrations", _l("Registrations"), Permission.VIEW),
            ("invitations_manage.invitations", _l("Invitations"), Permission.REGISTRATION),
            ("announcements.announcements", _l("Write to people"), Permission.REGISTRATION),
            ("notifications_manage.emails", _l("E-mails"), Permission.MAIL),
            ("check_in.desk", _l("Check-in"), Permission.CHECK_IN),
        ],
    ),
    (
        _l("Results"),
        [
            ("attendance_manage.counts", _l("Attendance figures"), Permission.VIEW),
            ("certificates_manage.certificates", _l("Certificates"), Permission.REGISTRATION),
        ],
    ),
    (_l("Team"), [("team_manage.team", _l("Members and roles"), Permission.OWN)]),
]


def desk_pages() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """The side navigation for the member who makes this request: (group, [(endpoint, label)])."""
    found = [(group, [(at, label) for at, label, needs in pages if may(needs)]) for group, pages in PAGES]
    return [(group, pages) for group, pages in found if pages]


# The item of the side navigation to which the pages of a feature belong.
_FEATURES = {
    "dashboard": "dashboard.event",
    "start": "dashboard.event",
    "events_manage": "events_manage.places",
    "venues": "events_manage.places",
    "options": "registration_manage.options",
    "pictures": "pictures.pictures",
    "blocks": "blocks.blocks",
    "registration_manage": "registration_manage.options",
    "registration_form": "registration_manage.options",
    "seats_manage": "registration_manage.options",
    "programme_manage": "programme_manage.programme",
    "programme_editor": "programme_manage.programme",
    "session_manage": "programme_manage.programme",
    "releases_manage": "programme_manage.programme",
    "exchange_manage": "programme_manage.programme",
    "people_manage": "people_manage.everybody",
    "proposals_manage": "proposals_manage.proposals",
    "decisions": "proposals_manage.proposals",
    "feeds_manage": "feeds_manage.calendars",
    "people": "people.registrations",
    "people_duplicates": "people.registrations",
    "people_files": "people.registrations",
    "people_import": "people.registrations",
    "person": "people.registrations",
    "badges": "people.registrations",
    "invitations_manage": "invitations_manage.invitations",
    "announcements": "announcements.announcements",
    "notifications_manage": "notifications_manage.emails",
    "email_settings": "notifications_manage.emails",
    "check_in": "check_in.desk",
    "doors": "check_in.desk",
    "session_screens": "check_in.desk",
    "attendance_manage": "attendance_manage.counts",
    "attendance_reports": "attendance_manage.counts",
    "counts_statement": "attendance_manage.counts",
    "counts_reported": "attendance_manage.counts",
    "counts_files": "attendance_manage.counts",
    "certificates_manage": "certificates_manage.certificates",
    "team_manage": "team_manage.team",
}
# Pages that belong to another item than their feature.
_ELSEWHERE = {
    "dashboard_event.edit": "dashboard_event.edit",
    "dashboard_event.delete": "dashboard.event",
    "decisions.ask": "people_manage.everybody",
}


def section_of(endpoint: str) -> str:
    """The item of the side navigation that a page belongs to."""
    return _ELSEWHERE.get(endpoint) or _FEATURES.get(endpoint.rpartition(".")[0], endpoint)


def desk_section() -> str:
    """The same of the current page."""
    return section_of(request.endpoint or "")


def desk_page_name() -> str:
    """What the side navigation calls the current page; empty if it is none of them."""
    section = desk_section()
    return next((str(label) for _group, pages in PAGES for at, label, _needs in pages if at == section), "")


@manage.get("")
@needs_login
def home() -> ResponseReturnValue:
    """The events that the user works on."""
    mine = events.of_user(current_organizer())
    return page(
        "dashboard/home.html",
        event=None,
        coming=[event for event in mine if not event.over],
        past=[event for event in mine if event.over],
    )


@manage.get("/events/<slug>")
@requires(Permission.VIEW)
def event(event: Event) -> ResponseReturnValue:
    """The state of the event, what is needed, worth doing and due, and the numbers that steer."""
    numbers = team.numbers(event, may)
    parts = _parts(event, failed=numbers.get(EmailStatus.FAILED, 0) if may(Permission.MAIL) else 0)
    must, worth = checklist.musts(parts, lifecycle.gaps(event)), checklist.worths(parts)
    waits = checklist.due(parts, clock.now())
    return page(
        "dashboard/event.html",
        event=event,
        options=parts.options,
        sessions=parts.sessions,
        numbers=registration.numbers_by_status(event),
        statement=attendance.statement(event),
        waiting=notifications.waiting(event),
        must=must,
        worth=worth,
        waits=waits,
        step=checklist.next_step(event, must, waits, worth, may),
        pace=live.pace(event, []),
    )


def _parts(event: Event, *, failed: int) -> EventParts:
    """What the lists are made of; proposals are only for those who may decide on them."""
    may_decide = may(Permission.PROGRAMME)
    declined = proposals.declined(event) if may_decide else []
    return EventParts(
        event,
        languages.reader(),
        facts(event),
        venues=events.venues(event),
        sessions=programme.sessions(event, drafts=True, people=False),
        release=programme.latest(event),
        options=registration.options(event),
        declined=[link.shown.name(languages.reader()).text for link in declined],
        undecided=proposals.numbers_by_status(event).get(ProposalStatus.SUBMITTED, 0) if may_decide else 0,
        failed_emails=failed,
    )


@manage.route("/events/<slug>/postpone", methods=["GET", "POST"])
@requires(Permission.OWN)
def postpone(event: Event) -> ResponseReturnValue:
    """Postpone the event and notify everybody registered."""
    return _cancel_or_postpone(event, "postpone")


@manage.route("/events/<slug>/cancel", methods=["GET", "POST"])
@requires(Permission.OWN)
def cancel(event: Event) -> ResponseReturnValue:
    """Cancel the event and notify everybody registered."""
    return _cancel_or_postpone(event, "cancel")


def _cancel_or_postpone(event: Event, verb: str) -> ResponseReturnValue:
    form = NoteForm()
    form.note.offer(event.languages)
    act = lifecycle.cancel_event if verb == "cancel" else lifecycle.postpone_event
    if done := submit(form, lambda: act(event, note=form.note.data)):
        said = languages.ngettext(
            "Done. %(num)d e-mail is being sent.", "Done. %(num)d e-mails are being sent.", done.value
        )
        flash(said)
        return redirect(url_for(".event", slug=event.slug), 303)
    people = registration.number_emailed(event)
    return page("dashboard/cancel_or_postpone.html", event=event, form=form, verb=verb, people=people)


@manage.post("/events/<slug>/publish")
@requires(Permission.OWN)
def publish(event: Event) -> ResponseReturnValue:
    """Publish the event."""
    lifecycle.publish_event(event)
    flash(_("The event is public now."))
    return redirect(url_for(".event", slug=event.slug), 303)


@manage.route("/events/<slug>/withdraw", methods=["GET", "POST"])
@requires(Permission.OWN)
def unpublish(event: Event) -> ResponseReturnValue:
    """Make the event a draft again, after confirmation."""
    if request.method == "POST":
        lifecycle.unpublish_event(event)
        flash(_("The event is no longer public. Only your team can see it."))
        return redirect(url_for(".event", slug=event.slug), 303)
    return page("dashboard/unpublish.html", event=event, people=registration.number_emailed(event))


@manage.route("/events/<slug>/clone", methods=["GET", "POST"])
@requires(Permission.OWN)
def clone(event: Event) -> ResponseReturnValue:
    """Create the next edition from this one."""
    form = CloneForm.of(event)
    if done := submit(form, lambda: cloning.clone(event, owner=current_organizer(), **form.values())):
        _report_clone(done.value)
        return redirect(url_for(".event", slug=done.value.event.slug), 303)
    return page("dashboard/clone.html", event=event, form=form)


def _report_clone(made: cloning.Cloned) -> None:
    flash(
        languages.ngettext(
            "Draft created with %(num)d session. Only your team can see it.",
            "Draft created with %(num)d sessions. Only your team can see it.",
            made.sessions,
        )
    )
    for title in made.skipped:
        flash(
            _(
                "“%(title)s” was moved later: its start time does not exist on the new date (clocks go forward).",
                title=languages.resolve(title).text,
            )
        )
