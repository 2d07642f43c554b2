"""`flask demo`: loads demo content."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from eventapp.core.running import settings
from eventapp.demo import load


@click.command("demo")
@click.option("--if-empty", is_flag=True, help="Only where there is no event yet.")
@with_appcontext
def demo(if_empty: bool) -> None:
    """Load the demo: five past events, an upcoming one, and a login for their organizer."""
    if if_empty and not load.empty():
        known = load.login(settings().instance)
    else:
        known = load.load(settings().instance)
        click.echo("The demo is loaded: " + ", ".join(event.slug for event in load.loaded()) + ".")
    if known.password:
        click.echo(f"Organizer's login: {known.email}  password: {known.password}")
    elif not if_empty:
        click.echo(f"The organizer {known.email} had a login before; its password is not known here.")
