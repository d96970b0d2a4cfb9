"""The configuration is read again while tickets come from afar: the link stays, and what needs a restart is named."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import nkeys
import pytest

from support.client import ticket
from support.far_backend import PATIENCE_S, FarBackend, far_backend
from support.nats_server import NatsServer, nats_server
from ticket_daemon.daemon import Daemon
from ticket_daemon.errors import ConfigError
from ticket_daemon.fleet import shop
from ticket_daemon.fleet.connection import Access
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers.emulated import EmulatedPrinter
from ticket_daemon.settings import config as configuration

PROFILE = "TM-T20III"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    with nats_server(tmp_path / "nats") as running:
        yield running


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop, "PAUSES_S", (0.1,))


def emulated() -> EmulatedPrinter:
    profile = find(PROFILE)
    assert profile is not None
    return EmulatedPrinter(profile)


def printer(name: str, of: EmulatedPrinter) -> str:
    return f'[[printers]]\nname = "{name}"\nuri = "{of.uri}"\nprofile = "{PROFILE}"\nretry_s = 600\n'


def fleet(url: str, store: str = "lima", **more: str) -> str:
    lines = {"url": url, "store": store, **more}
    return "[fleet]\n" + "".join(f'{key} = "{value}"\n' for key, value in lines.items())


class Shop(NamedTuple):
    """A daemon in this process and its file."""

    file: Path
    daemon: Daemon

    async def reload(self, text: str) -> dict[str, Any]:
        """As the verb `reload` does it; what is answered."""
        self.file.write_text(text, "utf-8")
        async with aiohttp.ClientSession() as http, http.post(f"{self.daemon.url}api/v1/reload") as answer:
            said: dict[str, Any] = await answer.json()
            return said

    async def health(self) -> dict[str, Any]:
        async with aiohttp.ClientSession() as http, http.get(f"{self.daemon.url}health") as answer:
            said: dict[str, Any] = await answer.json()
            return said


@contextlib.asynccontextmanager
async def a_shop(folder: Path, text: str) -> AsyncIterator[Shop]:
    folder.mkdir(exist_ok=True)
    file = folder / "shop.toml"
    file.write_text(text, "utf-8")

    def load() -> configuration.Settings:
        return configuration.load("test", file, {}, {"server": {"port": 0}}, folder)

    daemon = Daemon(load(), again=load)
    await daemon.start()
    try:
        yield Shop(file, daemon)
    finally:
        await daemon.close()


async def send(backend: FarBackend, *ids: str, to: str = "caja") -> None:
    for job_id in ids:
        await backend.send(job_id, ticket(f"ticket {job_id}"), to)


async def printed(backend: FarBackend, *ids: str) -> None:
    for job_id in ids:
        assert (await backend.result(job_id))["state"] == "confirmed"
        assert backend.states(job_id) == ["queued", "printing", "confirmed"], "each change once"


def on_paper(of: EmulatedPrinter) -> list[str]:
    texts = [text for paper in (*of.printer.tickets, of.printer.paper) for text in paper.text]
    return [found for text in texts for found in re.findall(r"ticket (\S+)", text)]


async def test_an_unchanged_fleet_section_keeps_its_very_connection_under_tickets(
    server: NatsServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    ids = [f"n{number}" for number in range(30)]
    async with far_backend(server) as backend, emulated() as caja, emulated() as barra:
        config = fleet(server.url) + printer("caja", caja)
        async with a_shop(tmp_path / "shop", config) as here:
            await send(backend, *ids[:15])
            await backend.until(lambda h: h.id == ids[3])
            change = await here.reload(config + printer("barra", barra))
            assert (change["added"], change["needs_restart"]) == (["barra"], [])
            await send(backend, *ids[15:])
            await send(backend, "other", to="barra")
            await printed(backend, *ids, "other")
            there = await backend.shop(lambda s: s is not None and "barra" in [p.name for p in s.printers])
            assert there is not None
            assert [record.message for record in caplog.records].count("fleet_connected") == 1
        assert (on_paper(caja), on_paper(barra)) == (ids, ["other"])


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"url": "nats://127.0.0.1:9"}, ["fleet.url"]),
        ({"store": "cusco"}, ["fleet.store"]),
        ({"credentials": "/nowhere/lima.nk"}, ["fleet.credentials"]),
        ({"ca": "/nowhere/authority.pem"}, ["fleet.ca"]),
        (None, ["fleet.url", "fleet.store"]),
    ],
)
async def test_a_changed_or_removed_fleet_section_is_named_and_counts_from_the_next_start(
    server: NatsServer, tmp_path: Path, change: dict[str, str] | None, named: list[str]
) -> None:
    ids = [f"n{number}" for number in range(20)]
    async with far_backend(server) as backend, emulated() as caja:
        before = fleet(server.url) + printer("caja", caja)
        after = fleet(**({"url": server.url} | change)) if change is not None else ""
        async with a_shop(tmp_path / "shop", before) as here:
            await send(backend, *ids[:10])
            await backend.until(lambda h: h.id == ids[3])
            assert (await here.reload(after + printer("caja", caja)))["needs_restart"] == named
            await send(backend, *ids[10:])
            await printed(backend, *ids)
            health = await here.health()
            assert (health["fleet"]["status"], health["fleet"]["store"]) == ("connected", "lima")
            assert (await here.reload(after + printer("caja", caja)))["needs_restart"] == named, "until it is done"
            assert (await here.reload(before))["needs_restart"] == []
        assert on_paper(caja) == ids


async def test_an_added_fleet_section_is_named_and_its_tickets_come_after_the_restart(
    server: NatsServer, tmp_path: Path
) -> None:
    async with far_backend(server) as backend, emulated() as caja:
        await send(backend, "a", "b")
        async with a_shop(tmp_path / "shop", printer("caja", caja)) as here:
            config = fleet(server.url) + printer("caja", caja)
            assert (await here.reload(config))["needs_restart"] == ["fleet.url", "fleet.store"]
            assert "fleet" not in await here.health()
        assert await backend.waiting() == 2
        async with a_shop(tmp_path / "shop", config):
            await printed(backend, "a", "b")
        assert on_paper(caja) == ["a", "b"]


async def test_a_fleet_section_with_a_mistake_is_refused_and_tickets_come_as_before(
    server: NatsServer, tmp_path: Path
) -> None:
    async with (
        far_backend(server) as backend,
        emulated() as caja,
        a_shop(tmp_path / "shop", fleet(server.url) + printer("caja", caja)) as here,
    ):
        refused = await here.reload(fleet(server.url, "no store") + printer("caja", caja))
        assert refused["code"] == "invalid_config"
        assert "fleet.store" in refused["mensaje"]
        with pytest.raises(ConfigError):
            await here.daemon.reload()
        await send(backend, "a")
        await printed(backend, "a")


@pytest.mark.skipif(os.name == "nt", reason="SIGHUP to the server")
async def test_another_key_in_the_same_file_counts_from_the_next_connection_without_a_restart(tmp_path: Path) -> None:
    """A key got out: the server lets another one in, and the shop is given it."""
    seeds = [nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER) for _ in range(3)]
    keys = [nkeys.from_seed(bytearray(seed)).public_key.decode().rstrip("=") for seed in seeds]
    for name, seed in zip(("backend", "old", "new"), seeds, strict=True):
        (tmp_path / name).write_bytes(seed)

    def let_in(*which: int) -> str:
        return "authorization { users: [" + ", ".join(f"{{ nkey: {keys[n]} }}" for n in which) + "] }"

    with nats_server(tmp_path / "nats", let_in(0, 1)) as server:
        access = Access(server.url, str(tmp_path / "backend"))
        async with far_backend(server, access=access) as backend, emulated() as caja:
            config = fleet(server.url, credentials=str(tmp_path / "key")) + printer("caja", caja)
            (tmp_path / "key").write_bytes(seeds[1])
            async with a_shop(tmp_path / "shop", config) as here:
                await send(backend, "a")
                await printed(backend, "a")
                file = tmp_path / "nats" / "nats.conf"
                file.write_text(file.read_text().replace(let_in(0, 1), let_in(0, 2)))
                server.reload()
                async with asyncio.timeout(PATIENCE_S):
                    while (await here.health())["fleet"]["status"] == "connected":
                        await asyncio.sleep(0.01)
                await send(backend, "b")
                (tmp_path / "key").write_bytes(seeds[2])
                assert (await here.reload(config))["needs_restart"] == []
                await printed(backend, "b")
            assert on_paper(caja) == ["a", "b"]
