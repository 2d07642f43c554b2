"""The desk across features: my events, an event's overview, its mail, and the verbs that concern everybody."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp import lifecycle
from eventapp.accounts.access import at_desk, needs_login
from eventapp.accounts.rules import Needs
from eventapp.attendance import queries as attendance
from eventapp.core import clock, languages
from eventapp.core.errors import Refused, found
from eventapp.core.forms import page_number
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.links import base_url
from eventapp.core.pages import page
from eventapp.dashboard import queries
from eventapp.dashboard.steps import next_steps
from eventapp.events import operations as event_operations
from eventapp.events import queries as events
from eventapp.events.access import desk, may
from eventapp.events.forms import CloneForm, NoteForm
from eventapp.events.models import Event
from eventapp.events.rules import countdown
from eventapp.lifecycle import clone as cloning
from eventapp.lifecycle import news
from eventapp.mail import operations as mail
from eventapp.mail import rules
from eventapp.mail.models import Mail, MailStatus
from eventapp.programme import queries as programme
from eventapp.proposals import queries as proposals
from eventapp.proposals.rules import ProposalStatus
from eventapp.registration import queries as registration

manage = Blueprint("dashboard", __name__, url_prefix="/manage")

# The side list of an event's desk: endpoint, label, what it needs.
PAGES = [
    ("dashboard.event", _l("Overview"), Needs.VIEW),
    ("dashboard_event.edit", _l("Event details"), Needs.OWN),
    ("events_manage.places", _l("Venue and hosts"), Needs.OWN),
    ("programme_manage.programme", _l("Programme"), Needs.VIEW),
    ("people_manage.everybody", _l("Speakers"), Needs.VIEW),
    ("proposals_manage.proposals", _l("Proposals"), Needs.PROGRAMME),
    ("registration_manage.registrations", _l("Registrations"), Needs.VIEW),
    ("registration_manage.options", _l("Registration form"), Needs.REGISTRATION),
    ("attendance_manage.counts", _l("Attendance figures"), Needs.VIEW),
    ("calendars_manage.calendars", _l("Calendars"), Needs.VIEW),
    ("dashboard.mail_list", _l("E-mails"), Needs.MAIL),
    ("events_manage.team", _l("Team"), Needs.OWN),
]

# Pages that belong to an entry of the side list without being it.
_BELONG = {
    "site": "events_manage.places",
    "host": "events_manage.places",
    "session": "programme_manage.programme",
    "check": "programme_manage.programme",
    "release": "programme_manage.programme",
    "room": "programme_manage.programme",
    "track": "programme_manage.programme",
    "upload": "programme_manage.programme",
    "report": "programme_manage.programme",
    "person": "people_manage.everybody",
    "ask": "people_manage.everybody",
    "call": "proposals_manage.proposals",
    "proposal": "proposals_manage.proposals",
    "decision": "proposals_manage.proposals",
    "add": "registration_manage.registrations",
    "registration": "registration_manage.registrations",
    "option": "registration_manage.options",
    "question": "registration_manage.options",
    "letter": "dashboard.mail_list",
    "postpone": "dashboard.event",
    "clone": "dashboard.event",
    "cancel": "dashboard.event",
}


def desk_section() -> str:
    """The entry of the side list that the present page belongs to."""
    endpoint = request.endpoint or ""
    return _BELONG.get(endpoint.rpartition(".")[2], endpoint)


def masked(text: str) -> str:
    """What a letter says, without its keys."""
    return rules.masked(text, own=base_url())


def letter_state(letter: Mail) -> str:
    """What became of a letter."""
    return {MailStatus.QUEUED: _("waiting"), MailStatus.SENT: _("sent"), MailStatus.FAILED: _("not delivered")}[
        letter.status
    ]


@manage.get("")
@needs_login
def home() -> ResponseReturnValue:
    """The events one works on."""
    user = at_desk()
    now = clock.now()
    mine = events.of_user(user)
    return page(
        "dashboard/home.html",
        event=None,
        coming=[event for event in mine if event.ends_at >= now],
        past=[event for event in mine if event.ends_at < now],
        countdown=countdown,
        today=now.date(),
    )


@manage.get("/events/<slug>")
@desk(Needs.VIEW)
def event(event: Event) -> ResponseReturnValue:
    """Where the event stands, and what to do next."""
    options = registration.options(event)
    sessions = programme.sessions(event, drafts=True, people=False)
    numbers = registration.numbers_by_status(event)
    proposed = may(Needs.PROGRAMME)
    return page(
        "dashboard/event.html",
        event=event,
        options=options,
        sessions=sessions,
        numbers=numbers,
        mail=queries.numbers_of_letters(event, may),
        statement=attendance.statement(event),
        waiting=news.waiting(event),
        steps=next_steps(
            event,
            sessions=sessions,
            release=programme.latest(event),
            options=options,
            declined=[link.shown.name(languages.reader()).text for link in proposals.declined(event)]
            if proposed
            else (),
            undecided=proposals.numbers_by_status(event).get(ProposalStatus.SUBMITTED, 0) if proposed else 0,
        ),
        countdown=countdown(event.starts_at, event.ends_at, event.zone, clock.local_day(clock.now(), event.zone)),
    )


@manage.route("/events/<slug>/postpone", methods=["GET", "POST"])
@desk(Needs.OWN)
def postpone(event: Event) -> ResponseReturnValue:
    """Postpone, and write to everybody registered."""
    return _call_off(event, "postpone")


@manage.route("/events/<slug>/cancel", methods=["GET", "POST"])
@desk(Needs.OWN)
def cancel(event: Event) -> ResponseReturnValue:
    """Cancel, and write to everybody registered."""
    return _call_off(event, "cancel")


def _call_off(event: Event, verb: str) -> ResponseReturnValue:
    form = NoteForm()
    form.note.speak(event.languages)
    if form.validate_on_submit():
        act = lifecycle.cancel_event if verb == "cancel" else lifecycle.postpone_event
        try:
            number = act(event, note=form.note.data)
            flash(
                languages.ngettext(
                    "Done. %(num)d e-mail is being sent.", "Done. %(num)d e-mails are being sent.", number
                )
            )
            return redirect(url_for(".event", slug=event.slug), 303)
        except Refused as refusal:
            form.refuse(refusal)
    people = len(registration.everyone(event))
    return page("dashboard/call_off.html", event=event, form=form, verb=verb, people=people)


@manage.post("/events/<slug>/news/<any(now, nobody):verb>")
@desk(Needs.PROGRAMME)
def tell(event: Event, verb: str) -> ResponseReturnValue:
    """Write at once of what has changed, or to nobody."""
    if verb == "now":
        news.send_now(event)
        flash(_("The e-mails are being sent."))
    else:
        news.tell_nobody(event)
        flash(_("No e-mails will be sent. Subscribed calendars still update."))
    return redirect(url_for(".event", slug=event.slug), 303)


@manage.route("/events/<slug>/withdraw", methods=["GET", "POST"])
@desk(Needs.OWN)
def withdraw(event: Event) -> ResponseReturnValue:
    """Back to a draft, once that was confirmed."""
    if request.method == "POST":
        event_operations.withdraw(event)
        flash(_("The event is no longer public. Only your team can see it."))
        return redirect(url_for(".event", slug=event.slug), 303)
    return page("dashboard/withdraw.html", event=event, people=len(registration.everyone(event)))


@manage.route("/events/<slug>/clone", methods=["GET", "POST"])
@desk(Needs.OWN)
def clone(event: Event) -> ResponseReturnValue:
    """The next edition, made of this one."""
    form = CloneForm(data={"title": event.title})
    form.title.speak(event.languages)
    if form.validate_on_submit():
        try:
            cloned = cloning.clone(
                event,
                owner=at_desk(),
                slug=form.slug.data or "",
                first_day=form.first_day.data,
                title=form.title.data,
                people=form.people.data,
            )
            said = languages.ngettext(
                "Draft created with %(num)d session. Only your team can see it.",
                "Draft created with %(num)d sessions. Only your team can see it.",
                cloned.sessions,
            )
            flash(said)
            for title in cloned.skipped:
                flash(
                    _(
                        "“%(title)s” was moved later: its start time does not exist on the new date (clocks go "
                        "forward).",
                        title=title,
                    )
                )
            return redirect(url_for(".event", slug=cloned.event.slug), 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("dashboard/clone.html", event=event, form=form)


@manage.get("/events/<slug>/mail")
@desk(Needs.MAIL)
def mail_list(event: Event) -> ResponseReturnValue:
    """Letters of the event, sent and waiting."""
    number = page_number(request.args.get("page"))
    numbers = queries.numbers_of_letters(event, may)
    return page(
        "dashboard/mail.html",
        event=event,
        letters=queries.letters(event, may, limit=50, offset=(number - 1) * 50),
        numbers=numbers,
        number=number,
        given_up=numbers.get(MailStatus.FAILED, 0),
        server=bool(current_app.config["SETTINGS"].mail_url),
    )


@manage.get("/events/<slug>/mail/<int:number>")
@desk(Needs.MAIL)
def letter(event: Event, number: int) -> ResponseReturnValue:
    """One letter as it was written, its keys masked."""
    return page("dashboard/letter.html", event=event, letter=found(queries.letter(event, may, number)))


@manage.post("/events/<slug>/mail/<int:number>/retry")
@desk(Needs.MAIL)
def retry(event: Event, number: int) -> ResponseReturnValue:
    """Try a letter again that was given up."""
    mail.retry(found(queries.letter(event, may, number)))
    flash(_("The e-mail is queued again."))
    return redirect(url_for(".letter", slug=event.slug, number=number), 303)


@manage.post("/events/<slug>/mail/retry")
@desk(Needs.MAIL)
def retry_all(event: Event) -> ResponseReturnValue:
    """Try all letters again that were given up, as after a server was put right."""
    number = mail.retry_all(f"event:{event.id}", families=queries.families(may))
    said = languages.ngettext("%(num)d e-mail is queued again.", "%(num)d e-mails are queued again.", number)
    flash(said)
    return redirect(url_for(".mail_list", slug=event.slug), 303)
