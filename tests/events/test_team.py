"""Who works on an event: members, their roles, and invitations by e-mail."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from eventapp.accounts import operations as accounts
from eventapp.accounts import queries as users
from eventapp.accounts.models import User
from eventapp.accounts.rules import Role
from eventapp.core import clock, tokens
from eventapp.core.db import db, transaction
from eventapp.core.refusals import Refused
from eventapp.events import operations, queries, team
from eventapp.events.models import Event, TeamInvitation, TeamMember
from eventapp.events.rules import EventStatus
from eventapp.mail.models import Email, EmailStatus
from eventapp.mail.operations import EMAILS_AN_HOUR
from tests.support.make import PASSWORD, fresh
from tests.support.outbox import emails

TEAM = "/manage/events/forum/team"
NEW = "four odd words trample"
ACCOUNT = {"name": "Mio Sato", "password": NEW}


@pytest.fixture
def forum(make):
    return make.event("forum")


def main(visitor) -> str:
    return visitor.page.text(visitor.page.one("main"))


def invite(visitor, email: str = "mio@example.org", role: str = "programme", **more: str):
    return visitor.fill(TEAM, {"email": email, "role": role, **more}, action="/team")


def link_in(email: Email) -> str:
    word = next(word for word in email.text.split() if team.PATH in word)
    return "/" + word.split("/", 3)[3]


def token_in(email: Email) -> str:
    return link_in(email).rpartition("/")[2].partition("?")[0]


def invited(visitor, email: str = "mio@example.org", role: str = "programme", **more: str) -> str:
    """Invite somebody, and return the link in the e-mail."""
    assert invite(visitor, email, role, **more).status_code == 303
    (sent,) = emails()
    return link_in(sent)


def roles(event) -> dict[str, Role]:
    return {member.user.email: member.role for member in queries.team(fresh(event))}


def the_invitation() -> TeamInvitation:
    return db.session.scalars(select(TeamInvitation)).one()


def number_of(visitor, part: str) -> str:
    """The address of a link on the page of the team that contains `part`."""
    visitor.get(TEAM)
    return next(a.get("href") for a in visitor.page.all("a") if part in (a.get("href") or ""))


# Inviting


def test_somebody_with_an_account_is_in_the_team_at_once_and_is_told(organizer, make, forum):
    user = make.user("helper@example.org")
    with transaction():
        db.session.merge(user).language = "ja"
    assert invite(organizer, "Helper@Example.ORG ", "registration", language="en").status_code == 303
    assert roles(forum)["helper@example.org"] is Role.REGISTRATION
    (email,) = emails()
    assert (email.to, email.language, email.reply_to) == (user.email, "ja", "organizer@example.org")
    assert "/manage/events/forum" in email.text and "都市フォーラム" in email.text
    assert db.session.scalars(select(TeamInvitation)).all() == []
    organizer.get(TEAM)
    assert "Helper@Example.ORG is in the team now." in main(organizer)


def test_somebody_without_an_account_gets_a_link_makes_one_and_stands_on_the_desk(organizer, client, forum):
    link = invited(organizer, language="ja")
    assert link.endswith("?lang=ja")
    client.get(link)
    assert client.page.one("html").get("lang") == "ja"
    client.get(link.replace("=ja", "=en"))
    said = main(client)
    for part in ("Forum of cities", "Aoi", "Programme", "sessions, rooms, tracks and speakers"):
        assert part in said
    response = client.fill(link, ACCOUNT | {"language": "en"})
    assert response.status_code == 303
    assert response.location == "/manage/events/forum"
    assert client.get(response.location).status_code == 200
    assert client.page.one("html").get("lang") == "en", "the language that was chosen, not that of the e-mail"
    assert roles(forum)["mio@example.org"] is Role.PROGRAMME
    user = users.user_by_email("mio@example.org")
    assert (user.name, user.language, user.admin) == ("Mio Sato", "en", False)
    assert client.get(TEAM).status_code == 403
    client.fill("/manage", action="/logout")
    assert client.fill("/login", {"email": user.email, "password": NEW}).status_code == 302


def test_the_email_says_who_invites_to_what_as_what_and_until_when_in_its_language(organizer, forum):
    for language, parts in {
        "en": ("Aoi", "Forum of cities", "Programme – sessions", "organizer@example.org"),
        "ja": ("Aoi", "都市フォーラム"),
    }.items():
        invite(organizer, f"{language}@example.org", language=language)
        (email,) = emails()
        assert email.language == language
        for part in parts:
            assert part in email.text + email.subject + email.reply_to, part
        assert email.topic != f"event:{forum.id}", "the log of the event's e-mails does not show its link"


def test_a_name_that_is_a_message_is_not_in_the_email(organizer, make, forum):
    with transaction():
        db.session.merge(make.owner()).name = "You have won! https://evil.example"
    invite(organizer)
    (email,) = emails()
    assert "evil" not in email.text + email.html + email.subject


def test_the_database_holds_no_secret_of_a_link(organizer, forum):
    link = invited(organizer)
    row = the_invitation()
    assert row.digest not in link
    assert tokens.digest(link.rpartition("/")[2].partition("?")[0]) == row.digest


def test_open_invitations_are_listed_with_their_age_state_and_what_became_of_the_email(organizer, make, forum):
    invited(organizer)
    organizer.get(TEAM)
    row = organizer.page.text(organizer.page.all("tbody")[1])
    assert row.startswith("mio@example.org Programme Sent today") and "by Aoi" in row
    later = clock.now() + timedelta(days=3)
    with time_machine.travel(later, tick=False):
        organizer.get(TEAM)
        assert "3 days ago" in main(organizer)
    with time_machine.travel(clock.now() + timedelta(days=15), tick=False):
        organizer.get(TEAM)
        assert "15 days ago expired" in main(organizer)
    invite(organizer, "bad@example.org")
    with transaction():
        db.session.execute(update(Email).values(status=EmailStatus.FAILED))
    organizer.get(TEAM)
    assert main(organizer).count("not delivered") == 1


def test_an_invitation_is_refused_with_what_was_typed(organizer, make, forum):
    for typed in ("", "no address", "名前@example.org", "x" * 250 + "@example.org"):
        assert invite(organizer, typed, "owner").status_code == 422, typed
        checked = [node.get("value") for node in organizer.page.all("input") if node.get("checked") is not None]
        assert checked == ["owner"]
    viewer = make.member(forum, Role.VIEWER)
    assert invite(organizer, viewer.email, "owner").status_code == 422
    assert "This person is in the team." in main(organizer)
    assert roles(forum)[viewer.email] is Role.VIEWER
    assert invite(organizer, role="emperor").status_code == 422
    assert emails() == []


@pytest.mark.parametrize("spelling", ["MIO@例え.jp", "mio@xn--r8jz45g.jp", "ｍｉｏ@例え。jp"])
def test_an_address_is_invited_once_however_it_is_spelled(organizer, forum, spelling):
    invited(organizer, "mio@例え.jp")
    assert invite(organizer, spelling).status_code == 422
    assert "has already been invited" in main(organizer)
    assert emails() == []


@pytest.mark.parametrize("spelling", ["MIO@例え.jp", "mio@xn--r8jz45g.jp"])
def test_an_account_is_found_however_its_address_is_spelled(organizer, forum, spelling):
    with transaction():
        accounts.create_user("mio@例え.jp", password=PASSWORD)
    invite(organizer, spelling)
    assert roles(forum)["mio@xn--r8jz45g.jp"] is Role.PROGRAMME


def test_a_disabled_account_looks_like_any_other_and_gets_no_email(organizer, make, forum):
    user = make.user("closed@example.org")
    with transaction():
        db.session.merge(user).active = False
    assert invite(organizer, user.email).status_code == 303
    assert emails() == []
    organizer.get(TEAM)
    assert "isabled" not in main(organizer)


def test_a_mailbox_and_an_organizer_have_a_budget(organizer, make, forum, monkeypatch):
    event, owner = forum, make.owner()
    for _ in range(EMAILS_AN_HOUR):
        with transaction():
            row = db.session.scalar(select(TeamInvitation))
            if row is None:
                team.invite(fresh(event), "mio@example.org", Role.VIEWER, language="en", by=fresh(owner))
            else:
                team.send_again(fresh(event), row.id, by=fresh(owner))
    assert organizer.fill(TEAM, action="/send").status_code == 422
    assert "several e-mails" in main(organizer)
    monkeypatch.setattr(team, "INVITATIONS_AN_HOUR", EMAILS_AN_HOUR + 1)
    assert invite(organizer, "one@example.org").status_code == 303
    assert invite(organizer, "two@example.org").status_code == 422
    assert "invited many people" in main(organizer)
    make.user("known@example.org")
    assert invite(organizer, "known@example.org").status_code == 422, "nor can a list of addresses be tried"
    assert "known@example.org" not in roles(forum)


# The link


def test_to_look_at_a_link_uses_nothing_up(organizer, app, client, forum):
    link = invited(organizer)
    client.looks = False
    for _ in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    answer = client.get(link)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert the_invitation().accepted_at is None
    client.looks = True
    assert client.fill(link, ACCOUNT).status_code == 303


def test_a_link_works_once(organizer, app, client, forum):
    link = invited(organizer)
    client.fill(link, ACCOUNT)
    other = app.test_client()
    assert other.get(link).status_code == 410
    assert "has been used" in main(other)
    other.get("/login")
    again = other.fill_elsewhere("/login", link, {"name": "Eve", "password": "other odd words stamp", "language": "en"})
    assert again.status_code == 410
    assert set(roles(forum)) == {"organizer@example.org", "mio@example.org"}
    assert other.get("/manage").status_code == 302


def test_a_link_that_is_worth_nothing_any_more_is_in_no_email(organizer, client, forum):
    invite(organizer)
    link = link_in(db.session.scalars(select(Email)).one())
    organizer.fill(TEAM, action="/send")
    newer = link_in(db.session.scalars(select(Email)).one())
    assert newer != link
    assert client.fill(newer, ACCOUNT).status_code == 303
    assert db.session.scalars(select(Email)).all() == []


def test_a_link_ends_after_a_fortnight_and_can_be_sent_again(organizer, client, forum):
    link = invited(organizer)
    with time_machine.travel(clock.now() + timedelta(days=14), tick=False):
        assert client.get(link).status_code == 410
        assert "expired" in main(client)
        assert client.fill_elsewhere("/login", link, ACCOUNT | {"language": "en"}).status_code == 410
        assert organizer.fill(TEAM, action="/send").status_code == 303
        (email,) = emails()
        assert client.get(link).status_code == 404
        assert "newer e-mail" in main(client)
        assert client.fill(link_in(email), ACCOUNT).status_code == 303


def test_a_withdrawn_link_says_so_after_a_question(organizer, client, forum):
    link = invited(organizer)
    path = number_of(organizer, "/withdraw")
    organizer.get(path)
    assert client.get(link).status_code == 200, "to look changes nothing"
    assert organizer.fill(path).status_code == 303
    assert client.get(link).status_code == 410
    assert "was withdrawn" in main(client)
    assert client.fill_elsewhere("/login", link, ACCOUNT | {"language": "en"}).status_code == 410
    assert users.user_by_email("mio@example.org") is None
    assert organizer.fill(path).status_code == 422
    assert invite(organizer).status_code == 303, "and the address can be invited again"


def test_an_email_that_was_not_sent_yet_is_not_sent_after_the_withdrawal(organizer, forum):
    invite(organizer)
    organizer.fill(number_of(organizer, "/withdraw"))
    assert emails() == []


def test_a_link_that_nobody_has_says_so(client, forum):
    for token in ("nobody", "x" * 500, "%E4%BE%8B"):
        assert client.get(f"{team.PATH}{token}").status_code == 404
        assert "does not work" in main(client)


def test_the_digest_in_the_database_opens_nothing(organizer, client, forum):
    invited(organizer)
    assert client.get(f"{team.PATH}{the_invitation().digest}").status_code == 404


def test_a_weak_password_is_refused_and_the_name_stays(organizer, client, forum):
    link = invited(organizer)
    for password in ("short", "mio@example.org", "password123456", ""):
        assert client.fill(link, {"name": "Mio", "password": password}).status_code == 422, password
        assert client.page.by_id("name").get("value") == "Mio"
        assert client.page.by_id("password").get("value") in {None, ""}
    assert users.user_by_email("mio@example.org") is None
    assert client.fill(link, ACCOUNT).status_code == 303


def test_another_site_accepts_nothing(organizer, client, forum):
    link = invited(organizer)
    client.looks = False
    typed = ACCOUNT | {"language": "en"}
    assert client.post(link, data=typed).status_code == 400
    assert client.post(link, data=typed, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400
    assert the_invitation().accepted_at is None
    assert users.user_by_email("mio@example.org") is None


def test_who_is_logged_in_as_somebody_else_is_told_and_accepts_nothing(organizer, app, make, forum):
    link = invited(organizer)
    other = make.user("other@example.org")
    visitor = app.test_client()
    visitor.sign_in(other)
    visitor.get(link)
    assert "logged in as other@example.org, but this invitation is for mio@example.org" in main(visitor)
    assert visitor.fill_elsewhere(link, link, ACCOUNT | {"language": "en"}).status_code == 422
    assert set(roles(forum)) == {"organizer@example.org"}
    assert users.user_by_email("mio@example.org") is None
    assert the_invitation().accepted_at is None


@pytest.mark.parametrize(
    ("asked", "own"), [("mio@例え.jp", "MIO@xn--r8jz45g.jp"), ("MIO@example.org", "mio@example.org")]
)
def test_who_has_got_an_account_since_logs_in_and_joins_with_one_button(organizer, app, client, forum, asked, own):
    link = invited(organizer, asked)
    with transaction():
        user = accounts.create_user(own, password=PASSWORD)
    client.get(link)
    assert "has an account" in main(client)
    assert client.fill_elsewhere("/login", link, ACCOUNT | {"language": "en"}).status_code == 422
    to_login = next(a.get("href") for a in client.page.all("a") if "next=" in (a.get("href") or ""))
    back = client.fill(to_login, {"email": own, "password": PASSWORD})
    assert back.location.startswith(link.partition("?")[0])
    assert client.fill(back.location).location == "/manage/events/forum"
    assert roles(forum)[user.email] is Role.PROGRAMME
    assert client.get(link).status_code == 410


def test_who_is_in_the_team_by_now_keeps_the_role_that_they_have_there(organizer, app, make, forum):
    link = invited(organizer, role="viewer")
    with transaction():
        user = accounts.create_user("mio@example.org", password=PASSWORD)
        operations.set_member(fresh(forum), user, Role.OWNER)
    visitor = app.test_client()
    visitor.sign_in(user)
    visitor.fill(link)
    assert roles(forum)["mio@example.org"] is Role.OWNER


def test_who_is_added_with_an_account_leaves_no_open_invitation(organizer, client, forum):
    link = invited(organizer)
    with transaction():
        accounts.create_user("mio@example.org", password=PASSWORD)
    assert invite(organizer).status_code == 303
    organizer.get(TEAM)
    assert "Invited" not in [organizer.page.text(heading) for heading in organizer.page.all("h2")]
    assert queries.open_invitations(fresh(forum)) == []
    assert client.get(link).status_code == 410


def test_the_link_of_a_draft_tells_nothing_to_others(make, organizer, client):
    make.event("secret", status=EventStatus.DRAFT)
    assert (
        organizer.fill(
            "/manage/events/secret/team", {"email": "mio@example.org", "role": "viewer"}, action="/team"
        ).status_code
        == 303
    )
    assert client.get("/events/secret").status_code == 404
    (email,) = emails()
    assert client.get(link_in(email)).status_code == 200


@pytest.mark.both_engines("an invitation is read under a row lock")
def test_of_two_who_accept_at_the_same_time_one_joins(app, make):
    """Both have opened the page; what one does between the check and the write of the other must not count twice."""
    event = make.event("forum")
    with transaction():
        team.invite(event, "mio@example.org", Role.VIEWER, language="en", by=fresh(make.owner()))
    (email,) = emails()
    token, results, start = token_in(email), [], threading.Barrier(2)

    def accept(name: str) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    team.join_with_new_account(token, name=name, password=NEW, language="en")
                results.append("joined")
            except Refused:
                results.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=accept, args=(name,)) for name in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert sorted(results) == ["joined", "refused"]
    assert db.session.scalar(select(func.count()).select_from(TeamMember)) == 2
    assert db.session.scalar(select(func.count()).select_from(User)) == 2


@pytest.mark.both_engines("an invitation is read anew under a row lock")
@pytest.mark.parametrize("act", ["withdraw", "accept"])
def test_what_ends_while_a_password_is_hashed_is_not_accepted(app, make, client, monkeypatch, act):
    event = make.event("forum")
    with transaction():
        team.invite(event, "mio@example.org", Role.VIEWER, language="en", by=fresh(make.owner()))
    (email,) = emails()
    number, token, hashed = the_invitation().id, token_in(email), accounts.hashed_password
    event_id = event.id  # which the other thread must not ask this one's session for

    def meanwhile() -> None:
        with app.app_context(), transaction():
            if act == "withdraw":
                team.withdraw(db.session.get_one(Event, event_id), number)
            else:
                team.join_with_new_account(token, name="First", password=NEW, language="en")

    def slowly(password: str, *, about: tuple[str, str]) -> str:
        monkeypatch.setattr(team.accounts, "hashed_password", hashed)
        other = threading.Thread(target=meanwhile)
        other.start()
        other.join()
        return hashed(password, about=about)

    monkeypatch.setattr(team.accounts, "hashed_password", slowly)
    assert client.fill(link_in(email), ACCOUNT).status_code == 422
    assert "can no longer be accepted" in main(client)
    user = users.user_by_email("mio@example.org")
    assert (user.name if user else None) == (None if act == "withdraw" else "First")
    assert len(roles(event)) == (1 if act == "withdraw" else 2)
    assert client.get("/manage").status_code == 302


@pytest.mark.both_engines("a unique constraint refuses the second")
def test_an_address_that_two_invite_at_the_same_time_is_invited_once(app, make, monkeypatch):
    event = make.event("forum")
    with transaction():
        team.invite(event, "mio@example.org", Role.VIEWER, language="en", by=fresh(make.owner()))
    monkeypatch.setattr(team, "_of_address", lambda event, key: None)  # the other one is not there yet
    with pytest.raises(Refused, match="has already been invited"), transaction():
        team.invite(fresh(event), "MIO@example.org", Role.OWNER, language="en", by=fresh(make.owner()))
    assert the_invitation().role is Role.VIEWER


# Who may give what


@pytest.mark.parametrize("role", [Role.PROGRAMME, Role.REGISTRATION, Role.CHECK_IN, Role.VIEWER])
def test_nobody_but_an_owner_looks_at_the_team_or_changes_it(app, make, organizer, forum, role):
    invited(organizer)
    number, member = the_invitation().id, make.member(forum, role)
    own = db.session.scalars(select(TeamMember.id).where(TeamMember.user_id == member.id)).one()
    visitor = app.test_client()
    visitor.sign_in(member)
    for path in (TEAM, f"{TEAM}/{own}/role", f"{TEAM}/{own}/remove"):
        data = {"role": "owner", "email": "eve@example.org", "language": "en"}
        assert visitor.fill_elsewhere("/manage", path, data).status_code == 403, path
    for verb in ("send", "withdraw"):
        path = f"{TEAM}/invitations/{number}/{verb}"
        assert visitor.fill_elsewhere("/manage", path).status_code == 403
    assert roles(forum)[member.email] is role
    assert emails() == []
    assert the_invitation().withdrawn_at is None


def test_rows_of_another_event_are_not_reached_through_ones_own(organizer, make, forum):
    theirs = make.event("theirs", owner=make.user())
    with transaction():
        team.invite(fresh(theirs), "x@example.org", Role.VIEWER, language="en", by=fresh(queries.team(theirs)[0].user))
    emails()
    member, number = queries.team(fresh(theirs))[0].id, the_invitation().id
    for path in (f"{member}/role", f"{member}/remove", f"invitations/{number}/send", f"invitations/{number}/withdraw"):
        answer = organizer.fill_elsewhere("/manage", f"{TEAM}/{path}", {"role": "viewer"})
        assert answer.status_code == 404, path
    assert emails() == []
    assert list(roles(theirs).values()) == [Role.OWNER]


@pytest.mark.parametrize("now", [Role.PROGRAMME, None, "disabled"])
def test_who_has_lost_their_role_a_moment_ago_gives_nothing(make, forum, now):
    user = make.member(forum, Role.OWNER)
    helper = make.member(forum, Role.VIEWER)
    with transaction():
        row = team.invite(fresh(forum), "mio@example.org", Role.VIEWER, language="en", by=fresh(user))
        member = db.session.scalars(select(TeamMember).where(TeamMember.user_id == user.id)).one()
        if now == "disabled":
            member.user.active = False
        elif now:
            operations.set_member(fresh(forum), member.user, now)
        else:
            operations.remove_member(fresh(forum), member)
    number = row.id
    other = db.session.scalars(select(TeamMember).where(TeamMember.user_id == helper.id)).one()
    acts = [
        lambda: team.invite(fresh(forum), "eve@example.org", Role.VIEWER, language="en", by=fresh(user)),
        lambda: team.invite(fresh(forum), make.owner().email, Role.OWNER, language="en", by=fresh(user)),
        lambda: team.send_again(fresh(forum), number, by=fresh(user)),
        lambda: team.change_role(fresh(forum), db.session.merge(other), Role.OWNER, by=fresh(user)),
    ]
    for act in acts:
        with pytest.raises(Refused, match="does not let you"), transaction():
            act()
    assert roles(forum)[helper.email] is Role.VIEWER


@pytest.mark.both_engines("an outer join is locked")
@pytest.mark.parametrize("lost", ["role", "team", "account"])
def test_an_invitation_is_worth_no_more_than_what_its_sender_may_do_now(app, make, organizer, client, forum, lost):
    user = make.member(forum, Role.OWNER)
    visitor = app.test_client()
    visitor.sign_in(user)
    link = invited(visitor, role="owner")
    with transaction():
        member = db.session.scalars(select(TeamMember).where(TeamMember.user_id == user.id)).one()
        if lost == "role":
            operations.set_member(fresh(forum), member.user, Role.VIEWER)
        elif lost == "team":
            operations.remove_member(fresh(forum), member)
        else:
            member.user.active = False
    assert client.get(link).status_code == 410
    assert "no longer decides" in main(client)
    token = link.rpartition("/")[2].partition("?")[0]
    with pytest.raises(Refused), transaction():
        team.join_with_new_account(token, name="Eve", password=NEW, language="en")
    organizer.get(TEAM)
    assert "no longer valid" in main(organizer)
    organizer.fill(TEAM, action="/send")
    (email,) = emails()
    assert client.fill(link_in(email), ACCOUNT).status_code == 303, "another owner can vouch for it"


def test_what_an_administrator_invites_is_valid_without_a_place_in_the_team(app, make, client, forum):
    visitor = app.test_client()
    visitor.sign_in(make.user(admin=True))
    link = invited(visitor, role="owner")
    assert client.fill(link, ACCOUNT).status_code == 303
    assert roles(forum)["mio@example.org"] is Role.OWNER


# Members


def test_a_role_is_changed_in_the_table_where_it_says_what_the_role_may_do(organizer, make, forum):
    member = make.member(forum, Role.CHECK_IN)
    organizer.get(TEAM)
    assert "names and organizations, but no e-mail addresses" in main(organizer)
    number = db.session.scalars(select(TeamMember.id).where(TeamMember.user_id == member.id)).one()
    assert organizer.fill(TEAM, {"role": "programme"}, action=f"/{number}/role").status_code == 303
    assert roles(forum)[member.email] is Role.PROGRAMME
    assert organizer.fill(TEAM, {"role": "emperor"}, action=f"/{number}/role").status_code == 422
    assert "Choose an option" in main(organizer)
    assert emails() == []


@pytest.mark.both_engines("owners are counted under a row lock")
def test_the_last_owner_is_neither_removed_nor_given_another_role(organizer, make, forum):
    response = organizer.fill(number_of(organizer, "/remove"))
    assert response.status_code == 422
    assert "at least one owner" in main(organizer)
    response = organizer.fill(TEAM, {"role": "viewer"}, action="/role")
    assert response.status_code == 422
    assert "at least one owner" in main(organizer)
    chosen = [node.get("value") for node in organizer.page.all("option") if node.get("selected") is not None]
    assert chosen[0] == "viewer", "what was chosen stays"
    assert list(roles(forum).values()) == [Role.OWNER]


def test_who_gives_up_their_own_role_goes_where_they_may_still_be(organizer, make, forum):
    make.member(forum, Role.OWNER)
    assert organizer.fill(TEAM, {"role": "viewer"}, action="/role").location == "/manage/events/forum"
    with transaction():
        operations.set_member(fresh(forum), db.session.merge(make.owner()), Role.OWNER)
    assert organizer.fill(number_of(organizer, "/remove")).location == "/manage"


def test_long_after_their_end_invitations_are_forgotten(organizer, make, client, forum):
    link = invited(organizer)
    with time_machine.travel(clock.now() + team.LIFE + team.KEPT - timedelta(hours=1), tick=False):
        assert team.forget() == 0
        assert client.get(link).status_code == 410
    with time_machine.travel(clock.now() + team.LIFE + team.KEPT + timedelta(hours=1), tick=False):
        assert team.forget() == 1
        assert team.forget() == 0
        assert client.get(link).status_code == 404


def test_a_link_cannot_be_tried_without_end(organizer, client, forum):
    link = invited(organizer)
    answers = [client.fill_elsewhere("/login", link, {"name": ""}).status_code for _ in range(21)]
    assert answers == [422] * 20 + [429]
