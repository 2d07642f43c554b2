"""The form of a block."""

from __future__ import annotations

from eventapp.core.fields import AnyLanguage, LocalizedField
from eventapp.core.forms import Form
from eventapp.core.languages import lazy_gettext as _l


class BlockForm(Form):
    """Heading and text of a block."""

    title = LocalizedField(_l("Heading"), [AnyLanguage()], maximum=120)
    text = LocalizedField(_l("Text"), [AnyLanguage()], rows=8, maximum=20_000)
