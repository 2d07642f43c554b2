"""The production files in docs/ are tested with the programs that they are for."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.support.served import ROOT, Served, free_ports, served, until

pytestmark = pytest.mark.slow
NAME = "events.example.org"


def program(name: str) -> str:
    """The path of a program. `python -m tests.support.browser --install` installs it where possible."""
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if found is None:
        pytest.skip(f"there is no {name} here")
    return found


class Front:
    """nginx, with docs/nginx.conf, in front of a server."""

    def __init__(self, port: int, plain_port: int, trust: ssl.SSLContext) -> None:
        self.port = port
        self.plain_port = plain_port
        self._trust = trust

    def connect(self) -> ssl.SSLSocket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        return self._trust.wrap_socket(made, server_hostname=NAME)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
        """(status, body)"""
        connection = http.client.HTTPConnection(NAME)
        connection.sock = self.connect()
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        connection.close()
        return response.status, text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("production")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Served]:
    options = {"EVENTAPP_BASE_URL": f"https://{NAME}", "EVENTAPP_TRUSTED_PROXIES": "1", "EVENTAPP_WORKERS": "1"}
    with served(folder / "instance", "--demo", "--no-worker", **options) as server:
        yield server.up()


@pytest.fixture(scope="module")
def front(folder: Path, site: Served) -> Iterator[Front]:
    nginx = program("nginx")
    authority = trustme.CA()
    certificate = authority.issue_cert(NAME)
    certificate.private_key_pem.write_to_path(str(folder / "privkey.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "fullchain.pem"))
    port, plain_port = free_ports(2)
    text = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
    for old, new in {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 80": f"listen 127.0.0.1:{plain_port}",
        "127.0.0.1:8000": f"127.0.0.1:{site.port}",
        f"/etc/letsencrypt/live/{NAME}/": f"{folder}/",
    }.items():
        assert old in text
        text = text.replace(old, new)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; worker_processes 1; "
        f"events {{}} http {{ access_log off; {temporary} {text} }}",
        encoding="utf-8",
    )
    folder.chmod(0o755)
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen([nginx, "-c", str(config), "-p", str(folder)], stderr=log)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    made = Front(port, plain_port, trust)
    try:
        until(lambda: _listens(port))
        yield made
    finally:
        process.terminate()
        process.wait(timeout=20)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_behind_nginx_pages_forms_and_limits_work(front: Front) -> None:
    status, html = front.ask("GET", "/events")
    assert status == 200
    assert "http://127.0.0.1" not in html
    assert front.ask("GET", "/readyz")[0] == 200
    assert front.ask("POST", "/login", b"a=b", **{"Content-Type": "application/x-www-form-urlencoded"})[0] == 400
    assert front.ask("POST", "/login", b"x" * (9 * 1024 * 1024))[0] == 413
    plain = http.client.HTTPConnection("127.0.0.1", front.plain_port, timeout=20)
    plain.request("GET", "/events", headers={"Host": NAME})
    response = plain.getresponse()
    assert (response.status, response.headers["Location"]) == (301, f"https://{NAME}/events")
    plain.close()


def test_slow_bodies_wait_in_nginx_and_others_do_not_wait_for_them(front: Front, site: Served) -> None:
    def logins() -> int:
        return site.log.read_text(encoding="utf-8").count('"route": "/login"')

    before = logins()
    head = f"POST /login HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000\r\n\r\nabc"
    slow = []
    for _ in range(60):
        connection = front.connect()
        connection.sendall(head.encode())
        slow.append(connection)
    for _ in range(5):
        assert front.ask("GET", "/events")[0] == 200
        assert front.ask("GET", "/events?q=asks+the+database")[0] == 200
    assert logins() == before
    for connection in slow:
        connection.close()


def test_one_address_has_only_so_many_connections(front: Front) -> None:
    head = f"POST /login HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000\r\n\r\nabc"
    slow = []
    for _ in range(250):
        connection = front.connect()
        connection.sendall(head.encode())
        slow.append(connection)
    until(lambda: front.ask("GET", "/events")[0] == 429)
    for connection in slow:
        connection.close()
    until(lambda: front.ask("GET", "/events")[0] == 200)


def test_the_unit_for_systemd_has_no_mistake(tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    text = (ROOT / "docs" / "eventapp.service").read_text(encoding="utf-8")
    assert "/opt/eventapp/.venv/bin/eventapp" in text
    unit = tmp_path / "eventapp.service"
    unit.write_text(text.replace("/opt/eventapp/.venv/bin/eventapp", "/bin/true"), encoding="utf-8")
    run = subprocess.run([analyze, "verify", "--man=no", str(unit)], check=False, capture_output=True, text=True)
    told = [line for line in run.stderr.splitlines() if "eventapp" in line]
    assert (run.returncode, told) == (0, [])
