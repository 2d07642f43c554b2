"""Sentences about the waiting list, for pages and e-mails, in the language of the reader."""

from __future__ import annotations

from eventapp.core import languages
from eventapp.core.languages import gettext as _
from eventapp.core.languages import ngettext
from eventapp.registration.models import Registration
from eventapp.registration.rules import Promotion


def waiting_rules(registration: Registration) -> list[str]:
    """The rules of the waiting list that somebody is on, as sentences."""
    option = registration.option
    if option.draws:
        if not registration.email:
            return [_("The seats will be drawn among all who have registered. This page will show the result.")]
        return [_("The seats will be drawn among all who have registered. We will e-mail you the result.")]
    until = languages.moment_of(option.promotes_until, option.event.zone)
    answer = ngettext(
        "You then have %(num)d hour to accept it. If it ends at night, you have until 10:00. "
        "After that, it goes to the next.",
        "You then have %(num)d hours to accept it. If they end at night, you have until 10:00. "
        "After that, it goes to the next.",
        option.offer_hours,
    )
    said = [_("Nobody who registers later comes before you. Seats that are offered to others count as taken.")]
    if option.promotion is Promotion.OFFER:
        said += [_("A free seat is offered to the first in line."), answer]
    elif not option.promote_hours:
        said.append(_("A free seat goes straight to the first in line until the event starts."))
    else:
        said.append(_("A free seat goes straight to the first in line until %(when)s.", when=until))
        said += [_("After that, it is offered to them."), answer]
    if option.smaller_may_pass:
        said.append(_("If a group needs more seats than are free, a smaller group behind it may get them."))
    return said
