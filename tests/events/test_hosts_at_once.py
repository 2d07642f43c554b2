"""What two owners do with the hosts and the venues at the same moment."""

from __future__ import annotations

import pytest

from eventapp import lifecycle
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.directory.rules import OrganizationKind
from eventapp.events import operations, queries
from eventapp.events.models import Event, EventHost
from eventapp.events.rules import HostRole
from tests.support.at_once import after, at_once, by_number


def add(event: Event, name: str, role: HostRole = HostRole.HOST) -> None:
    operations.add_host(event, LocalizedText(en=name), kind=OrganizationKind.CITY, role=role)


@pytest.mark.both_engines("on PostgreSQL, both could find that there is no such host yet")
def test_hosts_that_two_owners_add_at_once_are_all_kept_in_order(app, make):
    event = by_number(Event, make.event("forum"))
    with transaction():
        add(event(), "City of Mori")
    after(app, lambda: add(event(), "Naruto City"), lambda: add(event(), "Saga City"))
    db.session.rollback()
    hosts = queries.hosts(event())
    assert [host.organization.names["en"] for host in hosts] == ["City of Mori", "Naruto City", "Saga City"]
    assert [host.position for host in hosts] == [0, 1, 2]


@pytest.mark.both_engines("on PostgreSQL, both could find that there is no such host yet")
def test_an_organization_that_is_added_twice_at_once_is_a_host_once(app, make):
    event = by_number(Event, make.event("forum"))
    with transaction():
        add(make.event("other"), "City of Mori")
    role = HostRole.SUPPORTER
    after(app, lambda: add(event(), "City of Mori"), lambda: add(event(), "City of Mori", role))
    db.session.rollback()
    (host,) = queries.hosts(event())
    assert host.role is role


@pytest.mark.both_engines("on PostgreSQL, the one would still have the list of the other in mind")
def test_a_host_that_is_added_while_another_one_is_removed_is_kept(app, make):
    event = by_number(Event, make.event("forum"))
    with transaction():
        add(event(), "City of Mori")
    first = by_number(EventHost, queries.hosts(event())[0])
    after(app, lambda: add(event(), "Naruto City"), lambda: operations.remove_host(first()))
    db.session.rollback()
    (host,) = queries.hosts(event())
    assert host.organization.names["en"] == "Naruto City"


@pytest.mark.both_engines("on PostgreSQL, both could find that there is no venue yet")
def test_the_venue_that_two_owners_name_at_once_is_one_and_calendars_hear_of_both_names(app, make):
    event = by_number(Event, make.event("forum"))
    before = event().sequence

    def name(text: str) -> None:
        operations.name_venue(event(), LocalizedText(en=text))

    after(app, lambda: name("Harbour hall"), lambda: name("City hall"))
    db.session.rollback()
    assert [venue.name["en"] for venue in queries.venues(event())] == ["City hall"]
    assert event().sequence == before + 2


@pytest.mark.both_engines("on PostgreSQL, they could wait for each other")
def test_venues_that_several_owners_add_at_once_are_all_kept(app, make):
    event = by_number(Event, make.event("forum"))
    make.session(event())  # the public programme names the venues, too

    def add_venue(number: int) -> None:
        name = LocalizedText(en=f"Hall {number}")
        lifecycle.save_venue(event(), None, name=name, address=LocalizedText())

    assert at_once(app, add_venue, 4) == {"done": 4}
    db.session.rollback()
    assert len(queries.venues(event())) == 4
