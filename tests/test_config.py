"""Settings are clear and documented."""

from __future__ import annotations

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

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
        ("EVENTAPP_DATABASE_URL", "sqlite://"),
        ("EVENTAPP_DATABASE_URL", "sqlite:///"),
        ("EVENTAPP_DATABASE_URL", "sqlite:///:memory:"),
        ("EVENTAPP_DATABASE_URL", "sqlite://var/lib/x.sqlite3"),
        ("EVENTAPP_DATABASE_URL", "sqlite:////nosuch/folder/x.sqlite3"),
        ("EVENTAPP_DATABASE_URL", "postgresql://u:hunter2@localhost:abc/x"),
        ("EVENTAPP_DATABASE_URL", "postgresql://[::1/x"),
        ("EVENTAPP_REDIS_URL", "redis://:hunter2@localhost:abc/0"),
        ("EVENTAPP_REDIS_URL", "redis://localhost:6379/first"),
        ("EVENTAPP_MAIL_URL", "smtp://[::1"),
        ("EVENTAPP_MAIL_URL", "smtp://user:hunter2@host:99999"),
        ("EVENTAPP_MAIL_URL", f"smtps://host?ca={__file__}"),
        ("EVENTAPP_PICTURES_URL", "s3://key:hunter2@host:99999/bucket"),
        ("EVENTAPP_BASE_URL", "https://example.org/events"),
        ("EVENTAPP_BASE_URL", "https://example.org?city=1"),
        ("EVENTAPP_BASE_URL", "https://user:hunter2@example.org"),
        ("EVENTAPP_BASE_URL", "https://exa mple.org"),
        ("EVENTAPP_BASE_URL", "https://example.org:99999"),
        ("EVENTAPP_BASEURL", "https://example.org"),
        ("eventapp_port", "8000"),
        ("EVENTAPP_COLOUR", "red"),
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
    assert "hunter2" not in str(caught.value)


def test_a_setting_typed_wrong_is_told_with_the_right_name(tmp_path):
    with pytest.raises(BadSetting, match=r"^EVENTAPP_BASEURL is not a setting: did you mean EVENTAPP_BASE_URL\?$"):
        settings(tmp_path, EVENTAPP_BASEURL="https://events.example.org")


def test_a_base_url_may_have_a_port_and_a_slash(tmp_path):
    made = settings(tmp_path, EVENTAPP_BASE_URL="https://events.example.org:8443/")
    assert made.base_url == "https://events.example.org:8443"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("HTTPS://Events.example.org", "https://events.example.org"),
        ("https://例え.jp:8443", "https://xn--r8jz45g.jp:8443"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_a_base_url_is_kept_as_browsers_send_it(tmp_path, written, meant):
    """Cookies would not be secure under the first, and no request would be for the second."""
    assert settings(tmp_path, EVENTAPP_BASE_URL=written).base_url == meant


def test_any_host_to_listen_on_needs_no_base_url(tmp_path):
    for host in ("::1", "::", "0.0.0.0"):
        made = settings(tmp_path, EVENTAPP_HOST=host)
        assert (made.host, made.hosts) == (host, frozenset())


def test_a_link_has_an_ipv6_address_in_brackets(tmp_path):
    assert settings(tmp_path, EVENTAPP_HOST="::1").base_url == "http://[::1]:8000"


def test_a_mail_server_may_have_a_certificate_that_it_has_signed_itself(tmp_path):
    """As Debian's ssl-cert-snakeoil.pem, which says that it is that of no authority."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = x509.CertificateBuilder(name, name, key.public_key(), serial_number=1)
    made = made.not_valid_before(datetime(2026, 1, 1)).not_valid_after(datetime(2036, 1, 1))
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
    file = tmp_path / "server.pem"
    file.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    url = f"smtps://mail.example.org?ca={file}"
    assert settings(tmp_path, EVENTAPP_MAIL_URL=url).mail_url == url


def test_a_relative_sqlite_file_is_in_the_instance_folder(tmp_path):
    made = settings(tmp_path, EVENTAPP_DATABASE_URL="sqlite:///other.sqlite3")
    assert made.database_url == f"sqlite:///{tmp_path}/other.sqlite3"


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
