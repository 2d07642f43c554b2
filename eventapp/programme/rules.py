"""Kinds of sessions and roles in them. Plain values only."""

from __future__ import annotations

from collections.abc import Sequence

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import lazy_pgettext


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
