"""Bytes that outlast the ticket, sent to a daemon in prod: the printer never sees them, and the next ticket prints."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from support.client import client, ticket
from support.daemon_process import daemon_process
from support.tcp_printer import TcpPrinter

TOKEN = "td_for-these-tests-raw"
ATTACKS = {
    "erase logos": "1C 71 01 01 00 01 00 FF FF FF FF FF FF FF FF",
    "write memory": "1C 67 31 00 00 00 00 00 01 00 41",
    "memory switch": "1D 28 45 0A 00 03 01 32 32 32 32 32 32 32 31",
    "network address": "1F 1B 1F 91 00 49 50 C0 A8 01 63",
    "deselect": "1B 3D 00",
    "half a command": "1C 71 C8",
    "clear buffers in a picture": "1D 76 30 00 01 00 0A 00 10 14 08 01 03 14 01 06 02 08",
}


def raw(hexa: str, *, safe_mode: bool) -> dict[str, Any]:
    command = {"type": "raw", "data": {"hex": hexa, "safe_mode": safe_mode}}
    return {"version": "1.0", "profile": {"model": "Generic 80mm"}, "commands": [command]}


def config(printer: TcpPrinter, more: str = "") -> str:
    return (
        f'[server]\nhost = "127.0.0.1"\n[auth]\ntoken_sha256 = "{hashlib.sha256(TOKEN.encode()).hexdigest()}"\n'
        f'[[printers]]\nname = "caja"\nuri = "{printer.uri}"\nprofile = "Generic 80mm"\ndefault = true\n{more}'
    )


async def test_in_prod_no_ticket_changes_or_stops_the_printer(tmp_path: Path) -> None:
    with TcpPrinter() as printer, daemon_process(tmp_path, config=config(printer), env="prod") as daemon:
        async with client(daemon.url) as c:
            for name, hexa in ATTACKS.items():
                for safe_mode in (False, True):
                    datos = raw(hexa, safe_mode=safe_mode)
                    answer = await c.ask({"tipo": "ticket", "datos": datos, "auth_token": TOKEN})
                    assert (answer["tipo"], answer["code"]) == ("error", "invalid_document"), name
            await c.print(ticket("the next sale"), auth_token=TOKEN)
        received = printer.wait_until_has(b"the next sale")
    assert not [name for name, hexa in ATTACKS.items() if bytes.fromhex(hexa) in received]


async def test_a_shop_that_trusts_its_points_of_sale_lets_every_byte_pass(tmp_path: Path) -> None:
    with (
        TcpPrinter() as printer,
        daemon_process(tmp_path, config=config(printer, "[documents]\nallow_raw = true\n"), env="prod") as daemon,
    ):
        async with client(daemon.url) as c:
            await c.print(raw(ATTACKS["write memory"], safe_mode=False), auth_token=TOKEN)
        printer.wait_until_has(bytes.fromhex(ATTACKS["write memory"]))
