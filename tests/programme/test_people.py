"""The shared directory of people: who may find, read and change them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.accounts.rules import Role
from eventapp.core.db import db, transaction
from eventapp.core.localized import LocalizedText
from eventapp.core.refusals import Refused
from eventapp.directory.models import Person
from eventapp.directory.rules import NameOrder
from eventapp.events import operations as events
from eventapp.events.rules import EventStatus, Visibility
from eventapp.notifications.speaker_emails import Draft
from eventapp.programme import profiles, queries, roster
from eventapp.programme.models import EventPerson, Participation, Session
from eventapp.programme.rules import SessionStatus
from eventapp.proposals import speakers
from tests.support.make import fresh
from tests.support.visitor import values_of

HIDDEN = "Zzunannounced"


def values(**more):
    given = {
        "family": LocalizedText(en="Byron"),
        "given": LocalizedText(en="Ada"),
        "order": NameOrder.GIVEN_FIRST,
        "honorific": LocalizedText(),
        "reading": "",
        "biography": LocalizedText(),
        "links": "",
        "position": LocalizedText(),
        "organization": None,
        "held_from": None,
        "held_until": None,
    }
    return given | more


@pytest.fixture
def two(make):
    """An event of mine, and another team's with an announced person, an unannounced one, and a draft by a third
    team.
    """
    other_owner = make.user("other@example.org")
    mine, theirs = make.event("mine"), make.event("theirs", owner=other_owner)
    public, hidden = make.person("Public", "Person"), make.person(HIDDEN, "Person")
    make.session(theirs, people=[public])
    make.session(theirs, status=SessionStatus.DRAFT, people=[hidden])
    return mine, theirs, public, hidden


def names(user, text):
    return [person.family["en"] for person in profiles.find(user, text).people]


@pytest.mark.both_engines("LIKE, case and ordering")
def test_who_is_announced_is_found_and_who_is_not_is_not(make, two):
    _mine, theirs, _public, _hidden = two
    assert names(make.owner(), "person") == ["Public"]
    assert set(names(make.user(admin=True), "person")) == {"Public", HIDDEN}
    with transaction():
        events.set_member(theirs, make.owner(), Role.VIEWER)
    assert set(names(make.owner(), "person")) == {"Public", HIDDEN}


@pytest.mark.parametrize(
    "change",
    [{"status": EventStatus.DRAFT}, {"visibility": Visibility.UNLISTED}, {"visibility": Visibility.PRIVATE}],
    ids=str,
)
def test_who_was_announced_at_an_event_that_is_not_public_is_not_found(make, two, change):
    _mine, theirs, _public, _hidden = two
    with transaction():
        for name, value in change.items():
            setattr(fresh(theirs), name, value)
    assert names(make.owner(), "person") == []


def test_who_was_added_to_ones_own_event_is_found_before_they_have_a_part(organizer, make):
    make.event("mine")
    organizer.fill("/manage/events/mine/speakers/new", {"family_en": "Ito", "order": "family_first"})
    assert names(make.owner(), "ito") == ["Ito"]
    assert names(make.user(), "ito") == []
    assert "Ito" in organizer.get("/manage/events/mine/speakers").text


def routes(event, session, code):
    base = f"/manage/events/{event.slug}"
    return [
        f"{base}/speakers",
        f"{base}/speakers/{code}",
        f"{base}/speakers/{code}/ask",
        f"{base}/people.json?q={HIDDEN}",
        f"{base}/people.json?q={code}",
        f"{base}/programme",
        f"{base}/programme/state.json",
        f"{base}/programme/check",
        f"{base}/programme/sessions/{session.code}",
        f"{base}/programme/sessions/new",
        f"{base}/programme/export.json?state=draft",
        f"{base}/programme/export.csv?state=draft",
        f"{base}/proposals",
        f"/events/{event.slug}/speakers/{code}",
        f"/events/{event.slug}/speakers",
        base,
    ]


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
def test_no_page_of_another_event_shows_who_is_not_announced(app, make, two, role):
    mine, theirs, public, hidden = two
    session = make.session(mine, people=[public])
    visitor = app.test_client()
    visitor.sign_in(make.member(mine, role))
    visitor.looks = False
    for path in [*routes(mine, session, hidden.code), *routes(theirs, session, hidden.code)]:
        answer = visitor.get(path)
        assert answer.status_code < 500, path
        assert HIDDEN not in answer.get_data(as_text=True).replace(f"q={HIDDEN}", ""), path


@pytest.mark.parametrize("how", ["pick", "person", "name"])
def test_nobody_is_added_who_is_not_announced(organizer, make, two, how):
    _mine, _theirs, _public, hidden = two
    typed = {
        "pick": {"pick-0": hidden.code},
        "person": {"person-0": hidden.code, "name-0": f"Person {HIDDEN}"},
        "name": {"name-0": f"Person {HIDDEN}"},
    }[how]
    answer = organizer.fill("/manage/events/mine/programme/sessions/new", {"title_en": "Mine", **typed})
    assert answer.status_code == 422
    parts = db.session.scalars(select(Participation).where(Participation.person_id == hidden.id)).all()
    assert len(parts) == 1, "only that of the other team"


@pytest.mark.both_engines("row locks")
def test_who_takes_part_already_stays_when_they_are_announced_no_more(organizer, make, two):
    mine, theirs, public, _hidden = two
    session = make.session(mine, people=[public])
    with transaction():
        fresh(theirs).status = EventStatus.DRAFT
    answer = organizer.fill(f"/manage/events/mine/programme/sessions/{session.code}", {"title_en": "New"})
    assert answer.status_code == 303
    assert [part.person_id for part in fresh(session).participations] == [public.id]


def shared_name(person):
    return fresh(person).family["en"]


def shown_name(event, person):
    return queries.people_by_id(event, [person.id])[person.id].family["en"]


@pytest.mark.slow
def test_what_another_team_shows_is_not_changed_from_here(organizer, client, make, two):
    mine, theirs, public, _hidden = two
    make.session(mine, people=[public])
    path = f"/manage/events/mine/speakers/{public.code}"
    organizer.get(path)
    assert "to this event only" in organizer.page.text(organizer.page.one("main"))
    answer = organizer.fill(path, {"family_en": "Changed", "biography_en": "Mine", "position_en": "Chair"})
    assert answer.status_code == 303
    assert (shared_name(public), shown_name(theirs, public), shown_name(mine, public)) == (
        "Public",
        "Public",
        "Changed",
    )
    for slug, name in (("mine", "Changed"), ("theirs", "Public")):
        for page in (
            f"/events/{slug}/speakers/{public.code}",
            f"/events/{slug}/speakers",
            f"/events/{slug}/calendar.ics",
            f"/events/{slug}/programme",
            f"/events/{slug}/schedule.json",
            f"/events/{slug}",
            f"/events/{slug}/speakers/{public.code}.ics",
        ):
            text = client.get(page).text
            assert (name in text) and ("Changed" if name == "Public" else "Person Public") not in text, page
    assert "Chair" in client.get(f"/events/mine/speakers/{public.code}").text
    assert "Chair" not in client.get(f"/events/theirs/speakers/{public.code}").text
    for page in ("programme", "programme/state.json", "speakers"):
        assert "Changed" in organizer.get(f"/manage/events/mine/{page}").text, page


def test_a_forged_form_does_not_change_what_others_show(organizer, make, two):
    mine, _theirs, public, _hidden = two
    make.session(mine, people=[public])
    organizer.fill(f"/manage/events/mine/speakers/{public.code}", {"family_en": "Changed", "scope": "shared"})
    assert shared_name(public) == "Public"
    with pytest.raises(Refused), transaction():
        roster.save_shared(mine, public, values(), by=make.owner())


def may(user, event, person):
    return profiles.may_change_shared(user, event, person)


def test_the_shared_profile_is_for_who_owns_all_events_and_for_administrators(make):
    first, second = make.event("first"), make.event("second")
    both = make.person(at=first)
    alone = make.person("Alone", at=first)
    make.session(second, status=SessionStatus.DRAFT, people=[both])
    for role in Role:
        user = make.member(first, role)
        with transaction():
            events.set_member(second, user, Role.OWNER)
        assert may(user, first, both) == (role is Role.OWNER), role
        assert may(user, first, alone), "it is nobody else's"
        assert may(user, second, both) == (role is Role.OWNER), role
    assert may(make.owner(), first, both)
    assert not may(make.user(), first, both)
    assert may(make.user(admin=True), first, both)


@pytest.mark.both_engines("no other test runs one of its statements")
def test_an_owner_of_all_chooses_where_a_change_holds(organizer, make):
    first, second = make.event("first"), make.event("second")
    ada = make.person()
    for event in (first, second):
        make.session(event, people=[ada])
    path = f"/manage/events/first/speakers/{ada.code}"
    organizer.fill(path, {"family_en": "Byron", "scope": "event"})
    assert (shared_name(ada), shown_name(first, ada), shown_name(second, ada)) == ("Lovelace", "Byron", "Lovelace")
    organizer.fill(path, {"family_en": "King", "scope": "shared"})
    assert (shared_name(ada), shown_name(first, ada), shown_name(second, ada)) == ("King", "King", "King")


def test_the_link_of_a_speaker_changes_one_event_where_others_know_the_speaker(client, make, two):
    """Otherwise a team could send itself the link of another team's speaker."""
    mine, theirs, public, _hidden = two
    make.session(mine, people=[public])
    with transaction():
        link = speakers.ask(mine, public, email="me@example.org", language="en", draft=Draft("a", "b"))
    token = link.token
    assert (
        client.fill(f"/speaking/{token}/profile", {"family_en": "Changed", "position_en": "Chair"}).status_code == 303
    )
    assert (shared_name(public), shown_name(theirs, public), shown_name(mine, public)) == (
        "Public",
        "Public",
        "Changed",
    )
    page = client.get(f"/speaking/{token}").text
    assert "Changed" in page and "Chair" in page


