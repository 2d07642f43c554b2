"""The source tree matches docs/architecture.md."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sqlalchemy import inspect, text

from eventapp import jobs
from eventapp.core.db import Base, db
from eventapp.core.revisions import Revision
from tests.support import slow

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = [path for path in (ROOT / "eventapp").rglob("*.py") if "migrations" not in path.parts]


def test_no_room_is_without_a_noun():
    for path in FILES:
        assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc"}, path


def test_each_feature_has_an_order_of_all_its_files():
    """A new folder must be given a floor; so must each of its files."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layered = [one for one in contracts if one["type"] == "layers"]
    assert all(one["exhaustive"] for one in layered)
    ordered = {container for one in layered for container in one["containers"]}
    features = {f"eventapp.{path.parent.name}" for path in (ROOT / "eventapp").glob("*/__init__.py")}
    assert features | {"eventapp"} == ordered


# Faces of features, which read requests and answer them.
FACES = re.compile(
    r"views|manage(_\w+)?|api|commands|speaking|(?!kept_)(\w+_)?forms|own_(views|frames|page)|\w+_(editor|views)"
    r"|access|public|security"
)


def is_below_the_pages(where: str) -> bool:
    """Whether a file of the product is one of a feature and none of its faces."""
    return "/" in where and not where.startswith("core/") and not FACES.fullmatch(Path(where).stem)


# What is a part of pages without being one.
KNOW_FLASK = {
    "feeds/answer.py": "answers for all pages that are calendars: their options in the URL, 304, gzip",
    "media/card_answer.py": "answers for the cards of events, sessions, speakers and the site",
    "pdf/answers.py": "answers for the pages that are documents",
    "registration/question_fields.py": "fields of forms, as in core/fields.py; one takes a file from the request",
}


def test_below_the_pages_only_some_files_know_the_web():
    """The contract names rules, models, queries and operations; this holds for all other files of a feature, too."""
    web = re.compile(r"^(?:from|import) (?:flask|flask_wtf|wtforms|werkzeug)\b", re.MULTILINE)
    knowing = set()
    for path in FILES:
        where = path.relative_to(ROOT / "eventapp").as_posix()
        if is_below_the_pages(where):
            knowing |= {where} if web.search(path.read_text()) else set()
    assert knowing == set(KNOW_FLASK)


def test_no_file_has_grown_past_what_one_reads_at_once():
    for path in FILES:
        assert len(path.read_text().splitlines()) <= 400, path


def test_no_function_is_longer_than_a_screen():
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno - node.lineno < 80, f"{path}: {node.name}"


# What templates of documents say of the text that they have fitted, which only tests compare with its box.
FOR_TESTS = {"measured"}


