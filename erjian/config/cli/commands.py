"""The commands. Each is a few lines around a function of the room that does the work."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

application = typer.Typer(
    help="Erjian (二建): registration of second-class constructors.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
audit = typer.Typer(help="The sealed record of who did and who saw what.", no_args_is_help=True)
application.add_typer(audit, name="audit")


@application.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        import erjian

        typer.echo(erjian.__version__)
        raise typer.Exit


@application.command()
def run(
    end_with_parent: Annotated[bool, typer.Option(help="Stop when the process that started this one ends.")] = False,
) -> None:
    """Start database, web server and worker; stop everything with Ctrl-C."""
    from rich.console import Console

    from erjian.config.running import run as start

    if end_with_parent:
        from erjian.config import serving

        serving.end_with_parent()
    start(console=Console())


@application.command()
def web() -> None:
    """Serve pages only, for several nodes under a supervisor of their own."""
    from erjian.config.serving import serve_web

    serve_web()


@application.command()
def worker(once: Annotated[bool, typer.Option(help="End when no job is due.")] = False) -> None:
    """Work on jobs only."""
    from erjian.config.serving import work_on_jobs

    work_on_jobs(wait=not once)


@application.command()
def faces() -> None:
    """Run the face service only; `erjian run` starts it by itself."""
    from erjian.config import face_service

    face_service.become()


@application.command()
def provider() -> None:
    """Run the demonstration's identity provider only; `erjian run` starts it by itself."""
    from erjian.config import database_use, issuers, serving

    issuers.require_ours()
    serving.end_with_parent()
    with database_use.database():
        from erjian.demo import identities

        known = identities.identities()
    issuers.become(identities=known)


@application.command()
def migrate() -> None:
    """Bring the database to this version's shape and collect static files."""
    from erjian.config import database_use, nodes

    with database_use.database():
        database_use.migrate(verbosity=1)
        nodes.collect_static()


@application.command()
def demo(
    people: Annotated[int | None, typer.Option(min=1, help="How many people; a million for measuring.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same province.")] = 2026,
) -> None:
    """Load the demo province into an empty database."""
    from erjian.config import database_use
    from erjian.config.cli.progress import bar
    from erjian.config.trouble import Trouble

    with database_use.database():
        from erjian import demo as province

        database_use.migrate()
        if not province.is_empty():
            raise Trouble("The database is not empty; use another ERJIAN_DATA or DATABASE_URL for a demo province.")
        with bar("Demo province") as progress:
            province.load(people=people, seed=seed, progress=progress)


@application.command()
def accounts(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
    everyone: Annotated[bool, typer.Option("--all", help="Every officer and operator.")] = False,
) -> None:
    """List the demo accounts with role, user name and password."""
    from rich.console import Console

    from erjian.config import database_use
    from erjian.config.cli import accounts as listing

    with database_use.database():
        if as_json:
            typer.echo(json.dumps(listing.rows(everyone=everyone), ensure_ascii=False, indent=2, default=str))
        else:
            Console().print(listing.table(everyone=everyone))


@application.command()
def robots(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only; nothing changes.")] = False,
) -> None:
    """Do the nightly work now: lapses, reminders, deemed acceptance, time-outs, stale drafts."""
    from rich.console import Console

    from erjian.config import database_use
    from erjian.config.cli.progress import bar
    from erjian.config.cli.robots import report

    with database_use.database():
        from erjian.applications import robots as nightly

        with bar("Robots") as progress:
            done = nightly.run(dry_run=dry_run, progress=progress)
        raise typer.Exit(report(done, Console()))


@application.command()
def clock(
    days: Annotated[float | None, typer.Option(help="Move by so many days, on top of earlier moves.")] = None,
    to: Annotated[str | None, typer.Option(help="Move to noon of this day, as 2027-03-01.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Back to the present.")] = False,
) -> None:
    """Show or move the demonstration's clock, which web and worker follow at once."""
    from erjian.config.cli.demo_clock import move

    typer.echo(move(days=days, to=to, reset=reset))


