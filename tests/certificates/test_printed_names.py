"""A name on a certificate is printed as it is, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from eventapp.certificates import operations, paper, rules
from eventapp.certificates.models import Certificate
from eventapp.core import clock
from eventapp.core.db import db, transaction
from eventapp.pdf.fonts import font_set
from eventapp.registration.models import Registration
from tests.support.make import fresh

DESK = "/manage/events/forum/certificates"
FONTS = font_set()
ABSENT = "മലയാളം"  # no font of the product has it


@pytest.fixture
def forum(make):
    begun = clock.now() - timedelta(hours=2)
    return make.event("forum", starts_at=begun, ends_at=begun + timedelta(hours=8))


@pytest.fixture
def certified(make, forum):
    """A certificate of somebody, by the name and how it is read."""
    option = make.option(forum)

    def certify(name: str, reading: str = "") -> Certificate:
        guest = make.registration(forum, option, family_name=name, given_name="", reading=reading)
        rows = operations.due(fresh(forum), {guest.id: 60}, least_minutes=1)
        db.session.rollback()
        with transaction():
            operations.issue(fresh(forum), rows)
        return db.session.scalars(select(Certificate).where(Certificate.registration_id == guest.id)).one()

    return certify


def main(client) -> str:
    return client.page.text(client.page.one("main"))


@pytest.mark.parametrize(
    ("name", "reading", "printed"),
    [
        ("Ada Lovelace", "エイダ", "Ada Lovelace"),
        ("鈴木", "", "鈴木"),
        ("Ada 🎉", "エイダ", "Ada 🎉"),
        (ABSENT, "Malayalam", "Malayalam"),
        (f"{ABSENT} Kim", "Malayalam Kim", "Malayalam Kim"),
        (f"{ABSENT} Kim", "", ""),
        ("A\u0711", "", ""),
        ("🎉", "", ""),
        ("🎉", "Ada", "Ada"),
        (ABSENT, ABSENT, ""),
        ("\ue000", "", ""),
    ],
)
def test_no_letter_of_a_name_is_left_out(certified, name, reading, printed):
    assert paper.printed_name(certified(name, reading), FONTS) == printed


def test_who_cannot_be_printed_is_told_so_and_the_certificate_is_valid(client, organizer, certified):
    one = certified(ABSENT)
    token, code = db.session.get_one(Registration, one.registration_id).token, rules.spaced(one.code)
    client.get(f"/registrations/{token}/certificate")
    assert "No font has the characters of this name" in main(client) and code in main(client)
    assert not [link for link in client.page.all("a") if str(link.get("href")).endswith(".pdf")]
    assert client.get(f"/registrations/{token}/certificate.pdf").status_code == 422
    assert "No font has the characters of this name" in main(client)
    client.get(f"/verify/{code}")
    assert "Valid certificate" in main(client) and ABSENT in main(client)
    organizer.get(DESK)
    assert "can't be printed" in main(organizer)
    organizer.get(f"{DESK}/{one.id}")
    assert "No font has the characters of this name" in main(organizer) and "fonts" in main(organizer)
    assert organizer.get(f"{DESK}/{one.id}.pdf").status_code == 422


def test_how_a_name_is_read_is_printed_instead_and_the_check_says_so(client, certified):
    one = certified(ABSENT, "Malayalam")
    token, code = db.session.get_one(Registration, one.registration_id).token, rules.spaced(one.code)
    client.get(f"/verify/{code}")
    assert ABSENT in main(client) and "Malayalam" in main(client)
    client.get(f"/registrations/{token}/certificate")
    assert "No font has" not in main(client)
    assert client.get(f"/registrations/{token}/certificate.pdf").mimetype == "application/pdf"
    client.get(f"/verify/{rules.spaced(certified('鈴木', 'スズキ').code)}")
    assert "スズキ" not in main(client), "which is not on the paper"


def test_what_is_read_is_as_frozen_as_the_name_until_the_team_makes_it_valid_again(organizer, certified):
    one = certified(ABSENT)
    with transaction():
        db.session.get_one(Registration, one.registration_id).reading = "Malayalam"
    assert paper.printed_name(fresh(one), FONTS) == ""
    organizer.fill(f"{DESK}/{one.id}", {"reason": "It can't be printed."})
    organizer.fill(f"{DESK}/{one.id}", action="/restore")
    assert paper.printed_name(fresh(one), FONTS) == "Malayalam" and fresh(one).name == ABSENT


def test_the_member_who_issues_sees_how_many_cannot_be_printed(organizer, make, forum, monkeypatch):
    option = make.option(forum)
    guests = [make.registration(forum, option, family_name=name) for name in (ABSENT, "ᠮᠣᠩᠭᠣᠯ", "Lovelace")]
    monkeypatch.setattr("eventapp.online.queries.minutes", lambda event: {guest.id: 60 for guest in guests})
    assert organizer.fill(DESK, {"least_minutes": "30"}).status_code == 303
    organizer.get(DESK)
    assert "The names on 2 certificates can't be printed" in organizer.page.text(organizer.page.one("body"))


def test_how_a_name_is_read_is_erased_with_it(certified):
    one = certified(ABSENT, "Malayalam")
    with transaction():
        db.session.execute(delete(Registration).where(Registration.id == one.registration_id))
    assert paper.printed_name(fresh(one), FONTS) == ""
    assert operations.forget_names() == 1 and "Malayalam" not in str(fresh(one).facts)
