"""Facts about calendar apps are documented with their source."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventapp.core import languages
from eventapp.feeds.apps import APPS, IN_PANEL, App

PAGE = (Path(__file__).parents[2] / "docs" / "calendar-apps.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("app", APPS.values(), ids=APPS)
def test_each_app_is_documented_and_each_fact_there_has_a_source(app: App) -> None:
    with languages.force_locale("en"):
        name = str(app.name)
    chapter = PAGE.split(f"\n## {name}\n")[1].split("\n## ")[0]
    facts = [line.split(" | ") for line in chapter.splitlines() if line.startswith("| ")][1:]
    assert any(fact != "–" for _what, fact, *_source in facts)
    for _what, fact, source in facts:
        assert (fact == "–") is ("](https://" not in source)


def test_the_panel_says_only_what_is_known() -> None:
    assert all(app.refresh_rate is not None for app in IN_PANEL)
