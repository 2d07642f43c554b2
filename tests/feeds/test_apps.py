"""What is known of calendar programs says from where."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from eventapp.feeds.apps import IN_PANEL, PROGRAMS, Fact, Program, Sure


def facts(program: Program) -> list[Fact]:
    return [value for value in vars(program).values() if isinstance(value, Fact)]


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_each_fact_has_a_source_and_what_is_not_known_has_none(program: Program) -> None:
    for fact in facts(program):
        known = fact.value is not None
        assert known is (fact.sure is not Sure.UNKNOWN)
        assert known is bool(fact.source)
        assert not known or (urlsplit(fact.source).scheme, bool(urlsplit(fact.source).netloc)) == ("https", True)


def test_something_is_known_of_every_program() -> None:
    assert all(any(fact.value is not None for fact in facts(program)) for program in PROGRAMS.values())


def test_the_panel_says_only_what_is_known() -> None:
    assert all(program.looks.value is not None for program in IN_PANEL)
