"""Static files at URLs that change with their content, so that browsers may cache them forever."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from pathlib import Path

from flask import Flask, current_app
from whitenoise import WhiteNoise

_COMPRESSED = {".css", ".js", ".svg", ".html", ".txt", ".json", ".mjs", ".wasm"}


def digest(folder: Path) -> str:
    """One digest over all files, so that a module which imports another by a relative URL gets the matching version."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        total.update(path.relative_to(folder).as_posix().encode())
        total.update(path.read_bytes())
    return total.hexdigest()[:12]


def compress(folder: Path, instance: Path) -> Path:
    """Copy the folder into the instance folder, with a .gz next to each text file; done once per digest."""
    target = instance / "static" / digest(folder)
    if not target.exists():
        building = target.with_name(target.name + ".building")
        shutil.rmtree(building, ignore_errors=True)
        shutil.copytree(folder, building)
        for path in [p for p in building.rglob("*") if p.suffix in _COMPRESSED]:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
        building.rename(target)
    return target


def init_app(app: Flask, folder: Path, instance: Path) -> None:
    """Serve the folder at /static/<digest>/ in front of Flask. `asset('core/base.css')` returns a URL."""
    version = digest(folder)
    ready = instance / "static" / version
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(ready if ready.exists() else folder),
        prefix=f"static/{version}",
        max_age=None,
        immutable_file_test=lambda path, url: True,
        autorefresh=app.debug,
    )
    app.config.update(ASSETS=version, ASSETS_SOURCE=folder)
    app.jinja_env.globals["asset"] = address


def address(path: str) -> str:
    """The URL of a file below static/."""
    return f"/static/{current_app.config['ASSETS']}/{path}"


def source(path: str) -> Path:
    """The file below static/."""
    folder: Path = current_app.config["ASSETS_SOURCE"]
    return folder / path
