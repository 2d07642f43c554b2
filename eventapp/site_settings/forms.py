"""Forms of the settings of the site."""

from __future__ import annotations

from typing import Any

from wtforms import EmailField, FileField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, ValidationError

from eventapp.core import clock, languages
from eventapp.core.fields import CountryField, LocalizedField, MailAddress
from eventapp.core.forms import Form
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.site_settings.rules import SiteColour


class SiteForm(Form):
    """What the site says of itself, and what new events begin with."""

    name = LocalizedField(_l("Name of the site"), maximum=80)
    colour = RadioField(_l("Colour of the seal"))
    contact_email = EmailField(
        _l("Contact address"), [Optional(), MailAddress(), Length(max=254)], description=_l("Shown in the footer.")
    )
    links = TextAreaField(
        _l("Links in the footer"),
        [Length(max=4000)],
        description=_l("One in a line: the text, a bar, and the address. City of Mori | https://example.org"),
    )
    imprint = LocalizedField(_l("Imprint"), description=_l("Who runs the site. Markdown."), rows=6, maximum=20_000)
    privacy = LocalizedField(
        _l("Privacy"), description=_l("What the site keeps, and why. Markdown."), rows=6, maximum=20_000
    )
    accessibility = LocalizedField(_l("Accessibility"), description=_l("Markdown."), rows=4, maximum=20_000)
    zone = StringField(_l("Time zone"), description=_l("For example Asia/Tokyo."), render_kw={"list": "zones"})
    country_code = CountryField(_l("Country"))
    languages = SelectMultipleField(_l("Working languages"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colour.choices = [SelectChoice(one.value, one.label) for one in SiteColour]
        self.languages.choices = [
            SelectChoice(tag, languages.language_name(tag, languages.interface())) for tag in languages.INTERFACE
        ]

    def validate_zone(self, field: StringField) -> None:
        if field.data and field.data not in clock.zones():
            raise ValidationError(
                _("There is no time zone “%(zone)s”. Enter one like Europe/Helsinki.", zone=field.data[:60])
            )


class SiteLogoForm(Form):
    """The logo beside the name of the site."""

    file = FileField(_l("Logo"), description=_l("PNG, JPEG or WebP, at most 2 megabytes."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file.flags.asked = True  # nothing is saved without a file
