"""`eventapp`: migrate, serve, and run the worker, with the settings of the environment."""

from __future__ import annotations

import argparse
import gc
import socket
import subprocess
import sys
import threading
from dataclasses import fields

import flask_migrate
from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy.exc import OperationalError

from eventapp import create_app, folder
from eventapp.config import BadSetting, Settings
from eventapp.core import assets, logs
from eventapp.core.db import db

_EPILOG = "Settings are environment variables: " + ", ".join(
    f"EVENTAPP_{field.name.upper()}" for field in fields(Settings)
)


def start_app() -> Flask:
    """The app of this process with JSON logs. A bad setting ends the process with one sentence."""
    logs.configure()
    try:
        app = create_app()
    except BadSetting as error:
        raise SystemExit(f"eventapp: {error}") from None
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise SystemExit(
            "eventapp: EVENTAPP_DATABASE_URL needs the Python package psycopg: install it first."
        ) from None
    return _settle(app)


def _settle(app: Flask) -> Flask:
    """Tell the garbage collector that what is loaded stays: looking through it took 80 ms in the middle of a page."""
    gc.collect()
    gc.freeze()
    return app


def migrate(app: Flask) -> None:
    """Bring the database to the newest version; of several that start together one does it, the others wait."""
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect() as lock:
                lock.exec_driver_sql("SELECT pg_advisory_lock(20271123)")
                flask_migrate.upgrade(directory=app.config["MIGRATIONS"])
        else:
            flask_migrate.upgrade(directory=app.config["MIGRATIONS"])


def _check_free(settings: Settings) -> None:
    """End with a sentence if the port is taken. The server itself would share it, and answer every other request."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SystemExit(
                f"eventapp: {settings.host} port {settings.port} can't be used ({error.strerror}). "
                "Stop what runs there, or set EVENTAPP_PORT."
            ) from None


def _worker(stop: threading.Event) -> None:
    """Keep one worker process running until asked to stop."""
    while not stop.is_set():
        process = subprocess.Popen([sys.executable, "-m", "flask", "--app", "eventapp.serve:start_app", "worker"])
        while process.poll() is None and not stop.is_set():
            stop.wait(0.5)
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=10)
        else:
            stop.wait(2)  # it died: begin again, but not in a tight loop


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="eventapp", description="Serve eventapp.", epilog=_EPILOG)
    parser.add_argument("--demo", action="store_true", help="load the demo events if there are no events yet")
    parser.add_argument(
        "--no-worker", action="store_true", help="do not send mail from here; run `flask worker` elsewhere"
    )
    options = parser.parse_args()
    app = start_app()
    settings: Settings = app.config["SETTINGS"]
    _check_free(settings)
    try:
        migrate(app)
    except OperationalError as error:
        # The text of the driver names host and user, which the person at this terminal has set; no password.
        raise SystemExit(f"eventapp: the database of EVENTAPP_DATABASE_URL can't be used: {error.orig}") from None
    assets.compress(folder("static"), settings.instance)
    if options.demo:
        print(app.test_cli_runner().invoke(args=["demo", "--if-empty"]).output, end="", flush=True)
    stop = threading.Event()
    thread = threading.Thread(target=_worker, args=(stop,), daemon=True)
    if not options.no_worker:
        thread.start()
    server = Granian(
        "eventapp.serve:start_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=4,
        backlog=1024,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    )
    print(f"eventapp is at http://{settings.host}:{settings.port}/  (Ctrl-C stops it)", flush=True)
    try:
        server.serve()
    finally:
        stop.set()
        if thread.is_alive():
            thread.join(timeout=12)


if __name__ == "__main__":
    main()
