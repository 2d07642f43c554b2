"""`programme import` and `export` on the command line."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventapp.core.db import db
from eventapp.programme.models import Session
from tests.support import schedules as files


@pytest.fixture
def run(app, make, tmp_path):
    make.event("forum")
    runner = app.test_cli_runner()

    def command(source: str, *more: str):
        path = tmp_path / "schedule"
        path.write_text(source, encoding="utf-8")
        return runner.invoke(args=["programme", "import", str(path), "--event", "forum", *more])

    return command


def stored() -> int:
    return len(db.session.scalars(select(Session)).all())


def test_without_apply_nothing_is_changed_and_it_says_so(run):
    result = run(files.CONGRESS, "--zone", "Asia/Tokyo")
    assert result.exit_code == 0, result.output
    assert "2 created, 0 changed" in result.output
    assert result.output.rstrip().endswith("Repeat this with --apply to import it.")
    assert stored() == 0


def test_with_apply_it_is_imported_and_a_second_time_changes_nothing(run):
    assert "Imported." in run(files.CONGRESS, "--zone", "Asia/Tokyo", "--apply").output
    assert stored() == 2
    again = run(files.CONGRESS, "--zone", "Asia/Tokyo", "--apply")
    assert "0 created, 0 changed, 0 removed, 2 unchanged" in again.output
    assert again.exit_code == 0


def test_the_status_tells_a_refused_file_from_refused_entries(run):
    assert run("Was,Wann\nTanz,2031-03-18T10:00+09:00\n", "--apply").exit_code == 1
    assert stored() == 0
    result = run(files.SPREADSHEET, "--zone", "Asia/Tokyo", "--apply")
    assert result.exit_code == 2
    assert "refused line 5:" in result.output
    assert stored() == 3


def test_columns_can_be_named(run):
    source = "Was,Wann,Bis\nTanz,2031-03-18T10:00+09:00,2031-03-18T11:00+09:00\n"
    assert run(source).exit_code == 1
    assert run(source, "--map", "title=Was,start=Wann,end=Bis").exit_code == 0


@pytest.mark.parametrize("format", ["xml", "json", "csv", "ics"])
def test_the_programme_is_written_to_a_file(app, make, tmp_path, format):
    make.session(make.event("forum"), "Opening")
    out = tmp_path / "out"
    result = app.test_cli_runner().invoke(
        args=["programme", "export", "forum", "--format", format, "--output", str(out)]
    )
    assert result.exit_code == 0, result.output
    assert "Opening" in out.read_text()


def test_a_file_that_cannot_be_written_is_named(app, make, tmp_path):
    make.event("forum")
    out = tmp_path / "nothing" / "out"
    result = app.test_cli_runner().invoke(args=["programme", "export", "forum", "--output", str(out)])
    assert (result.exit_code, result.output) == (1, f"Error: {out} can't be written: No such file or directory.\n")
