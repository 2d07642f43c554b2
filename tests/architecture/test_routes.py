"""Every route declares its access, and the declaration is enforced."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.accounts.rules import Permission, Role
from eventapp.core.db import db
from eventapp.events.rules import EventStatus
from eventapp.mail.models import Email
from eventapp.notifications.tasks import send_due

# Pages that are open to everybody. Adding one here is a deliberate decision.
PUBLIC = {
    "media.picture",
    "media.file",
    "media.event_card",
    "media.site_card",
    "programme.session_card",
    "programme.speaker_card",
    "site.home",
    "site.legal",
    "site.events",
    "site.event",
    "site.robots",
    "site.healthz",
    "site.readyz",
    "programme.programme",
    "programme.session",
    "site.speakers",
    "programme.speaker",
    "programme.version",
    "programme.changelog",
    "programme.changes_feed",
    "exchange.schedule",
    "feeds.event",
    "feeds.event_jcal",
    "feeds.session",
    "feeds.session_jcal",
    "feeds.everything",
    "feeds.everything_jcal",
    "feeds.choose",
    "feeds.code",
    "feeds.track_jcal",
    "feeds.room_jcal",
    "feeds.speaker_jcal",
    "feeds.track",
    "feeds.room",
    "feeds.speaker",
    "agenda.start",
    "agenda.agenda",
    "agenda.stars",
    "agenda.star",
    "agenda.feed",
    "agenda.change",
    "agenda.registration",
    "agenda.speaking",
    "directory.organizations",
    "registration.register",
    "registration.send_registration",
    "registration.link",
    "registration.sent",
    "registration.mine",
    "registration.confirm",
    "registration.accept",
    "registration.send_changes",
    "registration.change",
    "registration.switch",
    "registration.undo",
    "registration.again",
    "registration.resend",
    "registration.address",
    "registration.confirm_address",
    "registration.cancel",
    "registration.session",
    "team.invitation",
    "invitations.invitation",
    "invitations.answer",
    "invitations.accept",
    "invitations.substitute",
    "notifications.calendar",
    "notifications.coming",
    "notifications.stop",
    "proposals.propose",
    "proposals.mine",
    "proposals.withdraw",
    "proposals.deleted",
    "speaking.mine",
    "speaking.answer",
    "speaking.profile",
    "speaking.talk",
    "certificates.verify",
    "certificates.result",
    "certificates.mine",
    "certificates.as_pdf",
    "tickets.ticket",
    "tickets.as_pdf",
    "tickets.worker",
    "online.join",
    "online.join_session",
    "online.here",
    "online.here_by_ticket",
    # The check-in app knows nothing of an event until a link has given it a key, which its questions then show.
    "check_in_app.app",
    "check_in_app.service_worker",
    "check_in_app.scan_worker",
    "check_in_app.manifest",
    "check_in_api.open_link",
    "check_in_api.people",
    "check_in_api.exchange",
    "check_in_api.scan",
    "check_in_api.move",
    "check_in_api.sign_out",
    "attendance.counts",
    "attendance.counts_json",
    # The login pages of Flask-Security check access themselves.
    "security.login",
    "security.logout",
    "security.forgot_password",
    "security.reset_password",
    "security.change_password",
}

_GRANTS = {
    Role.OWNER: set(Permission) - {Permission.ADMINISTER},
    Role.PROGRAMME: {Permission.LOGIN, Permission.VIEW, Permission.PROGRAMME, Permission.MAIL},
    Role.REGISTRATION: {
        Permission.LOGIN,
        Permission.VIEW,
        Permission.REGISTRATION,
        Permission.CHECK_IN,
        Permission.MAIL,
    },
    Role.CHECK_IN: {Permission.LOGIN, Permission.VIEW, Permission.CHECK_IN},
    Role.VIEWER: {Permission.LOGIN, Permission.VIEW},
}


def desk_rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/manage")]


def address(rule, slug: str) -> str:
    values = {
        "slug": slug,
        "number": 1,
        "first": 1,
        "second": 2,
        "code": "NOSUCH",
        "key": "nothing",
        "verb": "decline",
        "section": "texts",
        "kind": "rooms",
        "use": "cover",
        "tag": "en",
        "digest": "0" * 32,
        "format": "xml",
        "table": "csv",
        "file": 1,
    }
    with_values = {name: values[name] for name in rule.arguments}
    _, path = rule.build(with_values, append_unknown=False)
    return path


def test_every_route_is_public_on_purpose_or_declares_what_it_needs(app):
    for rule in app.url_map.iter_rules():
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        if rule.endpoint in PUBLIC:
            assert permission is None, rule
            assert not rule.rule.startswith("/manage"), rule
        else:
            assert isinstance(permission, Permission), f"{rule} does not say who may come"
            assert rule.rule.startswith("/manage"), rule


def test_a_visitor_is_sent_to_the_login_from_every_page_of_the_desk(app, client, make):
    make.event("forum")
    client.looks = False
    for rule in desk_rules(app):
        method = "GET" if "GET" in rule.methods else "POST"
        if method == "GET":
            response = client.get(address(rule, "forum"))
            if rule.rule.endswith(".json"):
                assert response.status_code == 401, rule  # a script can't log in
                continue
            assert response.status_code == 302, rule
            assert response.location.startswith("/login"), rule


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_it_may_and_nothing_else(app, make, role):
    event = make.event("forum")
    member = make.member(event, role)
    visitor = app.test_client()
    visitor.sign_in(member)
    visitor.looks = False
    for rule in desk_rules(app):
        if "GET" not in rule.methods:
            continue
        permission = app.view_functions[rule.endpoint].permission
        status = visitor.get(address(rule, "forum")).status_code
        if permission in _GRANTS[role]:
            assert status in {200, 404}, (rule, status)  # 404: the row does not exist, but access was granted
        else:
            assert status == 403, (rule, status)


def test_somebody_of_another_team_does_not_learn_that_a_draft_exists(app, make):
    make.event("secret", status=EventStatus.DRAFT)
    other = make.user()
    make.event("other", owner=other)
    visitor = app.test_client()
    visitor.sign_in(other)
    for path in ("/events/secret", "/events/secret/programme", "/manage/events/secret", "/manage/events/secret/edit"):
        assert visitor.get(path).status_code == 404, path


def test_rows_of_another_event_are_not_reached_through_ones_own(app, organizer, make):
    other = make.event("other", owner=make.user())
    option = make.option(other)
    registration = make.registration(other, option, "ada@example.org")
    session = make.session(other)
    make.event("mine")
    for path in (f"registrations/{registration.id}", f"programme/sessions/{session.code}", f"options/{option.key}"):
        assert organizer.get(f"/manage/events/mine/{path}").status_code == 404, path

    send_due()
    email = db.session.scalars(select(Email)).first()
    assert organizer.get(f"/manage/events/mine/mail/{email.id}").status_code == 404


def test_an_administrator_opens_every_event(app, make):
    make.event("forum")
    visitor = app.test_client()
    visitor.sign_in(make.user(admin=True))
    assert visitor.get("/manage/events/forum/team").status_code == 200
