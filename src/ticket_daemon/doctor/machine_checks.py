"""The machine below the daemon: its disk, its clock, the certificate.

Each check asks the surroundings and yields findings; none changes anything, but for a file made and removed at once.
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from typing import Final

from ticket_daemon.doctor import certificate
from ticket_daemon.doctor.finding import Finding, found
from ticket_daemon.doctor.surroundings import Surroundings

MIB: Final = 1024 * 1024
#: Below this the queue cannot be relied on: a commit with a large picture takes some MiB, SQLite's log as much again.
FULL_BYTES: Final = 50 * MIB
#: Below this somebody should look soon.
LOW_BYTES: Final = 500 * MIB
#: Before the first version of this program there was no job, and no certificate of today is valid.
FIRST_YEAR: Final = 2025
LAST_YEAR: Final = 2100
#: How far in the future a file may have been changed: clocks are corrected by some seconds all the time.
CORRECTION_MS: Final = 120_000
#: A certificate is renewed in time for this.
SOON_DAYS: Final = 30


async def storage(around: Surroundings) -> AsyncIterator[Finding]:
    """The data directory takes files, and its disk has room."""
    if around.settings is None:
        return
    folder = around.settings.data_dir
    try:
        disk = around.disk(folder)
    except OSError as error:
        yield found("data-not-writable", str(folder), detail=error.strerror or str(error), account=around.account())
        return
    if disk.free < FULL_BYTES:
        yield found("disk-full", str(folder), mib=disk.free // MIB)
        return
    if why := around.can_write(folder):
        yield found("data-not-writable", str(folder), detail=why, account=around.account())
        return
    if disk.free < LOW_BYTES:
        yield found("disk-low", str(folder), mib=disk.free // MIB)
    else:
        yield found("data-ok", str(folder), gib=disk.free // MIB // 1024)


async def clock(around: Surroundings) -> AsyncIterator[Finding]:
    """The clock tells a year of this program's life, and has not been set back behind what the daemon wrote."""
    now = around.now_ms()
    moment = datetime.datetime.fromtimestamp(now / 1000, datetime.UTC)
    shown = moment.strftime("%Y-%m-%d %H:%M UTC")
    if not FIRST_YEAR <= moment.year < LAST_YEAR:
        yield found("clock-absurd", shown)
        return
    folders = (around.settings.data_dir, around.settings.log_dir) if around.settings else ()
    last = max((around.changed_ms(folder) for folder in folders), default=0)
    if last - now > CORRECTION_MS:
        then = datetime.datetime.fromtimestamp(last / 1000, datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
        yield found("clock-back", shown, last=then)
    else:
        yield found("clock-ok", shown)


async def tls(around: Surroundings) -> AsyncIterator[Finding]:
    """The certificate is there, fits its key and is valid for a while."""
    server = around.settings.server if around.settings else None
    if server is None or not (server.tls_cert or server.tls_key):
        return
    try:
        until = certificate.valid_until(server.tls_cert, server.tls_key)
    except FileNotFoundError as error:
        yield found("certificate-missing", str(error.filename or server.tls_cert or "tls_cert"))
        return
    except (OSError, ValueError) as error:
        yield found("certificate-unusable", server.tls_cert, detail=str(error))
        return
    left = until - datetime.datetime.fromtimestamp(around.now_ms() / 1000, datetime.UTC)
    shown = until.strftime("%Y-%m-%d")
    if left.total_seconds() <= 0:
        yield found("certificate-expired", server.tls_cert, date=shown)
    elif left.days < SOON_DAYS:
        yield found("certificate-soon", server.tls_cert, date=shown, days=left.days)
    else:
        yield found("certificate-ok", server.tls_cert, date=shown)
