"""QZ Tray's genuine client, unchanged, prints through the daemon and hears the truth."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clients.javascript import PACKAGE, needs_node
from support.daemon_process import DaemonProcess
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter

NODE_S = 60
_HEAD = """
import qz from "qz-tray";
import WebSocket from "ws";
qz.api.setWebSocketType(WebSocket);
const say = (value) => console.log(JSON.stringify(value));
const failure = async (promise) => { try { return ["resolved", await promise]; } catch (e) { return e.message; } };
await qz.websocket.connect({ host: ["localhost"], usingSecure: false, port: { insecure: [PORT] } });
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Shop:
    """A daemon that speaks the protocol, and node."""

    def __init__(self, folder: Path, printers: str = "", more: str = "patience_s = 1") -> None:
        self.port = free_port()
        config = f"[qz]\nenabled = true\nports = [{self.port}]\n{more}\n{printers}"
        self.daemon = DaemonProcess(folder, config=config)

    def run(self, script: str) -> list[Any]:
        """What a script said, one value a line."""
        head = _HEAD.replace("PORT", str(self.port))
        command = [
            "node",
            "--input-type=module",
            "-e",
            head + script + "\nawait qz.websocket.disconnect(); process.exit(0);",
        ]
        done = subprocess.run(command, cwd=PACKAGE, capture_output=True, text=True, timeout=NODE_S, encoding="utf-8")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines() if line[:1] in '["{ntf0123456789']


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    needs_node("qz-tray", "ws")
    made = Shop(tmp_path / "data")
    yield made
    made.daemon.terminate()


def jobs(shop: Shop) -> list[dict[str, Any]]:
    _, body = shop.daemon.get("/api/v1/jobs")
    found: list[dict[str, Any]] = json.loads(body)["jobs"]
    return found


def test_a_page_finds_the_printers_and_prints_in_either_notation(shop: Shop) -> None:
    said = shop.run(
        """
        say(await qz.api.getVersion());
        say(await qz.printers.find());
        say(await qz.printers.find("VIRT"));
        say(await qz.printers.getDefault());
        say((await qz.printers.details())[0].name);
        const config = qz.configs.create("virtual", { encoding: "Cp1252", copies: 2 });
        say(await qz.print(config, ["\\x1B@Ñandú\\n", { type: "raw", format: "BASE64", data: "R3JhY2lhcwo=" }]));
        """
    )
    assert said == ["2.2.5", ["virtual"], "virtual", "virtual", "virtual", None]
    (job,) = jobs(shop)
    assert job["state"] == "confirmed"
    status, paper = shop.daemon.get(f"/api/v1/jobs/{job['id']}/paper.png")
    assert status == 200
    assert paper.startswith(b"\x89PNG")


def test_what_cannot_be_done_rejects_in_qz_trays_words(shop: Shop) -> None:
    said = shop.run(
        """
        const to = (printer, data) => failure(qz.print(qz.configs.create(printer), data));
        say(await to("nobody", ["x"]));
        say(await to({ host: "10.0.0.1" }, ["x"]));
        say(await to("virtual", [{ type: "raw", format: "command", flavor: "file", data: "/etc/passwd" }]));
        say(await failure(qz.printers.find("nobody")));
        say(await failure(qz.serial.findPorts()));
        say(await failure(qz.printers.getStatus()));
        """
    )
    words = [
        'Cannot find printer with name "nobody"', "Printing to host '10.0.0.1' is not permitted", "not permitted",
        "Specified printer could not be found.", "not supported", "No printer listeners",
    ]  # fmt: skip
    assert [word in text for word, text in zip(words, said, strict=True)] == [True] * len(words)
    assert jobs(shop) == []


async def test_a_printer_without_paper_is_told_and_its_ticket_never_prints(tmp_path: Path) -> None:
    needs_node("qz-tray", "ws")
    profile = find("TM-T20III")
    assert profile is not None
    async with EmulatedPrinter(profile) as printer:
        printers = f'[[printers]]\nname = "caja"\nuri = "{printer.uri}"\nprofile = "TM-T20III"\ndefault = true\n'
        shop = await asyncio.to_thread(Shop, tmp_path / "data", printers)
        try:
            printer.set_condition(paper_out=True)
            said = await asyncio.to_thread(
                shop.run,
                """
                const heard = new Promise((done) => qz.printers.setPrinterCallbacks((event) => {
                    if (event.statusText === "PAPER_OUT") done(event.statusText);
                }));
                await qz.printers.startListening("caja");
                await qz.printers.getStatus();
                say(await failure(qz.print(qz.configs.create("caja"), ["never on paper\\n"])));
                say(await heard);
                """,
            )
            assert said[0].startswith("Printing cancelled (PAPER_OUT)")
            assert said[1] == "PAPER_OUT"
            printer.set_condition(paper_out=False)
            again = 'say(await qz.print(qz.configs.create("caja"), ["on paper\\n"]));'
            assert await asyncio.to_thread(shop.run, again) == [None]
            received = b"".join(printer.received)
            assert b"on paper" in received
            assert b"never" not in received
        finally:
            await asyncio.to_thread(shop.daemon.terminate)
