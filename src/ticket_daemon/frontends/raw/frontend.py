"""The listeners of raw intake: one for each printer with `listen`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
from collections.abc import Iterable
from typing import Final

from aiohttp import web

from ticket_daemon import tasks
from ticket_daemon.errors import AlreadyRunning, QueueFull, RateLimited, StorageUnavailable, TicketDaemonError
from ticket_daemon.frontends import Room
from ticket_daemon.frontends.raw.folders import Folders
from ticket_daemon.frontends.raw.intake import Answer, Intake, Ticket, TooLong, conditions
from ticket_daemon.machine.instance_lock import who_listens
from ticket_daemon.poster.emulator.conditions import Conditions
from ticket_daemon.poster.profile.catalogue import generic
from ticket_daemon.printers import Destination
from ticket_daemon.queue import Job
from ticket_daemon.settings.config import PrinterSettings
from ticket_daemon.verbs import Order

log = logging.getLogger(__name__)

#: Connections of one listener; more are refused until one ends.
MAX_CONNECTIONS: Final = 64
#: Bytes of one read.
_READ: Final = 64 << 10
#: Silence behind a cut that ends a ticket on a connection that stays open, seconds.
CUT_IDLE_S: Final = 0.5
#: Silence of a client that has sent nothing after which its connection is closed, seconds.
UNUSED_S: Final = 600.0
#: How long a ticket waits for a place in the queue or room on the disk, its client unanswered, seconds.
ROOM_S: Final = 120.0
_PAUSE_S: Final = 1.0
#: Seconds after a ticket began to print within which its client hears that it is out (GS ( H).
PRINTED_MS: Final = 120_000
_MIB: Final = 1 << 20
#: SO_LINGER on, 0 s: closing sends a reset, by which a client knows that its ticket was not taken.
_RESET: Final = struct.pack("ii", 1, 0)


class Raw:
    """The frontend."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._listeners: list[asyncio.Server] = []
        self._connections: set[_Connection] = set()
        self._folders = Folders(room)
        room.verbs.destinations.listen(self._printer_changed)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """None: the protocol is no HTTP."""
        return ()

    async def start(self) -> None:
        """Listen, and look into the folders. Raises AlreadyRunning for an address that another program has."""
        for printer in self._room.settings.printers:
            if printer.listen:
                await self._listen(printer)
        self._folders.start()

    async def _listen(self, printer: PrinterSettings) -> None:
        host, _, port = printer.listen.rpartition(":")
        try:
            server = await asyncio.start_server(
                lambda reader, writer: self._serve(printer, reader, writer), host.strip("[]"), int(port), limit=_READ
            )
        except OSError as error:
            who = await asyncio.to_thread(who_listens, int(port)) or error.strerror or str(error)
            raise AlreadyRunning("start.port_taken_by", host=host, port=port, who=who) from None
        self._listeners.append(server)
        log.info("raw_listening", extra={"printer": printer.name, "at": printer.listen})

    async def stop(self) -> None:
        """Close the listeners; whoever is in the middle of a ticket is cut off, and knows that it was not taken."""
        for server in self._listeners:
            server.close()
        await self._folders.stop()
        for connection in tuple(self._connections):
            connection.end()
        for server in self._listeners:
            await server.wait_closed()

    async def _serve(
        self, printer: PrinterSettings, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        connection = _Connection(self._room, printer, reader, writer)
        if sum(one.printer == printer.name for one in self._connections) >= MAX_CONNECTIONS:
            log.warning("raw_refused", extra={"printer": printer.name, "client": connection.client})
            connection.reset()
            return
        self._connections.add(connection)
        try:
            await connection.run()
        finally:
            self._connections.discard(connection)

    def _printer_changed(self, destination: Destination) -> None:
        for connection in tuple(self._connections):
            if connection.printer == destination.name:
                connection.printer_changed()


class _Connection:
    """One client."""

    def __init__(
        self, room: Room, printer: PrinterSettings, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.printer = printer.name
        self.client = str((writer.get_extra_info("peername") or ("",))[0])
        self._room = room
        self._idle_s = printer.listen_idle_s
        self._reader = reader
        self._writer = writer
        self._task = asyncio.current_task()
        self._later: set[asyncio.Task[None]] = set()
        destination = room.verbs.destinations.get(printer.name)
        profile = (destination.profile if destination else None) or generic()
        limit = room.settings.server.max_frame_mib * _MIB
        self._intake = Intake(profile, limit, is_read=not profile.passthrough)

    async def run(self) -> None:
        """Take tickets until the client is done. Its connection is closed after the commit, and reset without one."""
        try:
            while data := await self._read():
                await self._take(data)
            await self._submit(Ticket(self._intake.finish()))
            if self._later:  # somebody waits to hear that a ticket is out
                await asyncio.wait(self._later)
            self._writer.close()
            await self._writer.wait_closed()
        except TooLong:
            self._refused("raw_too_long", limit_mib=self._room.settings.server.max_frame_mib)
        except TicketDaemonError as problem:
            self._refused("raw_refused", code=problem.code, detail=problem.text())
        except (ConnectionError, TimeoutError) as error:
            self._refused("raw_lost", detail=str(error))
        except asyncio.CancelledError:
            self.reset()
            raise
        finally:
            for task in self._later:
                await tasks.end(task)

    async def _read(self) -> bytes:
        """The next bytes; b"" at the end. A silence that ends a ticket has it taken on the way."""
        while True:
            intake = self._intake
            patience = UNUSED_S if intake.is_empty else CUT_IDLE_S if intake.ends_in_cut else self._idle_s
            try:
                async with asyncio.timeout(patience):
                    return await self._reader.read(_READ)
            except TimeoutError:
                if intake.is_empty:
                    return b""
                await self._submit(Ticket(intake.finish()))

    async def _take(self, data: bytes) -> None:
        for event in self._intake.feed(data, self._condition()):
            if isinstance(event, Answer):
                self._writer.write(event.data)
            else:
                await self._submit(event)
        await self._writer.drain()

    async def _submit(self, ticket: Ticket) -> None:
        """Have a ticket committed, waiting for room. Raises TicketDaemonError."""
        if not ticket.body:
            if ticket.when_printed:
                self._writer.write(ticket.when_printed)
            return
        order = Order(ticket.body, printer=self.printer, format="printer", origin=f"raw {self.client}")
        until = asyncio.get_running_loop().time() + ROOM_S
        while True:
            try:
                if ticket.when_printed:
                    self._tell_when_printed(order, ticket.when_printed)
                else:
                    await self._room.verbs.submit(order)
                return
            except (QueueFull, StorageUnavailable, RateLimited):
                if asyncio.get_running_loop().time() >= until or self._reader.at_eof():
                    raise
            await asyncio.sleep(_PAUSE_S)

    def _tell_when_printed(self, order: Order, answer: bytes) -> None:
        async def tell() -> None:
            now = self._room.clock()
            job: Job = await self._room.verbs.print_by(order, now + PRINTED_MS, now + 2 * PRINTED_MS)
            if job.is_printed:
                self._writer.write(answer)

        task = asyncio.create_task(self._guarded(tell()))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _guarded(self, work: object) -> None:
        try:
            await work  # type: ignore[misc]
        except TicketDaemonError as problem:
            self._refused("raw_refused", code=problem.code, detail=problem.text())

    def printer_changed(self) -> None:
        """Tell a client that asked for it (GS a) how the printer is now."""
        if said := self._intake.printer_changed(self._condition()):
            self._writer.write(said)

    def _condition(self) -> Conditions:
        destination = self._room.verbs.destinations.get(self.printer)
        if destination is None:
            return Conditions(offline=True)
        return conditions(destination.status.reasons, is_stopped=destination.status.state == "stopped")

    # --- the end ---

    def _refused(self, event: str, **more: object) -> None:
        log.warning(event, extra={"printer": self.printer, "client": self.client, **more})
        self.reset()

    def reset(self) -> None:
        """End the connection so that its client sees an error."""
        raw = self._writer.get_extra_info("socket")
        with contextlib.suppress(OSError, AttributeError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport = self._writer.transport
        transport.abort()

    def end(self) -> None:
        """Cut it off: the daemon stops."""
        if self._task is not None:
            self._task.cancel()


def frontend(room: Room) -> Raw:
    return Raw(room)
