"""Odoo up to 19.0 prints receipts and opens the drawer through its hardware proxy, and hears when it failed."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import socket
import urllib.request
from pathlib import Path
from typing import Any

from PIL import Image

from support.daemon_process import DaemonProcess
from ticket_daemon.poster.emulator import DrawerKick
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter


def receipt() -> str:
    out = io.BytesIO()
    Image.new("L", (512, 200), 0).save(out, "JPEG")
    return base64.b64encode(out.getvalue()).decode()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def call(port: int, verb: str, params: dict[str, Any]) -> Any:
    body = json.dumps({"jsonrpc": "2.0", "method": "call", "id": 7, "params": params}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/hw_proxy/{verb}", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        said = json.load(answer)
    assert (said["jsonrpc"], said["id"]) == ("2.0", 7)
    return said["result"]


async def test_a_receipt_and_the_drawer_are_true_when_done_and_false_when_not(tmp_path: Path) -> None:
    port = free_port()
    async with EmulatedPrinter(find("TM-T20III")) as printer:
        config = (
            f'[odoo]\nenabled = true\nport = {port}\n[[printers]]\nname = "caja"\nuri = "{printer.uri}"\n'
            'profile = "TM-T20III"\ndefault = true\n'
        )
        daemon = await asyncio.to_thread(DaemonProcess, tmp_path / "data", config=config)
        try:
            act = "default_printer_action"
            with await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{port}/hw_proxy/hello") as hello:
                assert hello.read() == b"ping"
            assert await asyncio.to_thread(call, port, "handshake", {}) is True
            status = await asyncio.to_thread(call, port, "status_json", {})
            assert status["printer"]["status"] == "connected"
            picture = {"data": {"action": "print_receipt", "receipt": receipt()}}
            assert await asyncio.to_thread(call, port, act, picture) is True
            assert await asyncio.to_thread(call, port, act, {"data": {"action": "cashbox"}}) is True
            assert any(isinstance(event, DrawerKick) for event in printer.printer.paper.events)
            assert await asyncio.to_thread(call, port, act, {"data": {"action": "explode"}}) is False
            assert (
                await asyncio.to_thread(call, port, act, {"data": {"action": "print_receipt", "receipt": "x"}}) is False
            )
            before = len(b"".join(printer.received))
            printer.set_condition(cover_open=True)
            assert await asyncio.to_thread(call, port, act, picture) is False
            printer.set_condition(cover_open=False)
            assert await asyncio.to_thread(call, port, act, {"data": {"action": "cashbox"}}) is True
            assert len(b"".join(printer.received)) - before < 500
        finally:
            await asyncio.to_thread(daemon.terminate)
