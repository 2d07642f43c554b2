"""Kinds of sessions and roles in them. Plain values only."""

from __future__ import annotations

from enum import StrEnum

from eventapp.core.languages import lazy_gettext as _l


class SessionKind(StrEnum):
    KEYNOTE = "keynote"
    LECTURE = "lecture"
    PANEL = "panel"
    OPINION_EXCHANGE = "opinion_exchange"
    WORKSHOP = "workshop"
    CEREMONY = "ceremony"
    COURTESY_VISIT = "courtesy_visit"
    SITE_VISIT = "site_visit"
    EXCURSION = "excursion"
    FAIR = "fair"
    RECEPTION = "reception"
    MEAL = "meal"
    BREAK = "break"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return str(_LABELS[self])

    @property
    def pause(self) -> bool:
        """True for what has no content: it is drawn sunken and has no star."""
        return self in {SessionKind.BREAK, SessionKind.MEAL}


class SessionStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


class ParticipationRole(StrEnum):
    LECTURER = "lecturer"
    SPEAKER = "speaker"
    PANELLIST = "panellist"
    MODERATOR = "moderator"
    CHAIR = "chair"
    SIGNATORY = "signatory"
    WITNESS = "witness"
    HOST = "host"
    GUEST = "guest"
    INTERPRETER = "interpreter"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


class Mode(StrEnum):
    """How somebody takes part."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    VIDEO_MESSAGE = "video_message"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


_LABELS: dict[StrEnum, object] = {
    SessionKind.KEYNOTE: _l("Keynote"),
    SessionKind.LECTURE: _l("Lecture"),
    SessionKind.PANEL: _l("Panel"),
    SessionKind.OPINION_EXCHANGE: _l("Exchange of opinions"),
    SessionKind.WORKSHOP: _l("Workshop"),
    SessionKind.CEREMONY: _l("Ceremony"),
    SessionKind.COURTESY_VISIT: _l("Courtesy visit"),
    SessionKind.SITE_VISIT: _l("Site visit"),
    SessionKind.EXCURSION: _l("Excursion"),
    SessionKind.FAIR: _l("Fair"),
    SessionKind.RECEPTION: _l("Reception"),
    SessionKind.MEAL: _l("Meal"),
    SessionKind.BREAK: _l("Break"),
    SessionKind.CLOSED: _l("Closed session"),
    SessionStatus.DRAFT: _l("Draft"),
    SessionStatus.PUBLISHED: _l("Published"),
    SessionStatus.CANCELLED: _l("Cancelled"),
    ParticipationRole.LECTURER: _l("Lecturer"),
    ParticipationRole.SPEAKER: _l("Speaker"),
    ParticipationRole.PANELLIST: _l("Panellist"),
    ParticipationRole.MODERATOR: _l("Moderator"),
    ParticipationRole.CHAIR: _l("Chair"),
    ParticipationRole.SIGNATORY: _l("Signatory"),
    ParticipationRole.WITNESS: _l("Witness"),
    ParticipationRole.HOST: _l("Host"),
    ParticipationRole.GUEST: _l("Guest"),
    ParticipationRole.INTERPRETER: _l("Interpreter"),
    Mode.IN_PERSON: _l("In person"),
    Mode.ONLINE: _l("Online"),
    Mode.VIDEO_MESSAGE: _l("Video message"),
}

# Order of people on a session's page: who is named first.
_RANK = {role: rank for rank, role in enumerate(ParticipationRole)}


def shown(status: SessionStatus) -> bool:
    """The one rule whether the public sees a session of a public event. A cancelled one keeps its page."""
    return status is not SessionStatus.DRAFT


def rank(role: ParticipationRole) -> int:
    """Where a role stands among the people of a session."""
    return _RANK[role]
