"""Each page of an event's desk belongs to an item of the side navigation."""

from __future__ import annotations

import pytest

from eventapp.dashboard.manage import PAGES, section_of


def test_each_page_of_the_desk_belongs_to_an_item_of_its_navigation(app):
    items = {at for _group, pages in PAGES for at, _label, _needs in pages}
    desk = [one.endpoint for one in app.url_map.iter_rules() if one.rule.startswith("/manage/events/<slug>")]
    assert {one: section_of(one) for one in desk if section_of(one) not in items} == {}


@pytest.mark.parametrize(
    ("endpoint", "item"),
    [
        ("programme_manage.remove", "programme_manage.programme"),
        ("people_manage.remove", "people_manage.everybody"),
        ("decisions.ask", "people_manage.everybody"),
        ("seats_manage.pool", "registration_manage.options"),
        ("options.remove", "registration_manage.options"),
        ("announcements.delete", "announcements.announcements"),
        ("dashboard_event.delete", "dashboard.event"),
    ],
)
def test_what_is_done_to_something_belongs_where_it_is_listed(endpoint, item):
    assert section_of(endpoint) == item
