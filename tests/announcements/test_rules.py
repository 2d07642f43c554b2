"""Who gets an announcement, in which language, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventapp.announcements.rules import AddressedPerson, RecipientOutcome, group, starts, text_language

NOW = datetime(2031, 3, 1, 12, tzinfo=UTC)


def person(number: int, contact: int, **values) -> AddressedPerson:
    return AddressedPerson(
        **{"registration": number, "contact": contact, "has_address": True, "language": "en"} | values
    )


def test_there_is_one_email_for_each_address_and_people_without_one_are_counted():
    found = group([person(1, 1), person(2, 1), person(3, 2), person(4, 3, has_address=False)])
    assert (found.people, found.addresses, found.readers, found.unaddressed) == (4, 2, 3, 1)
    assert found.contacts[1].registrations == [1, 2]


def test_who_may_not_be_written_to_is_not_named_in_the_email_to_a_shared_address():
    found = group([person(1, 1, unconfirmed=True), person(2, 1), person(3, 2, unconfirmed=True, opted_out=True)])
    assert found.contacts[1].registrations == [2]
    assert found.contacts[1].outcome is RecipientOutcome.WAITING
    assert found.skipped == {RecipientOutcome.UNCONFIRMED: 1}


def test_numbers_per_language_add_up_to_the_emails():
    found = group([person(n, n, language=tag) for n, tag in enumerate(["en", "ja", "ja-JP", "fr", "de"])])
    assert found.by_language(["ja", "en"]) == {"ja": 4, "en": 1}


@pytest.mark.parametrize(
    ("reader", "languages", "chosen"),
    [
        ("ja", ["en", "ja"], "ja"),
        ("de-AT", ["en", "de"], "de"),
        ("pt", ["en", "pt-BR"], "pt-BR"),
        ("zh-Hant", ["en", "zh-Hans"], "zh-Hans"),
        ("fr", ["ja", "en"], "ja"),
    ],
)
def test_a_reader_gets_their_language_or_a_variant_of_it_else_the_first(reader, languages, chosen):
    assert text_language(reader, languages) == chosen


def test_there_is_a_minute_to_take_it_back_also_just_before_the_planned_time():
    assert starts(NOW, None) == NOW + timedelta(seconds=60)
    assert starts(NOW, NOW + timedelta(seconds=5)) == NOW + timedelta(seconds=60)
    assert starts(NOW, NOW + timedelta(days=1)) == NOW + timedelta(days=1)
