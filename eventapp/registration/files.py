"""Files as answers: checked, kept until the form is complete, and attached to the registration.

A file is never shown by a browser: only the team downloads it, as an attachment.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from eventapp.core import budgets, clock, tokens
from eventapp.core.db import db, transaction
from eventapp.core.languages import gettext as _
from eventapp.core.languages import listing, ngettext
from eventapp.core.refusals import Refused
from eventapp.events.models import Event
from eventapp.registration.form_models import AnswerFile, Question
from eventapp.registration.models import Registration

MEGABYTE = 1024 * 1024
# What the browser may offer, by the name that the team reads: (media type, ending).
FILE_KINDS = {
    "PDF": ("application/pdf", "pdf"),
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "WebP": ("image/webp", "webp"),
}
# Per hour: from one IP address to one event, and to one event from everybody.
FILES_AN_HOUR = 30
MEGABYTES_AN_HOUR = 60
MEGABYTES_OF_ALL_AN_HOUR = 1000
# How many an event may have in all.
MEGABYTES_OF_EVENT = 4000
# How long a file waits for the form that it belongs to.
WAITS = timedelta(hours=24)


def kinds_of(question: Question) -> list[str]:
    """The kinds of files that the question takes."""
    return [kind for kind in FILE_KINDS if kind in question.file_kinds] or list(FILE_KINDS)


def kind_of(content: bytes) -> str | None:
    """The kind of a file by its first bytes, or None: what its name says proves nothing."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WebP"
    return "PDF" if b"%PDF-" in content[:1024] else None


def safe_name(typed: str, kind: str) -> str:
    """The name for a download: without folders and special characters, and with the ending of its kind."""
    ending = FILE_KINDS[kind][1]
    base = re.split(r"[/\\]", typed)[-1].rpartition(".")[0] or re.split(r"[/\\]", typed)[-1]
    base = re.sub(r"[^\w .,()-]+", "_", base).strip(" .")[:80]
    return f"{base or 'file'}.{ending}"


def keep(event: Event, question: Question, *, name: str, content: bytes, source: str = "") -> dict[str, Any]:
    """Keep a file in a transaction of its own, also if the form is refused. Returns the answer.

    Raises Refused for a file that is empty, too large or of another kind, and if `source` has sent too many.
    """
    kind, kinds = kind_of(content), kinds_of(question)
    if not content:
        raise Refused(_("This file is empty."))
    if len(content) > question.megabytes * MEGABYTE:
        raise Refused(
            ngettext(
                "This file is too large: choose one of at most %(num)d megabyte.",
                "This file is too large: choose one of at most %(num)d megabytes.",
                question.megabytes,
            )
        )
    if kind is None or kind not in kinds:
        raise Refused(_("Choose a file of these kinds: %(kinds)s.", kinds=listing(kinds)))
    row = AnswerFile(event_id=event.id, question=question.key, key=tokens.token())
    row.name, row.media_type, row.size, row.content = safe_name(name, kind), FILE_KINDS[kind][0], len(content), content
    with transaction():
        _check_room(row.event_id, row.size, source)
        db.session.add(row)
        db.session.flush()
        return answer_of(row)


def _check_room(event_id: int, size: int, source: str) -> None:
    """Count a file. Raises Refused if there are too many."""
    stored = db.session.scalar(select(func.sum(AnswerFile.size)).where(AnswerFile.event_id == event_id)) or 0
    units = size // MEGABYTE + 1
    full = stored + size > MEGABYTES_OF_EVENT * MEGABYTE
    if source and not full:
        own, everybody = f"files {event_id}", f"megabytes {event_id}"
        full = not (
            budgets.take(own, source, limit=FILES_AN_HOUR)
            and budgets.take(everybody, source, limit=MEGABYTES_AN_HOUR, units=units)
            and budgets.take(everybody, "everybody", limit=MEGABYTES_OF_ALL_AN_HOUR, units=units)
        )
    if full:
        raise Refused(_("Too many files have been sent. Try again later, or ask the organizers."))


def answer_of(row: AnswerFile) -> dict[str, Any]:
    """The answer that stands for a file."""
    return {"file": row.key, "name": row.name, "size": row.size}


def waiting(event: Event, question: Question, key: str) -> dict[str, Any] | None:
    """The answer with a file that an earlier page of the form has sent, if it is still there."""
    row = db.session.scalar(
        select(AnswerFile).where(
            AnswerFile.key == key,
            AnswerFile.event_id == event.id,
            AnswerFile.question == question.key,
            AnswerFile.registration_id.is_(None),
        )
    )
    return answer_of(row) if row is not None else None


def keys_in(answers: Mapping[str, Any] | None) -> set[str]:
    """The keys of the files in answers."""
    return {answer["file"] for answer in (answers or {}).values() if isinstance(answer, dict)}


def attach(registration: Registration, before: Collection[str] = ()) -> None:
    """Give a registration the files in its answers, and delete those that were in them `before`."""
    keys = keys_in(registration.answers)
    if keys == set(before):
        return
    synchronize = {"synchronize_session": False}
    own = AnswerFile.registration_id == registration.id
    db.session.execute(delete(AnswerFile).where(own, AnswerFile.key.not_in(keys)).execution_options(**synchronize))
    free = (AnswerFile.event_id == registration.event_id) & AnswerFile.registration_id.is_(None)
    db.session.execute(
        update(AnswerFile)
        .where(free, AnswerFile.key.in_(keys))
        .values(registration_id=registration.id)
        .execution_options(**synchronize)
    )


def take_over(registration: Registration, other: Registration) -> None:
    """Give a registration those files of another one that are in its answers."""
    keys = keys_in(registration.answers)
    if keys:
        rows = update(AnswerFile).where(AnswerFile.registration_id == other.id, AnswerFile.key.in_(keys))
        db.session.execute(rows.values(registration_id=registration.id).execution_options(synchronize_session=False))


def of_registration(registration: Registration) -> list[AnswerFile]:
    """The files in the answers of a registration."""
    return list(
        db.session.scalars(
            select(AnswerFile).where(AnswerFile.registration_id == registration.id).order_by(AnswerFile.id)
        )
    )


def by_id(registration: Registration, number: int) -> AnswerFile | None:
    """A file of a registration."""
    return db.session.scalar(
        select(AnswerFile).where(AnswerFile.registration_id == registration.id, AnswerFile.id == number)
    )


def delete_unused() -> int:
    """Delete files whose form was never completed; returns their number."""
    with transaction():
        old = AnswerFile.registration_id.is_(None) & (AnswerFile.created_at < clock.now() - WAITS)
        result = db.session.execute(delete(AnswerFile).where(old))
    return result.rowcount  # type: ignore[attr-defined,no-any-return]
