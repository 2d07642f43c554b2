"""What is known of the programs in which people read a calendar, and from where: the one table of it.

Makers say little. Each fact carries how sure it is and where it was found (looked up in November 2026), and what nobody
has told is not guessed. None of it was tried on a device.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from eventapp.calendars.preview import ZonesFrom
from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l

T = TypeVar("T")


class Sure(Labelled):
    """Who says so."""

    MAKER = "maker", "says its maker"
    CODE = "code", "read in its source code"
    USERS = "users", "reported by users"
    UNKNOWN = "unknown", "not known"


@dataclass(frozen=True)
class Fact(Generic[T]):
    """Something that is known of a program, and the address at which it is told; None where it is not."""

    value: T | None = None
    sure: Sure = Sure.UNKNOWN
    source: str = ""


class Looks(Labelled):
    """How often a program fetches a calendar that is subscribed to."""

    SETTING = "setting", _l("as set under “Auto-refresh”, from every 5 minutes to once a week")
    HALF_HOUR = "half-hour", _l("every 30 minutes, unless set otherwise")
    HOURLY = "hourly", _l("every hour, as the calendar asks, or once a week")
    THREE_HOURS = "three-hours", _l("about every 3 hours, sometimes up to a day")
    HALF_DAY = "half-day", _l("once or twice a day (you can't change this)")
    SIXTEEN_HOURS = "sixteen-hours", _l("every 4 to 16 hours (you can't change this)")
    DAY = "day", _l("once a day (you can't change this)")
    DAY_SET = "day-set", _l("once a day, unless set otherwise")
    BY_HAND = "by-hand", "whenever vdirsyncer is run"


class Cancelled(Labelled):
    """What becomes of an entry with STATUS:CANCELLED."""

    GONE = "gone", "it vanishes without a word"
    STRUCK = "struck", "it is struck through"
    PLAIN = "plain", "it looks like any other, but for its title"
    PREFIXED = "prefixed", "“CANCELLED” is put before its title"


class Reminders(Labelled):
    """What becomes of a reminder that the calendar asks for."""

    RING = "ring", "they ring, unless switched off"
    SILENT = "silent", "they don't ring"
    OFFERED = "offered", "asks when subscribing whether they may ring"
    SHOWN = "shown", "they are shown and don't ring"


class Naming(Labelled):
    """Where the name of a calendar that is subscribed to comes from."""

    FEED = "feed", "the calendar's own"
    OFFERED = "offered", "the calendar's own, which can be changed"
    ADDRESS = "address", "the last word of its address"
    TYPED = "typed", "whatever the reader types"


class Colours(Labelled):
    """Whether an entry has the colour that the calendar gives it."""

    SHOWN = "shown", "shown"
    PASSED_OVER = "passed-over", "passed over: the reader chooses one for all"


class Fetched(Labelled):
    """From where a calendar is fetched."""

    OUTSIDE = "outside", "from its maker's computers, so the address must be on the internet"
    READER = "reader", "from the reader's own device or server"


@dataclass(frozen=True)
class Limits:
    """How many characters of a title, a place and a text are taken; None where no limit is known."""

    title: int | None = None
    place: int | None = None
    text: int | None = None


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program. `zones` is where it looks up a zone whose name it knows."""

    key: str
    name: object
    looks: Fact[Looks] = Fact()
    cancelled: Fact[Cancelled] = Fact()
    zones: Fact[ZonesFrom] = Fact()
    reminders: Fact[Reminders] = Fact()
    naming: Fact[Naming] = Fact()
    colours: Fact[Colours] = Fact()
    fetched: Fact[Fetched] = Fact()
    limits: Fact[Limits] = Fact()


_GITHUB = "https://github.com/"
_HOME = f"{_GITHUB}home-assistant/core/blob/dev/homeassistant/components/remote_calendar/"
_THUNDERBIRD = f"{_GITHUB}mozilla/releases-comm-central/blob/master/calendar/"
_ICSX5 = f"{_GITHUB}bitfireAT/icsx5/blob/main/app/src/main/java/at/bitfire/icsdroid/"
_NEXTCLOUD = f"{_GITHUB}nextcloud/server/blob/master/apps/dav/lib/CalDAV/WebcalCaching/RefreshWebcalService.php"
_GNOME = f"{_GITHUB}GNOME/gnome-calendar/blob/main/src/core/gcal-event.c"
_EVOLUTION = f"{_GITHUB}GNOME/evolution-data-server/blob/master/src/calendar/backends/http/e-cal-backend-http.c"
_PROTON = f"{_GITHUB}ProtonMail/WebClients/blob/main/packages/shared/lib/calendar/"
_KHAL = f"{_GITHUB}pimutils/khal/blob/master/khal/"
_EXCHANGE = "https://learn.microsoft.com/en-us/openspecs/exchange_server_protocols/ms-oxcical/"
_OUTLOOK_LENGTHS = Fact(Limits(title=255, place=255), Sure.MAKER, f"{_EXCHANGE}f9f57d5c-98fc-4e6b-96f1-652d0a5f1105")
_OUTLOOK_CANCELLED = Fact(Cancelled.PLAIN, Sure.USERS, f"{_GITHUB}esrg-knights/Squire/issues/215")
_OUTLOOK_REMINDERS = Fact(Reminders.SILENT, Sure.USERS, f"{_GITHUB}Gowee/lccal-worker/issues/9")

