"""A one-way printer that takes no more bytes for a while: what waits behind is left in peace."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from support.client import client, ticket
from support.tcp_printer import TcpPrinter
from ticket_daemon.daemon import Daemon
from ticket_daemon.settings import config as configuration

#: More than the printer takes, less than the system keeps for it: all is written and not all acknowledged.
LINES = 300


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what the printer has acknowledged")
async def test_the_next_ticket_does_not_begin_before_the_printer_has_taken_the_last_one(tmp_path: Path) -> None:
    with TcpPrinter(reads=False) as printer:
        text = f'[limits]\njobs_per_minute = 0\n[[printers]]\nname = "caja"\nuri = "{printer.uri}"\ndefault = true\n'
        (tmp_path / "config.toml").write_text(text, "utf-8")
        settings = configuration.load("test", tmp_path / "config.toml", {}, {"server": {"port": 0}}, tmp_path)
        daemon = Daemon(settings)
        changes: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        await daemon.start()
        daemon.queue.listen(lambda job: changes.put_nowait((job.id, str(job.state))))

        async def until(job_id: str, state: str) -> None:
            async with asyncio.timeout(20):
                while await changes.get() != (job_id, state):
                    pass

        try:
            async with client(daemon.url.rstrip("/")) as pos:
                await pos.send({"tipo": "ticket", "id": "long", "datos": ticket("x" * 40, LINES)})
                await pos.send({"tipo": "ticket", "id": "next", "datos": ticket("next")})
                await until("long", "printing")
                printer.start_reading()
                await until("long", "sent")
                await until("next", "sent")
                journal = await daemon.queue.journal("next")
                assert [entry.state for entry in journal] == ["queued", "printing", "sent"]
                ended = (await daemon.queue.journal("long"))[-1]
                assert journal[1].at >= ended.at
        finally:
            await daemon.close()
