"""Reading a file that a stranger may have made: in a process of its own, with bounds on its time and its memory.

The readers are written to need little of both. These bounds are for what nobody has thought of, and they keep the
reading out of the threads that answer requests.
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

# Seconds of the processor, seconds on the clock of a busy machine, and octets of the process beside its libraries.
PROCESSOR, DEADLINE = 10, 45
MEMORY = 160 * 1024 * 1024

log = logging.getLogger(__name__)
_one = threading.Lock()


def read(data: bytes, options: Options, *, format: str = "") -> bytes:
    """What was read of a file, as `stored.unpacked` takes it: its values, or why it is refused.

    Holds no transaction and asks no database. One file at a time in each process of the server: the others wait.
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
        # Only what Python needs: the process knows no key and no address of a database.
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
    if done.returncode < 0:  # ended by the system, for its time or its memory
        log.warning("reading a file was ended by signal %s", -done.returncode)
        return stored.serialized(_too_much())
    if done.returncode:
        log.error("a file could not be read: %s", _without_words(done.stderr.decode(errors="replace")))
        return stored.serialized(
            Refused(_("Sorry, we couldn't read this file because of a problem with the service."), field="file")
        )
    return done.stdout


def _without_words(trace: str) -> str:
    """A traceback up to the name of its exception, whose words may be the file's."""
    lines = trace.strip().split("\n")
    frames = list(takewhile(lambda line: line.startswith("  "), lines[1:]))
    name = lines[len(frames) + 1 :][:1]
    return "\n".join([*frames, *(one.partition(":")[0] for one in name)])


def _too_much() -> Refused:
    return Refused(_("This file is too complex to read. Is it a programme?"), field="file")


def limit() -> None:
    """Bound this process. What is beyond the memory raises MemoryError, what is beyond the time ends it."""
    if sys.platform != "win32":
        for kind, most in ((resource.RLIMIT_CPU, PROCESSOR), (resource.RLIMIT_DATA, MEMORY)):
            with suppress(ValueError, OSError):  # a smaller bound holds already
                resource.setrlimit(kind, (most, most))


def main() -> None:
    """Read a file from standard input, below a line with what is said of it, and write what was read."""
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
