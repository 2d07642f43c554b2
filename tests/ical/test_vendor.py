"""The readers that the tests borrow are the files that were looked at."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "vendor"


def test_every_vendored_file_is_the_one_in_the_lock() -> None:
    locked = [json.loads(line) for line in (FOLDER / "vendor.lock").read_text("utf-8").splitlines()]
    listed = {FOLDER / file["path"]: file["sha512"] for package in locked for file in package["files"]}
    for path, digest in listed.items():
        assert base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode() == digest, path
    here = {path for path in FOLDER.rglob("*") if path.is_file() and path.parent != FOLDER}
    assert here == set(listed)
    assert all(package["licence"] and package["version"] for package in locked)
