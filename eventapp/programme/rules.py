"""Kinds of sessions and roles in them. Plain values only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import lazy_pgettext

# Links that a click can follow: no `javascript:`, and nothing that only resembles a URL.
ADDRESS = re.compile(r"https?://[^\s/?#]\S*")


class SessionKind(Labelled):
    KEYNOTE = "keynote", _l("Keynote")
    LECTURE = "lecture", _l("Lecture")
    PANEL = "panel", _l("Panel")
    OPINION_EXCHANGE = "opinion_exchange", _l("Exchange of opinions")
    WORKSHOP = "workshop", _l("Workshop")
    CEREMONY = "ceremony", _l("Ceremony")
    COURTESY_VISIT = "courtesy_visit", _l("Courtesy visit")
    SITE_VISIT = "site_visit", _l("Site visit")
    EXCURSION = "excursion", _l("Excursion")
    FAIR = "fair", _l("Fair")
    RECEPTION = "reception", _l("Reception")
    MEAL = "meal", _l("Meal")
    BREAK = "break", _l("Break")
    CLOSED = "closed", _l("Closed session")

    @property
    def is_break(self) -> bool:
        """True for kinds without content, which are shown muted and can't be starred."""
        return self in {SessionKind.BREAK, SessionKind.MEAL}


class SessionStatus(Labelled):
    """The status of a session in the team's draft; the public sees what was released."""

    DRAFT = "draft", _l("Draft")
    PUBLISHED = "published", _l("Ready")
    CANCELLED = "cancelled", _l("Cancelled")


class ParticipationRole(Labelled):
    LECTURER = "lecturer", _l("Lecturer")
    SPEAKER = "speaker", _l("Speaker")
    PANELLIST = "panellist", _l("Panellist")
    MODERATOR = "moderator", _l("Moderator")
    CHAIR = "chair", _l("Chair")
    SIGNATORY = "signatory", _l("Signatory")
    WITNESS = "witness", _l("Witness")
    HOST = "host", lazy_pgettext("role", "Host")
    GUEST = "guest", _l("Guest")
    INTERPRETER = "interpreter", _l("Interpreter")


class Mode(Labelled):
    """How a person takes part."""

    IN_PERSON = "in_person", _l("In person")
    ONLINE = "online", _l("Online")
    VIDEO_MESSAGE = "video_message", _l("Video message")


class LinkKind(Labelled):
    """What a link of a session leads to, as far as its title and address tell."""

    RECORDING = "recording", _l("Recording")
    SLIDES = "slides", _l("Slides")
    DOCUMENT = "document", _l("Document")
    PAGE = "page", _l("Web page")


# In a title, then in an address: the first kind with one of its words is taken.
_LINK_WORDS = (
    (LinkKind.RECORDING, ("recording", "video", "録画", "動画", "配信")),
    (LinkKind.SLIDES, ("slide", "presentation", "スライド", "発表資料", "投影資料")),
    (LinkKind.DOCUMENT, ("handout", "paper", "report", "資料", "報告書", "議事録")),
)
_LINK_PLACES = (
    (LinkKind.RECORDING, ("youtube.com", "youtu.be", "vimeo.com", "nicovideo.jp", "media.ccc.de")),
    (LinkKind.SLIDES, ("slideshare.net", "speakerdeck.com", "docswell.com", "docs.google.com/presentation")),
)
_LINK_ENDINGS = (
    (LinkKind.RECORDING, (".mp4", ".webm", ".mov", ".m4v", ".mp3")),
    (LinkKind.SLIDES, (".ppt", ".pptx", ".odp", ".key")),
    (LinkKind.DOCUMENT, (".pdf", ".doc", ".docx", ".odt", ".xls", ".xlsx", ".ods", ".csv", ".zip")),
)


def link_kind(url: str, title: str = "") -> LinkKind:
    """What a link leads to: what its title says, else where it leads, else the ending of its file."""
    said, parts = title.casefold(), urlsplit(url.casefold())
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    for kind, words in _LINK_WORDS:
        if any(word in said for word in words):
            return kind
    for kind, places in _LINK_PLACES:
        if any(f"{host}{parts.path}".startswith(place) for place in places):
            return kind
    return next((kind for kind, endings in _LINK_ENDINGS if parts.path.endswith(endings)), LinkKind.PAGE)


# Order of people wherever their roles are shown: those who act first, those who attend last.
_BY_WEIGHT = (
    ParticipationRole.SIGNATORY,
    ParticipationRole.WITNESS,
    ParticipationRole.LECTURER,
    ParticipationRole.SPEAKER,
    ParticipationRole.PANELLIST,
    ParticipationRole.CHAIR,
    ParticipationRole.MODERATOR,
    ParticipationRole.HOST,
    ParticipationRole.GUEST,
    ParticipationRole.INTERPRETER,
)
_RANK = {role: rank for rank, role in enumerate(_BY_WEIGHT)}


def spoken_in(kind: SessionKind, own: Sequence[str], of_event: Sequence[str]) -> tuple[str, ...]:
    """The languages spoken in a session: its own, else the event's; none in a break."""
    return tuple(own or (() if kind.is_break else of_event))


def ready(status: SessionStatus) -> bool:
    """Whether a session is part of the next release. A cancelled one is, and is marked as cancelled."""
    return status is not SessionStatus.DRAFT


def rank(role: ParticipationRole) -> int:
    """The position of a role among the people of a session."""
    return _RANK[role]
