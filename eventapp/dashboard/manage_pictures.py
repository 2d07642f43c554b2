"""Desk pages: the pictures of an event, and its look without one."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.rules import Permission
from eventapp.core.bodies import takes_files
from eventapp.core.db import reading
from eventapp.core.errors import or_404
from eventapp.core.forms import sent_file, sent_position, submit
from eventapp.core.languages import gettext as _
from eventapp.core.languages import reader
from eventapp.core.localized import LocalizedText
from eventapp.core.pages import page
from eventapp.events import operations as event_operations
from eventapp.events import queries as events
from eventapp.events.access import requires
from eventapp.events.models import Event
from eventapp.events.rules import EventColour, Motif
from eventapp.media import operations, queries, storage
from eventapp.media.forms import CoverStyleForm, PictureForm, PictureUploadForm
from eventapp.media.models import Photo
from eventapp.media.reading import photo as read_photo
from eventapp.media.rules import LARGEST_PHOTO, NEEDS_ALT, PictureUse
from eventapp.media.variants import PictureFiles
from eventapp.programme import queries as programme

manage = Blueprint("pictures", __name__, url_prefix="/manage/events/<slug>/pictures")

WORDS = ("alt", "caption", "credit", "focal_x", "focal_y")


@dataclass(frozen=True)
class PictureSubject:
    """What a picture shows: the column that refers to it, its id there, and its name."""

    column: str
    number: int
    name: LocalizedText | str


@manage.get("")
@requires(Permission.PROGRAMME)
def pictures(event: Event) -> ResponseReturnValue:
    """All pictures of the event, and where one is missing."""
    return _overview(event)


def _overview(event: Event, form: CoverStyleForm | None = None) -> ResponseReturnValue:
    people = programme.shown_people(event)
    colour, motif = event.cover_style
    return page(
        "dashboard/pictures.html",
        event=event,
        pictures=queries.pictures(event, of_team=True),
        hosts=events.hosts(event),
        venues=events.venues(event),
        people=[(person, person.name(reader())) for person in people],
        style=form or CoverStyleForm(formdata=None, data={"colour": colour.value, "motif": motif.value}),
    )


@manage.post("/cover-style")
@requires(Permission.PROGRAMME)
def choose_cover(event: Event) -> ResponseReturnValue:
    """Choose colour and motif."""
    form = CoverStyleForm()
    if submit(
        form, lambda: event_operations.set_cover_style(event, EventColour(form.colour.data), Motif(form.motif.data))
    ):
        flash(_("Colour and motif have been saved."))
        return redirect(url_for(".pictures", slug=event.slug), 303)
    return _overview(event, form)


@manage.route("/new/<use>", methods=["GET", "POST"])
@manage.route("/new/<use>/<int:number>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
@takes_files(LARGEST_PHOTO)
def upload(event: Event, use: str, number: int = 0) -> ResponseReturnValue:
    """Upload a picture; the next page asks what it shows."""
    wanted = or_404(PictureUse(use) if use in set(PictureUse) else None)
    subject = _subject(event, wanted, number)
    form = PictureUploadForm()
    if done := submit(form, lambda: _upload(event, wanted, subject)):
        return redirect(url_for(".edit", slug=event.slug, number=done.value.id), 303)
    return page("dashboard/upload_picture.html", event=event, form=form, use=wanted, subject=subject)


def _subject(event: Event, use: PictureUse, number: int) -> PictureSubject | None:
    """What the picture shows: a host, a speaker or a venue of this event. Raises 404 if there is none."""
    if use is PictureUse.EMBLEM:
        hosts = {one.organization_id: one.organization.names for one in events.hosts(event)}
        return PictureSubject("organization_id", number, or_404(hosts.get(number)))
    if use is PictureUse.SPEAKER:
        people = {one.id: one.name(reader()).text for one in programme.shown_people(event)}
        return PictureSubject("person_id", number, or_404(people.get(number)))
    if use is PictureUse.FLOOR_PLAN:
        venues = {one.id: one.name for one in events.venues(event)}
        return PictureSubject("venue_id", number, or_404(venues.get(number)))
    or_404(None if number else use)
    return None


def _upload(event: Event, use: PictureUse, subject: PictureSubject | None) -> Photo:
    files = _stored(use)
    return operations.add_photo(event, use, files, of={subject.column: subject.number} if subject else None)


def _stored(use: PictureUse) -> PictureFiles:
    """Read the file that was sent and store its sizes while nothing is locked. Raises Refused."""
    _name, data = sent_file(LARGEST_PHOTO)
    with reading():
        files = read_photo(data, use)
        operations.store_files(files, storage.store())
    return files


@manage.route("/<int:number>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
@takes_files(LARGEST_PHOTO)
def edit(event: Event, number: int) -> ResponseReturnValue:
    """The words of a picture, and the point that stays visible."""
    photo = or_404(queries.photo(event, number))
    form = PictureForm(data={name: getattr(photo, name) for name in WORDS})
    for field in (form.alt, form.caption, form.credit):
        field.offer(event.languages)
    if photo.use in NEEDS_ALT:
        form.alt.flags.asked = True
    if submit(form, lambda: _save(photo, form)):
        flash(_("The picture has been saved."))
        if request.form.get("again") and photo.use is PictureUse.GALLERY:
            return redirect(url_for(".upload", slug=event.slug, use=photo.use.value), 303)
        return redirect(url_for(".pictures", slug=event.slug), 303)
    return page("dashboard/picture.html", event=event, form=form, photo=photo)


def _save(photo: Photo, form: PictureForm) -> None:
    sent = request.files.get("file")
    files = _stored(photo.use) if sent is not None and sent.filename else None
    operations.change_photo(photo, files=files, **{name: form[name].data for name in WORDS})


@manage.route("/<int:number>/remove", methods=["GET", "POST"])
@requires(Permission.PROGRAMME)
def remove(event: Event, number: int) -> ResponseReturnValue:
    """Remove a picture, after confirmation."""
    photo = or_404(queries.photo(event, number))
    if request.method == "POST":
        operations.remove_photo(photo)
        flash(_("The picture has been removed."))
        return redirect(url_for(".pictures", slug=event.slug), 303)
    return page("dashboard/remove_picture.html", event=event, photo=photo)


@manage.post("/<int:number>/move")
@requires(Permission.PROGRAMME)
def move(event: Event, number: int) -> ResponseReturnValue:
    """Move a picture of the gallery to another place."""
    photo = or_404(queries.photo(event, number))
    operations.move_photo(event, or_404(photo if photo.use is PictureUse.GALLERY else None), sent_position())
    return redirect(url_for(".pictures", slug=event.slug, _anchor=f"place-{number}"), 303)
