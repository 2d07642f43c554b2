"""Reads the data files of the demo: TOML, with times in Japan's time zone."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
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

# The edition to come. Its file is written for January 2027; from then on it takes place weeks later, so that anyone
# who tries the product finds an event to register for.
COMING = "forum_2027"
_WRITTEN_FOR = 2027
_AHEAD, _STEP = timedelta(weeks=6), timedelta(weeks=4)


@cache
def read(name: str) -> dict[str, Any]:
    """Read a file of the demo by its name without `.toml`."""
    return tomllib.loads((files("eventapp.demo") / f"{name}.toml").read_text(encoding="utf-8"))


def story(name: str, today: date) -> dict[str, Any]:
    """The data of an event. The edition to come is moved by whole weeks: it begins at least six after `today`, and its
    address and title have the year of that. What is before the year it was written for stays where it is.
    """
    data = read(f"stories/{name}")
    if name != COMING:
        return data
    begins = data["event"]["starts_at"].date()
    later = max(-(-(today + _AHEAD - begins) // _STEP), 0) * _STEP
    year = str((begins + later).year)
    moved: dict[str, Any] = _moved(data, later)
    named = {key: _in_year(value, year) for key, value in moved["event"].items()}
    return moved | {"event": named}


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, dict):
        return {key: _moved(one, by) for key, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, by) for one in value]
    return value + by if isinstance(value, date) and value.year >= _WRITTEN_FOR else value


def _in_year(value: Any, year: str) -> Any:
    if isinstance(value, dict):
        return {key: _in_year(one, year) for key, one in value.items()}
    return value.replace(str(_WRITTEN_FOR), year) if isinstance(value, str) else value


def text(row: dict[str, Any], key: str) -> LocalizedText:
    """A text of a row in all its languages; empty if the row has none."""
    return LocalizedText(row.get(key, {}))


def moment(local: datetime) -> datetime:
    """An aware time from a time in the files: all these events take place in Japan."""
    return local.replace(tzinfo=ZoneInfo(ZONE))
