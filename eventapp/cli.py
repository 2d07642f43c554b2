"""Commands of `flask --app wsgi …`."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import DBAPIError, TimeoutError

from eventapp import jobs
from eventapp.accounts import operations as accounts
from eventapp.attendance.commands import counts
from eventapp.core import versions
from eventapp.core.addresses import is_address
from eventapp.core.db import db, transaction
from eventapp.core.outages import cause_of
from eventapp.core.refusals import Refused
from eventapp.dashboard.commands import check
from eventapp.demo.commands import demo
from eventapp.exchange.commands import programme

users = AppGroup("users", help="Logins of organizers.")


@users.command("create")
@click.argument("email")
@click.option("--name", default="", help="The name that the team sees.")
@click.option("--password", default="", help="At least 10 characters; without it one is made and printed.")
@click.option("--admin", is_flag=True, help="May do everything at every event.")
def create_user(email: str, name: str, password: str, admin: bool) -> None:
    """Create an organizer's account."""
    made = password or secrets.token_urlsafe(12)
    if not is_address(email):
        raise click.ClickException("This is not an e-mail address.")
    try:
        with transaction():
            accounts.create_user(email, password=made, name=name, admin=admin)
    except Refused as refusal:
        raise click.ClickException(refusal.message) from refusal
    click.echo(f"{email} can log in now." + ("" if password else f" Password: {made}"))


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due and stop.")
def worker(once: bool) -> None:
    """Send due e-mails and do scheduled work, until stopped."""
    sweeps: list[jobs.Sweep] = current_app.extensions["sweeps"]
    if once:
        click.echo(f"{jobs.run_once(sweeps)} done.")
    else:
        jobs.run_forever(sweeps)


def _checked(run: Callable[..., Any]) -> Callable[..., Any]:
    """A command that first looks at the database, and tells in a sentence which one it is if it can't be used.

    Who forgets the settings of the service gets another, empty database.
    """

    @with_appcontext
    @wraps(run)
    def checked(*args: Any, **options: Any) -> Any:
        which = db.engine.url.render_as_string(hide_password=True)
        try:
            unfit = versions.unfit(Path(current_app.config["MIGRATIONS"]))
            if unfit is None:
                return run(*args, **options)
        except (DBAPIError, TimeoutError) as error:
            cause = cause_of(error)
            if cause is None:
                raise
            unfit = f"the database can't be used now ({cause})."
        raise click.ClickException(f"{unfit[0].upper()}{unfit[1:]} It is {which}, as the settings say.")

    return checked


def _check(command: click.Command) -> None:
    if isinstance(command, click.Group):
        for part in command.commands.values():
            _check(part)
    elif command.callback:
        command.callback = _checked(command.callback)


programme.add_command(check)
_COMMANDS = (users, worker, counts, programme, demo)
for _command in _COMMANDS:
    _check(_command)


def init_app(app: Flask) -> None:
    for command in _COMMANDS:
        app.cli.add_command(command)
