"""eventapp: event management for summits and forums. `create_app` is the one place that knows everything."""

from __future__ import annotations

import gc

# Of what is imported nothing is garbage. To look for some all the same, while it starts and when it ends, takes almost
# half a second of a processor.
_collects = gc.isenabled()
gc.disable()

import os
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from eventapp import cli, config
from eventapp.accounts import manage as accounts_manage
from eventapp.accounts import security
from eventapp.accounts import tasks as account_tasks
from eventapp.accounts.access import signed_in
from eventapp.agenda import tasks as agenda_tasks
from eventapp.agenda import views as agenda
from eventapp.announcements import manage as announcements
from eventapp.announcements import tasks as announcement_tasks
from eventapp.announcements.about import audience_words
from eventapp.attendance import manage as attendance_manage
from eventapp.attendance import manage_files as counts_files
from eventapp.attendance import manage_reported as counts_reported
from eventapp.attendance import manage_statement as counts_statement
from eventapp.attendance import summary
from eventapp.attendance import views as attendance
from eventapp.badges import manage as badges
from eventapp.blocks import manage as blocks_manage
from eventapp.blocks.shown import block_links, block_questions
from eventapp.certificates import manage as certificates_manage
from eventapp.certificates import operations as certificates
from eventapp.certificates import views as certificate
from eventapp.check_in import api as check_in_api
from eventapp.check_in import batch, manage_doors
from eventapp.check_in import manage as check_in
from eventapp.check_in import views as check_in_app
from eventapp.core import (
    assets,
    bodies,
    budgets,
    cache_middleware,
    clock,
    db,
    errors,
    headers,
    languages,
    limits,
    logs,
    pages,
)
from eventapp.core.csrf import Protection
from eventapp.core.links import absolute
from eventapp.dashboard import manage as dashboard
from eventapp.dashboard import manage_decisions as decisions
from eventapp.dashboard import manage_event as dashboard_event
from eventapp.dashboard import (
    manage_options,
    manage_pictures,
    manage_site,
    manage_start,
    manage_venues,
    programme_editor,
)
from eventapp.dashboard import manage_people as people_manage
from eventapp.dashboard import manage_programme as programme_manage
from eventapp.dashboard import manage_releases as releases_manage
from eventapp.dashboard import manage_session as session_manage
from eventapp.dashboard import manage_users as users_manage
from eventapp.directory import views as directory
from eventapp.directory.rules import links as person_links
from eventapp.directory.rules import monogram
from eventapp.events import manage as events_manage
from eventapp.events import manage_team, team_views
from eventapp.events import team as teams
from eventapp.events.access import may
from eventapp.exchange import manage as exchange_manage
from eventapp.exchange import tasks as exchange_tasks
from eventapp.exchange import views as exchange
from eventapp.feeds import manage as feeds_manage
from eventapp.feeds import views as feeds
from eventapp.feeds.apps import IN_PANEL
from eventapp.feeds.links import entry_links, links_to, qr
from eventapp.invitations import manage as invitations_manage
from eventapp.invitations import views as invitations
from eventapp.jobs import Sweep
from eventapp.mail import tasks as mail_tasks
from eventapp.media import queries as media_queries
from eventapp.media import storage as picture_storage
from eventapp.media import tasks as media_tasks
from eventapp.media import views as media
from eventapp.media.cards import event_card, site_card
from eventapp.notifications import manage as notifications_manage
from eventapp.notifications import manage_settings as email_settings
from eventapp.notifications import scan
from eventapp.notifications import tasks as notification_tasks
from eventapp.notifications import views as notifications
from eventapp.online import manage_reports as attendance_reports
from eventapp.online import manage_screens as session_screens
from eventapp.online import tasks as online_tasks
from eventapp.online import views as online
from eventapp.people import exports as people_exports
from eventapp.people import manage as registrations_manage
from eventapp.people import manage_duplicates, manage_files, manage_import, manage_person
from eventapp.people import tasks as people_tasks
from eventapp.programme import changes as programme_changes
from eventapp.programme import views as programme
from eventapp.proposals import manage as proposals_manage
from eventapp.proposals import speaking
from eventapp.proposals import views as proposals
from eventapp.registration import manage as registration_manage
from eventapp.registration import manage_form as registration_manage_form
from eventapp.registration import manage_seats as registration_seats
from eventapp.registration import own_views as registration_own
from eventapp.registration import tasks as registration_tasks
from eventapp.site import views as site
from eventapp.site.navigation import event_links, session_seats
from eventapp.site_settings.profile import profile as site_profile
from eventapp.tickets import views as ticket

