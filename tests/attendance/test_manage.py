"""The team's statement of attendance."""

from __future__ import annotations

from typing import Any

import pytest

from eventapp.accounts.rules import Role
from eventapp.attendance import queries
from eventapp.attendance.operations import report_count
from eventapp.attendance.rules import Basis, Rounding
from eventapp.check_in import operations as check_in
from eventapp.check_in.models import CheckIn
from eventapp.check_in.rules import CheckInKind
from eventapp.core.db import transaction
from eventapp.core.languages import force_locale
from eventapp.core.refusals import Refused
from eventapp.directory.rules import OrganizationKind
from eventapp.people import merging
from eventapp.programme.rules import Mode
from eventapp.registration.models import Registration
from tests.support.make import Make, fresh
from tests.support.visitor import Page, Visitor


def main(visitor: Visitor) -> str:
    return Page.text(visitor.page.one("main"))


def test_every_member_of_the_team_sees_the_counts(client: Visitor, make: Make) -> None:
    event = make.event("summit")
    assert client.get("/manage/events/summit/counts/statement").status_code == 302
    client.sign_in(make.member(event, Role.VIEWER))
    assert client.get("/manage/events/summit/counts/statement").status_code == 200
    assert "There is nobody to count on this basis yet." in main(client)


def test_numbers_are_shown_with_the_rows_that_prove_them(organizer: Visitor, make: Make) -> None:
    event = make.event("summit")
    hall, online = make.option(event), make.option(event, Mode.ONLINE)
    for email, option in (("a@example.org", hall), ("b@example.org", online)):
        make.registration(
            event, option, email, organization="City of Tampere", organization_kind=OrganizationKind.CITY, country="FI"
        )
    make.registration(event, hall, organization="Aoba Works", organization_kind=OrganizationKind.COMPANY, country="JP")
    organizer.get("/manage/events/summit/counts/statement")
    rows = [[Page.text(cell) for cell in row if cell.tag in {"th", "td"}] for row in organizer.page.all("tr")]
    assert ["Finland", "1", "0", "2", ""] in rows
    assert ["Mention City of Tampere", "City of Tampere 2 people", "Finland", "In person, Online"] in rows
    assert ["Mention Aoba Works", "Aoba Works 1 person", "Japan"] in rows


def test_an_unsorted_organization_is_pointed_out(organizer: Visitor, make: Make) -> None:
    event = make.event("summit")
    make.registration(event, make.option(event), organization="Aoba Works", country="JP")
    organizer.get("/manage/events/summit/counts/statement")
    assert "1 organization is not classified yet" in main(organizer)


def test_the_basis_is_chosen_in_the_address(organizer: Visitor, make: Make) -> None:
    event = make.event("summit")
    option = make.option(event, capacity=1)
    make.registration(event, option)
    make.registration(event, option)
    organizer.get("/manage/events/summit/counts/statement")
    assert "1 person." in main(organizer)
    organizer.get("/manage/events/summit/counts/statement?basis=registered")
    assert "2 people." in main(organizer)


def test_a_basis_without_rows_says_why(organizer: Visitor, make: Make) -> None:
    make.event("summit")
    assert organizer.get("/manage/events/summit/counts/statement?basis=checked_in").status_code == 200
    assert "There are no check-ins yet" in main(organizer)
    assert "checked_in" not in [one.get("value") for one in organizer.page.all("option")]


@pytest.mark.parametrize("query", ["basis=all", "rounding=up"])
def test_a_word_that_means_nothing_is_refused(organizer: Visitor, make: Make, query: str) -> None:
    make.event("summit")
    assert organizer.get(f"/manage/events/summit/counts/statement?{query}").status_code == 422


def test_the_rounding_is_chosen_or_taken_from_the_source(organizer: Visitor, make: Make) -> None:
    event = make.event("summit")
    option = make.option(event)
    for _ in range(12):
        make.registration(event, option)
    organizer.get("/manage/events/summit/counts/statement")
    assert "12 people." in main(organizer)
    organizer.get("/manage/events/summit/counts/statement?rounding=over")
    assert "Over 10 people." in main(organizer)
    with transaction():
        report_count(event, people=10, rounding=Rounding.OVER, source="The newsletter")
    organizer.get("/manage/events/summit/counts/statement")
    assert main(organizer).count("Over 10 people.") == 3, "in the summary, to copy it, and as reported"


@pytest.mark.parametrize(
    ("values", "field"),
    [({"source": " ", "people": 3}, "source"), ({"source": "x"}, "people"), ({"source": "x", "people": -1}, "people")],
)
def test_a_stated_count_needs_a_source_and_a_number(make: Make, values: dict[str, Any], field: str) -> None:
    event = make.event("summit")
    with force_locale("en"), transaction(), pytest.raises(Refused) as refused:
        report_count(event, **values)
    assert refused.value.field == field


def test_the_number_of_queries_does_not_grow_with_the_people(organizer: Visitor, make: Make, queries: Any) -> None:
    event = make.event("summit")
    option = make.option(event)
    make.registration(event, option, organization="Aoba Works", country="JP")
    make.registration(event, option)  # what was counted before is not looked up
    with queries() as few:
        organizer.get("/manage/events/summit/counts/statement")
    for number in range(20):
        make.registration(event, option, organization=f"Works {number}", country="FI")
    with queries() as many:
        organizer.get("/manage/events/summit/counts/statement")
    assert len(few) == len(many)


@pytest.mark.both_engines("distinct people over all doors, and an upsert")
def test_check_ins_count_people_and_an_undo_takes_them_back(organizer: Visitor, make: Make) -> None:
    event = make.event("summit")
    option = make.option(event)
    guests = [make.registration(event, option, family_name=name) for name in ("Ada", "Bob", "Carl")]

    def at_the_door(guest: Registration, kind: CheckInKind = CheckInKind.IN) -> CheckIn:
        nonce = f"n{make.next()}"
        with transaction():
            return check_in.check(fresh(event), fresh(guest), kind=kind, nonce=nonce, user_id=None)

    def people() -> int:
        return int(organizer.get("/events/summit/counts.json?basis=checked_in").json["people"])

    assert organizer.get("/events/summit/counts.json?basis=checked_in").status_code == 422
    at_the_door(guests[0])
    at_the_door(guests[0], CheckInKind.OUT)
    at_the_door(guests[0])
    last = at_the_door(guests[1])
    assert people() == 2
    organizer.get("/manage/events/summit/counts/statement")
    organizer.get("/manage/events/summit/counts/statement?basis=checked_in")
    assert "2 people." in main(organizer)
    with transaction():
        check_in.undo_line(fresh(event), fresh(last), nonce="back", user_id=None)
    assert people() == 1


def test_two_registrations_of_one_person_that_were_merged_are_one_person(make: Make) -> None:
    event = make.event("summit")
    option = make.option(event)
    kept, other = (make.registration(event, option, family_name=name) for name in ("Lovelace", "Byron"))
    for guest in (kept, other):
        with transaction():
            check_in.check(fresh(event), fresh(guest), kind=CheckInKind.IN, nonce=f"n{guest.id}", user_id=None)
    with transaction():
        merging.merge(fresh(kept), fresh(other))
    assert queries.count(fresh(event), basis=Basis.CHECKED_IN).people == 1
