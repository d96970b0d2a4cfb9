"""`run`: the daemon in the foreground; `reload`: other printers for the one that runs."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ticket_daemon.cli.common import echo, fail, fetch, language, says_errors, token, token_option, url_option
from ticket_daemon.cli.manual import verb

if TYPE_CHECKING:
    import asyncio

    from ticket_daemon.daemon import Daemon
    from ticket_daemon.settings.config import Settings


@verb("run", "does.run")
@click.option("--env", type=click.Choice(["prod", "test"]), help="option.env")
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help="option.config")
@click.option("--host", help="option.host")
@click.option("--port", type=click.IntRange(0, 65535), help="option.port")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="option.data_dir")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), help="option.log_level")
@click.option("--service", is_flag=True, help="option.as_service")
@says_errors
def run_command(
    env: str | None,
    config: Path | None,
    host: str | None,
    port: int | None,
    data_dir: Path | None,
    log_level: str | None,
    service: bool,
) -> None:
    """Run the daemon here until Ctrl+C."""
    from ticket_daemon.settings import config as configuration

    flags: dict[str, dict[str, object]] = {"server": {"host": host, "port": port}, "log": {"level": log_level}}

    def load(text: str | None = None) -> configuration.Settings:
        return configuration.load(env, config, os.environ, flags, data_dir, as_service=service, text=text)

    if service and sys.platform == "win32" and _hosted(load, env):
        return
    settings = load()
    if not service:
        _greet()
    everything = settings.seal is not None and settings.seal.console
    _write_down(settings, everything=everything)

    import asyncio

    from ticket_daemon.daemon import Daemon
    from ticket_daemon.machine.windows.console import Closing

    async def serve() -> None:
        daemon, loop = Daemon(settings, again=load), asyncio.get_running_loop()
        closing = Closing(lambda: _call_in(loop, daemon.stop))
        closing.listen()
        try:
            await daemon.run(_announce)
        finally:
            closing.ended()

    async def serve_as_service() -> None:
        await _supervised(Daemon(settings, again=load))

    _run(serve_as_service if service else serve)


#: What the files that are made allow: nothing for others than their owner.
PRIVATE: Final = 0o077


def _write_down(settings: Settings, *, everything: bool = False) -> None:
    """Open the logs. What is kept of tickets, logs and origins is their owner's alone."""
    from ticket_daemon.machine import logs

    os.umask(PRIVATE)
    logs.set_up(
        settings.log.level, settings.log_file, settings.log.max_mb, settings.log.keep,
        everything=everything, audit=settings.audit_file,
    )  # fmt: skip


def _hosted(load: Callable[..., Settings], env: str | None) -> bool:
    """Be the service that Windows has started; False when a person has started this and wants to see it work."""
    import asyncio

    from ticket_daemon.machine.service import windows_host
    from ticket_daemon.settings import config

    def work(control: windows_host.Control) -> None:
        settings = load()
        _write_down(settings)

        from ticket_daemon.daemon import Daemon

        async def serve() -> None:
            daemon, loop = Daemon(settings, again=load), asyncio.get_running_loop()
            control.attach(
                lambda: _call_in(loop, daemon.stop), lambda awake: _call_in(loop, lambda: daemon.power(awake))
            )
            await daemon.run(lambda _: control.running(), control.stopping)

        # Not closed: a thread that hangs in a printer's driver must not keep the service from ending.
        asyncio.Runner(loop_factory=_loop_factory()).run(serve())

    return windows_host.host(config.identity(env, os.environ).service_name, work)


def _call_in(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # it has ended meanwhile
        loop.call_soon_threadsafe(function)


async def _supervised(daemon: Daemon) -> None:
    """Run the daemon and keep the service manager informed, where there is one that listens (systemd)."""
    import asyncio

    from ticket_daemon.machine.service.notify import Notifier

    notifier = Notifier.of(os.environ, os.getpid())
    feeding: list[asyncio.Task[None]] = []

    def ready(_: Daemon) -> None:
        notifier.tell("READY=1", f"STATUS={daemon.url}")
        feeding.append(asyncio.create_task(notifier.feed(daemon.is_healthy)))

    try:
        await daemon.run(ready, lambda: notifier.tell("STOPPING=1"))
    finally:
        for task in feeding:
            task.cancel()


def _run(serve: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run on the fastest event loop there is, and leave when it ends."""
    import asyncio

    runner = asyncio.Runner(loop_factory=_loop_factory())
    runner.run(serve())
    # The queue is closed and everything said. A thread that still renders a ticket nobody was promised, or waits for a
    # name server, would keep the process for as long as it likes: leave without it.
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's where it is installed: it is faster and changes nothing else. Windows' tests run on asyncio's own."""
    try:
        import uvloop as fast_loop
    except ImportError:
        return None  # asyncio's own loop does as well
    factory: Callable[[], asyncio.AbstractEventLoop] = fast_loop.new_event_loop
    return factory


def _greet() -> None:
    """The first line, before the log's: what this window is."""
    from ticket_daemon import __version__, messages

    echo(messages.text("run.begins", language(), version=__version__))


def _announce(daemon: Daemon) -> None:
    from ticket_daemon import messages

    echo(messages.text("run.ready", language(), url=daemon.url))


@verb("reload", "does.reload")
@url_option
@token_option
@says_errors
def reload_command(url: str, token_file: str | None) -> None:
    """Have the daemon that runs read its configuration again and take its printers."""
    reload_daemon(url, token(token_file))


#: Field of the answer -> the sentence for it.
_RELOADED: Final = {
    "added": "reload.added", "changed": "reload.changed", "removed": "reload.removed",
    "needs_restart": "reload.needs_restart",
}  # fmt: skip


def reload_daemon(url: str, bearer: str | None) -> None:
    """Ask for a reload and say what came of it; leaves when it is refused."""
    import msgspec

    from ticket_daemon import messages

    status, body = fetch(f"{url}/api/v1/reload", b"", bearer)
    answer = msgspec.json.decode(body)
    if status != 200:
        fail(answer.get("mensaje", f"HTTP {status}"))
    lang = language()
    lines = [messages.text(key, lang, names=", ".join(answer[what])) for what, key in _RELOADED.items() if answer[what]]
    for line in lines or [messages.text("reload.nothing", lang)]:
        echo(line)
