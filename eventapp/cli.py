"""Commands of `flask --app wsgi …`."""

from __future__ import annotations

import secrets

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from eventapp import jobs
from eventapp.accounts import operations as accounts
from eventapp.attendance.commands import counts
from eventapp.core.db import transaction
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


def init_app(app: Flask) -> None:
    app.cli.add_command(users)
    app.cli.add_command(worker)
    app.cli.add_command(counts)
    programme.add_command(check)
    app.cli.add_command(programme)
    app.cli.add_command(demo)
