"""What the registration form asks: questions, settings, privacy notices, and files that were sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core import tokens
from eventapp.core.clock import now
from eventapp.core.db import Base
from eventapp.core.localized import LocalizedText
from eventapp.events.models import OfEvent
from eventapp.programme.rules import Mode
from eventapp.registration.models import AttendanceOption
from eventapp.registration.question_rules import AnswerChoice, CheckAnswers, QuestionKind


class Question(Base, OfEvent):
    """A question of the registration form.

    `mode` restricts it to people with that attendance mode; `if_question` and `if_answer` to those who have given this
    answer (the key of a choice, `yes` or `no`) to an earlier question. Answers are stored under the key, which never
    changes: a question with another meaning is another row.
    """

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("event_id", "key", name="uq_question_event_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    key: Mapped[str]
    kind: Mapped[QuestionKind] = mapped_column(default=QuestionKind.TEXT)
    label: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    hint: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    # For choice questions, as question_rules.AnswerChoice.to_json writes them; retired ones too.
    choices: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    minimum: Mapped[float | None]  # of a number
    maximum: Mapped[float | None]
    languages: Mapped[list[str]] = mapped_column(default=list, server_default="[]")  # to choose from
    megabytes: Mapped[int] = mapped_column(default=5, server_default="5")  # of a file, at most
    file_kinds: Mapped[list[str]] = mapped_column(default=list, server_default="[]")  # empty: all that are known
    mode: Mapped[Mode | None]
    if_question: Mapped[str] = mapped_column(default="", server_default="")
    if_answer: Mapped[str] = mapped_column(default="", server_default="")
    required: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    # Since when it is no longer asked; the row is kept, so that its answers can be read.
    removed_at: Mapped[datetime | None]

    def asked_of(self, option: AttendanceOption | None) -> bool:
        """Whether the question applies to a person with this option."""
        return self.mode is None or option is None or self.mode is option.mode

    @property
    def all_choices(self) -> list[AnswerChoice]:
        """Its choices in order, with those that are no longer offered."""
        return [AnswerChoice.from_json(one) for one in self.choices or []]

    @property
    def offered(self) -> list[AnswerChoice]:
        """The choices that the form offers to everybody."""
        return self.offered_to(None)

    def offered_to(self, answer: object) -> list[AnswerChoice]:
        """The choices that the form offers to somebody who has given this answer: a retired one can be kept."""
        held = answer if isinstance(answer, list) else [answer]
        return [one for one in self.all_choices if not one.retired or one.key in held]

    @property
    def keys(self) -> list[str]:
        """The keys of its choices, with those that are no longer offered."""
        return [one.key for one in self.all_choices]


class FormSettings(Base, OfEvent):
    """How an event's registration form asks. Without a row: as the defaults say."""

    __tablename__ = "form_settings"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    asks_reading: Mapped[bool] = mapped_column(default=False)
    check_answers: Mapped[CheckAnswers] = mapped_column(default=CheckAnswers.LONG)


class PrivacyNotice(Base, OfEvent):
    """A version of an event's privacy notice. The newest is the one to agree to; an empty one ends that."""

    __tablename__ = "privacy_notice"
    __table_args__ = (UniqueConstraint("event_id", "version", name="uq_privacy_notice_event_version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    version: Mapped[int]
    text: Mapped[LocalizedText] = mapped_column(default=LocalizedText)
    created_at: Mapped[datetime] = mapped_column(default=now)


class AnswerFile(Base):
    """A file as the answer to a question.

    Until somebody registers with it, only the form that has sent it knows its key.
    """

    __tablename__ = "answer_file"
    __table_args__ = (Index("ix_answer_file_event", "event_id", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(unique=True, default=tokens.token)
    question: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def size_shown(self) -> str:
        """Its size for people: "1,234 kB"."""
        return f"{(self.size + 1023) // 1024:,} kB"
