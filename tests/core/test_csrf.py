"""A page that was open for too long loses nothing that was typed."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from eventapp.core.db import db, transaction
from eventapp.events.models import Event
from eventapp.mail.models import Email
from eventapp.programme.rules import Mode, SessionKind
from eventapp.proposals import operations as proposals
from eventapp.proposals.models import Proposal
from eventapp.proposals.operations import ProposalInput
from eventapp.proposals.rules import ProposalStatus
from eventapp.registration.models import Registration
from tests.proposals.conftest import open_call
from tests.support.make import PASSWORD

PATH = "/events/forum/register"
ADA = {"option": "in_person", "email": "ada@example.org", "family_name": "Lovelace", "given_name": "Ada"}
RIVERS = {
    "title": "Rivers",
    "abstract": "Of rivers.",
    "kind": "lecture",
    "written_in": "en",
    "minutes": "45",
    "spoken": "en",
    "mode": "online",
    "family_name": "Lovelace",
    "email": "ada@example.org",
    "processing": "y",
    "publication": "y",
}
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def forum(make):
    event = make.event("forum")
    make.option(event)
    return event


def number() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Registration)) or 0


def title() -> str:
    db.session.rollback()
    return db.session.scalars(select(Proposal.title)).one()


def main(client) -> str:
    return client.page.text(client.page.one("main"))


def typed(client) -> dict[str, str]:
    """The values that the first form of the page would send."""
    (form,) = [one for one in client.page.forms() if "logout" not in (one.get("action") or "")][:1]
    return {one.get("name"): one.get("value") or "" for one in form.iter("input") if one.get("name")}


@pytest.fixture
def own(make, forum):
    """The page of a proposal, whose form has a token: a private link sends no Referer, and so old browsers no Origin."""
    with transaction():
        given = ProposalInput(
            "Ponds", "Of ponds.", "en", SessionKind.LECTURE, Mode.ONLINE, "Ada", email="ada@example.org"
        )
        return f"/proposals/{proposals.submit(open_call(forum).event, given).token}"


@pytest.mark.parametrize("how", [OURS, {"Origin": "http://localhost"}, {"Referer": f"http://localhost{PATH}"}])
def test_the_form_shows_itself_again_with_everything_and_a_new_proof(client, own, how):
    response = client.post(own, data={**RIVERS, "csrf_token": "of yesterday"}, headers=how)
    assert response.status_code == 422
    assert "What you entered is still here" in main(client)
    assert "allow cookies" in main(client), "no cookie came: the browser may block them"
    assert title() == "Ponds"
    again = typed(client)
    assert again["title"] == "Rivers"
    assert client.post(own, data={**again, **RIVERS}, headers=how).status_code == 303
    assert title() == "Rivers"


def test_visitors_with_a_session_get_no_hint_about_cookies(client, own):
    client.get(own)
    client.post(own, data={**RIVERS, "csrf_token": "of yesterday"}, headers=OURS)
    assert "What you entered is still here" in main(client)
    assert "cookies" not in main(client)


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Referer": "http://localhost.evil.example/"},
    {"Referer": "http://[", "Origin": ""},
]


@pytest.mark.parametrize("how", FOREIGN)
@pytest.mark.parametrize("path", [PATH, f"{PATH}/link"])
def test_a_public_form_is_not_sent_by_another_site(client, forum, path, how):
    response = client.post(path, data={**ADA, "family_name": "Mallory"}, headers=how)
    assert response.status_code == 400
    assert "Mallory" not in response.get_data(as_text=True)
    assert number() == 0


def test_a_page_of_a_private_link_works_in_a_browser_that_only_says_that_it_does_not_say(client, make, forum):
    """Such a page says `no-referrer`; older browsers, and those without TLS, then send nothing but `Origin: null`."""
    ada = make.registration(forum, make.option(forum))
    assert client.post(f"/registrations/{ada.token}/cancel", headers={"Origin": "null"}).status_code == 303
    for how in ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert client.post(f"/registrations/{ada.token}/undo", headers=how).status_code == 400


@pytest.mark.parametrize(
    "how", [{}, OURS, {"Sec-Fetch-Site": "none", "Origin": "http://localhost"}, {"Origin": "http://localhost"}]
)
def test_a_public_form_needs_neither_a_token_nor_a_cookie(client, forum, how):
    response = client.get(PATH)
    assert "Set-Cookie" not in response.headers
    assert "csrf_token" not in response.get_data(as_text=True)
    assert client.post(PATH, data={**ADA, "csrf_token": "of last year"}, headers=how).status_code == 303
    assert number() == 1


@pytest.mark.parametrize("how", [{}, {"Sec-Fetch-Site": "none", "Origin": "http://localhost"}, *FOREIGN])
def test_a_page_of_somebody_else_gets_nothing_back(client, own, how):
    response = client.post(own, data={**RIVERS, "title": "Mallory"}, headers=how)
    assert response.status_code == 400
    assert "Mallory" not in response.get_data(as_text=True)
    assert title() == "Ponds"


def test_a_button_is_offered_once_more(client, own):
    response = client.post(f"{own}/withdraw", data={"csrf_token": "of yesterday"}, headers=OURS)
    assert response.status_code == 400
    db.session.rollback()
    assert db.session.scalars(select(Proposal.status)).one() is ProposalStatus.SUBMITTED
    assert client.post(f"{own}/withdraw", data=typed(client), headers=OURS).status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(Proposal.status)).one() is ProposalStatus.WITHDRAWN


def test_no_view_writes_for_a_form_with_an_expired_token(app, make, forum, organizer):
    """This also holds for views without a form to check it: the transaction itself is read-only."""
    session = make.session(forum)
    before = db.session.execute(select(Event.updated_at)).all()
    organizer.looks = False
    for path, data in (
        ("/agenda", {"star": f"forum/{session.code}"}),
        (f"/events/forum/sessions/{session.code}/star", {}),
        ("/manage/events/forum/withdraw", {}),
        ("/manage/events/forum/edit", {"title_en": "Taken over"}),
        ("/manage/events/forum/options/in_person/remove", {}),
        ("/login/reset", {"email": "organizer@example.org"}),
    ):
        response = organizer.post(path, data=data, headers=OURS)
        assert response.status_code in {400, 422}, (path, response.status_code)
    db.session.rollback()
    assert db.session.execute(select(Event.updated_at)).all() == before
    assert db.session.scalars(select(Email)).all() == []


def test_who_was_logged_out_meanwhile_loses_nothing_of_a_form_of_the_desk(app, make, forum):
    visitor = app.test_client()
    path = "/manage/events/forum/options/new"
    response = visitor.post(path, data={"title_en": "Hall", "mode": "in_person", "csrf_token": "old"}, headers=OURS)
    assert response.status_code == 401
    assert "Log in again in another window" in main(visitor)
    kept = typed(visitor)
    assert kept["title_en"] == "Hall"
    owner = make.owner()
    visitor.fill("/login", {"email": owner.email, "password": PASSWORD})
    assert visitor.post(path, data={**kept, "access": "anyone"}, headers=OURS).status_code == 303
    assert app.test_client().post(path, data={"title_en": "Hall"}).status_code == 400


def test_the_login_says_the_same_of_itself(client, make):
    make.owner()
    response = client.post("/login", data={"email": "organizer@example.org", "password": PASSWORD}, headers=OURS)
    assert response.status_code == 422
    assert "What you entered is still here" in main(client)
    assert PASSWORD not in response.get_data(as_text=True)


@pytest.mark.parametrize("path", ["register", "register/link", "propose"])
def test_a_form_sent_to_a_former_slug_arrives_at_the_current_one(client, organizer, forum, path):
    client.get("/login")
    proof = typed(client)["csrf_token"]
    organizer.fill("/manage/events/forum/edit", {"slug": "summit"})
    response = client.post(f"/events/forum/{path}", data={**ADA, "csrf_token": proof})
    assert (response.status_code, response.location) == (308, f"/events/summit/{path}")
    assert client.get(f"/events/forum/{path}").status_code == 301
    if path == "register":
        assert client.post(response.location, data={**ADA, "csrf_token": proof}).status_code == 303
    response = organizer.post("/manage/events/forum/withdraw", data={"csrf_token": proof}, headers=OURS)
    assert (response.status_code, response.location) == (308, "/manage/events/summit/withdraw")