def test_no_function_or_class_is_there_for_tests_alone():
    """Its name occurs somewhere else in the product; those with a decorator are called by what it registers them with."""
    texts = {path: path.read_text(encoding="utf-8") for path in FILES}
    others = [path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.*")]
    others += [(ROOT / name).read_text(encoding="utf-8") for name in ("wsgi.py", "pyproject.toml")]
    words = Counter(word for text in (*texts.values(), *others) for word in re.findall(r"\w+", text))
    defined = Counter(
        node.name
        for text in texts.values()
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.decorator_list
    )
    assert {name for name, number in defined.items() if words[name] <= number} == FOR_TESTS


def test_a_test_that_is_listed_as_slow_is_there_and_does_not_guard_the_architecture():
    for name in slow.named():
        file, _, parts = name.partition("::")
        text = (ROOT / file).read_text(encoding="utf-8") if (ROOT / file).exists() else ""
        assert f"def {parts.rpartition('::')[2] or parts}(" in text, f"{name} is in {slow.LIST} and not there"
        assert not name.startswith(slow.KEPT), name


def test_the_formatter_decides_in_every_file():
    exempt = "# " + "fmt:"
    for folder in ("eventapp", "tests", "bench"):
        for path in (ROOT / folder).rglob("*.py"):
            assert exempt not in path.read_text(encoding="utf-8"), path


def test_a_journey_waits_for_a_page_in_the_way_that_its_security_policy_allows():
    waits = "wait_for_" + "function"
    found = {path.name for path in (ROOT / "tests").rglob("*.py") if waits in path.read_text(encoding="utf-8")}
    assert found == {"window.py"}, "use Window.until"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_has_what_its_packages_need_with_any_python(lock):
    """It is made with one Python, and some packages need others only with an older or a newer one."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    locked = {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", text, re.M)}
    assert locked
    for package in importlib.metadata.distributions():
        if canonicalize_name(package.name) not in locked:
            continue
        for needed in map(Requirement, package.requires or ()):
            for version in ("3.11.0", "3.12.0", "3.13.0", "3.14.0"):
                python = {"python_full_version": version, "python_version": version.rpartition(".")[0], "extra": ""}
                if needed.marker is None or needed.marker.evaluate(python):
                    assert canonicalize_name(needed.name) in locked, f"{package.name} needs {needed}"


def test_time_comes_from_one_module():
    for path in FILES:
        if path.name != "clock.py":
            assert not re.search(r"datetime\.(now|utcnow|today)\(|date\.today\(", path.read_text()), path


def test_sweeps_can_run_twice_and_do_the_same(app, make):
    make.registration(make.event(), make.option(make.event()))
    sweeps = app.extensions["sweeps"]
    jobs.run_once(sweeps)
    before = db.session.query(Revision.scope, Revision.number).all()
    assert jobs.run_once(sweeps) == 0
    assert db.session.query(Revision.scope, Revision.number).all() == before


def test_a_sweep_that_fails_does_not_stop_the_others(app, caplog):
    done = []
    failing = jobs.Sweep("failing", 1, lambda: 1 // 0)
    working = jobs.Sweep("working", 1, lambda: done.append(1) or 1)
    assert jobs.run_once([failing, working]) == 1
    assert done


@pytest.mark.parametrize("app", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.slow
def test_migrations_lead_to_the_same_tables_as_the_models(app, tmp_path):
    """From an empty database to the newest version: autogenerate finds no difference, and downgrading leaves
    nothing.
    """

    db.session.remove()
    Base.metadata.drop_all(db.engine)
    try:
        upgrade(directory=app.config["MIGRATIONS"])
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": False})
            assert compare_metadata(context, Base.metadata) == []
        downgrade(directory=app.config["MIGRATIONS"], revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        Base.metadata.drop_all(db.engine)
        Base.metadata.create_all(db.engine)


@pytest.mark.slow
def test_a_bad_setting_ends_the_start_with_one_sentence(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "eventapp.serve"],
        env={"EVENTAPP_PORT": "x", "EVENTAPP_INSTANCE": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.strip().splitlines() == [
        "eventapp: EVENTAPP_PORT must be a whole number from 1 to 65535, not 'x'."
    ]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "EVENTAPP_DATABASE_URL",
            "postgresql://nobody:hunter2@127.0.0.1:1/none",
            "the database of EVENTAPP_DATABASE_URL",
        ),
        ("EVENTAPP_REDIS_URL", "redis://127.0.0.1:1/0", "EVENTAPP_REDIS_URL needs the Python package redis"),
    ],
)
@pytest.mark.slow
def test_missing_packages_are_reported_in_a_sentence(tmp_path, name, value, sentence):
    # The tests themselves have Redis's package installed.
    start = "import sys; sys.modules['redis'] = None; from eventapp.serve import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", start],
        env={name: value, "EVENTAPP_INSTANCE": str(tmp_path), "EVENTAPP_PORT": "8099", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    assert run.returncode == 1
    assert run.stderr.startswith("eventapp: ")
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr
    assert "hunter2" not in run.stderr
