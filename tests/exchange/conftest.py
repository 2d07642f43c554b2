"""Files are read in the process of the test; test_reading.py tests the separate process."""

from __future__ import annotations

import pytest

from eventapp.exchange import reading
from tests.support.imports import read_here


@pytest.fixture(autouse=True)
def _files_are_read_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.path.stem != "test_reading" and "process" not in request.function.__name__:
        monkeypatch.setattr(reading, "read", read_here)
