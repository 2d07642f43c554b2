"""Every linked page is fetched once on PostgreSQL."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from eventapp.core.db import db
from eventapp.events.queries import by_slug as event_by_slug
from eventapp.media.rules import PictureUse
from eventapp.programme.models import Room, Session, Track
from eventapp.registration.models import Registration
from tests.architecture.test_queries import fill
from tests.support.make import Make
from tests.support.visitor import Visitor

# Pages that nothing links to: those of private links in e-mails, and those for scripts and machines.
STARTS = [
    "/",
    "/manage",
    "/calendar.ics",
    "/calendar.jcal",
    "/healthz",
    "/robots.txt",
    "/proposals/token",
    "/proposals/deleted",
    "/speaking/token",
    "/agenda/speaking/token",
    "/manage/events/forum/people.json?q=Given",
    "/manage/events/forum/programme/state.json",
    "/manage/events/forum/programme/check",
    "/manage/events/forum/proposals/KNOWN",
    "/manage/events/forum/proposals/KNOWN/accept",
    "/manage/events/forum/registrations/new",
    "/manage/events/forum/registrations/import",
    "/manage/events/forum/registrations/export?format=csv&sort=-a.meal",
    "/manage/events/forum/registrations/print?q=a&tag=-&country=-&kind=-",
    "/manage/events/forum/registrations/files",
    "/manage/events/forum/registrations/views/new?q=a",
    "/manage/events/forum/registrations/bulk/tag?q=a",
    "/manage/events/forum/registrations/selected?verb=tag&all=1",
    "/manage/events/forum/invitations/review",
    "/manage/events/forum/invitations/remind",
    "/events/forum/counts",
    "/events/forum/counts.json",
    "/events/forum/register",
    "/events/forum/register/link",
    "/events/forum/register/sent",
    "/manage/events/forum/options/settings",
    "/manage/events/forum/options/shared/new",
    "/manage/events/forum/options/in_person/draw",
    "/organizations.json?q=ci",
    "/login/reset",
    "/check-in/",
    "/verify",
    "/registrations/token/certificate",
    "/registrations/token/ticket/worker.js",
    "/manage/events/forum/badges",
    "/manage/events/forum/counts/statement.pdf",
    "/manage/events/forum/badges/test.pdf",
    "/check-in/sw.js",
    "/check-in/scan-worker.js",
    "/check-in/manifest.webmanifest",
]
# These need a special state and have their own tests.
ELSEWHERE = {
    "blocks.edit",
    "dashboard_event.delete",
    "events_manage.remove_host",
    "people_manage.remove",
    "session_manage.delete",
    "programme_manage.mute",
    "check_in_api.people",
    "counts_statement.frozen_copy",
    "attendance_reports.preview",
    "attendance_reports.result",
    "online.here",
    "online.here_by_ticket",
    "online.join",
    "online.join_session",
    "session_screens.screen",
    "counts_statement.people",
    "doors.link",
    "certificates.as_pdf",
    "certificates.result",
    "certificates_manage.as_pdf",
    "certificates_manage.certificate",
    "invitations.accept",
    "invitations.invitation",
    "invitations.substitute",
    "invitations_manage.again",
    "invitations_manage.withdraw",
    "people.result",
    "people_duplicates.merge",
    "people_files.file",
    "people_import.preview",
    "people_import.result",
    "announcements.announcement",
    "announcements.change_announcement",
    "announcements.preview",
    "notifications.coming",
    "notifications.stop",
    "notifications_manage.stop_emails",
    "agenda.agenda",
    "agenda.feed",
    "agenda.stars",
    "agenda.star",
    "agenda.registration",
    "email_settings.logo_file",
    "exchange_manage.report",
    "media.picture",
    "notifications.calendar",
    "notifications_manage.email",
    "notifications_manage.pending",
    "registration_form.file",
    "registration.confirm_address",
    "security.login",
    "security.reset_password",
    "site.legal",
    "site.readyz",
    "site_settings.settings",
    "team.invitation",
    "team_manage.withdraw",
    "users_manage.disable",
    "users_manage.make_administrator",
    "users_manage.new",
    "users_manage.unmake_administrator",
    "users_manage.user",
    "users_manage.users",
}


def of_rows() -> list[str]:
    """Pages that are not linked in this state of the event, or only for other users."""
    room, track = db.session.scalars(select(Room)).one(), db.session.scalars(select(Track)).one()
    session = db.session.scalars(select(Session).order_by(Session.id)).first()
    registration = db.session.scalars(select(Registration)).one()
    speaker, desk = session.participations[0].person, f"/manage/events/forum/registrations/{registration.id}"
    event, team = "/events/forum", "/manage/events/forum"
    return [
        *(f"{event}/{one}.{end}" for one in (f"rooms/{room.slug}", f"tracks/{track.slug}") for end in ("ics", "jcal")),
        f"{event}/speakers/{speaker.code}.jcal",
        f"{event}/sessions/{session.code}.jcal",
        f"{team}/speakers/{speaker.code}/ask",
        f"{team}/programme/export.csv",
        desk,
        f"{desk}/cancel",
    ]


def endpoint(app: Flask, path: str) -> str:
    try:
        return app.url_map.bind("localhost").match(path)[0]
    except HTTPException:
        return ""


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_every_page_answers_on_postgresql(app: Flask, organizer: Visitor, make: Make) -> None:
    fill(make, 1)
    make.photo(event_by_slug("forum"), PictureUse.COVER)
    organizer.looks = False
    waiting, seen = (
        ["/registrations/token", *STARTS, *of_rows(), "/events/forum", "/manage/events/forum/pictures"],
        set(),
    )
    while waiting:
        address = waiting.pop()
        name = endpoint(app, urlsplit(address).path)
        if not name or name in seen or name == "static":
            continue
        seen.add(name)
        response = organizer.get(address)
        assert response.status_code < 400, address
        if response.mimetype == "text/html":
            html = response.get_data(as_text=True)
            waiting += [part.split('"')[0].replace("&amp;", "&") for part in html.split('href="/')[1:]]
            waiting = [one if one.startswith("/") else f"/{one}" for one in waiting]
            waiting += ["/" + part.split('"')[0] for part in html.split('src="/')[1:]]
            waiting += [urlsplit(part.split('"')[0]).path for part in html.split('"og:image" content="')[1:]]
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods and rule.endpoint != "static"}
    missed = " ".join(sorted(pages - seen - ELSEWHERE))
    assert not missed, missed
