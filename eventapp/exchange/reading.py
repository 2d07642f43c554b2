"""Reads untrusted files in a separate process, with limits on its time and memory.

The readers are designed to need little of both. The limits are for unforeseen cases, and keep the work out of the
threads that serve requests.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from itertools import takewhile

from flask import Flask

from eventapp.core import languages
from eventapp.core.errors import Refused
from eventapp.core.languages import gettext as _
from eventapp.exchange import formats, stored
from eventapp.exchange.incoming import Incoming, Options

if sys.platform != "win32":
    import resource

# Processor seconds, wall-clock seconds on a busy machine, and octets of memory besides the libraries.
PROCESSOR, DEADLINE = 10, 45
MEMORY = 160 * 1024 * 1024

log = logging.getLogger(__name__)
_one = threading.Lock()


def read(data: bytes, options: Options, *, format: str = "") -> bytes:
    """Read a file; returns the serialized values or refusal, for `stored.deserialized`.

    Uses no transaction and no database. Each server process reads one file at a time: others wait.
    """
    if len(data) > formats.LARGEST:
        return stored.serialized(formats.too_large())
    head = {
        "options": {**asdict(options), "columns": dict(options.columns)},
        "format": format,
        "language": languages.interface(),
    }
    if not _one.acquire(timeout=DEADLINE):
        return stored.serialized(Refused(_("Other files are being read. Try again in a minute."), field="file"))
    try:
        # Only what Python needs: the process has no secret key and no database URL.
        environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.environ.get("PATH", "")}
        done = subprocess.run(
            [sys.executable, "-c", f"from {__name__} import main; main()"],
            input=json.dumps(head).encode() + b"\n" + data,
            capture_output=True,
            timeout=DEADLINE,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return stored.serialized(_too_much())
    finally:
        _one.release()
    if done.returncode < 0:  # killed by the system for its time or memory
        log.warning("reading a file was ended by signal %s", -done.returncode)
        return stored.serialized(_too_much())
    if done.returncode:
        log.error("a file could not be read: %s", _without_words(done.stderr.decode(errors="replace")))
        return stored.serialized(
            Refused(_("Sorry, we couldn't read this file because of a problem with the service."), field="file")
        )
    return done.stdout


def _without_words(trace: str) -> str:
    """A traceback up to the name of its exception, without the message, which may quote the file."""
    lines = trace.strip().split("\n")
    frames = list(takewhile(lambda line: line.startswith("  "), lines[1:]))
    name = lines[len(frames) + 1 :][:1]
    return "\n".join([*frames, *(one.partition(":")[0] for one in name)])


def _too_much() -> Refused:
    return Refused(_("This file is too complex to read. Is it a programme?"), field="file")


def limit() -> None:
    """Limit this process. Exceeding the memory raises MemoryError, exceeding the time ends the process."""
    if sys.platform != "win32":
        for kind, most in ((resource.RLIMIT_CPU, PROCESSOR), (resource.RLIMIT_DATA, MEMORY)):
            with suppress(ValueError, OSError):  # a lower limit is already in place
                resource.setrlimit(kind, (most, most))


def main() -> None:
    """Read a file from standard input, after a line with its options, and write the result."""
    limit()
    head = json.loads(sys.stdin.buffer.readline())
    app = Flask("eventapp")
    languages.init_app(app)
    with app.app_context(), languages.force_locale(head["language"]):
        try:
            found = stored.serialized(_read(Options(**head["options"]), head["format"]))
        except MemoryError:
            found = b""
        sys.stdout.buffer.write(found or stored.serialized(_too_much()))


def _read(options: Options, format: str) -> Incoming | Refused:
    try:
        return formats.read(sys.stdin.buffer.read(), options, format=format)
    except Refused as refusal:
        return refusal
