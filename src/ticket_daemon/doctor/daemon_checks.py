"""The daemon and its configuration: does it run, is it the one it should be, who has its port, has it a token.

Each check asks the surroundings and yields findings; none changes anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from ticket_daemon import __version__
from ticket_daemon.doctor.finding import Finding, found
from ticket_daemon.doctor.surroundings import Surroundings
from ticket_daemon.messages import Phrase


async def configuration(around: Surroundings) -> AsyncIterator[Finding]:
    """The file is readable and without mistakes; in prod there is a token."""
    problem = around.problem
    if problem is None:
        yield found("config-ok", around.config_file, file=around.config_file or Phrase("doctor.no_file"))
    elif problem.key == "config.token_needed":
        yield found("token-missing", around.config_file)
    else:
        place = f"{problem.path}: " if problem.path else ""
        file = around.config_file or Phrase("doctor.no_file")
        detail = Phrase(problem.key, problem.parameters)
        yield found("config-mistake", around.config_file, file=file, place=place, detail=detail)


async def running(around: Surroundings) -> AsyncIterator[Finding]:
    """It answers, is well, and is this version; or somebody else has its port."""
    health = await around.health()
    if health is not None:
        yield found("daemon-ok", around.url, version=health["build"]["version"])
        if health["build"]["version"] != __version__:
            yield found("daemon-version", around.url, running=health["build"]["version"], here=__version__)
        storage = health.get("storage", {})
        if not health["worker"]["running"] or storage.get("status", "ok") != "ok":
            yield found("daemon-unwell", around.url, detail=storage.get("detail") or health["status"])
        return
    host, port = _address(around)
    why = around.cannot_listen(host, port) if port else ""
    if why:
        owner = around.who_listens(port)
        yield found("port-taken", f"{host}:{port}", port=port, owner=owner or why)
    else:
        yield found("daemon-not-running", around.url)


def _address(around: Surroundings) -> tuple[str, int]:
    """Where the daemon listens, or would."""
    if around.settings is not None and around.settings.server.port:
        return around.settings.server.host, around.settings.server.port
    parts = urlsplit(around.url)
    return parts.hostname or "127.0.0.1", parts.port or 0


async def held_jobs(around: Surroundings) -> AsyncIterator[Finding]:
    """Tickets that wait for a person."""
    if count := await around.held():
        yield found("jobs-held", str(count), count=count)
