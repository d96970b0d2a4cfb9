"""`jobs`, `job`, `cancel`, `hold`, `release`, `reprint`: tickets that were accepted."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from ticket_daemon.cli.common import fail, fetch, says_errors, token, token_option, url_option


def _ask(url: str, token_file: str | None, body: dict[str, object] | None = None, method: str | None = None) -> Any:
    """One request about jobs; its answer, or the refusal's sentence and exit code 1."""
    import msgspec

    data = msgspec.json.encode(body) if body is not None else None
    status, answer = fetch(url, data, token(token_file), method=method)
    decoded = msgspec.json.decode(answer)
    if status >= 300:
        fail(decoded.get("mensaje", f"HTTP {status}"))
    return decoded


def _job_url(url: str, job_id: str, verb: str = "") -> str:
    return f"{url}/api/v1/jobs/{quote(job_id, safe='')}{verb}"


def _show(job: dict[str, Any]) -> None:
    click.echo(f"{job['updated_at']}  {job['state']:<10} {job['printer']:<16} {job['id']}  {job.get('mensaje', '')}")


@click.command("jobs")
@click.option("-n", "count", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many.")
@url_option
@token_option
@says_errors
def jobs_command(count: int, url: str, token_file: str | None) -> None:
    """The newest jobs, newest first."""
    for job in _ask(f"{url}/api/v1/jobs?limit={count}", token_file)["jobs"]:
        _show(job)


@click.command("job")
@click.argument("job_id")
@url_option
@token_option
@says_errors
def job_command(job_id: str, url: str, token_file: str | None) -> None:
    """How job JOB_ID stands and how it came to that."""
    job = _ask(_job_url(url, job_id), token_file)
    _show(job)
    for change in job.get("history", ()):
        click.echo(f"  {change['at']}  {change['state']:<10} {change.get('code', '')}".rstrip())


@click.command("cancel")
@click.argument("job_id")
@url_option
@token_option
@says_errors
def cancel_command(job_id: str, url: str, token_file: str | None) -> None:
    """Do not print job JOB_ID, which waits or is held."""
    _show(_ask(_job_url(url, job_id), token_file, method="DELETE"))


@click.command("hold")
@click.argument("job_id")
@url_option
@token_option
@says_errors
def hold_command(job_id: str, url: str, token_file: str | None) -> None:
    """Keep job JOB_ID back until it is released."""
    _show(_ask(_job_url(url, job_id, "/hold"), token_file, {}))


@click.command("release")
@click.argument("job_id")
@click.option("--open-drawer", is_flag=True, help="Open the drawer if the ticket does.")
@url_option
@token_option
@says_errors
def release_command(job_id: str, open_drawer: bool, url: str, token_file: str | None) -> None:
    """Let held job JOB_ID print."""
    _show(_ask(_job_url(url, job_id, "/release"), token_file, {"open_drawer": open_drawer}))


@click.command("reprint")
@click.argument("job_id")
@click.option("--banner", is_flag=True, help="Print REIMPRESIÓN over it.")
@click.option("--open-drawer", is_flag=True, help="Open the drawer if the ticket does.")
@url_option
@token_option
@says_errors
def reprint_command(job_id: str, banner: bool, open_drawer: bool, url: str, token_file: str | None) -> None:
    """Print job JOB_ID once more, as a new job."""
    ack = _ask(_job_url(url, job_id, "/reprint"), token_file, {"banner": banner, "open_drawer": open_drawer})
    click.echo(f"{ack['id']}: {ack['mensaje']} ({ack['printer']})")