def test_the_link_of_a_speaker_of_one_event_changes_the_shared_profile(client, make):
    mine, ada = make.event("mine"), make.person()
    make.session(mine, people=[ada])
    with transaction():
        link = speakers.ask(mine, ada, email="me@example.org", language="en", draft=Draft("a", "b"))
    assert client.fill(f"/speaking/{link.token}/profile", {"family_en": "Changed"}).status_code == 303
    assert shared_name(ada) == "Changed"


@pytest.mark.both_engines("row locks")
def test_a_person_without_a_part_is_removed_from_the_list_and_nobody_else(organizer, make):
    mine = make.event("mine")
    ada, bo = make.person(at=mine), make.person("Ek", "Bo", at=mine)
    make.session(mine, status=SessionStatus.DRAFT, people=[bo])
    page = f"/manage/events/mine/speakers/{ada.code}"
    assert organizer.fill(f"{page}/remove").status_code == 303
    assert organizer.get(page).status_code == 404
    answer = organizer.fill_elsewhere("/manage", f"/manage/events/mine/speakers/{bo.code}/remove")
    assert answer.status_code == 422
    assert db.session.get(EventPerson, (mine.id, bo.id)) is not None


# -- finding


@pytest.mark.both_engines("LIKE, case and ordering")
@pytest.mark.parametrize(
    "sought",
    [
        "Yamada Taro",
        "Taro Yamada",
        "taro yam",
        "YAMADA  TARO",
        "山田太郎",
        "山田 太郎",
        "太郎 山田",
        "山田　太郎",
        "Ｙａｍａｄａ",
        "やまだ",
        "mada",
        "Yámâda Tarō",
    ],
)
def test_a_name_is_found_however_it_is_typed(make, sought):
    mine = make.event("mine")
    make.person(
        LocalizedText(en="Yamada", ja="山田"), LocalizedText(en="Taro", ja="太郎"), reading="やまだ たろう", at=mine
    )
    make.person("Müller-Lüdenscheidt", "Łukasz", at=mine)
    assert names(make.owner(), sought) == ["Yamada"]


