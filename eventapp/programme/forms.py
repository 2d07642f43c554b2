"""Forms for sessions, rooms, tracks, releases and people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from eventapp.core import languages
from eventapp.core.fields import AnyLanguage, LocalizedField, LocalTimeField, between
from eventapp.core.forms import Form
from eventapp.core.labels import Labelled
from eventapp.core.languages import gettext as _
from eventapp.core.languages import lazy_gettext as _l
from eventapp.core.languages import ngettext
from eventapp.directory.models import Organization
from eventapp.directory.rules import HOW_TO_LINK, NameOrder
from eventapp.events.models import Event, Venue
from eventapp.programme.models import Room, Track
from eventapp.programme.participation_rows import ParticipationRow
from eventapp.programme.rules import SessionKind

COLOURS = range(1, 7)


class SessionForm(Form):
    """A session; its participants and links are read from the rows below it (see `participation_rows.py`)."""

    title = LocalizedField(_l("Title"), validators=[AnyLanguage()], maximum=200)
    subtitle = LocalizedField(_l("Subtitle"), maximum=200)
    kind = SelectField(_l("Kind"), validators=[InputRequired()])
    starts_at = LocalTimeField(_l("Starts"), description=_l("Leave both empty until the session is scheduled."))
    ends_at = LocalTimeField(_l("Ends"))
    day = DateField(
        _l("Day, if the time is not known yet"),
        description=_l("Instead of start and end. The programme then says that the time is to be announced."),
        validators=[Optional()],
    )
    minutes = IntegerField(
        _l("Planned length in minutes"),
        description=_l("Planned length; used when you place the session in the schedule."),
        validators=[Optional(), between(1, 1440)],
    )
    rooms = SelectMultipleField(_l("Rooms"), coerce=int, validators=[Optional()])
    track = SelectField(_l("Track"), validators=[Optional()])
    abstract = LocalizedField(_l("Abstract"), description=_l("You can use Markdown."), rows=4, maximum=10_000)
    spoken = SelectMultipleField(_l("Spoken languages"), validators=[Optional()])
    interpreted = SelectMultipleField(_l("Interpreted into"), validators=[Optional()])
    capacity = IntegerField(
        _l("Seats"),
        description=_l("Leave empty for no limit."),
        validators=[Optional(), between(1, 1_000_000)],
    )
    do_not_record = BooleanField(_l("Not to be recorded"))
    join_url = URLField(
        _l("Joining link"),
        description=_l("Only people registered to attend online can see it."),
        validators=[Optional(), Length(max=500)],
    )
    people: list[ParticipationRow]
    links: list[dict[str, str]]

    def __init__(self, *, rooms: Sequence[Room], tracks: Sequence[Track], tags: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        shown = languages.interface()
        self.kind.choices = [SelectChoice(kind.value, kind.label) for kind in SessionKind]
        self.rooms.choices = [SelectChoice(room.id, languages.resolve(room.name).text) for room in rooms]
        self.track.choices = [
            SelectChoice("", _("None")),
            *(SelectChoice(t.slug, languages.resolve(t.name).text) for t in tracks),
        ]
        names = [SelectChoice(tag, languages.language_name(tag, shown)) for tag in tags]
        self.spoken.choices = names
        self.interpreted.choices = names


class NewSpeakerForm(Form):
    """A person who is not in the directory yet, added from within the form of a session. `new_row` is the row of the
    session's form that the person goes into; "" for the first empty one.
    """

    new_family = StringField(_l("Family name"), [Length(max=100)])
    new_given = StringField(_l("Given name"), [Length(max=100)])
    new_reading = StringField(_l("Reading"), [Length(max=100), Optional()], description=_l("In kana, for sorting."))
    new_row = HiddenField()

    def validate_new_family(self, field: Any) -> None:
        """At least one of the names."""
        if not field.data and not self.new_given.data:
            raise ValidationError(_("Enter a family name or a given name."))


class RoomForm(Form):
    """A room."""

    name = LocalizedField(_l("Name"), validators=[AnyLanguage()], maximum=100)
    online = BooleanField(_l("Online room"))
    site = SelectField(_l("Venue"), validators=[Optional()])
    capacity = IntegerField(_l("Seats"), validators=[Optional(), between(1, 1_000_000)])

    def __init__(self, *, venues: Sequence[Venue], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.site.choices = [
            SelectChoice("", _("None")),
            *(SelectChoice(s.slug, languages.resolve(s.name).text) for s in venues),
        ]

    @classmethod
    def of(cls, event: Event, room: Room | None, *, venues: Sequence[Venue]) -> RoomForm:
        """The form with the room; a new one is in the first venue."""
        data: dict[str, Any] = {"site": venues[0].slug if venues else ""}
        if room is not None:
            data = {"name": room.name, "online": room.online, "capacity": room.capacity}
            data["site"] = room.venue.slug if room.venue else ""
        form = cls(venues=venues, data=data)
        form.name.offer(event.languages)
        return form

    def values(self, venues: Sequence[Venue]) -> dict[str, Any]:
        """What `operations.save_room` takes."""
        venue = next((one for one in venues if one.slug == self.site.data), None)
        fields = {"name": self.name, "online": self.online, "capacity": self.capacity}
        return {name: field.data for name, field in fields.items()} | {"venue": venue}


class TrackForm(Form):
    """A track."""

    name = LocalizedField(_l("Name"), validators=[AnyLanguage()], maximum=100)
    colour = SelectField(_l("Colour"), coerce=int, validators=[InputRequired()])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        names = [_("Indigo"), _("Moss"), _("Amber"), _("Plum"), _("Teal"), _("Brick")]
        self.colour.choices = [SelectChoice(number, name) for number, name in zip(COLOURS, names, strict=True)]


class ReleaseForm(Form):
    """The options of a new version of the programme."""

    note = LocalizedField(
        _l("Message about this version"),
        description=_l("Shown to everyone above the list of changes."),
        rows=2,
        maximum=2000,
    )
    despite_errors = BooleanField()

    def ask(self, tags: list[str], *, errors: int) -> None:
        """Offer the message in these languages, and ask whether to publish although there are so many errors."""
        self.note.offer(tags)
        if errors:
            self.despite_errors.label.text = ngettext(
                "Publish although there is %(num)d error", "Publish although there are %(num)d errors", errors
            )
        else:
            del self.despite_errors


class MuteForm(Form):
    """Why an issue is accepted."""

    note = StringField(_l("Note"), [Length(max=300)], description=_l("For your team, for example why this is fine."))


class Scope(Labelled):
    """Where a change of a person applies: at this event or everywhere."""

    SHARED = "shared", _l("At all events")
    EVENT = "event", _l("At this event only")


class PersonForm(Form):
    """A person and their position at the event. With `both`, the user chooses where a change applies."""

    scope = RadioField(_l("Apply changes to"), validators=[InputRequired()])

    family = LocalizedField(
        _l("Family name"), description=_l("Enter the name in each language it is written in."), maximum=100
    )
    given = LocalizedField(_l("Given name"), maximum=100)
    order = SelectField(_l("Name order in Latin script"), validators=[InputRequired()])
    reading = StringField(_l("Reading"), description=_l("In kana, for sorting."), validators=[Length(max=100)])
    honorific = LocalizedField(_l("Honorific"), description=_l("For example Mr., Dr., H.E., 氏 or 市長."), maximum=40)
    position = LocalizedField(
        _l("Position"), description=_l("Don't write “former”. We add it from the dates."), maximum=200
    )
    organization = SelectField(_l("Organization"), validators=[Optional()])
    new_organization = LocalizedField(
        _l("Another organization"), description=_l("If it is not in the list."), maximum=200
    )
    held_from = DateField(_l("Held from"), validators=[Optional()])
    held_until = DateField(_l("Held until"), validators=[Optional()])
    biography = LocalizedField(_l("Biography"), description=_l("You can use Markdown."), rows=4, maximum=5000)
    links = TextAreaField(
        _l("Links"), description=HOW_TO_LINK, validators=[Length(max=3000)], render_kw={"rows": 3, "dir": "auto"}
    )

    def __init__(self, *, organizations: Sequence[Organization], both: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scope.choices = [SelectChoice(scope.value, scope.label) for scope in Scope]
        if not both:
            del self.scope
        self.order.choices = [SelectChoice(order.value, order.label) for order in NameOrder]
        named = sorted((languages.resolve(o.names).text, str(o.id)) for o in organizations)
        self.organization.choices = [
            SelectChoice("", _("None")),
            *(SelectChoice(number, name) for name, number in named),
        ]

    def wants(self, scope: Scope) -> bool:
        """Whether this scope was chosen; False if the form did not ask."""
        return self.scope is not None and self.scope.data == scope.value

    def validate_family(self, field: Any) -> None:
        if not field.data and not self.given.data:
            raise ValidationError(_("Enter a name in at least one language."))

    def validate_held_until(self, field: Any) -> None:
        if field.data and self.held_from.data and field.data < self.held_from.data:
            raise ValidationError(_("The end must not be before the start."))
