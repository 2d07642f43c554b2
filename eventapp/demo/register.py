"""The generated registrations of the summit: 312 people whose counts yield the newsletter's summary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from eventapp.core.db import db
from eventapp.core.localized import LocalizedText
from eventapp.core.revisions import raise_scopes
from eventapp.demo import content, keep, shared
from eventapp.demo.content import moment, text
from eventapp.directory.models import Organization
from eventapp.directory.rules import OrganizationKind
from eventapp.events.models import Event
from eventapp.programme.rules import Mode
from eventapp.registration import setup as registration
from eventapp.registration.models import AttendanceOption, Contact, Registration
from eventapp.registration.rules import RegistrationStatus, name_key, searchable

PEOPLE = 312
HOST_PEOPLE = 28
OPENED = moment(datetime(2022, 9, 12, 10, 0))  # noqa: DTZ001 (on the clocks of Japan)
CLOSED = moment(datetime(2022, 11, 15, 17, 0))  # noqa: DTZ001


@dataclass(frozen=True)
class DemoGuest:
    """What a guest represents: an organization of the directory, one typed in some spelling, or none."""

    country: str
    organization: Organization | None = None
    typed: str = ""
    kind: OrganizationKind | None = None
    status: RegistrationStatus = RegistrationStatus.CONFIRMED
    name: tuple[str, str] | None = None


def fill(event: Event) -> None:
    """Insert the registrations in one statement. Generated people get no e-mails."""
    option = registration.save_option(
        event,
        None,
        mode=Mode.IN_PERSON,
        title=LocalizedText(en="On site", ja="会場で参加"),
        waiting_list=False,
        opens_at=OPENED,
        closes_at=CLOSED,
    )
    random = Random(20221122)  # noqa: S311 - the same list in every demo database, nothing secret
    coming = _coming(random)
    random.shuffle(coming)
    rows = [_row(event, option, guest, number, random) for number, guest in enumerate(coming, start=1)]
    created = insert(Contact).returning(Contact.id, sort_by_parameter_order=True)
    contacts = db.session.scalars(created, [_contact(event, *one) for one in enumerate(coming, start=1)])
    rows = [row | {"contact_id": number} for row, number in zip(rows, contacts, strict=True)]
    db.session.execute(insert(Registration), rows)
    option.seats_taken = sum(guest.status is RegistrationStatus.CONFIRMED for guest in coming)
    db.session.flush()
    # A bulk insert bypasses the unit of work, which would have invalidated cached pages.
    raise_scopes(db.session(), [f"event:{event.id}:people"])


def _coming(random: Random) -> list[DemoGuest]:
    """All active guests, and nine who cancelled, one of them for a city that nobody else represents."""
    coming = [*_from_abroad(random), *_from_japan(random), *_from_organizations(random)]
    coming += [DemoGuest("JP", name=(family, given)) for family, given in content.read("guests")["residents"]]
    coming += [DemoGuest("JP") for _ in range(PEOPLE - len(coming))]
    cancelled = [DemoGuest("JP", status=RegistrationStatus.CANCELLED) for _ in range(8)]
    cancelled.append(DemoGuest("DE", typed="Freiburg", kind=OrganizationKind.CITY, status=RegistrationStatus.CANCELLED))
    return coming + cancelled


def _from_abroad(random: Random) -> list[DemoGuest]:
    coming: list[DemoGuest] = []
    for row in content.read("guests")["foreign_cities"]:
        slug, country, names, aliases = row["slug"], row["country"], text(row, "names"), tuple(row.get("aliases", ()))
        place = shared.city(slug, names, country=country, zone=row["zone"], aliases=aliases)
        title = LocalizedText({"en": f"City of {names['en']}", "ja": f"{names['ja']}市"})
        generated = not row.get("named", False)
        hall = shared.city_hall(place, title, aliases=(*names.values(), *aliases), generated=generated)
        coming += [DemoGuest(country, hall) for _ in range(random.randint(2, 4))]
        if slug == "nuernberg":
            # As people type it; the counts must recognize one city.
            coming += [
                DemoGuest(country, typed=name, kind=OrganizationKind.CITY)
                for name in ("Nurnberg", "City of Nuremberg", "ニュルンベルク")
            ]
    return coming


def _from_japan(random: Random) -> list[DemoGuest]:
    coming: list[DemoGuest] = []
    for slug, en, ja in content.read("guests")["japanese_cities"]:
        host = slug == "saitama"
        known = {"saitama": "saitama-prefecture", "matsudo": "chiba-prefecture", "chiba": "chiba-prefecture"}
        parent = shared.place(known[slug]) if slug in known else None
        place = shared.city(slug, LocalizedText(en=en, ja=f"{ja}市"), country="JP", zone=content.ZONE, parent=parent)
        title = LocalizedText(en=f"{en} City", ja=f"{ja}市")
        # Matsudo is a real party in another story, as the host is in this one.
        hall = shared.city_hall(place, title, aliases=(en,), generated=slug not in {"saitama", "matsudo"})
        coming += [DemoGuest("JP", hall) for _ in range(HOST_PEOPLE if host else random.randint(3, 5))]
    return coming


def _from_organizations(random: Random) -> list[DemoGuest]:
    coming: list[DemoGuest] = []
    for kind, country, en, ja in content.read("guests")["organizations"]:
        place = shared.place(country) if country else None
        body = keep.organization(OrganizationKind(kind), LocalizedText(en=en, ja=ja), place=place, generated=True)
        coming += [DemoGuest(country or random.choice(["JP", "DE"]), body) for _ in range(random.randint(1, 3))]
    return coming


def _contact(event: Event, number: int, guest: DemoGuest) -> dict[str, Any]:
    email = f"guest{number:03}@example.org"
    language = "ja" if guest.country == "JP" else "en"
    return {"event_id": event.id, "email": email, "email_key": email, "language": language}


def _row(event: Event, option: AttendanceOption, guest: DemoGuest, number: int, random: Random) -> dict[str, Any]:
    names = content.read("guests")["names"][guest.country]
    family, given = guest.name or (random.choice(names["family"]), random.choice(names["given"]))
    # In the order of the list, spread over the weeks of registration.
    moment = OPENED + (CLOSED - OPENED) / (PEOPLE + 20) * number
    moment += timedelta(minutes=random.randint(0, 90))
    organization = guest.typed or (str(guest.organization.names) if guest.organization else "")
    return {
        "event_id": event.id,
        "option_id": option.id,
        "status": guest.status,
        "uid": keep.uid(f"{event.slug}/registration/{number}"),
        "family_name": family,
        "given_name": given,
        "name_key": name_key(family, given),
        "organization_name": organization,
        "searchable": searchable(family, given, organization),
        "organization_kind": guest.kind or (guest.organization.kind if guest.organization else None),
        "organization_id": guest.organization.id if guest.organization else None,
        "country_code": guest.country,
        "generated": True,
        "created_at": moment,
        "updated_at": moment,
    }
