"""Settings: one frozen dataclass, read from the environment once at start-up."""

from __future__ import annotations

import os
import secrets
import ssl
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from email.errors import ObsoleteHeaderDefect
from email.headerregistry import HeaderRegistry
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import idna
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError


class BadSetting(Exception):
    """A setting is missing or invalid. The text is one sentence for the person at the terminal."""


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """The server for outgoing e-mails, read from EVENTAPP_MAIL_URL.

    `tls`: "always" from the first byte (RFC 8314), "required" by STARTTLS, "offered" by STARTTLS if the server has it
    (RFC 3207), or "off". Certificates are verified whenever there is TLS; `ca` is a file of those to trust instead of
    the system's. `clear_login`: whether the password may be sent without TLS.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: str
    clear_login: bool
    ca: str | None

    @classmethod
    def from_url(cls, url: str) -> MailServer:
        """Parse the URL. Raises ValueError with the part of a sentence that says what is wrong."""
        parts = urlsplit(url)
        tls, port = _MAIL_SCHEMES[parts.scheme]
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        given, login, ca = query.pop("tls", None), query.pop("login", None), query.pop("ca", None)
        if query or given not in {None, "off"} or login not in {None, "clear"}:
            raise ValueError("may end with ?tls=off, ?login=clear or ?ca=FILE, and nothing else")
        if given and tls != "offered":
            raise ValueError("asks for TLS by its beginning, and for none by ?tls=off")
        if ca is not None and not Path(ca).is_file():
            raise ValueError("names a file of certificates (?ca=) that is not there")
        if ca is not None and not _holds_certificates(ca):
            raise ValueError("names a file (?ca=) that holds no certificates, or cannot be read")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(
            host=parts.hostname or "",
            port=parts.port or port,
            user=user,
            password=password,
            tls=given or tls,
            clear_login=bool(login),
            ca=ca,
        )


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket for pictures in a store that speaks Amazon's S3 protocol, read from EVENTAPP_PICTURES_URL."""

    endpoint: str
    name: str
    key: str
    secret: str = field(repr=False)
    region: str

    @classmethod
    def from_url(cls, url: str) -> Bucket:
        """Parse s3://KEY:SECRET@HOST/BUCKET. Raises ValueError with the part of a sentence that says what is wrong."""
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        region, tls = query.pop("region", "us-east-1"), query.pop("tls", None)
        if query or tls not in {None, "off"}:
            raise ValueError("may end with ?region=REGION or ?tls=off, and nothing else")
        name = parts.path.strip("/")
        if not name or "/" in name or not parts.username or not parts.password:
            raise ValueError("must look like s3://KEY:SECRET@HOST/BUCKET")
        port = f":{parts.port}" if parts.port else ""
        return cls(
            endpoint=f"{'http' if tls else 'https'}://{parts.hostname}{port}",
            name=name,
            key=unquote(parts.username),
            secret=unquote(parts.password),
            region=region,
        )


def _holds_certificates(path: str) -> bool:
    try:
        # Not get_ca_certs: a server may have signed its certificate itself, and that is not of an authority.
        return ssl.create_default_context(cafile=path).cert_store_stats()["x509"] > 0
    except (OSError, ValueError):  # an SSLError is an OSError
        return False


