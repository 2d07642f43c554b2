"""Forms about pictures."""

from __future__ import annotations

from typing import Any

from wtforms import FileField, IntegerField, RadioField
from wtforms.fields.choices import SelectChoice

from eventapp.core.fields import LocalizedField, between
from eventapp.core.forms import Form
from eventapp.core.languages import lazy_gettext as _l
from eventapp.events.rules import EventColour, Motif


class PictureUploadForm(Form):
    """A file with a picture."""

    file = FileField(_l("Picture"), description=_l("PNG, JPEG or WebP, at most 16 megabytes."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file.flags.asked = True  # media/reading.py refuses a form without a file


class PictureForm(Form):
    """The words and the focal point of a picture; another file, if one is chosen."""

    alt = LocalizedField(
        _l("What can be seen"), description=_l("For people who can't see it, in one sentence."), maximum=300
    )
    caption = LocalizedField(_l("Caption"), maximum=300)
    credit = LocalizedField(_l("Credit"), description=_l("Who took or drew it."), maximum=120)
    focal_x = IntegerField(_l("From the left"), [between(0, 100)])
    focal_y = IntegerField(_l("From the top"), [between(0, 100)])
    file = FileField(_l("Another file"), description=_l("PNG, JPEG or WebP, at most 16 megabytes."))


class CoverStyleForm(Form):
    """The colour of an event, and the motif of its cover without a picture."""

    colour = RadioField(_l("Colour"))
    motif = RadioField(_l("Motif"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colour.choices = [SelectChoice(one.value, one.label) for one in EventColour]
        self.motif.choices = [SelectChoice(one.value, one.label) for one in Motif]