gc.freeze()
if _collects:
    gc.enable()

csrf = Protection()

BLUEPRINTS = [
    site.views,
    programme.views,
    feeds.views,
    exchange.views,
    directory.views,
    registration_own.views,
    notifications.views,
    invitations.views,
    agenda.views,
    media.views,
    team_views.views,
    proposals.views,
    ticket.views,
    online.views,
    speaking.views,
    attendance.views,
    dashboard.manage,
    accounts_manage.manage,
    events_manage.manage,
    manage_team.manage,
    programme_manage.manage,
    session_manage.manage,
    dashboard_event.manage,
    manage_start.manage,
    manage_pictures.manage,
    blocks_manage.manage,
    manage_site.manage,
    manage_venues.manage,
    manage_options.manage,
    decisions.manage,
    people_manage.manage,
    releases_manage.manage,
    users_manage.manage,
    programme_editor.editor,
    exchange_manage.manage,
    proposals_manage.manage,
    registrations_manage.manage,
    invitations_manage.manage,
    manage_files.manage,
    manage_import.manage,
    manage_duplicates.manage,
    manage_person.manage,
    registration_manage.manage,
    registration_manage_form.manage_form,
    registration_seats.manage,
    notifications_manage.manage,
    email_settings.manage,
    announcements.manage,
    check_in.manage,
    manage_doors.manage,
    badges.manage,
    certificates_manage.manage,
    certificate.views,
    check_in_api.api,
    check_in_app.views,
    attendance_reports.manage,
    session_screens.manage,
    attendance_manage.manage,
    counts_statement.manage,
    counts_reported.manage,
    counts_files.manage,
    feeds_manage.manage,
]


# What every template can call.
TEMPLATE_GLOBALS: dict[str, Any] = {
    "site_profile": site_profile,
    "site_name": lambda: site_profile().said_name(languages.reader()),
    "organizer": signed_in,
    "may": may,
    "absolute": absolute,
    "links_to": links_to,
    "entry_links": entry_links,
    "qr": qr,
    "panel_programs": IN_PANEL,
    "monogram": monogram,
    "person_links": person_links,
    "local_day": clock.local_day,
    "describe_change": lambda change, **values: programme_changes.describe(
        change, language=languages.reader(), **values
    ),
    "option_name": lambda option: option.name(languages.reader()),
    "desk_pages": dashboard.desk_pages,
    "desk_page_name": dashboard.desk_page_name,
    "event_card": event_card,
    "site_card": site_card,
    "event_links": event_links,
    "session_seats": session_seats,
    "block_questions": block_questions,
    "block_links": block_links,
    "desk_section": dashboard.desk_section,
    "email_state": notifications_manage.email_state,
    "audience_words": audience_words,
    "masked": notifications_manage.masked,
    "why": notifications_manage.why,
    "undeliverable": notifications_manage.undeliverable,
    "sentence": summary.summary,
}


def folder(name: str) -> Path:
    """The folder `templates` or `static`: at the root of the source tree, or inside the package in a wheel."""
    inside = Path(str(files("eventapp"))) / name
    return inside if inside.exists() else inside.parent.parent / name


