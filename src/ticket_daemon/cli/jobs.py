"""`jobs`, `job`, `cancel`, `hold`, `release`, `reprint`: tickets that were accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from ticket_daemon.cli.common import REFUSED, daemon_at, echo, says_errors, token_option, url_option
from ticket_daemon.cli.manual import verb
from ticket_daemon.errors import NoAnswer

if TYPE_CHECKING:
    from ticket_daemon.wire import JobAnswer


#: How long a released ticket's end is waited for; one whose printer is away waits on by itself.
OUTCOME_S: Final = 5.0


def _show(job: JobAnswer) -> None:
    echo(f"{job.updated_at}  {job.state:<10} {job.printer:<16} {job.job_id}  {job.message or ''}")


@verb("jobs", "does.jobs")
@click.option("-n", "count", type=click.IntRange(1, 1000), default=20, show_default=True, help="option.count")
@url_option
@token_option
@says_errors
def jobs_command(count: int, url: str, token_file: str | None) -> None:
    """The newest jobs, newest first."""
    for job in daemon_at(url, token_file).jobs(count):
        _show(job)


@verb("job", "does.job")
@click.argument("job_id")
@url_option
@token_option
@says_errors
def job_command(job_id: str, url: str, token_file: str | None) -> None:
    """How job JOB_ID stands and how it came to that."""
    job = daemon_at(url, token_file).job(job_id)
    _show(job)
    for change in job.history:
        echo(f"  {change.at}  {change.state:<10} {change.code or ''}".rstrip())


@verb("cancel", "does.cancel")
@click.argument("job_id")
@url_option
@token_option
@says_errors
def cancel_command(job_id: str, url: str, token_file: str | None) -> None:
    """Do not print job JOB_ID, which waits or is held."""
    _show(daemon_at(url, token_file).cancel(job_id))


@verb("hold", "does.hold")
@click.argument("job_id")
@url_option
@token_option
@says_errors
def hold_command(job_id: str, url: str, token_file: str | None) -> None:
    """Keep job JOB_ID back until it is released."""
    _show(daemon_at(url, token_file).hold(job_id))


@verb("release", "does.release")
@click.argument("job_id")
@click.option("--open-drawer", is_flag=True, help="option.open_drawer")
@url_option
@token_option
@says_errors
def release_command(job_id: str, open_drawer: bool, url: str, token_file: str | None) -> None:
    """Let held job JOB_ID print, and say what became of it."""
    daemon = daemon_at(url, token_file)
    daemon.release(job_id, open_drawer=open_drawer)
    try:
        end = daemon.wait(job_id, timeout=OUTCOME_S)
    except NoAnswer:  # it waits for its printer, or prints still
        _show(daemon.job(job_id))
        return
    echo(f"{end.id}: {end.text}")
    if not end.is_printed:
        raise SystemExit(REFUSED)


@verb("reprint", "does.reprint")
@click.argument("job_id")
@click.option("--banner", is_flag=True, help="option.banner")
@click.option("--open-drawer", is_flag=True, help="option.open_drawer")
@url_option
@token_option
@says_errors
def reprint_command(job_id: str, banner: bool, open_drawer: bool, url: str, token_file: str | None) -> None:
    """Print job JOB_ID once more, as a new job."""
    ack = daemon_at(url, token_file).submit_again(job_id, banner=banner, open_drawer=open_drawer)
    echo(f"{ack.job_id}: {ack.message} ({ack.printer})")