_MAIL_SCHEMES = {"smtp": ("offered", 25), "smtp+starttls": ("required", 587), "smtps": ("always", 465)}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of an installation. Every field is the environment variable ``EVENTAPP_<NAME>``."""

    instance: Path
    database_url: str
    redis_url: str | None
    pictures_url: str | None = field(repr=False)
    mail_url: str | None
    mail_from: str
    mail_pace: int
    base_url: str
    host: str
    port: int
    workers: int
    secret_key: str = field(repr=False)
    trusted_proxies: int
    site_name: str

    @property
    def hosts(self) -> frozenset[str]:
        """Host names under which the site may be requested, including the machine itself; empty if any name is allowed.

        Any name is allowed until a public URL is set: a laptop is also reached by its address in the local network.
        """
        if self.base_url == own_url(self.host, self.port):
            return frozenset()
        return frozenset({urlsplit(self.base_url).hostname or "", "localhost", "127.0.0.1", "::1"})

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings. Raises BadSetting with a sentence that names the variable."""
        values = os.environ if environ is None else environ
        _check_names(values)

        def text(name: str, default: str = "") -> str:
            return values.get(f"EVENTAPP_{name}", "").strip() or default

        def number(name: str, default: int, *, low: int, high: int) -> int:
            raw = text(name, str(default))
            if not raw.isascii() or not raw.isdigit() or not low <= int(raw) <= high:
                raise BadSetting(f"EVENTAPP_{name} must be a whole number from {low} to {high}, not {raw!r}.")
            return int(raw)

        instance = Path(text("INSTANCE", "instance")).absolute()
        try:
            instance.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadSetting(
                f"EVENTAPP_INSTANCE names the folder {instance}, which cannot be made: {error.strerror}."
            ) from error
        host = text("HOST", "127.0.0.1")
        port = number("PORT", 8000, low=1, high=65535)
        return cls(
            instance=instance,
            database_url=_database_url(text("DATABASE_URL", f"sqlite:///{instance / 'eventapp.sqlite3'}"), instance),
            redis_url=_redis_url(text("REDIS_URL")) or None,
            pictures_url=_pictures_url(text("PICTURES_URL")) or None,
            mail_url=_mail_url(text("MAIL_URL")) or None,
            mail_from=_sender(text("MAIL_FROM", "events@localhost")),
            mail_pace=number("MAIL_PACE", 300, low=0, high=1_000_000),
            base_url=_base_url(text("BASE_URL")) or own_url(host, port),
            host=host,
            port=port,
            workers=number("WORKERS", 2, low=1, high=64),
            secret_key=_secret_key(text("SECRET_KEY"), instance),
            trusted_proxies=number("TRUSTED_PROXIES", 0, low=0, high=10),
            site_name=text("SITE_NAME", "Forum & Summit Desk"),
        )


def _check_names(values: Mapping[str, str]) -> None:
    """Refuse a variable that looks like a setting and is none: the site would run without what it was meant to say."""
    known = [f"EVENTAPP_{field.name.upper()}" for field in fields(Settings)]
    for name in values:
        if name.upper().startswith("EVENTAPP_") and name not in known and not name.startswith("EVENTAPP_TEST_"):
            near = get_close_matches(name.upper(), known, n=1)
            hint = f"did you mean {near[0]}?" if near else "remove it, or see docs/settings.md."
            raise BadSetting(f"{name} is not a setting: {hint}")


def _url(name: str, raw: str, schemes: set[str]) -> str:
    if raw and not _is_url(raw, schemes):
        wanted = " or ".join(f"{scheme}://host" for scheme in sorted(schemes))
        # The value may contain a password, so it is not repeated.
        raise BadSetting(f"EVENTAPP_{name} must look like {wanted}, with :port after it if need be.")
    return raw