@application.command()
def administrator(
    function: Annotated[str, typer.Argument(help="system, security or audit.")],
    username: Annotated[str, typer.Argument(help="Small letters, digits and hyphens.")],
    name: Annotated[str, typer.Argument(help="The holder's name.")],
    phone: Annotated[str, typer.Argument(help="The holder's mobile, to which the code for the first password goes.")],
) -> None:
    """Make one of the province's administrators; the others' accounts are theirs to make."""
    from erjian.config import database_use
    from erjian.config.trouble import Trouble
    from erjian.standards.errors import Refusal

    with database_use.database():
        from erjian.accounts import officers

        try:
            made = officers.appoint(function=function, username=username, name=name, phone=phone)
        except Refusal as refusal:
            raise Trouble(refusal.message) from refusal
    typer.echo(f"{made.username}: set a password at /password/forgotten/?as=account")


@application.command("import")
def import_(
    kind: Annotated[str, typer.Argument(help="What the file holds.")],
    file: Annotated[Path, typer.Argument(help="XLSX or CSV.")],
    apply: Annotated[bool, typer.Option("--apply", help="Change the register; without it nothing changes.")] = False,
    errors: Annotated[Path | None, typer.Option(help="Where refused rows go, to be corrected and loaded.")] = None,
) -> None:
    """Check a spreadsheet against the register and, with --apply, take it over."""
    from erjian.config import database_use
    from erjian.config.cli.progress import bar

    with database_use.database():
        from erjian.exchange import commands

        with bar(file.name) as progress:
            code = commands.import_file(kind, file, apply=apply, errors=errors, progress=progress)
    raise typer.Exit(code)


@audit.command()
def verify(
    export: Annotated[Path | None, typer.Option(help="Write the proof for an outsider to this file.")] = None,
    anchor: Annotated[list[str] | None, typer.Option(help="A seal noted elsewhere, as NUMBER:DIGEST.")] = None,
) -> None:
    """Recompute every seal; exit code 1 when one is broken."""
    from erjian.config import database_use
    from erjian.config.cli.progress import bar

    anchors = {int(number): digest for number, _, digest in (text.partition(":") for text in anchor or ())}
    with database_use.database():
        from erjian.audit import verify_command

        with bar("Seals") as progress:
            code = verify_command(anchors=anchors, export_to=export, progress=progress)
    raise typer.Exit(code)


@application.command()
def presence(
    repair: Annotated[bool, typer.Option("--repair", help="Put right what differs.")] = False,
) -> None:
    """Compare whose register each person belongs to with the tables it is counted from; exit code 1 when it differs."""
    from erjian.config import database_use

    with database_use.database():
        from erjian.applications import presence as counted

        raise typer.Exit(counted.check(repair=repair))


@application.command()
def check() -> None:
    """Examine this installation: settings, policy, keys, fonts, disk, database, worker."""
    from rich.console import Console

    from erjian.config import database_use
    from erjian.config.cli.checking import examine

    with database_use.database():
        raise typer.Exit(examine(Console()))


@application.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def postgres(context: typer.Context, tool: Annotated[str, typer.Argument(help="pg_dump, pg_restore or psql.")]) -> None:
    """PostgreSQL's own clients on the database at hand: erjian postgres pg_dump -Fc -f FILE."""
    from erjian.config import database_use
    from erjian.config import postgres as server

    with database_use.database():
        from django.conf import settings

        raise typer.Exit(server.client(tool, context.args, url=settings.ERJIAN_DATABASE_URL))


@application.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def django(context: typer.Context) -> None:
    """Any of Django's own commands, with the database at hand: erjian django makemigrations --check."""
    from erjian.config import database_use

    with database_use.database():
        from django.core.management import execute_from_command_line

        execute_from_command_line(["erjian django", *context.args])
    sys.stdout.flush()
