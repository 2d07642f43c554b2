"""States of announcements, and why somebody is skipped. Plain values only."""

from __future__ import annotations

from datetime import datetime, timedelta

from eventapp.core.labels import Labelled
from eventapp.core.languages import lazy_gettext as _l

# How long "Send" can be undone.
UNDO = timedelta(seconds=60)


class AnnouncementStatus(Labelled):
    """The state of an announcement."""

    DRAFT = "draft", _l("Draft")
    SCHEDULED = "scheduled", _l("Scheduled")
    SENDING = "sending", _l("Being sent")
    SENT = "sent", _l("Sent")
    STOPPED = "stopped", _l("Stopped")


class Outcome(Labelled):
    """What has become of a recipient."""

    WAITING = "waiting", _l("Waiting")
    WRITTEN = "written", _l("E-mail written")
    OPTED_OUT = "opted_out", _l("Wants no announcements")
    UNDELIVERABLE = "undeliverable", _l("E-mail address does not exist")
    UNCONFIRMED = "unconfirmed", _l("E-mail address not confirmed")
    STOPPED = "stopped", _l("Stopped")


# Reasons for which somebody is skipped.
SKIPPED = (Outcome.OPTED_OUT, Outcome.UNDELIVERABLE, Outcome.UNCONFIRMED)


def starts(now: datetime, planned: datetime | None) -> datetime:
    """When the worker starts to send what is sent off now."""
    return max(now + UNDO, planned) if planned is not None else now + UNDO
