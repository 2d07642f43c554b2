"""The choices of the calendar panel, and the feed URL that results."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from eventapp.core.languages import gettext as _
from eventapp.core.languages import interface, language_name, listing, ngettext

# The reminders on offer, in minutes before a session.
ALARMS = (5, 15, 30, 60, 24 * 60)


@dataclass(frozen=True)
class Choice:
    """`part` is `tracks/<slug>`, `rooms/<slug>`, `speakers/<code>`, or empty for all sessions; `alarm` in minutes.

    `language` is the calendar's, not that of the page on which it is chosen.
    """

    language: str
    part: str = ""
    alarm: int | None = None
    utc: bool = False
    deadlines: bool = False
    span: bool = True

    @classmethod
    def of(cls, query: Mapping[str, str], *, parts: Collection[str], languages: Collection[str], usual: str) -> Choice:
        """The choices in a query, as the form sends them. Values that are not on offer are ignored.

        Browsers don't send an unticked box: `chosen` distinguishes a form with unticked boxes from a URL without
        choices.
        """
        part, language, alarm = (query.get(name, "") for name in ("part", "language", "alarm"))
        return cls(
            language=language if language in languages else usual,
            part=part if part in parts else "",
            alarm=next((minutes for minutes in ALARMS if alarm == str(minutes)), None),
            utc=query.get("tz") == "utc",
            deadlines=query.get("deadlines") == "1",
            span=query.get("span") == "1" if "chosen" in query else True,
        )

    def path(self, slug: str) -> str:
        """The path and query of the feed, in canonical form (`FeedOptions.address`)."""
        query = {
            "lang": self.language,
            "tz": "utc" if self.utc else None,
            "alarm": self.alarm,
            "deadlines": 1 if self.deadlines else None,
            "span": int(self.span) if self.span is bool(self.part) else None,
        }
        wanted = urlencode({name: value for name, value in query.items() if value is not None})
        return f"/events/{quote(slug)}/{self.part or 'calendar'}.ics?{wanted}"

    def sentence(self, part_name: str) -> str:
        """A sentence about the content of the calendar, in the reader's language."""
        content = [_("the sessions of “%(part)s”", part=part_name) if self.part else _("all sessions")]
        if self.span:
            content.append(_("the event itself, as an all-day entry"))
        if self.deadlines:
            content.append(_("deadlines"))
        manner = [_("in %(language)s", language=language_name(self.language, interface()))]
        if self.utc:
            manner.append(_("times in UTC"))
        if self.alarm is not None:
            manner.append(_("a reminder %(time)s", time=reminder(self.alarm)))
        return _("This calendar contains %(content)s (%(manner)s).", content=listing(content), manner=listing(manner))


def reminder(minutes: int) -> str:
    """ "15 minutes before", "1 day before"."""
    if minutes % (24 * 60) == 0:
        return ngettext("%(num)d day before", "%(num)d days before", minutes // (24 * 60))
    if minutes % 60 == 0:
        return ngettext("%(num)d hour before", "%(num)d hours before", minutes // 60)
    return ngettext("%(num)d minute before", "%(num)d minutes before", minutes)