def create_app(settings: config.Settings | None = None) -> Flask:
    """Create the application. Raises config.BadSetting if a setting can't be used."""
    settings = settings or config.Settings.from_environment()
    package = Path(str(files("eventapp")))
    # Files created in the instance folder (database, key, uploads) are for their owner alone.
    os.umask(0o077)
    app = errors.Application(
        "eventapp", template_folder=str(folder("templates")), static_folder=None, instance_path=str(settings.instance)
    )
    app.config.update(_configuration(settings, package))
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    _start_parts(app, settings)
    app.jinja_env.globals.update(TEMPLATE_GLOBALS)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.config["DATABASE_VERSION"] = db.newest_version(package / "migrations")
    with app.app_context():
        app.extensions["batched"] = {batch.PATH: batch.handler()}
    app.extensions["sweeps"] = _sweeps(settings)
    cli.init_app(app)
    return app


def _configuration(settings: config.Settings, package: Path) -> dict[str, Any]:
    """What Flask and its extensions are told."""
    secure = settings.base_url.startswith("https")
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "MIGRATIONS": str(package / "migrations"),
        "BABEL_TRANSLATION_DIRECTORIES": str(package / "translations"),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_NAME": headers.cookie_name("eventapp", secure=secure),
        "REMEMBER_COOKIE_NAME": headers.cookie_name("remember", secure=secure),
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": secure,
        "WTF_CSRF_TIME_LIMIT": None,  # a form may stay open over lunch; the token ends with the session
        # With https it would require a Referer, which pages with a private link must not send.
        "WTF_CSRF_SSL_STRICT": False,
    }


def _start_parts(app: Flask, settings: config.Settings) -> None:
    """What surrounds each request. What is first here runs first before a request, and last after it."""
    # How much may be sent is known before it is read; the transaction ends after everything that may still write.
    bodies.init_app(app)
    db.init_app(app)
    logs.init_app(app)
    languages.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    limits.init_app(app, settings.redis_url)
    pages.init_app(app)
    cache_middleware.init_app(app)
    csrf.init_app(app)
    # Anyone with the link may change the list; a cached page, from which a star comes, can't contain a token.
    csrf.exempt("eventapp.agenda.views.stars")
    # Check-in devices show a key of their own, and no cookie.
    csrf.exempt(check_in_api.api)
    security.init_app(app)
    app.extensions["kept forms"] = {}
    app.extensions["site profile"] = {}
    app.extensions["pictures"] = picture_storage.store_at(settings.instance / "pictures", settings.pictures_url)
    assets.init_app(app, folder("static"), settings.instance)


def _sweeps(settings: config.Settings) -> list[Sweep]:
    """What the worker does, and how many seconds it then waits."""
    return [
        Sweep("scan", 5, scan.scan),
        Sweep("notifications", 1, notification_tasks.send_due),
        Sweep("reminders", 30, notification_tasks.send_reminders, apart=True),
        Sweep("announcements", 1, announcement_tasks.send_due, apart=True),
        Sweep("mail", 1, lambda: _deliver(settings), apart=True),
        Sweep("certificates", 60, certificates.forget_names),
        Sweep("bulk actions", 1, people_tasks.go_on),
        Sweep("files with people", 2, people_exports.write_next),
        Sweep("imports of people", 1, people_tasks.go_on_importing),
        Sweep("old files with people", 3600, people_tasks.forget),
        Sweep("attendance reports", 1, online_tasks.go_on),
        Sweep("old attendance reports", 3600, online_tasks.forget),
        Sweep("unused agendas", 6 * 3600, agenda_tasks.forget_unused),
        Sweep("unused pictures", 6 * 3600, media_tasks.forget_unused),
        Sweep("uploads", 3600, exchange_tasks.forget_uploads),
        Sweep("seats", 20, registration_tasks.seat_waiting),
        Sweep("held seats", 5, registration_tasks.expire_held),
        Sweep("unused files", 3600, registration_tasks.delete_unused_files),
        Sweep("seats in sessions", 20, registration_tasks.seat_waiting_in_sessions),
        Sweep("budgets", 3600, budgets.forget),
        Sweep("forgotten passwords", 2, account_tasks.write_reset_emails),
        Sweep("old logins", 3600, account_tasks.forget_sessions),
        Sweep("old invitations to teams", 3600, teams.forget),
    ]


def _deliver(settings: config.Settings) -> int:
    return mail_tasks.deliver_due(settings.mail_url, settings.mail_from, picture_of=media_queries.picture_of)
