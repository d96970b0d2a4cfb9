"""A NATS server as `fleet init-server` writes it: hub, leaf nodes, and connections of shops and backends to them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner, Result
from nats.aio.client import Client as Nats

from support.nats_server import NatsServer, free_port
from ticket_daemon.cli.fleet import fleet_command
from ticket_daemon.fleet import names, streams
from ticket_daemon.fleet.connection import Access, connect, leave


class Rig(NamedTuple):
    """The hub, and the folder that `init-server` wrote."""

    hub: NatsServer
    folder: Path
    leaf_port: int
    monitor_port: int
    ca: str = ""

    def seed(self, store: str) -> str:
        """The file with a store's seed."""
        return str(self.folder / "shops" / f"{store}.nk")

    @contextlib.asynccontextmanager
    async def shop(self, store: str, url: str = "", seed: str | None = None) -> AsyncIterator[Nats]:
        """A connection as a shop's daemon makes it."""
        access = Access(url or self.hub.url, self.seed(store) if seed is None else seed, self.ca)
        nats = await connect(access, f"shop {store}", names.inbox(store))
        try:
            yield nats
        finally:
            await leave(nats)

    @contextlib.asynccontextmanager
    async def backend(self) -> AsyncIterator[Nats]:
        """A connection as the backend makes it."""
        nats = await connect(Access(self.hub.url, str(self.folder / "backend.nk"), self.ca), "backend")
        try:
            yield nats
        finally:
            await leave(nats)

    async def set_up(self, *stores: str) -> None:
        """As `fleet setup` does."""
        async with self.backend() as nats:
            js = nats.jetstream()
            await streams.make(js)
            for store in stores:
                await streams.admit(js, store)


def init_server(folder: Path, stores: str, *options: str) -> Result:
    """Run the verb on a list of stores; its files are in `folder`/nats."""
    folder.mkdir(exist_ok=True)
    (folder / "stores").write_text(stores, "utf-8")
    arguments = ["init-server", "--stores", str(folder / "stores"), "--out", str(folder / "nats"), *options]
    return CliRunner(env={**os.environ, "LANG": "en_US.UTF-8", "LC_ALL": ""}).invoke(fleet_command, arguments)


@contextlib.contextmanager
def fleet_server(
    folder: Path, stores: str, *options: str, ca: str = "", edit: Callable[[str, Path], str] = lambda text, _: text
) -> Iterator[Rig]:
    """The hub with these stores, running; `edit` changes its configuration, given that and the folder of its files."""
    port, leaf_port, monitor_port = free_port(), free_port(), free_port()
    ports = ("--port", str(port), "--leaf-port", str(leaf_port), "--monitor-port", str(monitor_port), "--ca", ca)
    done = init_server(folder, stores, *ports, *options)
    assert done.exit_code == 0, done.output
    file = folder / "nats" / "nats-server.conf"
    file.write_text(edit(file.read_text("utf-8"), file.parent), "utf-8")
    with served(file, port) as hub:
        yield Rig(hub, folder / "nats", leaf_port, monitor_port, ca)


@contextlib.contextmanager
def served(file: Path, port: int) -> Iterator[NatsServer]:
    """A server with that configuration file, which says that it listens on `port`."""
    server = NatsServer(file.parent / f"{file.stem}-runs", file=file, port=port)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()
