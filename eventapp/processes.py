"""A supervisor process: forks children, restarts those that end, and never leaves any behind."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import NoReturn

log = logging.getLogger("eventapp.processes")

STOPS = (signal.SIGTERM, signal.SIGINT)
_WAITED_FOR = (*STOPS, signal.SIGCHLD)
_PR_SET_PDEATHSIG = 1

# A child that ends at once is restarted at growing intervals: an unreachable database must not keep a processor busy.
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
LIVED_LONG = 20.0
# Seconds that children may take to stop. Service managers commonly kill after 90 s, containers after 10 s.
STOP_SECONDS = 9.0
# After this many seconds they end themselves (signal.alarm), in case nobody is left to kill them.
LAST_SECONDS = 10


@dataclass
class Child:
    """A process to keep running: `run` is what it does. It is running while `pid` is not 0."""

    name: str
    run: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE


def die_with_parent(parent: int) -> None:
    """Have the kernel stop this process when `parent` dies, even by kill -9 (Linux: prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it had died before the call
        os._exit(1)


class Supervisor:
    """Starts children and waits until `stopping` is set, or a signal comes.

    The caller must not have started any thread: fork copies only the calling thread.
    """

    def __init__(self) -> None:
        self.stopping = False
        self._children: list[Child] = []

    def add(self, name: str, run: Callable[[], None]) -> None:
        """Keep a process running that calls `run`. It inherits what is loaded, and opens its own connections."""
        self._children.append(Child(name, run))

    def run(self) -> None:
        """Start all children and keep them running until SIGTERM or SIGINT; then stop them and return."""
        # Blocked signals stay pending until sigtimedwait takes them, so none is lost, however early it comes.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _WAITED_FOR)
        try:
            while not self.stopping:
                self._reap()
                for child in self._children:
                    if not child.pid and child.due <= monotonic():
                        self._start(child)
                self._wait()
        finally:
            self._stop()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _wait(self) -> None:
        """Wait for a signal, or until a child is due."""
        waiting = [child.due - monotonic() for child in self._children if not child.pid]
        got = signal.sigtimedwait(_WAITED_FOR, max(0.0, min(waiting, default=60.0)))
        self.stopping = got is not None and got.si_signo in STOPS

    def _start(self, child: Child) -> None:
        parent = os.getpid()
        child.started = monotonic()
        sys.stdout.flush()
        sys.stderr.flush()
        child.pid = os.fork()
        if child.pid == 0:
            _be(child, parent)

    def _reap(self) -> None:
        """Record which children have ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for child in self._children:
                if child.pid == pid:
                    self._note_end(child, os.waitstatus_to_exitcode(status))

    def _note_end(self, child: Child, code: int) -> None:
        lived = monotonic() - child.started
        child.pause = FIRST_PAUSE if lived > LIVED_LONG else min(child.pause * 2, LONGEST_PAUSE)
        child.pid, child.due = 0, monotonic() + child.pause
        facts = {"process": child.name, "code": code, "lived": round(lived, 1)}
        log.warning("process ended, it is started anew", extra={"facts": facts})

    def _stop(self) -> None:
        """Ask all children to stop, and kill those that have not stopped in time."""
        end = monotonic() + STOP_SECONDS
        self._send(signal.SIGTERM)
        while self._alive() and monotonic() < end:
            signal.sigtimedwait({signal.SIGCHLD}, max(0.0, min(0.5, end - monotonic())))
        for child in self._alive():
            log.warning("process did not stop, it is killed", extra={"facts": {"process": child.name}})
        self._send(signal.SIGKILL)
        for child in self._children:
            if child.pid:
                os.waitpid(child.pid, 0)
                child.pid = 0

    def _send(self, number: signal.Signals) -> None:
        for child in self._children:
            if child.pid:
                os.kill(child.pid, number)

    def _alive(self) -> list[Child]:
        for child in self._children:
            if child.pid and os.waitpid(child.pid, os.WNOHANG)[0]:
                child.pid = 0
        return [child for child in self._children if child.pid]


def _be(child: Child, parent: int) -> NoReturn:
    """The whole life of a forked process."""
    code = 1
    try:
        for number in _WAITED_FOR:
            signal.signal(number, signal.SIG_DFL)
        die_with_parent(parent)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _WAITED_FOR)
        child.run()
        code = 0
    except BaseException:
        log.exception("process failed", extra={"facts": {"process": child.name}})
    finally:
        logging.shutdown()
        os._exit(code)  # skips the parent's stack with its `finally` clauses
