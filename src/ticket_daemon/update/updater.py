"""One update, from the channel's list to a healthy daemon of the new version, or back to the one before.

newer? -> fetch new and present one -> wait for an idle moment -> install -> healthy? -> done
                                                                      | no
                                                                      -> install the present one again
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ticket_daemon.errors import UpdateError
from ticket_daemon.update.channel import Channel
from ticket_daemon.update.manifest import Manifest, Release, numbers

#: Seconds for tickets under way to be printed, and for the new version to be healthy.
IDLE_S: Final = 600.0
#: Seconds without a change of the queue: what waits then waits for a printer that is away.
QUIET_S: Final = 10.0
HEALTHY_S: Final = 60.0
LOOK_S: Final = 0.5

Health = Callable[[], Mapping[str, Any] | None]


class Updater:
    """`health` asks the daemon (None: no answer), `install` runs an installer; `say` hears what is done, by its key."""

    def __init__(
        self,
        channel: Channel,
        present: str,
        system: str,
        folder: Path,
        health: Health,
        install: Callable[[Path], None],
        say: Callable[..., None],
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._channel = channel
        self._present = present
        self._system = system
        self._folder = folder
        self._health = health
        self._install = install
        self._say = say
        self._timer = timer
        self._sleep = sleep

    def newer(self) -> tuple[Manifest, Release] | None:
        """The channel's newest release, if it is newer than this. Raises UpdateError."""
        manifest = self._channel.manifest()
        newest = manifest.newest()
        return (manifest, newest) if numbers(newest.version) > numbers(self._present) else None

    def run(self) -> str | None:
        """Update; the version that runs now, None when there is no newer one.

        Raises UpdateError: before anything was touched, or (`update.rolled_back`) when the version before is back.
        """
        found = self.newer()
        if found is None:
            return None
        manifest, newest = found
        new, old = (manifest.file(version, self._system) for version in (newest.version, self._present))
        if new is None:
            raise UpdateError("update.no_file", version=newest.version, system=self._system)
        if old is None:
            raise UpdateError("update.no_way_back", version=self._present, system=self._system)
        self._say("update.fetching", version=newest.version)
        back, forth = self._channel.fetch(old, self._folder), self._channel.fetch(new, self._folder)
        was_running = self._health() is not None
        self._wait_for_an_idle_moment()
        self._say("update.installing", version=newest.version)
        problem = self._tried(forth)
        if problem is None and (not was_running or self._becomes_healthy(newest.version)):
            return newest.version
        self._say("update.going_back", version=self._present)
        if (still := self._tried(back)) is not None:
            raise UpdateError("update.stuck", version=self._present, detail=still)
        raise UpdateError("update.rolled_back", version=newest.version, before=self._present, detail=problem or "")

    def _tried(self, installer: Path) -> str | None:
        """Install; what went wrong, if anything did."""
        try:
            self._install(installer)
        except UpdateError as error:
            return error.text()
        return None

    def _wait_for_an_idle_moment(self) -> None:
        """Until the queue is empty or stands still, IDLE_S at most: a stop finishes the ticket in hand anyway."""
        until, quiet_since, before = self._timer() + IDLE_S, self._timer(), None
        while (health := self._health()) is not None and health["queue"]["current"] and self._timer() < until:
            if (now := (health["queue"]["current"], health["worker"]["jobs_processed"])) != before:
                before, quiet_since = now, self._timer()
            elif self._timer() - quiet_since >= QUIET_S:
                return
            self._sleep(LOOK_S)

    def _becomes_healthy(self, version: str) -> bool:
        until = self._timer() + HEALTHY_S
        while self._timer() < until:
            health = self._health()
            if health is not None and health["build"]["version"] == version and health["status"] != "error":
                return True
            self._sleep(LOOK_S)
        return False