@pytest.mark.both_engines("LIKE, case and ordering")
@pytest.mark.parametrize("sought", ["", " ", "%", "_", "100%", "\\", "'", "\x00", "山田花子", "yamada hanako", "🙂"])
def test_what_is_nobodys_name_finds_nobody(make, sought):
    make.person(LocalizedText(en="Yamada", ja="山田"), LocalizedText(en="Taro", ja="太郎"), at=make.event("mine"))
    assert names(make.owner(), sought) == []


@pytest.mark.both_engines("LIKE, case and ordering")
def test_a_changed_name_is_found_by_the_new_one_alone(make):
    ada = make.person(at=make.event("mine"))
    with transaction():
        fresh(ada).family = LocalizedText(en="Byron")
    assert names(make.owner(), "byron") == ["Byron"]
    assert names(make.owner(), "lovelace") == []


@pytest.mark.both_engines("LIKE, case and ordering")
def test_ten_are_found_and_it_says_that_there_are_more(organizer, make):
    mine = make.event("mine")
    for number in range(12):
        make.person("Ek", f"Bo{number:02}", at=mine)
    make.person("Zzek", "Ola", at=mine)
    answer = organizer.get("/manage/events/mine/people.json?q=ek").json
    assert [one["name"] for one in answer["people"]] == [f"Bo{number:02} Ek" for number in range(10)]
    assert answer["more"] is True
    answer = organizer.get("/manage/events/mine/people.json?q=zzek").json
    assert [one["name"] for one in answer["people"]] == ["Ola Zzek"] and answer["more"] is False


