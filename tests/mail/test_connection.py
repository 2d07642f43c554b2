"""The connection to the mail server: encrypted, with a verified certificate, and with long timeouts where needed."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
import threading
from contextlib import contextmanager

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from eventapp.config import BadSetting, Settings
from eventapp.mail import connection
from eventapp.mail.connection import NotSecure, connect
from tests.support.served import free_port

NAME = "localhost"


class Server:
    """A mail server that records whether it was given a password, and how."""

    def __init__(self) -> None:
        self.logins: list[tuple[bytes, bool]] = []
        self.taken: list[bytes] = []
        self.slow = 0.0

    def log_in(self, server, session, envelope, mechanism, data) -> AuthResult:
        self.logins.append((data.password, session.ssl is not None))
        return AuthResult(success=True)

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(envelope.content)
        await asyncio.sleep(self.slow)
        return "250 OK"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def trusted(authority, tmp_path_factory):
    """A file with the certificate of the authority, for `?ca=`."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def context_for(authority: trustme.CA, name: str = NAME) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


class Implicit(Controller):
    """TLS from the first byte; the library's own start-up check needs a trusted certificate."""

    def _trigger_server(self) -> None:
        with socket.create_connection((self.hostname, self.port), timeout=5):
            pass


@contextmanager
def mail_server(kind: type[Controller] = Controller, **options):
    handler = Server()
    made = kind(
        handler, hostname="127.0.0.1", port=free_port(), authenticator=handler.log_in, auth_require_tls=False, **options
    )
    made.start()
    handler.port = made.port
    try:
        yield handler
    finally:
        made.stop()


def send(server: smtplib.SMTP) -> None:
    server.sendmail("desk@example.org", ["ada@example.org"], "Subject: x\r\n\r\nHello")
    server.quit()


def test_starttls_is_used_where_it_is_offered_and_the_password_goes_through_it(authority, trusted):
    with mail_server(tls_context=context_for(authority)) as server:
        for scheme in ("smtp", "smtp+starttls"):
            send(connect(f"{scheme}://ada:s%40cret@{NAME}:{server.port}?ca={trusted}"))
        assert server.logins == [(b"s@cret", True)] * 2
        assert len(server.taken) == 2


@pytest.mark.slow
def test_tls_from_the_first_byte(authority, trusted):
    with mail_server(Implicit, ssl_context=context_for(authority)) as server:
        send(connect(f"smtps://ada:secret@{NAME}:{server.port}?ca={trusted}"))
        assert [password for password, _ in server.logins] == [b"secret"]  # it advertises only STARTTLS
        with pytest.raises((OSError, smtplib.SMTPException)):
            smtplib.SMTP(NAME, server.port, timeout=0.3)


@pytest.mark.parametrize("scheme", ["smtp", "smtp+starttls", "smtps"])
def test_a_certificate_that_nobody_vouches_for_is_refused(authority, scheme):
    options = {"ssl_context": context_for(authority)} if scheme == "smtps" else {"tls_context": context_for(authority)}
    with mail_server(Implicit if scheme == "smtps" else Controller, **options) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            connect(f"{scheme}://ada:secret@{NAME}:{server.port}")
        assert server.logins == []


@pytest.mark.parametrize("scheme", ["smtp", "smtp+starttls", "smtps"])
def test_a_certificate_of_another_host_is_refused(authority, trusted, scheme):
    context = context_for(authority, "mail.example.net")
    options = {"ssl_context": context} if scheme == "smtps" else {"tls_context": context}
    with mail_server(Implicit if scheme == "smtps" else Controller, **options) as server:
        with pytest.raises(ssl.SSLCertVerificationError, match=r"[Hh]ostname|not valid for"):
            connect(f"{scheme}://ada:secret@{NAME}:{server.port}?ca={trusted}")
        assert server.logins == []


def test_where_somebody_hides_starttls_nothing_is_sent():
    with mail_server() as server:
        with pytest.raises(NotSecure):
            connect(f"smtp+starttls://{NAME}:{server.port}")
        with pytest.raises(NotSecure):
            connect(f"smtp://ada:secret@{NAME}:{server.port}")
        assert server.logins == []


def test_a_password_goes_in_clear_only_by_leave():
    with mail_server() as server:
        send(connect(f"smtp://ada:secret@{NAME}:{server.port}?login=clear"))
        assert server.logins == [(b"secret", False)]


def test_a_server_of_the_same_machine_may_be_used_without_tls(authority):
    with mail_server(tls_context=context_for(authority)) as server:
        send(connect(f"smtp://{NAME}:{server.port}?tls=off"))
        assert len(server.taken) == 1


@pytest.mark.slow
def test_a_server_may_take_its_time_to_accept_an_email(monkeypatch):
    """Ten minutes (RFC 5321): here 0.9 seconds, with a limit of 0.3 seconds for everything else."""
    monkeypatch.setattr(connection, "COMMAND", 0.3)
    assert connection.TAKEN == 600
    with mail_server() as server:
        server.slow = 0.9
        send(connect(f"smtp://{NAME}:{server.port}"))
        assert len(server.taken) == 1


def test_other_answers_are_not_waited_for_so_long(monkeypatch):
    monkeypatch.setattr(connection, "COMMAND", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        taken = []

        def greet() -> None:
            made, _ = silent.accept()
            taken.append(made)
            made.sendall(b"220 hello\r\n")
            made.recv(100)
            made.sendall(b"250 hello\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        server = connect(f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        thread.join()
        with pytest.raises(smtplib.SMTPServerDisconnected):
            server.mail("desk@example.org")
        server.close()
        taken[0].close()


@pytest.mark.parametrize(
    "ending",
    ["?tls=never", "?login=yes", "?verify=no", "?ca=/nowhere/ca.pem", "?tls"],
)
def test_an_address_with_something_unknown_ends_the_start(tmp_path, ending):
    with pytest.raises(BadSetting, match="EVENTAPP_MAIL_URL") as caught:
        settings(tmp_path, f"smtp://ada:hunter2@mail.example.org{ending}")
    assert "hunter2" not in str(caught.value)


def test_tls_cannot_be_asked_for_and_refused_at_once(tmp_path):
    for scheme in ("smtps", "smtp+starttls"):
        with pytest.raises(BadSetting, match="tls=off"):
            settings(tmp_path, f"{scheme}://mail.example.org?tls=off")


def settings(tmp_path, mail_url: str) -> Settings:
    return Settings.from_environment({"EVENTAPP_INSTANCE": str(tmp_path), "EVENTAPP_MAIL_URL": mail_url})