def _is_url(raw: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(raw)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0 and len(parts.netloc.split()) == 1
    except ValueError:  # the port is no number, or too large, or the brackets of an IPv6 address are not closed
        return False


def _base_url(raw: str) -> str:
    """The address as browsers send it, with the host in ASCII (RFC 5891)."""
    url = _url("BASE_URL", raw, {"http", "https"})
    parts = urlsplit(url)
    if parts.path.strip("/") or "?" in url or "#" in url or "@" in parts.netloc:
        raise BadSetting(
            "EVENTAPP_BASE_URL must be a scheme and a host alone, such as https://events.example.org: "
            "the site needs a host name of its own, and can't be in a folder of another site."
        )
    if not url:
        return ""
    host = parts.netloc.lower()
    if not host.isascii():
        name, colon, port = host.partition(":")
        try:
            host = idna.encode(name, uts46=True).decode("ascii") + colon + port
        except idna.IDNAError:
            raise BadSetting("EVENTAPP_BASE_URL has a host name that there can't be.") from None
    return f"{parts.scheme}://{host}"


def own_url(host: str, port: int) -> str:
    """The address at which the site is reached on its machine."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _redis_url(raw: str) -> str:
    url = _url("REDIS_URL", raw, {"redis", "rediss"})
    number = urlsplit(url).path.strip("/")
    if number and not (number.isascii() and number.isdigit()):
        raise BadSetting("EVENTAPP_REDIS_URL may end with the number of a database, as in redis://host:6379/0.")
    return url


def _mail_url(raw: str) -> str:
    url = _url("MAIL_URL", raw, set(_MAIL_SCHEMES))
    if url:
        try:
            MailServer.from_url(url)
        except ValueError as error:
            raise BadSetting(f"EVENTAPP_MAIL_URL {error}.") from None
    return url


def _pictures_url(raw: str) -> str:
    url = _url("PICTURES_URL", raw, {"s3"})
    if url:
        try:
            Bucket.from_url(url)
        except ValueError as error:
            raise BadSetting(f"EVENTAPP_PICTURES_URL {error}.") from None
    return url


def _sender(raw: str) -> str:
    """Check that this is one mailbox (RFC 5322 §3.4). Otherwise the mistake would only show when the first e-mail
    fails.
    """
    read: Any = HeaderRegistry()("from", raw)
    lost = any(not isinstance(defect, ObsoleteHeaderDefect) for defect in read.defects)
    alone = len(read.addresses) == 1 and read.groups[0].display_name is None
    if lost or not alone or not read.addresses[0].domain:
        raise BadSetting(
            "EVENTAPP_MAIL_FROM must look like Name <user@host>, with the name in quotes if it has a comma or a colon."
        )
    return raw


def _database_url(raw: str, instance: Path) -> str:
    scheme = raw.partition(":")[0]
    if scheme not in {"sqlite", "postgres", "postgresql", "postgresql+psycopg"}:
        raise BadSetting("EVENTAPP_DATABASE_URL must begin with sqlite:/// or postgresql://.")
    if scheme != "sqlite":
        raw = "postgresql+psycopg" + raw[len(scheme) :]
    try:
        url = make_url(raw)
    except (ArgumentError, ValueError):
        raise BadSetting("EVENTAPP_DATABASE_URL must look like postgresql://user:pass@host:port/name.") from None
    return _in_its_folder(url, instance) if scheme == "sqlite" else raw


def _in_its_folder(url: URL, instance: Path) -> str:
    """The URL of an SQLite file, which may be relative to the instance folder."""
    if url.host or not url.database or url.database == ":memory:":
        raise BadSetting(
            "EVENTAPP_DATABASE_URL must name a file, with four slashes before a whole path: "
            "sqlite:////var/lib/eventapp/eventapp.sqlite3."
        )
    path = instance / url.database
    if not path.parent.is_dir():
        raise BadSetting(f"EVENTAPP_DATABASE_URL names a file in the folder {path.parent}, which is not there.")
    return url.set(database=str(path)).render_as_string(hide_password=False)


def _secret_key(given: str, instance: Path) -> str:
    """The key from the environment, or a generated one in the instance folder, readable by its owner only."""
    if given:
        if len(given) < 16:
            raise BadSetting("EVENTAPP_SECRET_KEY must have at least 16 characters.")
        return given
    path = instance / "secret_key"
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise BadSetting(f"The file {path} cannot be written: {error.strerror}.") from error
    if len(key) < 16:
        raise BadSetting(f"The file {path} holds no key; delete it, and a new one is made.")
    return key


def _make_key(path: Path) -> None:
    """Write a new key to a temporary file and link it here: if two processes start together, one wins and both read all
    of it.
    """
    with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=path.name) as file:  # mode 0600
        file.write(secrets.token_urlsafe(48))
        file.flush()
        with suppress(FileExistsError):
            os.link(file.name, path)
