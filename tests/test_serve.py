"""`eventapp` as a service: several can start at once, it keeps its processes running, and stops when asked to."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from tests.support.databases import postgresql
from tests.support.served import running, served, until

# Each test starts several processes; run one after the other, so that they do not starve each other.
pytestmark = pytest.mark.slow


def test_two_first_starts_on_one_sqlite_file_both_serve(tmp_path):
    with served(tmp_path, EVENTAPP_WORKERS="1") as one, served(tmp_path, EVENTAPP_WORKERS="1") as other:
        one.up()
        other.up()


@pytest.fixture
def database():
    with postgresql() as url:
        yield url


def test_a_second_start_on_postgresql_serves_too(tmp_path, database):
    """Two at the same moment on an empty database, and one later."""
    options = {"EVENTAPP_DATABASE_URL": database, "EVENTAPP_WORKERS": "1"}
    with served(tmp_path / "one", **options) as one, served(tmp_path / "two", **options) as two:
        one.up()
        two.up()
        with served(tmp_path / "three", **options) as late:
            late.up()


def test_it_stops_when_asked_at_any_moment(tmp_path):
    with served(tmp_path) as first:
        first.up()
    # While it imports the product, while it starts its processes, and when it runs.
    for wait, forked in ((0.1, False), (0.02, True), (0.08, True), (0.14, True), (0.3, True)):
        with served(tmp_path, forked=forked) as server:
            time.sleep(wait)
            children = server.children()
            assert server.stop() in {0, -signal.SIGTERM}, wait
            assert not [pid for pid in children if running(pid)], wait


def test_what_dies_begins_anew_also_when_it_dies_again(tmp_path):
    with served(tmp_path) as server:
        server.up()
        until(lambda: len(server.children()) == 3)
        for _ in range(2):
            before = server.children()
            for pid in before:
                os.kill(pid, signal.SIGKILL)
            until(lambda gone=before: len(set(server.children()) - set(gone)) == 3)
            server.up()
        assert server.process.poll() is None


def test_nothing_outlives_a_killed_main_process_and_the_port_is_free(tmp_path):
    with served(tmp_path) as server:
        server.up()
        until(lambda: len(server.children()) == 3)
        children = server.children()
        server.process.kill()
        server.process.wait()
        until(lambda: not [pid for pid in children if running(pid)])
        with served(tmp_path, EVENTAPP_PORT=str(server.port)) as again:
            again.port = server.port
            again.up()


def test_after_a_clean_stop_the_file_alone_is_the_whole_database(tmp_path):
    with served(tmp_path, "--demo", EVENTAPP_WORKERS="1") as server:
        server.up()
        assert server.stop() == 0
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes((tmp_path / "eventapp.sqlite3").read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone()[0] > 0
    assert not (tmp_path / "eventapp.sqlite3-wal").exists() or not (tmp_path / "eventapp.sqlite3-wal").stat().st_size


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A server of the demo that sends no e-mail."""
    with served(tmp_path_factory.mktemp("pages"), "--demo", "--no-worker", EVENTAPP_WORKERS="1") as server:
        yield server.up()


def test_without_its_worker_it_starts_the_web_processes_alone(pages):
    assert len(pages.children()) == 1


def test_a_query_that_was_not_percent_encoded_is_read_as_if_it_were(pages):
    for path, value in (("/verify?code=é", "é"), ("/events?q=日本", "日本")):
        encoded = quote(path, safe="/?=")
        status, body = pages.get(encoded)
        assert f'value="{value}"' in body.decode()
        for _ in range(2):  # the second answer may come from the cache
            assert pages.raw("GET", path) == (status, body), path


def server_processes(url: str) -> list[int]:
    """The processes of the PostgreSQL server at `url`: the main one and its children."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        first = int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
    return [first, *(int(pid) for pid in Path(f"/proc/{first}/task/{first}/children").read_text().split())]


def test_a_frozen_database_stops_no_cached_page_and_its_return_is_noticed(tmp_path, database):
    options = {"EVENTAPP_DATABASE_URL": database, "EVENTAPP_WORKERS": "1"}
    with served(tmp_path, "--demo", "--no-worker", **options) as server:
        server.up()
        assert server.get("/events")[0] == 200
        frozen = server_processes(database)
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            with ThreadPoolExecutor(20) as pool:
                # More than there are threads: each of these must wait for the database.
                waiting = [pool.submit(server.get, f"/events?q={number}", timeout=60) for number in range(20)]
                for _ in range(3):
                    status, headers = server.head("/events")
                    assert (status, headers["Cache-Status"][:13]) == (200, "eventapp; hit")
                assert {job.result()[0] for job in waiting} == {503}
        finally:
            for pid in frozen:
                with suppress(ProcessLookupError):  # it may just have ended
                    os.kill(pid, signal.SIGCONT)
        until(lambda: server.answers("/events?q=other"))
        until(lambda: "Cache-Status" not in server.head("/events")[1])