# -- the form of a session, without JavaScript

NEW = "/manage/events/mine/programme/sessions/new"
TYPED = {
    "title_en": "Mine",
    "abstract_en": "Kept\r\nwhole",
    "capacity": "30",
    "role-0": "chair",
    "link-url-0": "https://a.example",
}


def found(visitor, row=0):
    return [node.get("value") for node in visitor.page.all("input") if node.get("name") == f"pick-{row}"]


def test_somebody_is_found_by_a_button_and_everything_typed_stays(organizer, make):
    mine = make.event("mine")
    one, two = make.person("Yamada", "Taro", at=mine), make.person("Yamada", "Hanako", at=mine)
    answer = organizer.fill(NEW, {**TYPED, "name-0": "yamada", "name-1": "yamada hanako", "find": "0"})
    assert answer.status_code == 200
    assert db.session.scalars(select(Session)).all() == []
    assert set(found(organizer)) == {one.code, two.code} and found(organizer, 1) == []
    assert organizer.page.by_id("name-1").get("value") == "Hanako Yamada"

    form = next(f for f in organizer.page.forms() if f.get("data-people"))
    sent = values_of(form)
    assert sent["title_en"] == ["Mine"] and sent["abstract_en"] == ["Kept\nwhole"] and sent["capacity"] == ["30"]
    assert sent["role-0"] == ["chair"] and sent["link-url-0"] == ["https://a.example"]
    sent |= {"pick-0": [one.code]}
    assert organizer.post(NEW, data=sent).status_code == 303
    session = db.session.scalars(select(Session)).one()
    assert [(p.person_id, p.role.value) for p in session.participations] == [(one.id, "chair"), (two.id, "speaker")]


def test_a_button_adds_an_empty_row_for_a_person_or_a_link_and_everything_typed_stays(organizer, make):
    make.event("mine")
    for more, row in (("people", "name-3"), ("links", "link-url-2")):
        organizer.get(NEW)
        assert row not in [node.get("name") for node in organizer.page.all("input")]
        assert organizer.fill(NEW, {"title_en": "Mine", "more": more}).status_code == 200
        assert organizer.page.by_id(row).get("value", "") == ""
        assert organizer.page.by_id("title-en").get("value") == "Mine"
    assert db.session.scalars(select(Session)).all() == []


@pytest.mark.both_engines("LIKE, case and ordering")
def test_an_ambiguous_or_unknown_name_is_refused_with_people_to_choose_from(organizer, make):
    mine = make.event("mine")
    twins = [make.person("Yamada", "Taro", at=mine) for _ in range(2)]
    answer = organizer.fill(NEW, {**TYPED, "name-0": "Taro Yamada"})
    assert answer.status_code == 422
    assert set(found(organizer)) == {one.code for one in twins}
    assert "Choose who you mean by “Taro Yamada”." in organizer.page.text(organizer.page.one("main"))
    assert organizer.fill(NEW, {**TYPED, "name-0": "Nobody Known"}).status_code == 422
    assert "We can't find “Nobody Known”" in organizer.page.text(organizer.page.one("main"))
    assert organizer.page.by_id("name-0").get("value") == "Nobody Known"


@pytest.mark.both_engines("no other test runs one of its statements")
def test_a_new_speaker_is_added_within_the_form_of_a_session_and_nothing_is_lost(organizer, make):
    mine = make.event("mine")
    organizer.fill(NEW, {**TYPED, "name-0": "山田 花子", "find": "0"})
    assert "Add “山田 花子” as a new speaker" in organizer.page.text(organizer.page.one("main"))
    form = next(f for f in organizer.page.forms() if f.get("data-people"))
    asked = organizer.post(NEW, data=values_of(form) | {"add": ["0"]})
    assert asked.status_code == 200 and db.session.scalars(select(Person)).all() == []
    assert [organizer.page.by_id(f"new_{n}").get("value") for n in ("family", "given")] == ["山田", "花子"]
    form = next(f for f in organizer.page.forms() if f.get("data-people"))
    sent = values_of(form) | {"create": ["1"]}
    for _again in range(2):  # a form that is sent twice adds one person
        assert organizer.post(NEW, data=sent).status_code == 200
        person = db.session.scalars(select(Person)).one()
    assert (person.family, person.given) == ({"ja": "山田"}, {"ja": "花子"})
    form = next(f for f in organizer.page.forms() if f.get("data-people"))
    sent = values_of(form)
    assert sent["person-0"] == [person.code] and sent["role-0"] == ["chair"] and sent["abstract_en"] == ["Kept\nwhole"]
    organizer.get("/manage/events/mine/speakers")
    assert "花子" in organizer.page.text(organizer.page.one("main")), "listed at once, without a session"
    assert organizer.post(NEW, data=sent).status_code == 303
    session = db.session.scalars(select(Session).where(Session.event_id == mine.id)).one()
    assert [(part.person_id, part.role.value) for part in session.participations] == [(person.id, "chair")]


