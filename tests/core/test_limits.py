"""Rate limits work without Redis and while Redis does not answer, and count visitors rather than addresses."""

from __future__ import annotations

import logging
import shutil
import socket
import subprocess
import time

import pytest
from limits import parse
from limits.storage import storage_from_string

from eventapp.core import limits
from eventapp.core.limits import ANSWER, Limiter, visitor
from tests.support.served import free_port, until

RATE = parse("3/minute")


def limiter(port: int) -> Limiter:
    options = {"socket_timeout": ANSWER / 5, "socket_connect_timeout": ANSWER / 5, "retry": None}
    return Limiter(storage_from_string(f"redis://127.0.0.1:{port}/0", **options))


def test_without_an_answer_each_process_counts_for_itself_and_says_so_once(caplog):
    made = limiter(free_port())
    with caplog.at_level(logging.WARNING):
        assert [made.hit(RATE, "login", "1.2.3.4") for _ in range(4)] == [True, True, True, False]
    assert made.hit(RATE, "login", "5.6.7.8")
    assert not made.test(RATE, "login", "1.2.3.4") and made.test(RATE, "login", "5.6.7.8")
    assert [record.message for record in caplog.records] == ["Redis does not answer, limits count per process"]
    assert not made.answers()


def test_a_redis_that_accepts_the_connection_without_answering_is_waited_for_once():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        made = limiter(silent.getsockname()[1])
        asked = []
        silent.settimeout(5)
        assert [made.hit(RATE, "login", "1.2.3.4") for _ in range(4)] == [True, True, True, False]
        asked.append(silent.accept()[0])
        silent.settimeout(0)
        with pytest.raises(BlockingIOError):
            silent.accept()
        asked[0].close()


def test_a_redis_that_comes_back_counts_again(monkeypatch, tmp_path):
    program = shutil.which("redis-server")  # `python -m tests.support.browser --install` installs it where possible
    if program is None:
        pytest.skip("no redis-server here")
    port = free_port()
    made = limiter(port)
    assert made.hit(RATE, "login", "1.2.3.4")
    command = [program, "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        until(made.answers)
        monkeypatch.setattr(limits, "monotonic", lambda: 10.0**9)
        try:
            assert [made.hit(RATE, "login", "1.2.3.4") for _ in range(4)] == [True, True, True, False]
            other = limiter(port)  # as another process would have
            assert not other.hit(RATE, "login", "1.2.3.4")
            for one in (made, other):
                one.storage.storage.close()
        finally:
            server.terminate()


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("nonsense", "nonsense"),
    ],
)
def test_of_ipv6_a_whole_network_is_one_visitor(app, address, counted):
    """A household or server has 2⁶⁴ addresses, so counting per address would be useless."""
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert visitor() == counted


def test_counting_does_not_look_through_all_counters_in_a_thread_of_its_own_each_time(monkeypatch):
    counters = limits.Counters()
    counting = limits.Limiter(counters)
    first = counters.timer
    for number in range(50):
        assert counting.hit(RATE, f"visitor {number}")
    assert counters.timer is first
    monkeypatch.setattr(limits, "monotonic", lambda: time.monotonic() + limits.SEARCH)
    counting.hit(RATE, "one more")
    assert counters.timer is not first, "but it does now and then"
