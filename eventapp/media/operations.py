"""Store and remove pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from eventapp.core import ordering
from eventapp.core.db import db
from eventapp.core.languages import gettext as _
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.core.rows import delete_row
from eventapp.events.models import Event
from eventapp.media import queries
from eventapp.media.models import HostLogo, Photo
from eventapp.media.reading import EncodedPicture
from eventapp.media.rules import MOST_PHOTOS, NEEDS_ALT, PictureUse, file_name
from eventapp.media.storage import PictureStore
from eventapp.media.variants import PictureFiles


def save_logo(event: Event, picture: EncodedPicture | None, *, alt: LocalizedText) -> None:
    """Use this logo in the event's e-mails from now on, or only change what it says (`picture` is None). Raises
    Refused if there is none to change.
    """
    row = db.session.get(HostLogo, event.id)
    if row is None and picture is None:
        raise Refused(_("Choose a file."), field="file")
    if row is None:
        row = HostLogo(event_id=event.id)
        db.session.add(row)
    row.alt = alt
    if picture is not None:
        row.content, row.width, row.height = picture.content, picture.width, picture.height
        row.digest = hashlib.sha256(picture.content).hexdigest()[:32]
    db.session.flush()


def remove_logo(event: Event) -> None:
    """Send e-mails without a logo, also those that wait."""
    row = db.session.get(HostLogo, event.id)
    if row is not None:
        delete_row(row)


def store_files(files: PictureFiles, store: PictureStore) -> None:
    """Put all sizes of a picture into the storage; no transaction may be open. Raises Refused."""
    for width, ending, content in files.files:
        store.put(file_name(files.digest, width, ending), content)


def add_photo(event: Event, use: PictureUse, files: PictureFiles, *, of: Mapping[str, int] | None = None) -> Photo:
    """Add a picture whose files are in the storage; the public does not see it yet.

    `of` says what it shows: `{"person_id": 12}`, for example. If there is one already, its file is replaced, and it is
    shown as before. Raises Refused if the event has too many pictures.
    """
    about = dict(of or {})
    query = select(Photo).where(Photo.event_id == event.id, Photo.use == use).filter_by(**about)
    photo = None if use is PictureUse.GALLERY else db.session.scalar(query)
    if photo is None:
        photo = Photo(event_id=event.id, use=use, shown=False, position=_room_for_one(event), **about)
        db.session.add(photo)
    _set_file(photo, files)
    db.session.flush()
    return photo


def _set_file(photo: Photo, files: PictureFiles) -> None:
    """Use another file, of which everything may be visible."""
    photo.path, photo.illustration = "", False
    photo.digest, photo.widths, photo.modern = files.digest, files.widths, files.modern
    photo.width, photo.height = files.width, files.height
    photo.focal_x = photo.focal_y = 50


def _room_for_one(event: Event) -> int:
    """The position of a further picture. Raises Refused if there are too many."""
    number, last = db.session.execute(
        select(func.count(), func.max(Photo.position)).where(Photo.event_id == event.id)
    ).one()
    if number >= MOST_PHOTOS:
        raise Refused(_("An event can have %(number)d pictures. Remove one first.", number=MOST_PHOTOS))
    return 0 if last is None else last + 1


def change_photo(photo: Photo, *, files: PictureFiles | None = None, **values: Any) -> None:
    """Change the words and the focal point of a picture, and show it. Another file begins in its middle: the point was
    chosen for the former one. Raises Refused without the alternative text that such a picture needs.
    """
    if photo.use in NEEDS_ALT and not values["alt"]:
        raise Refused(_("Describe what can be seen, for people who can't see it."), field="alt")
    for name, value in values.items():
        setattr(photo, name, value)
    if files is not None:
        _set_file(photo, files)
    photo.shown = True
    db.session.flush()


def remove_photo(photo: Photo) -> None:
    """Remove a picture. Its files can't be opened from then on, unless another picture has the same; the task deletes
    them a day later. Not here: somebody may just be uploading the same file, whose row is not there yet.
    """
    delete_row(photo)


def move_photo(event: Event, photo: Photo, position: int) -> None:
    """Move a picture to this place in the gallery, counted from 0."""
    ordering.number(ordering.moved(queries.pictures(event, of_team=True).gallery, photo, position))
