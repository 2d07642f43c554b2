"""Facts about calendar apps, for the desk's preview and the panel for subscribers.

Vendors document little of it. docs/calendar-apps.md has the source of each fact; what is undocumented is None here
rather than a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l


class RefreshRate(Labelled):
    """How often an app refreshes a subscribed calendar; for the apps in the panel."""

    SETTING = "setting", _l("as set under “Auto-refresh”, from every 5 minutes to once a week")
    HALF_HOUR = "half-hour", _l("every 30 minutes, unless set otherwise")
    THREE_HOURS = "three-hours", _l("about every 3 hours, sometimes up to a day")
    HALF_DAY = "half-day", _l("once or twice a day (you can't change this)")


class Cancelled(Enum):
    """How an app shows an entry with STATUS:CANCELLED: not at all, struck through, plainly, or with a prefix."""

    REMOVED = auto()
    STRUCK = auto()
    PLAIN = auto()
    PREFIXED = auto()


class Naming(Enum):
    """Where the name of a calendar comes from: the calendar (and may be changed), its URL, or the user."""

    FEED = auto()
    OFFERED = auto()
    ADDRESS = auto()
    TYPED = auto()


@dataclass(frozen=True)
class Limits:
    """How many characters of a title, a location and a text an app accepts; None if no limit is known."""

    title: int | None = None
    place: int | None = None
    text: int | None = None


@dataclass(frozen=True, kw_only=True)
class App:
    """A calendar app; a value is None if it is undocumented."""

    key: str
    name: object
    refresh_rate: RefreshRate | None = None
    cancelled: Cancelled | None = None
    naming: Naming | None = None
    limits: Limits = Limits()


_OUTLOOK = Limits(title=255, place=255)
APPLE = App(
    key="apple",
    name=_l("Apple Calendar"),
    refresh_rate=RefreshRate.SETTING,
    cancelled=Cancelled.STRUCK,
    naming=Naming.OFFERED,
)
GOOGLE = App(
    key="google",
    name=_l("Google Calendar"),
    refresh_rate=RefreshRate.HALF_DAY,
    cancelled=Cancelled.REMOVED,
    naming=Naming.FEED,
    limits=Limits(text=8000),
)
OUTLOOK_WEB = App(
    key="outlook-web",
    name="Outlook.com · Microsoft 365",
    refresh_rate=RefreshRate.THREE_HOURS,
    cancelled=Cancelled.PLAIN,
    naming=Naming.TYPED,
    limits=_OUTLOOK,
)
OUTLOOK = App(
    key="outlook",
    name=_l("Outlook for Windows, classic"),
    cancelled=Cancelled.PLAIN,
    naming=Naming.FEED,
    limits=_OUTLOOK,
)
THUNDERBIRD = App(
    key="thunderbird",
    name="Thunderbird",
    refresh_rate=RefreshRate.HALF_HOUR,
    cancelled=Cancelled.STRUCK,
    naming=Naming.ADDRESS,
)
ICSX5 = App(key="icsx5", name="ICSx5 (Android)", naming=Naming.OFFERED)
NEXTCLOUD = App(key="nextcloud", name="Nextcloud", cancelled=Cancelled.STRUCK)
GNOME = App(key="gnome", name="GNOME Calendar", cancelled=Cancelled.PLAIN)
HOME_ASSISTANT = App(key="home-assistant", name="Home Assistant", cancelled=Cancelled.REMOVED, naming=Naming.TYPED)
PROTON = App(
    key="proton", name="Proton Calendar", naming=Naming.OFFERED, limits=Limits(title=255, place=255, text=3000)
)
KHAL = App(key="khal", name="khal", cancelled=Cancelled.PREFIXED, naming=Naming.TYPED)

# The most widespread apps come first.
APPS = {
    app.key: app
    for app in (
        APPLE,
        GOOGLE,
        OUTLOOK_WEB,
        OUTLOOK,
        THUNDERBIRD,
        ICSX5,
        NEXTCLOUD,
        GNOME,
        HOME_ASSISTANT,
        PROTON,
        KHAL,
    )
}

# The apps whose refresh interval the subscription panel shows.
IN_PANEL = (APPLE, THUNDERBIRD, OUTLOOK_WEB, GOOGLE)
