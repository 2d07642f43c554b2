"""A calendar as one app shows it."""

from __future__ import annotations

from eventapp.core.localized import ResolvedText
from eventapp.feeds import apps
from eventapp.feeds.preview import CalendarSeen, read
from eventapp.feeds.shown import shown
from eventapp.ical import vcalendar as ics
from eventapp.ical.vcalendar import Status
from tests.ical.test_vcalendar import HEAD, entry

ADDRESS = "https://example.org/events/forum/calendar.ics?lang=en"


def seen(*entries: ics.Entry) -> CalendarSeen:
    return read(ics.feed(HEAD, list(entries)))


def two() -> CalendarSeen:
    return seen(entry(uid="a"), entry(uid="b", summary=ResolvedText("Cancelled: Tea", "en"), status=Status.CANCELLED))


def titles(app: apps.App) -> list[str]:
    return [one.title for one in shown(app, two(), ADDRESS).entries]


def test_some_apps_hide_cancelled_entries() -> None:
    for app in (apps.GOOGLE, apps.HOME_ASSISTANT):
        assert len(titles(app)) == 1
        assert shown(app, two(), ADDRESS).removed == 1


def test_others_show_them_by_their_title() -> None:
    for app in (apps.APPLE, apps.OUTLOOK, apps.ICSX5):
        assert "Cancelled: Tea" in titles(app)
        assert shown(app, two(), ADDRESS).removed == 0


def test_khal_puts_its_own_word_before() -> None:
    assert "CANCELLED Cancelled: Tea" in titles(apps.KHAL)


def test_long_texts_are_cut_where_the_app_cuts_them() -> None:
    long = seen(
        entry(
            summary=ResolvedText("a" * 300, "en"),
            location=ResolvedText("b" * 255, "en"),
            description=ResolvedText("c" * 9000, "en"),
        )
    )
    (row,) = shown(apps.OUTLOOK, long, ADDRESS).entries
    assert (len(row.title), len(row.place), len(row.text)) == (255, 255, 9000)
    assert shown(apps.OUTLOOK, long, ADDRESS).cut == 1
    assert len(shown(apps.GOOGLE, long, ADDRESS).entries[0].text) == 8000
    assert shown(apps.APPLE, long, ADDRESS).cut == 0
    assert shown(apps.OUTLOOK, two(), ADDRESS).cut == 0


def test_each_app_names_the_calendar_in_its_own_way() -> None:
    assert shown(apps.GOOGLE, two(), ADDRESS).name == HEAD.name.text
    assert shown(apps.THUNDERBIRD, two(), ADDRESS).name == "calendar"
    assert shown(apps.HOME_ASSISTANT, two(), ADDRESS).name == ""
    assert shown(apps.NEXTCLOUD, two(), ADDRESS).name == ""
