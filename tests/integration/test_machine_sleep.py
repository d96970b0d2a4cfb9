"""The machine sleeps and wakes: nothing is begun meanwhile, and it goes on over links that are opened anew."""

from __future__ import annotations

import asyncio
from pathlib import Path

from support.client import client, ticket
from support.tcp_printer import TcpPrinter
from ticket_daemon.daemon import Daemon
from ticket_daemon.settings import config


async def test_what_comes_while_the_machine_goes_to_sleep_is_printed_when_it_is_awake(tmp_path: Path) -> None:
    with TcpPrinter() as printer:
        (tmp_path / "shop.toml").write_text(f'[[printers]]\nname = "caja"\nuri = "{printer.uri}"\ndefault = true\n')
        daemon = Daemon(config.load("test", tmp_path / "shop.toml", {}, {"server": {"port": 0}}, tmp_path))
        await daemon.start()
        try:
            async with client(daemon.url.rstrip("/")) as pos:
                _, result = await pos.print(ticket("BEFORE"))
                assert result["status"] == "success"
                links, link = printer.connections, daemon.spooler.link("caja")
                assert link is not None

                daemon.power(False)
                while link.is_open:
                    await asyncio.sleep(0)
                await pos.until_answer({"tipo": "ticket", "id": "night", "datos": ticket("NIGHT")}, "ack")
                answer = await pos.until_answer({"tipo": "job", "id": "night"}, "job")
                assert answer["state"] == "queued"
                assert printer.connections == links

                daemon.power(True)
                result = await pos.until(lambda a: a["tipo"] == "result" and a["id"] == "night")
                assert result["status"] == "success"
                assert printer.connections == links + 1
                assert b"NIGHT" in printer.received

                daemon.power(True)  # it slept and nobody had said so before
                _, result = await pos.print(ticket("AFTER"))
                assert result["status"] == "success"
                assert printer.connections == links + 2
        finally:
            await daemon.close()
