"""The command `eventapp`: migrates, serves and runs the worker, with the settings of the environment."""

from __future__ import annotations

import argparse
import asyncio
import errno
import fcntl
import gc
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from time import monotonic, sleep
from types import FrameType

import flask_migrate
from flask import Flask
from granian.constants import HTTPModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server
from sqlalchemy import NullPool, create_engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from eventapp import create_app, folder, jobs
from eventapp.config import BadSetting, Settings, own_url
from eventapp.core import assets, bodies, logs, versions
from eventapp.core.db import db
from eventapp.core.gateway import Gateway
from eventapp.core.outages import cause_of
from eventapp.processes import LAST_SECONDS, STOPS, Supervisor

_EPILOG = "Settings are environment variables: " + ", ".join(
    f"EVENTAPP_{field.name.upper()}" for field in fields(Settings)
)
# The key of our advisory lock on PostgreSQL: any number, but the same one in every version.
_MIGRATING = 20271123
# Otherwise psycopg reads text of a server without an encoding as bytes, and SQLAlchemy fails.
_IN_UTF8 = {"client_encoding": "utf8"}

# Connections that one process holds at the same time, and milliseconds for the headers of a request to arrive.
CONNECTIONS = 4096
HEAD_TIMEOUT = 10_000


def _settings() -> Settings:
    """Read the settings from the environment. A bad one ends the process with one sentence."""
    try:
        return Settings.from_environment()
    except BadSetting as error:
        raise SystemExit(f"eventapp: {error}") from None


def start_app(settings: Settings | None = None) -> Flask:
    """Create the app of this process with JSON logs. A bad setting ends the process with one sentence."""
    logs.configure()
    settings = settings or _settings()
    with _in_sentences():
        return _settle(create_app(settings))


@contextmanager
def _in_sentences() -> Iterator[None]:
    """End this process with one sentence for what the person at the terminal can mend: settings, database, disk."""
    try:
        yield
    except BadSetting as error:
        raise SystemExit(f"eventapp: {error}") from None
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise SystemExit(
            "eventapp: EVENTAPP_DATABASE_URL needs the Python package psycopg: "
            "install it with .venv/bin/pip install 'psycopg[binary]'."
        ) from None
    except DBAPIError as error:
        if not _is_out_of_reach(error):
            raise
        # The driver's message names host and user, which the person at this terminal has set; no password.
        reason = " ".join(str(error.orig).split())
        raise SystemExit(f"eventapp: the database of EVENTAPP_DATABASE_URL can't be used: {reason}") from None
    except OSError as error:
        # Copying a folder raises one error with a list of (from, to, reason).
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)[:500]
        raise SystemExit(
            f"eventapp: a file can't be written ({what}). Is the disk full, and does the folder of EVENTAPP_INSTANCE "
            "belong to the user that runs eventapp?"
        ) from None


def _is_out_of_reach(error: DBAPIError) -> bool:
    """Whether the database or the rights in it are to blame, not a statement of ours."""
    if isinstance(error, OperationalError) or cause_of(error):
        return True
    # Without a statement it is an option of the URL that psycopg does not know; 42501: no right to make tables.
    return isinstance(error, ProgrammingError) and (
        not error.statement or getattr(error.orig, "sqlstate", "") == "42501"
    )


def _settle(app: Flask) -> Flask:
    """Exempt what is loaded from garbage collection: scanning it took 80 ms in the middle of a request.

    This also keeps the memory of forked processes shared, because the collector writes to the objects that it scans.
    """
    gc.collect()
    gc.freeze()
    return app


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a file lock; others wait for it. The kernel releases it when this process ends."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _starting(settings: Settings) -> Iterator[None]:
    """Prepare this instance and its database exclusively; other processes that start at the same time wait."""
    with ExitStack() as held:
        held.enter_context(_alone(settings.instance / "start.lock"))
        url = make_url(settings.database_url)
        if url.get_backend_name() == "postgresql":
            # A separate connection: the lock belongs to the database session, which a pool would keep open.
            engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=_IN_UTF8)
            connection = held.enter_context(engine.connect())
            if connection.exec_driver_sql("SHOW server_encoding").scalar() != "UTF8":
                raise SystemExit(
                    f"eventapp: the database {url.database} is not in UTF-8, which EVENTAPP_DATABASE_URL needs: "
                    "make it anew with createdb --encoding=UTF8 --template=template0."
                )
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_MIGRATING})")
        elif url.database and Path(url.database).parent != settings.instance:
            held.enter_context(_alone(Path(f"{url.database}.lock")))
        yield


