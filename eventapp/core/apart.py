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
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import resource

# Seconds on the clock of a busy machine.
DEADLINE = 45

# The package imports the whole product, of which a reader needs a small part: it starts in half the time with an empty
# one in its place.
_START = """
import sys
from importlib import import_module
from types import ModuleType

package = sys.modules["eventapp"] = ModuleType("eventapp")
package.__file__, package.__path__ = sys.argv[1] + "/__init__.py", [sys.argv[1]]
import_module(sys.argv[2]).main()
"""

log = logging.getLogger(__name__)
_one = threading.Lock()


class Busy(Exception):
    """Other files are being read."""


class TooMuch(Exception):
    """Reading the file took too much time or memory."""


class Failed(Exception):
    """The reader has a fault; it is in the log."""


@dataclass(frozen=True)
class ReadingLimits:
    """Processor seconds, and octets of memory: of data (RLIMIT_DATA), or of the whole address space (RLIMIT_AS)."""

    processor: int
    data: int | None = None
    address_space: int | None = None

    def set(self) -> None:
        """Limit this process. Exceeding the memory raises MemoryError, or ends it; exceeding the time ends it."""
        if sys.platform == "win32":
            return
        wanted = (
            (resource.RLIMIT_CPU, self.processor),
            (resource.RLIMIT_DATA, self.data),
            (resource.RLIMIT_AS, self.address_space),
        )
        for kind, most in wanted:
            if most is not None:
                with suppress(ValueError, OSError):  # a lower limit is already in place
                    resource.setrlimit(kind, (most, most))


def run(module: str, head: dict[str, Any], data: bytes) -> bytes:
    """Call `main()` of a module in a process of its own; returns what it has written.

    It reads `head` as a line of JSON and then `data` from its standard input. Uses no transaction and no database. Each
    server process reads one file at a time. Raises Busy, TooMuch, Failed.
    """
    if not _one.acquire(timeout=DEADLINE):
        raise Busy
    try:
        # Only what Python needs: the process has no secret key and no database URL.
        environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.environ.get("PATH", "")}
        done = subprocess.run(
            [sys.executable, "-c", _START, str(Path(__file__).parent.parent), module],
            input=json.dumps(head).encode() + b"\n" + data,
            capture_output=True,
            timeout=DEADLINE,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        raise TooMuch from error
    finally:
        _one.release()
    if done.returncode < 0:  # killed by the system for its time or memory, or ended by itself without memory
        log.warning("reading a file was ended by signal %s", -done.returncode)
        raise TooMuch
    if done.returncode:
        log.error("a file could not be read: %s", _without_words(done.stderr.decode(errors="replace")))
        raise Failed
    return done.stdout


def _without_words(trace: str) -> str:
    """A traceback up to the name of its exception, without the message, which may quote the file."""
    lines = trace.strip().split("\n")
    frames = list(takewhile(lambda line: line.startswith("  "), lines[1:]))
    name = lines[len(frames) + 1 :][:1]
    return "\n".join([*frames, *(one.partition(":")[0] for one in name)])
