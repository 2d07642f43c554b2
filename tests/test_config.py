"""Settings are clear and documented."""

from __future__ import annotations

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import pytest

from eventapp.config import BadSetting, Settings

ROOT = Path(__file__).resolve().parent.parent


def settings(tmp_path, **values):
    return Settings.from_environment({"EVENTAPP_INSTANCE": str(tmp_path), **values})


def test_nothing_needs_to_be_set(tmp_path):
    made = settings(tmp_path)
    assert made.host == "127.0.0.1"
    assert made.database_url == f"sqlite:///{tmp_path}/eventapp.sqlite3"


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    first = settings(tmp_path).secret_key
    assert settings(tmp_path).secret_key == first
    assert len(first) >= 48
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVENTAPP_PORT", "eighty"),
        ("EVENTAPP_PORT", "0"),
        ("EVENTAPP_WORKERS", "-1"),
        ("EVENTAPP_MAIL_URL", "mail"),
        ("EVENTAPP_DATABASE_URL", "mysql://x"),
        ("EVENTAPP_SECRET_KEY", "short"),
        ("EVENTAPP_BASE_URL", "ftp://x"),
        ("EVENTAPP_REDIS_URL", "http://x"),
        ("EVENTAPP_TRUSTED_PROXIES", "many"),
        ("EVENTAPP_MAIL_FROM", "desk"),
        ("EVENTAPP_MAIL_FROM", "Office, City of Saitama <desk@example.org>"),
        ("EVENTAPP_MAIL_FROM", "Office: Events <desk@example.org>"),
        ("EVENTAPP_MAIL_FROM", "市@例え.jp"),
        ("EVENTAPP_MAIL_FROM", "Desk <desk@example.org"),
        ("EVENTAPP_MAIL_FROM", "a@example.org, b@example.org"),
    ],
)
def test_a_bad_setting_is_one_sentence_that_names_it(tmp_path, name, value):
    with pytest.raises(BadSetting, match=name) as caught:
        settings(tmp_path, **{name: value})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "sender",
    [
        "events@localhost",
        "Dr. Ada O'Brien & Co. <desk@example.org>",
        '"Office, City of Saitama" <desk@example.org>',
        "さいたま市、国際課 <desk@例え.jp>",
    ],
)
def test_a_sender_may_have_any_name(tmp_path, sender):
    assert settings(tmp_path, EVENTAPP_MAIL_FROM=sender).mail_from == sender


def test_a_password_in_a_url_is_not_repeated(tmp_path):
    with pytest.raises(BadSetting) as caught:
        settings(tmp_path, EVENTAPP_MAIL_URL="http://user:hunter2@host")
    assert "hunter2" not in str(caught.value)


def test_a_plain_postgresql_url_means_psycopg(tmp_path):
    for scheme in ("postgres", "postgresql"):
        made = settings(tmp_path, EVENTAPP_DATABASE_URL=f"{scheme}://u:p@h/d")
        assert made.database_url == "postgresql+psycopg://u:p@h/d"


def test_of_many_that_start_together_all_have_the_same_key(tmp_path):
    for number in range(20):
        instance = tmp_path / str(number)
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(lambda _, folder=instance: settings(folder).secret_key, range(8)))
        assert len(keys) == 1
        assert [path.name for path in instance.iterdir()] == ["secret_key"]
        assert (instance / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_the_version_is_printed_and_nothing_is_started():
    done = subprocess.run(
        [sys.executable, "-m", "eventapp.serve", "--version"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout == f"eventapp {version('eventapp')}\n"