def migrate(app: Flask) -> None:
    """Migrate the database to the newest version, and leave no connection open."""
    with app.app_context():
        folder = Path(app.config["MIGRATIONS"])
        version = versions.recorded()
        if versions.is_newer(version, folder):
            raise SystemExit(f"eventapp: {versions.newer(version, folder)}")
        flask_migrate.upgrade(directory=str(folder))
        db.session.remove()
        db.engine.dispose()


def _check_free(settings: Settings, *, seconds: float = 3) -> None:
    """Exit with a sentence if the port is in use. The server itself would share it, and answer every other request.

    Processes of a server that was just killed may still be ending, so we try for some seconds.
    """
    end = monotonic() + seconds
    while error := _taken(settings):
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise SystemExit(
                f"eventapp: EVENTAPP_HOST must be an address of this machine, such as 127.0.0.1 or 0.0.0.0, "
                f"not {settings.host!r} ({error.strerror})."
            )
        if monotonic() > end:
            raise SystemExit(
                f"eventapp: {settings.host} port {settings.port} can't be used ({error.strerror}). "
                "Stop what runs there, or set EVENTAPP_PORT."
            )
        sleep(0.1)


def _taken(settings: Settings) -> OSError | None:
    """Why we can't listen on the configured address, or None."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            return error
    return None


def serve(app: Flask) -> None:
    """Serve requests in this process until SIGTERM or SIGINT."""
    asyncio.run(_serve(app))


async def _serve(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    with app.app_context():
        remote = db.engine.dialect.name != "sqlite"
    gateway = Gateway(
        app.wsgi_app,
        limit=bodies.limit_of(app),
        cache=app.extensions["cache_middleware"],
        cache_waits=remote,
        at_once=2 if remote else 1,  # one computes while another waits for the database
        light=("/static/", "/healthz"),
        batched=app.extensions["batched"],
    )
    server = Server(
        gateway,
        address=settings.host,
        port=settings.port,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_TIMEOUT),
        websockets=False,
        backlog=1024,
        backpressure=CONNECTIONS,
        log_level=LogLevels.error,
    )

    finish: Callable[[], None] = server.stop

    def stop() -> None:
        signal.alarm(LAST_SECONDS)  # ends this process if requests do not, even without a supervisor
        finish()

    for number in STOPS:
        asyncio.get_running_loop().add_signal_handler(number, stop)
    await server.serve()


def work(app: Flask) -> None:
    """Send e-mails and do scheduled work in this process until SIGTERM or SIGINT."""
    with app.app_context():
        jobs.run_forever(app.extensions["sweeps"])


def _end_while_starting(supervisor: Supervisor) -> None:
    """Let a signal end this process at once, even before there is anything to supervise."""

    def end(number: int, frame: FrameType | None) -> None:
        supervisor.stopping = True  # an exception raised in a finalizer is lost
        raise SystemExit(0)

    for number in STOPS:
        signal.signal(number, end)


def main() -> None:
    """Serve until stopped."""
    supervisor = Supervisor()
    _end_while_starting(supervisor)
    parser = argparse.ArgumentParser(prog="eventapp", description="Serve eventapp.", epilog=_EPILOG)
    parser.add_argument("--demo", action="store_true", help="load the demo events if there are no events yet")
    parser.add_argument(
        "--no-worker", action="store_true", help="do not send mail from here; run `flask worker` elsewhere"
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    options = parser.parse_args()
    if options.version:
        print(f"eventapp {version('eventapp')}")
        return
    settings = _settings()
    _check_free(settings)
    with _in_sentences(), _starting(settings):
        assets.compress(folder("static"), settings.instance)  # before the app looks for compressed files
        app = start_app(settings)
        migrate(app)
        if options.demo:
            print(app.test_cli_runner().invoke(args=["demo", "--if-empty"]).output, end="", flush=True)
        with app.app_context():
            db.engine.dispose()  # a forked process must not share a connection
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for count in range(settings.workers):
        supervisor.add(f"web {count + 1}", lambda: serve(app))
    if not options.no_worker:
        supervisor.add("worker", lambda: work(app))
    print(f"eventapp is at {own_url(settings.host, settings.port)}/  (Ctrl-C stops it)", flush=True)
    supervisor.run()
    _close(app)


def _close(app: Flask) -> None:
    """Write SQLite's log into the database file, so that a copy of that file alone is complete."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()


if __name__ == "__main__":
    main()
