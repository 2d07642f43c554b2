"""`flask counts SLUG`: the attendance summary on the command line."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from eventapp.attendance import queries, rules
from eventapp.attendance.rules import Basis, Rounding
from eventapp.attendance.summary import plain, summary
from eventapp.core import languages
from eventapp.core.clock import local_day
from eventapp.core.languages import gettext as _
from eventapp.events import queries as events
from eventapp.events.models import Event


@click.command("counts")
@click.argument("slug")
@click.option(
    "--basis", type=click.Choice([b.value for b in Basis]), default=rules.DEFAULT_BASIS.value, show_default=True
)
@click.option("--lang", type=click.Choice(languages.INTERFACE), default="en", show_default=True)
@click.option(
    "--rounding",
    type=click.Choice([r.value for r in Rounding]),
    help="Over, about or exactly; else as a source has it.",
)
@with_appcontext
def counts(slug: str, basis: str, lang: str, rounding: str | None) -> None:
    """Print the attendance summary of an event, with its basis and time."""
    with languages.force_locale(lang):
        event = events.by_slug(slug)
        if event is None:
            raise click.ClickException(f"There is no event with the address {slug}.")
        if basis == Basis.DECLARED:
            _reported(event, lang)
            return
        try:
            statement = queries.statement(event, basis=Basis(basis), rounding=Rounding(rounding) if rounding else None)
        except rules.NotCounted as none:
            raise click.ClickException(str(none)) from none
        click.echo(_ended(statement.text(lang), lang) or _("There is nobody to count on this basis yet."))
        moment = statement.as_of
        click.echo(
            statement.counts.basis.explanation
            + (" " if lang == "en" else "")
            + _(
                "As of %(day)s, %(time)s %(zone)s.",
                day=languages.day(local_day(moment, event.zone), lang),
                time=languages.clock_time(moment, event.zone),
                zone=languages.zone_short(event.zone, moment),
            )
        )
        if statement.counts.unplaced:
            click.echo(
                languages.ngettext(
                    "%(num)d city without a country is not counted.",
                    "%(num)d cities without a country are not counted.",
                    len(statement.counts.unplaced),
                )
            )
        if statement.counts.generated:
            click.echo(
                languages.ngettext(
                    "%(num)d of these people is demo data.",
                    "%(num)d of these people are demo data.",
                    statement.counts.generated,
                )
            )


def _reported(event: Event, lang: str) -> None:
    rows = queries.reported_counts(event)
    if not rows:
        raise click.ClickException(_("There are no reported figures for this event."))
    for row in rows:
        click.echo(_ended(plain(summary(row.figures(event.country_code), lang)), lang))
        if row.of_what:
            click.echo(f"  {row.of_what.resolve(lang).text}")
        click.echo("  " + _("Source: %(source)s", source=row.source))
        if row.as_of:
            click.echo("  " + _("As of %(day)s.", day=languages.day(row.as_of, lang)))


def _ended(text: str, lang: str) -> str:
    return text and text + ("。" if lang == "ja" else ".")
