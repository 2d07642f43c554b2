"""`flask programme …`: the programme at a terminal."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from eventapp.core import languages
from eventapp.events import queries as events
from eventapp.programme import queries
from eventapp.programme.conflicts import Level
from eventapp.programme.wiring import audience_of

programme = AppGroup("programme", help="The programme of an event.")


@programme.command("check")
@click.argument("slug")
@click.option("--lang", type=click.Choice(languages.INTERFACE), default="en", help="Language of the sentences.")
def check(slug: str, lang: str) -> None:
    """Print what is wrong with a programme; ends with status 1 where there is an error."""
    event = events.by_slug(slug)
    if event is None:
        raise click.ClickException(f"There is no event {slug}.")
    with languages.force_locale(lang):
        findings = queries.findings(event, audience_of(event))
        for one in findings:
            click.echo(f"{one.level.label}: {one.sentence}")
    errors = sum(one.level is Level.ERROR for one in findings)
    click.echo(f"{len(findings)} findings, {errors} of them errors.")
    if errors:
        raise SystemExit(1)
