"""A linter for calendars, independent of the product: any test that produces a calendar can call `check`."""

from __future__ import annotations

from tests.support.ical_lint.rules import Profile, findings
from tests.support.ical_lint.tree import Component, Line, plain, read

__all__ = ["Component", "Line", "Profile", "check", "findings", "parse", "quiet", "text"]

text = plain


def quiet(data: bytes, profile: Profile | None = None, *, attendee: str = "") -> None:
    """Whether there are no findings."""
    found = findings(data, profile=profile, attendee=attendee)
    assert not found, "\n".join(f"line {one.line}, {one.rule}: {one.sentence} ({one.title})" for one in found)


def parse(data: bytes) -> Component:
    """The calendar as a tree."""
    (calendar,), found = read(data)
    assert not found, found
    return calendar


def check(data: bytes, *, feed: bool | None = None, personal: bool = False) -> Component:
    """The calendar as a tree. Raises AssertionError with the findings. `feed` tells which profile it must follow."""
    profile = None
    if feed is not None:
        profile = (Profile.PERSONAL if personal else Profile.FEED) if feed else Profile.INVITATION
        if feed is False and not read(data)[0][0].all("METHOD"):
            profile = Profile.OWN if personal else Profile.SINGLE
    quiet(data, profile)
    return parse(data)