APPLE = Program(
    key="apple",
    name=_l("Apple Calendar"),
    looks=Fact(Looks.SETTING, Sure.USERS, "https://docs.casecalendar.net/subscribing.html"),
    cancelled=Fact(Cancelled.STRUCK, Sure.USERS, f"{_GITHUB}w3c/calendar/issues/90"),
    reminders=Fact(Reminders.OFFERED, Sure.USERS, f"{_GITHUB}Ivan-Malinovski/calino/issues/165"),
    naming=Fact(Naming.OFFERED, Sure.USERS, "https://nocal.app/help/apple-calendar/subscribe-on-iphone-and-mac"),
)
GOOGLE = Program(
    key="google",
    name=_l("Google Calendar"),
    looks=Fact(Looks.HALF_DAY, Sure.USERS, f"{_GITHUB}PixelsCamp/docs/pull/4"),
    cancelled=Fact(Cancelled.GONE, Sure.USERS, f"{_GITHUB}hackgvl/hackgreenville-com/pull/498"),
    zones=Fact(ZonesFrom.NAMES, Sure.USERS, f"{_GITHUB}fmeum/ics2gcal/issues/1"),
    reminders=Fact(Reminders.SILENT, Sure.USERS, f"{_GITHUB}sportstimes/f1/pull/848"),
    naming=Fact(Naming.FEED, Sure.USERS, f"{_GITHUB}collective/icalendar/issues/918"),
    colours=Fact(Colours.PASSED_OVER, Sure.USERS, f"{_GITHUB}iCalcreator/iCalcreator/issues/74"),
    fetched=Fact(Fetched.OUTSIDE, Sure.USERS, "https://stackoverflow.com/questions/4687617"),
    limits=Fact(Limits(text=8000), Sure.USERS, f"{_GITHUB}discourse/discourse-calendar/pull/14"),
)
OUTLOOK_WEB = Program(
    key="outlook-web",
    name="Outlook.com · Microsoft 365",
    looks=Fact(
        Looks.THREE_HOURS, Sure.USERS, "https://freispace-docs.statichost.page/docs/calendars/synch-problems.md"
    ),
    cancelled=_OUTLOOK_CANCELLED,
    zones=Fact(ZonesFrom.FILE, Sure.MAKER, f"{_EXCHANGE}18b18fd2-9242-4394-a459-bdd29c2f0e10"),
    reminders=_OUTLOOK_REMINDERS,
    naming=Fact(Naming.TYPED, Sure.USERS, "https://gist.github.com/MikeTrizna/632326ccd0232d1a686ad6babe0bc039"),
    fetched=Fact(Fetched.OUTSIDE, Sure.USERS, f"{_GITHUB}LJPc-solutions/freescout-calendar-module/issues/44"),
    limits=_OUTLOOK_LENGTHS,
)
OUTLOOK = Program(
    key="outlook",
    name=_l("Outlook for Windows, classic"),
    cancelled=_OUTLOOK_CANCELLED,
    zones=Fact(ZonesFrom.FILE, Sure.USERS, f"{_GITHUB}iCalcreator/iCalcreator/issues/86"),
    reminders=_OUTLOOK_REMINDERS,
    naming=Fact(Naming.FEED, Sure.MAKER, f"{_EXCHANGE}1da58449-b97e-46bd-b018-a1ce576f3e6d"),
    limits=_OUTLOOK_LENGTHS,
)
THUNDERBIRD = Program(
    key="thunderbird",
    name="Thunderbird",
    looks=Fact(Looks.HALF_HOUR, Sure.CODE, f"{_THUNDERBIRD}base/src/CalCalendarManager.sys.mjs"),
    cancelled=Fact(Cancelled.STRUCK, Sure.USERS, f"{_GITHUB}esrg-knights/Squire/issues/215"),
    zones=Fact(ZonesFrom.NAMES, Sure.CODE, f"{_THUNDERBIRD}base/src/CalTimezoneService.sys.mjs"),
    reminders=Fact(Reminders.RING, Sure.CODE, f"{_THUNDERBIRD}base/src/CalAlarmService.sys.mjs"),
    naming=Fact(Naming.ADDRESS, Sure.CODE, f"{_THUNDERBIRD}providers/ics/CalICSProvider.sys.mjs"),
    fetched=Fact(Fetched.READER, Sure.CODE, f"{_THUNDERBIRD}providers/ics/CalICSProvider.sys.mjs"),
)
HOME_ASSISTANT = Program(
    key="home-assistant",
    name="Home Assistant",
    looks=Fact(Looks.DAY, Sure.CODE, f"{_HOME}coordinator.py"),
    cancelled=Fact(Cancelled.GONE, Sure.MAKER, f"{_GITHUB}home-assistant/core/pull/180949"),
    zones=Fact(ZonesFrom.NAMES, Sure.CODE, f"{_GITHUB}allenporter/ical/blob/main/ical/calendar.py"),
    reminders=Fact(Reminders.SILENT, Sure.CODE, f"{_HOME}calendar.py"),
    naming=Fact(Naming.TYPED, Sure.CODE, f"{_HOME}config_flow.py"),
    colours=Fact(Colours.PASSED_OVER, Sure.CODE, f"{_HOME}calendar.py"),
    fetched=Fact(Fetched.READER, Sure.CODE, f"{_HOME}client.py"),
)
ICSX5 = Program(
    key="icsx5",
    name="ICSx5 (Android)",
    looks=Fact(Looks.DAY_SET, Sure.CODE, f"{_ICSX5}AppAccount.kt"),
    reminders=Fact(Reminders.RING, Sure.CODE, f"{_ICSX5}ProcessEventsTask.kt"),
    naming=Fact(Naming.OFFERED, Sure.CODE, f"{_ICSX5}model/ValidationUseCase.kt"),
    colours=Fact(Colours.SHOWN, Sure.CODE, f"{_GITHUB}bitfireAT/icsx5/issues/31"),
    fetched=Fact(Fetched.READER, Sure.CODE, f"{_ICSX5}CalendarFetcher.kt"),
)
GNOME = Program(
    key="gnome",
    name="GNOME Calendar",
    cancelled=Fact(Cancelled.PLAIN, Sure.CODE, _GNOME),
    zones=Fact(ZonesFrom.NAMES, Sure.CODE, _GNOME),
    colours=Fact(Colours.PASSED_OVER, Sure.CODE, _EVOLUTION),
    fetched=Fact(Fetched.READER, Sure.CODE, _EVOLUTION),
)
NEXTCLOUD = Program(
    key="nextcloud",
    name="Nextcloud",
    looks=Fact(Looks.HOURLY, Sure.CODE, _NEXTCLOUD),
    cancelled=Fact(Cancelled.STRUCK, Sure.CODE, f"{_GITHUB}nextcloud/calendar/pull/7884"),
    zones=Fact(ZonesFrom.NAMES, Sure.CODE, f"{_GITHUB}nextcloud/calendar-js/blob/main/src/parsers/icalendarParser.js"),
    reminders=Fact(Reminders.SILENT, Sure.CODE, _NEXTCLOUD),
    colours=Fact(
        Colours.SHOWN,
        Sure.CODE,
        f"{_GITHUB}nextcloud/calendar/blob/main/src/fullcalendar/eventSources/eventSourceFunction.js",
    ),
    fetched=Fact(Fetched.READER, Sure.CODE, _NEXTCLOUD),
)
PROTON = Program(
    key="proton",
    name="Proton Calendar",
    looks=Fact(Looks.SIXTEEN_HOURS, Sure.USERS, "https://docs.casecalendar.net/subscribing.html"),
    naming=Fact(Naming.OFFERED, Sure.MAKER, "https://proton.me/support/subscribe-to-external-calendar"),
    fetched=Fact(Fetched.OUTSIDE, Sure.CODE, f"{_PROTON}subscribe/helpers.ts"),
    limits=Fact(Limits(title=255, place=255, text=3000), Sure.CODE, f"{_PROTON}constants.ts"),
)
KHAL = Program(
    key="khal",
    name="khal",
    looks=Fact(Looks.BY_HAND, Sure.CODE, f"{_GITHUB}pimutils/vdirsyncer/blob/main/vdirsyncer/storage/http.py"),
    cancelled=Fact(Cancelled.PREFIXED, Sure.CODE, f"{_KHAL}khalendar/event.py"),
    reminders=Fact(Reminders.SHOWN, Sure.CODE, f"{_KHAL}khalendar/event.py"),
    naming=Fact(Naming.TYPED, Sure.CODE, f"{_KHAL}settings/khal.spec"),
    colours=Fact(Colours.PASSED_OVER, Sure.CODE, f"{_KHAL}settings/khal.spec"),
    fetched=Fact(Fetched.READER, Sure.CODE, f"{_GITHUB}pimutils/vdirsyncer/blob/main/vdirsyncer/storage/http.py"),
)

# Those that most people have come first.
PROGRAMS = {
    program.key: program
    for program in (
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

# Of these the panel with which one subscribes says how often they look.
IN_PANEL = (APPLE, THUNDERBIRD, OUTLOOK_WEB, GOOGLE)
