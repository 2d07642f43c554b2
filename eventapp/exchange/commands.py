"""`flask programme import`, `export` and `release`: the programme's files on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from eventapp.core import languages
from eventapp.core.db import transaction
from eventapp.core.languages import gettext as _
from eventapp.core.refusals import Refused
from eventapp.events import queries as events
from eventapp.events.models import Event
from eventapp.exchange import export, formats, operations, queries, reading, stored
from eventapp.exchange.compare import Outcome, Report
from eventapp.exchange.damaged import Damaged
from eventapp.exchange.incoming import Options
from eventapp.exchange.queries import ExportState
from eventapp.programme import releases
from eventapp.programme.commands import programme as programme
from eventapp.programme.models import Release
from eventapp.registration import releases as registration_releases

DESPITE = click.option("--despite-errors", "despite", is_flag=True, help="Publish even if the programme has errors.")


def _event(slug: str) -> Event:
    event = events.by_slug(slug)
    if event is None:
        raise click.ClickException(f"There is no event {slug}.")
    return event


@programme.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--event", "slug", required=True, help="The slug of the event.")
@click.option("--format", "format", type=click.Choice(formats.FORMATS), help="Detected from the content if not given.")
@click.option("--zone", default="", help="For times without an offset, such as Europe/Berlin.")
@click.option("--lang", default="", help="Language of texts that name none.")
@click.option("--map", "columns", default="", help='Columns of a table: "title=Titel,start=Beginn".')
@click.option("--add-only", is_flag=True, help="Add and change only: what is not in the file stays.")
@click.option("--apply", "really", is_flag=True, help="Import it; without this nothing is changed.")
@click.option("--release", "public", is_flag=True, help="With --apply: publish the programme with it as a new version.")
@DESPITE
def import_file(
    file: Path,
    slug: str,
    format: str | None,
    zone: str,
    lang: str,
    columns: str,
    add_only: bool,
    really: bool,
    public: bool,
    despite: bool,
) -> None:
    """Show what importing FILE would change; with --apply, import it. Imported sessions are ready for the next version.

    Status 1: the whole file was refused, and nothing is changed. Status 2: single entries were refused.
    """
    released = None
    with languages.force_locale("en"):
        try:
            event = _event(slug)
            options = Options(zone, lang, Options.columns_from(columns), add_only)
            # Read and compare before anything is locked; the comparison must still hold afterwards.
            version = queries.version(event)
            wanted = operations.options_for(event, options)
            read = stored.deserialized(reading.read(file.read_bytes(), wanted, format=format or ""))
            if isinstance(read, Refused):
                raise read
            report = operations.compared(event, read, options)
            for line in lines(report):
                click.echo(line)
            if really:
                released = _apply(event, report, version=version, public=public, despite=despite)
        except Refused as refusal:
            said = refusal.in_a_terminal if isinstance(refusal, Damaged) else refusal.message
            click.echo(f"Refused: {said}", err=True)
            raise SystemExit(1) from refusal
    for line in outcome_lines(report, really=really, released=released):
        click.echo(line)
    if report.refused:
        raise SystemExit(2)


def _apply(event: Event, report: Report, *, version: str, public: bool, despite: bool) -> Release | None:
    """Import, and publish if requested. Raises Refused if the programme has changed since the comparison."""
    with transaction():
        if queries.version(event) != version:
            raise Refused(_("The programme has changed in the meantime. Nothing was imported."))
        if report.changes_something:
            operations.apply(event, report)
        if public and not releases.pending(event).empty:
            return registration_releases.release(event, despite_errors=despite)
    return None


def outcome_lines(report: Report, *, really: bool, released: Release | None) -> list[str]:
    """The result, for the command line."""
    if not really:
        return ["Nothing was changed. Repeat this with --apply to import it."]
    done = "Imported." if report.changes_something else "Nothing to import."
    return [done, f"Version {released.number} is public."] if released else [done]


def lines(report: Report) -> list[str]:
    """The report for the command line: counts first."""
    counts = [f"{number} {outcome.value}" for outcome, number in report.counts.items()]
    found = [f"{report.incoming.format}: {', '.join(counts)}, {len(report.refused)} refused"]
    found.append(f"language of texts that name none: {report.language}")
    if report.incoming.zone:
        found.append(f"times without an offset: {report.incoming.zone}")
    if report.kept:
        found.append(f"not in this file, and kept: {report.kept}")
    if removed := report.counts[Outcome.REMOVED]:
        found.append(f"not in this file, and taken off the programme: {removed} (--add-only keeps them)")
    if number := len(report.room_names) + len(report.track_names):
        found.append(f"rooms and tracks with a name in another language: {number}")
    if report.biographies:
        found.append(f"people who get a biography: {len(report.biographies)}")
    found += report.incoming.notes
    for name, new in (("rooms", report.new_rooms), ("tracks", report.new_tracks), ("people", report.new_people)):
        if new:
            found.append(f"new {name}: {', '.join(new[:20])}" + (f" and {len(new) - 20} more" if len(new) > 20 else ""))
    for outcome in (Outcome.CREATED, Outcome.CHANGED, Outcome.REMOVED):
        for change in report.of(outcome):
            what = f" ({', '.join(field.value for field in change.fields)})" if outcome is Outcome.CHANGED else ""
            by = f" [found by {change.found_by.value}]" if change.found_by else ""
            found.append(f"{outcome.value}: {change.title}{what}{by}" + (f", {change.where}" if change.where else ""))
    found += [f"left out of {problem.where}: {problem.sentence}" for problem in report.left_out]
    found += [f"refused {problem.where}: {problem.sentence}" for problem in report.refused]
    return found


@programme.command("export")
@click.argument("slug")
@click.option("--format", "format", type=click.Choice(sorted(export.TYPES)), default="xml", show_default=True)
@click.option("--lang", default="en", show_default=True, help="Language of the texts.")
@click.option("--public", "state", flag_value="public", help="As it was released last.")
@click.option("--ready", "state", flag_value="ready", default=True, help="As the next version would be (the default).")
@click.option("--draft", "state", flag_value="draft", help="With drafts that have a time. Calendars are always public.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else the terminal.")
def export_file(slug: str, format: str, lang: str, state: str, output: Path | None) -> None:
    """Write the programme as schedule.xml, schedule.json, CSV or a calendar."""
    body = export.written(_event(slug), format, language=lang, state=ExportState(state))
    if output:
        try:
            output.write_bytes(body)
        except OSError as error:
            raise click.ClickException(f"{output} can't be written: {error.strerror}.") from None
    else:
        sys.stdout.buffer.write(body)


@programme.command("release")
@click.argument("slug")
@DESPITE
def release(slug: str, despite: bool) -> None:
    """Publish the programme as a new version."""
    with languages.force_locale("en"), transaction():
        try:
            event = _event(slug)
            made = registration_releases.release(event, despite_errors=despite)
        except Refused as refusal:
            raise click.ClickException(refusal.message) from refusal
    click.echo(f"Version {made.number} is public.")
