"""What is found is kept for a while, told when it changes, and one source's trouble is not another's."""

from __future__ import annotations

import asyncio

import pytest

from ticket_daemon.printers.discovery import Discovery, FoundPrinter, NotLooked, Snapshot, watch


def printer(name: str, uri: str = "", source: str = "usb", **more: object) -> FoundPrinter:
    return FoundPrinter(name=name, uri=uri or f"usb://{name}", port="p", source=source, **more)  # type: ignore[arg-type]


class World:
    """Sources whose findings a test changes, and a clock it moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.there: dict[str, list[FoundPrinter] | Exception] = {"cups": [], "usb": []}
        self.asked: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.discovery = Discovery({"cups": self.cups, "usb": self.usb, "mdns": self.mdns}, lambda: self.now)
        self.told: list[Snapshot] = []
        self.discovery.listen(self.told.append)

    async def cups(self) -> list[FoundPrinter]:
        return self.look("cups")

    async def usb(self) -> list[FoundPrinter]:
        await self.gate.wait()
        return self.look("usb")

    async def mdns(self) -> list[FoundPrinter]:
        return self.look("mdns")

    def look(self, name: str) -> list[FoundPrinter]:
        self.asked.append(name)
        found = self.there.get(name, [])
        if isinstance(found, Exception):
            raise found
        return found


async def test_what_was_found_is_kept_for_thirty_seconds() -> None:
    world = World()
    world.there["usb"] = [printer("caja")]
    await world.discovery.refresh()
    world.now = watch.FRESH_S - 0.1
    await world.discovery.refresh()
    assert world.asked == ["cups", "usb"]
    world.now = watch.FRESH_S
    snapshot = await world.discovery.refresh()
    assert world.asked == ["cups", "usb"] * 2
    assert [one.name for one in snapshot.printers] == ["caja"]


async def test_a_device_that_comes_and_goes_is_told_once_each() -> None:
    world = World()
    await world.discovery.refresh()
    world.there["usb"] = [printer("caja")]
    await world.discovery.refresh(force=True)
    await world.discovery.refresh(force=True)
    world.there["usb"] = []
    await world.discovery.refresh(force=True)
    assert [[one.name for one in snapshot.printers] for snapshot in world.told] == [["caja"], []]


async def test_a_source_that_is_missing_is_named_and_hides_nothing() -> None:
    world = World()
    world.there = {"cups": NotLooked("discovery.no_cups"), "usb": [printer("caja")]}
    snapshot = await world.discovery.refresh()
    assert [one.name for one in snapshot.printers] == ["caja"]
    assert [(one.source, "CUPS" in one.why.text("en")) for one in snapshot.missing] == [("cups", True)]


async def test_a_mistake_in_a_source_is_named_and_hides_nothing() -> None:
    world = World()
    world.there = {"cups": ZeroDivisionError("x"), "usb": [printer("caja")]}
    snapshot = await world.discovery.refresh()
    assert [one.name for one in snapshot.printers] == ["caja"]
    assert [one.why.key for one in snapshot.missing] == ["discovery.failed"]


async def test_a_source_that_hangs_delays_nobody_for_long_and_is_not_asked_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    world.there["cups"] = [printer("cola", source="cups")]
    world.gate.clear()
    monkeypatch.setattr(watch, "SOURCE_S", 0.05)
    first = await world.discovery.refresh()
    second = await world.discovery.refresh(force=True)
    assert [one.name for one in first.printers] == ["cola"]
    assert [one.why.key for one in second.missing] == ["discovery.slow"]
    monkeypatch.undo()
    world.gate.set()
    world.there["usb"] = [printer("caja")]
    third = await world.discovery.refresh(force=True)
    assert world.asked.count("usb") == 1
    assert ([one.name for one in third.printers], third.missing) == (["cola", "caja"], ())
    await world.discovery.close()


async def test_the_network_is_asked_only_when_somebody_looks() -> None:
    world = World()
    await world.discovery.refresh()
    assert "mdns" not in world.asked
    await world.discovery.refresh(network=True)
    assert world.asked.count("mdns") == 1


async def test_one_device_is_listed_once() -> None:
    world = World()
    world.there = {
        "cups": [],
        "usb": [printer("EPSON", "file:///dev/usb/lp0", same_as=("usb://1:2",)), printer("twin", "usb://1:2")],
    }
    assert [one.name for one in (await world.discovery.refresh()).printers] == ["EPSON"]


def test_an_installed_printer_is_found_exactly_then_ignoring_case() -> None:
    snapshot = Snapshot((printer("CAJA", source="cups"), printer("caja", source="cups"), printer("USB")))
    names = [found.name if (found := snapshot.installed(name)) else None for name in ("caja", "Caja", "usb")]
    assert names == ["caja", "CAJA", None]
