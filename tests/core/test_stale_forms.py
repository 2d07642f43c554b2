"""Who has changed which values of a form."""

from __future__ import annotations

from datetime import datetime

from eventapp.core.localized import LocalizedText
from eventapp.core.stale_forms import compare, edit_token

WAS = {
    "title": LocalizedText(en="A"),
    "rooms": [2, 1],
    "capacity": None,
    "starts_at": datetime(2031, 3, 18, 10),
    "text": "a\nb",
}


def changes(now, typed):
    found = compare(edit_token(WAS), now={**WAS, **now}, typed={**WAS, **typed})
    return found.theirs, found.both


def test_unchanged_values_are_not_reported():
    assert changes({}, {"title": LocalizedText(en="Mine")}) == ((), ())


def test_what_only_the_other_has_changed_is_theirs():
    assert changes({"rooms": [3], "capacity": 5}, {"title": LocalizedText(en="Mine")}) == (("rooms", "capacity"), ())


def test_values_changed_by_both_are_reported_unless_equal():
    assert changes({"title": LocalizedText(en="B")}, {"title": LocalizedText(en="C")}) == ((), ("title",))
    assert changes({"title": LocalizedText(en="B")}, {"title": LocalizedText(en="B")}) == ((), ())


def test_other_spellings_of_the_same_are_no_change():
    typed = {"rooms": [1, 2], "capacity": "", "text": "a\r\nb ", "title": {"en": "A", "ja": ""}}
    assert changes({"title": LocalizedText(en="B"), "capacity": 3, "text": "c"}, typed) == (
        ("title", "capacity", "text"),
        (),
    )


def test_a_form_without_marks_keeps_what_was_typed():
    found = compare("", now={**WAS, "title": LocalizedText(en="B")}, typed=WAS)
    assert (found.theirs, found.both) == ((), ("title",))
    assert compare("::: x", now=WAS, typed=WAS).theirs == ()
