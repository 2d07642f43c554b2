"""`python -m …` as a fork of a process that has imported the product: to import it is most of what a start takes."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["eventapp.serve", __name__])
    return context


def _run(module: str, options: Sequence[str], environ: Mapping[str, str], folder: str, log: str) -> None:
    """Become the command, in the new process."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.argv = [module, *options]
    runpy.run_module(module, run_name="__main__")


class Forked:
    """The started process, to be used like one of `subprocess`."""

    def __init__(self, module: str, options: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> None:
        arguments = (module, options, dict(env), str(cwd), str(log))
        self._process = _context().Process(target=_run, args=arguments)
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid
        self.terminate, self.kill = self._process.terminate, self._process.kill

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("python -m", timeout or 0)
        return self._process.exitcode
