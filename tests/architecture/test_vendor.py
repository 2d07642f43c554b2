"""What comes from others are the files that were looked at."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("place", ["tests/vendor", "static/vendor", "eventapp/pdf/fonts"])
def test_every_vendored_file_is_the_one_in_the_lock(place: str) -> None:
    folder = ROOT / place
    locked = [json.loads(line) for line in (folder / "vendor.lock").read_text("utf-8").splitlines()]
    listed = {folder / file["path"]: file["sha512"] for package in locked for file in package["files"]}
    for path, digest in listed.items():
        assert base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode() == digest, path
    here = {path for path in folder.rglob("*") if path.is_file() and path.name not in {"vendor.lock", "README.md"}}
    assert here == set(listed)
    assert all(package["licence"] and package["version"] for package in locked)
