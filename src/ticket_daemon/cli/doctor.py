"""`doctor`: finds out why it does not print, and says what to do."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ticket_daemon.cli.common import REFUSED, echo, echo_lines, language, says_errors
from ticket_daemon.cli.manual import verb

if TYPE_CHECKING:
    from ticket_daemon.doctor import Finding, Surroundings
    from ticket_daemon.settings.config import Settings

_MARKS: Final = {"ok": "✔", "warning": "!", "problem": "✘"}


@verb("doctor", "does.doctor")
@click.option("--json", "as_json", is_flag=True, help="option.doctor_json")
@click.option("--service", is_flag=True, help="option.of_service")
@click.option("--env", type=click.Choice(["prod", "test"]), help="option.which_env")
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help="option.config")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="option.data_dir")
@click.option("--url", envvar="TICKET_DAEMON_URL", help="option.doctor_url")
@says_errors
def doctor_command(
    as_json: bool, service: bool, env: str | None, config: Path | None, data_dir: Path | None, url: str | None
) -> None:
    """Find out why it does not print, and say what to do."""
    from ticket_daemon.doctor import examine

    around = _around(service, env, config, data_dir, url)
    findings = asyncio.run(examine(around))
    if as_json:
        _json(findings)
    else:
        _show(findings)
    if any(finding.severity == "problem" for finding in findings):
        raise SystemExit(REFUSED)


def _around(
    service: bool, env: str | None, config: Path | None, data_dir: Path | None, url: str | None
) -> Surroundings:
    """What to look at; a configuration with a mistake is a finding, and the rest is looked at by the defaults."""
    from ticket_daemon.doctor import Surroundings
    from ticket_daemon.errors import TicketDaemonError
    from ticket_daemon.settings import config as configuration
    from ticket_daemon.spooler.configured import configured

    service = service or config is None
    shown = str(config or configuration.found_file(env, os.environ) or "")
    try:
        settings = configuration.load(env, config, os.environ, data_dir=data_dir, as_service=service and bool(shown))
        destinations = configured(settings).destinations
    except TicketDaemonError as problem:
        return Surroundings(None, (), url or _address(None), problem, shown)
    return Surroundings(settings, destinations, url or _address(settings), None, shown)


def _address(settings: Settings | None) -> str:
    """Where a daemon with these settings is reached from this machine."""
    from ticket_daemon.settings.config import DEFAULT_PORT

    if settings is None:
        return f"http://127.0.0.1:{DEFAULT_PORT}"
    host = settings.server.host
    if host in ("", "0.0.0.0"):  # noqa: S104 - every address: this machine's own among them
        host = "127.0.0.1"
    shown = f"[{host}]" if ":" in host else host
    return f"http{'s' if settings.server.tls_cert else ''}://{shown}:{settings.server.port or DEFAULT_PORT}"


def _show(findings: list[Finding]) -> None:
    from ticket_daemon import messages

    lang = language()
    for finding in findings:
        echo(f"{_MARKS[finding.severity]} {finding.text(lang)}")
        if advice := finding.advice(lang):
            echo(f"    → {advice}")
    problems = sum(finding.severity == "problem" for finding in findings)
    warnings = sum(finding.severity == "warning" for finding in findings)
    echo("")
    if problems or warnings:
        echo(messages.text("doctor.count", lang, problems=problems, warnings=warnings))
    else:
        echo(messages.text("doctor.nothing_wrong", lang))


def _json(findings: list[Finding]) -> None:
    import json
    import platform
    import sys

    from ticket_daemon import __version__
    from ticket_daemon.doctor import worst

    lang = language()
    report = {
        "status": worst(findings),
        "version": __version__,
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity,
                "subject": finding.subject,
                "text": finding.text(lang),
                "advice": finding.advice(lang),
            }
            for finding in findings
        ],
    }
    echo_lines(json.dumps(report, indent=2, ensure_ascii=False))
