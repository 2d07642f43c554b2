"""The browser of the journeys: $CHROME, else the system's Chromium, else the one of Debian or of a pinned npm package.

`python -m tests.browser --install` makes sure that there is one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".browser"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def find() -> str | None:
    """The path of a browser that is there now."""
    given = os.environ.get("CHROME")
    if given:
        return given
    packed = FOLDER / "chromium"
    return next(filter(None, map(shutil.which, NAMES)), None) or (str(packed) if packed.exists() else None)


def install() -> str:
    """A browser, installed if need be. Raises SystemExit with what to do where none can be had."""
    present = find()
    if present:
        return present
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=False, **quiet
        )  # type: ignore[call-overload]
    if (present := find()) is not None:
        return present
    _from_npm()
    if (present := find()) is not None:
        return present
    raise SystemExit("The journeys need a browser: install Chromium, or set CHROME to one.")


PACKAGE = "@sparticuz/chromium@153.0.0"


def _from_npm() -> None:
    """The browser of a pinned npm package, for machines where nothing may be installed system-wide."""
    npm = shutil.which("npm")
    if npm is None:
        return
    import brotli

    FOLDER.mkdir(exist_ok=True)
    subprocess.run([npm, "pack", "--silent", PACKAGE, "--pack-destination", str(FOLDER)], check=False, cwd=FOLDER)
    archives = list(FOLDER.glob("*.tgz"))
    if not archives:
        return
    shutil.unpack_archive(archives[0], FOLDER / "package", "gztar")
    packed = next((FOLDER / "package").rglob("chromium.br"))
    target = FOLDER / "chromium"
    target.write_bytes(brotli.decompress(packed.read_bytes()))
    target.chmod(0o755)


if __name__ == "__main__":
    path = install() if "--install" in sys.argv else find()
    print(f"browser: {path}")
