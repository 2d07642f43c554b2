"""Connections to the mail server: TLS as configured, and timeouts long enough not to send an e-mail twice."""

from __future__ import annotations

import smtplib
import ssl
from typing import Any

from eventapp.config import MailServer

# Seconds (RFC 5321 §4.5.3.2). A server may take ten minutes to acknowledge a complete e-mail: a client that disconnects
# earlier does not know whether it was accepted, and sends it again.
CONNECT = 60.0
COMMAND = 300.0
TAKEN = 600.0


class NotSecure(smtplib.SMTPException):
    """The server does not offer the required encryption; nothing was sent, in particular no password."""


class _Patient(smtplib.SMTP):
    def data(self, msg: Any) -> tuple[int, bytes]:
        self._patience(TAKEN)
        try:
            return super().data(msg)
        finally:
            self._patience(COMMAND)

    def _patience(self, seconds: float) -> None:
        if self.sock is not None:
            self.sock.settimeout(seconds)


class _PatientTls(_Patient, smtplib.SMTP_SSL):
    pass


def connect(url: str) -> smtplib.SMTP:
    """Open a connection to the server of EVENTAPP_MAIL_URL, logged in if the URL names a user.

    Raises NotSecure if TLS is required and not offered, or a password would be sent unencrypted without permission;
    ssl.SSLCertVerificationError (an OSError) if the certificate is not trusted or not for this host.
    """
    asked = MailServer.from_url(url)
    if asked.tls == "always":
        context = ssl.create_default_context(cafile=asked.ca)
        return _log_in(_PatientTls(asked.host, asked.port, timeout=CONNECT, context=context), asked, encrypted=True)
    server = _Patient(asked.host, asked.port, timeout=CONNECT)
    try:
        return _log_in(server, asked, encrypted=_start_tls(server, asked))
    except BaseException:
        server.close()
        raise


def _start_tls(server: smtplib.SMTP, asked: MailServer) -> bool:
    """Start TLS as configured; returns whether the connection is encrypted now."""
    if asked.tls == "off":
        return False
    server.ehlo()
    if server.has_extn("starttls"):
        # Not before it is needed: to read the certificates of the system takes longer than to send an e-mail.
        server.starttls(context=ssl.create_default_context(cafile=asked.ca))
        server.ehlo()
        return True
    if asked.tls == "required":
        raise NotSecure("the server does not offer STARTTLS")
    return False


def _log_in(server: smtplib.SMTP, asked: MailServer, *, encrypted: bool) -> smtplib.SMTP:
    if asked.user:
        if not encrypted and not asked.clear_login:
            raise NotSecure("the server offers no TLS, and a password is not sent without it (?login=clear allows it)")
        server.login(asked.user, asked.password)
    if server.sock is not None:
        server.sock.settimeout(COMMAND)
    return server