def test_a_new_speaker_without_a_name_is_refused_and_what_was_typed_stays(organizer, make):
    make.event("mine")
    answer = organizer.fill(NEW, {**TYPED, "new_reading": "やまだ", "create": "1"})
    assert answer.status_code == 422
    assert organizer.page.by_id("new_reading").get("value") == "やまだ"
    assert organizer.page.by_id("title-en").get("value") == "Mine"
    assert db.session.scalars(select(Person)).all() == []


@pytest.mark.both_engines("no other test runs one of its statements")
def test_an_emptied_name_takes_the_person_out_and_another_name_replaces_them(organizer, make):
    mine = make.event("mine")
    ada, bo = make.person(at=mine), make.person("Ek", "Bo", at=mine)
    session = make.session(mine, people=[ada])
    path = f"/manage/events/mine/programme/sessions/{session.code}"
    assert organizer.fill(path, {"name-0": "bo ek"}).status_code == 303
    assert [part.person_id for part in fresh(session).participations] == [bo.id]
    assert organizer.fill(path, {"name-0": ""}).status_code == 303
    assert fresh(session).participations == []


@pytest.mark.both_engines("LIKE, case and ordering")
def test_two_of_one_name_stay_who_they_are(organizer, make):
    mine = make.event("mine")
    twins = [make.person("Yamada", "Taro", at=mine) for _ in range(2)]
    session = make.session(mine, people=twins)
    assert (
        organizer.fill(f"/manage/events/mine/programme/sessions/{session.code}", {"title_en": "T"}).status_code == 303
    )
    assert [part.person_id for part in fresh(session).participations] == [one.id for one in twins]


def test_the_form_is_as_small_with_thousands_in_the_directory(organizer, make, queries):
    mine = make.event("mine")
    with queries() as few:
        small = len(organizer.get(NEW).data)
    with transaction():
        db.session.add_all([Person(family=LocalizedText(en=f"F{n}"), given=LocalizedText(en="G")) for n in range(300)])
    with queries() as many:
        large = len(organizer.get(NEW).data)
    assert abs(large - small) < 200
    assert len(few) == len(many)
    assert mine.slug == "mine"


def shown_links(client, slug, person):
    client.get(f"/events/{slug}/speakers/{fresh(person).code}")
    return [
        (client.page.text(a), a.get("href"), a.get("rel"))
        for a in client.page.all("a")
        if "nofollow" in (a.get("rel") or "")
    ]


def test_the_links_of_a_speaker_are_typed_as_lines_and_shown_on_the_page(organizer, client, make):
    event, person = make.event("forum"), make.person("Byron", "Ada")
    make.session(event, people=[person])
    path = f"/manage/events/forum/speakers/{person.code}"
    refused = organizer.fill(path, {"links": "My page | mori.example"})
    assert refused.status_code == 422
    assert "This line is not a link: My page | mori.example." in refused.text
    assert "My page | mori.example</textarea>" in refused.text.replace("\r", "")
    assert organizer.fill(path, {"links": "My page | https://mori.example/ada\nhttps://ada.example"}).status_code == 303
    assert shown_links(client, "forum", person) == [
        ("My page", "https://mori.example/ada", "noopener nofollow"),
        ("ada.example", "https://ada.example", "noopener nofollow"),
    ]


@pytest.mark.both_engines("JSON that is compared")
def test_the_links_that_one_event_shows_are_not_those_of_the_others(client, make):
    here, there, person = make.event("here"), make.event("there"), make.person("Byron", "Ada")
    for event in (here, there):
        make.session(event, people=[person])
    with transaction():
        roster.save_for_event(here, person, values(links=" https://here.example "))
    assert [address for _text, address, _rel in shown_links(client, "here", person)] == ["https://here.example"]
    assert shown_links(client, "there", person) == []
    with transaction(), pytest.raises(Refused):
        roster.save_for_event(here, person, values(links="javascript:alert(1)"))
