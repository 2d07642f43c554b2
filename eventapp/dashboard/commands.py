"""`flask programme check`: the issues of a programme on the command line."""

from __future__ import annotations

import click

from eventapp.core import languages
from eventapp.events import queries as events
from eventapp.programme import issues
from eventapp.programme.conflicts import Level
from eventapp.registration import queries as registration


@click.command("check")
@click.argument("slug")
@click.option("--lang", type=click.Choice(languages.INTERFACE), default="en", help="Language of the sentences.")
def check(slug: str, lang: str) -> None:
    """Print the issues of a programme; exits with status 1 if there is an error."""
    event = events.by_slug(slug)
    if event is None:
        raise click.ClickException(f"There is no event {slug}.")
    with languages.force_locale(lang):
        judged = issues.judged(event, registration.audience(event), language=lang)
        findings = judged.open
        for one in findings:
            click.echo(f"{one.level.label}: {one.sentence}")
    errors = sum(one.level is Level.ERROR for one in findings)
    muted = sum(map(len, judged.muted.values()))
    click.echo(f"{len(findings)} findings, {errors} of them errors." + (f" {muted} are muted." if muted else ""))
    if errors:
        raise SystemExit(1)
