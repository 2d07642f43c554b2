"""Reads the data files of the demo: TOML, with times in Japan's time zone."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from eventapp.core.localized import LocalizedText

# In the order in which they are loaded.
STORIES = (
    "forum_2023",
    "forum_2020",
    "forum_2021",
    "naruto",
    "matsudo",
    "saga",
    "saitama",
    "forum_2027",
)
ZONE = "Asia/Tokyo"


@cache
def read(name: str) -> dict[str, Any]:
    """Read a file of the demo by its name without `.toml`."""
    return tomllib.loads((files("eventapp.demo") / f"{name}.toml").read_text(encoding="utf-8"))


def text(row: dict[str, Any], key: str) -> LocalizedText:
    """A text of a row in all its languages; empty if the row has none."""
    return LocalizedText(row.get(key, {}))


def moment(local: datetime) -> datetime:
    """An aware time from a time in the files: all these events take place in Japan."""
    return local.replace(tzinfo=ZoneInfo(ZONE))
