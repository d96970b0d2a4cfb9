"""The server of the fleet's page against a real NATS server: what is put there is shown, and to whom."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from nats.js.errors import NotFoundError

from support.attacker import request
from support.chain import chain, held, shop, stopped
from support.nats_server import NatsServer, nats_server
from ticket_daemon.errors import ConfigError
from ticket_daemon.fleet import dashboard, lookout, names, shapes, streams
from ticket_daemon.fleet.connection import Access, connect, leave
from ticket_daemon.fleet.dashboard import ORIGIN_REFUSED, FleetDashboard
from ticket_daemon.tasks import end

PATIENCE_S = 60.0
Picture = dict[str, Any]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    with nats_server(tmp_path / "nats") as running:
        yield running


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is lost is sought again soon."""
    monkeypatch.setattr(lookout, "PAUSES_S", (0.1,))


async def has_bucket(server: NatsServer) -> None:
    """See to it that there is a bucket; one that is there stays as it is."""
    nats = await connect(Access(server.url), "a technician")
    try:
        await nats.jetstream().key_value(names.SHOPS)
    except NotFoundError:
        await streams.make(nats.jetstream())
    finally:
        await leave(nats)


@contextlib.asynccontextmanager
async def page(server: NatsServer, *origins: str, set_up: bool = True) -> AsyncIterator[FleetDashboard]:
    """The page's server, connected to that NATS server, which has a bucket unless said otherwise."""
    if set_up:
        await has_bucket(server)
    made = FleetDashboard(Access(server.url), port=0, origins=origins)
    await made.start()
    following = asyncio.create_task(made.follow())
    try:
        async with looking(made) as looker:
            await looker.until(lambda p: p["link"]["state"] != "connecting")
        yield made
    finally:
        await end(following)
        await made.stop()


class Looker:
    """One who looks at it. `seen` is every picture that was sent."""

    def __init__(self, link: aiohttp.ClientWebSocketResponse) -> None:
        self.link = link
        self.seen: list[Picture] = []

    async def ask(self, **wish: Any) -> None:
        """Wish to see something."""
        await self.link.send_json({"tipo": "look", **wish})

    async def until(self, wanted: Callable[[Picture], Any]) -> Picture:
        """The next picture that is as wanted."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                picture: Picture = await self.link.receive_json()
                self.seen.append(picture)
                if wanted(picture):
                    return picture


@contextlib.asynccontextmanager
async def looking(at: FleetDashboard, **wish: Any) -> AsyncIterator[Looker]:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{at.url}ws") as link:
        looker = Looker(link)
        await looker.ask(**wish)
        yield looker


def stores(picture: Picture) -> list[str]:
    return [row["store"] for row in picture["rows"]]


def kinds(picture: Picture, store: str) -> list[str]:
    row = next(row for row in picture["rows"] if row["store"] == store)
    return [problem["kind"] for problem in row.get("problems", ())]


# --- what is shown ---


async def test_shops_are_shown_as_they_speak_the_most_urgent_first(server: NatsServer) -> None:
    async with chain(server, shop("lima"), shop("cusco")) as shops, page(server) as at, looking(at) as looker:
        picture = await looker.until(lambda p: p["counts"]["there"] == 2)
        assert picture["link"]["state"] == "connected"
        assert stores(picture) == ["cusco", "lima"]
        await shops.say(shop("lima", stopped("Caja", "media-empty", waiting=3)))
        picture = await looker.until(lambda p: p["counts"]["stopped"])
        assert stores(picture) == ["lima", "cusco"]
        await shops.say(shop("cusco", **held("venta-1")))
        picture = await looker.until(lambda p: p["counts"]["held"])
        assert stores(picture) == ["cusco", "lima"]
        assert picture["rows"][0]["problems"][0]["job"] == "venta-1"
        await shops.say(shop("cusco"), shop("lima"))
        picture = await looker.until(lambda p: not p["counts"]["urgent"])
        assert picture["counts"]["there"] == 2


async def test_a_shop_whose_entry_ends_is_silent_and_stays_with_the_time_it_was_last_heard(server: NatsServer) -> None:
    async with chain(server, there_s=2) as shops, page(server) as at, looking(at) as looker:
        await shops.say(shop("lima"))
        await looker.until(lambda p: p["counts"]["there"] == 1)
        picture = await looker.until(lambda p: p["counts"]["silent"] == 1)
        assert kinds(picture, "lima") == ["silent"]
        assert picture["rows"][0]["heard"] > 1_700_000_000
        await shops.say(shop("lima"))
        await looker.until(lambda p: p["counts"]["there"] == 1)


async def test_an_entry_that_is_taken_away_ends_at_once(server: NatsServer) -> None:
    async with chain(server, shop("lima")) as shops, page(server) as at, looking(at) as looker:
        await looker.until(lambda p: p["counts"]["there"])
        await shops.leave("lima")
        await looker.until(lambda p: p["counts"]["silent"] == 1)


async def test_a_shop_that_was_silent_before_the_page_began_is_known_by_its_stream(server: NatsServer) -> None:
    async with chain(server, shop("lima")) as shops:
        for store in ("lima", "cusco"):
            await streams.admit(shops.js, store)
        async with page(server) as at, looking(at) as looker:
            picture = await looker.until(lambda p: p["counts"]["shops"] == 2 and p["counts"]["there"] == 1)
            assert kinds(picture, "cusco") == ["silent"]
            assert "heard" not in picture["rows"][0]


async def test_one_shop_is_shown_with_its_printers_held_jobs_and_last_tickets(server: NatsServer) -> None:
    lima = shop("lima", stopped("Caja", "cover-open"), **held("venta-1"))
    async with chain(server, lima, shop("cusco")) as shops, page(server) as at, looking(at, store="lima") as looker:
        await looker.until(lambda p: p.get("shop"))
        await shops.tell("lima", "venta 2/ñ", "queued", seconds=2)
        await shops.tell("lima", "venta 2/ñ", "confirmed", seconds=1)
        refusal = {"tipo": "error", "id": "venta-3", "status": "error", "mensaje": "no", "code": "invalid_document"}
        await shops.publish("results.lima.venta-3", json.dumps(refusal).encode())
        picture = await looker.until(lambda p: len(p["shop"].get("jobs", ())) == 2)
        assert "rows" not in picture
        view = picture["shop"]
        assert [(job["id"], job["state"]) for job in view["jobs"]] == [
            ("venta-3", "refused"), ("venta 2/ñ", "confirmed"),
        ]  # fmt: skip
        assert view["jobs"][0]["code"] == "invalid_document"
        assert [problem["kind"] for problem in view["problems"]] == ["held", "stopped"]
        assert view["printers"][0]["reasons"] == ["cover-open"]
        await looker.ask(store="nowhere")
        assert "shop" not in await looker.until(lambda p: "shop" not in p)


async def test_what_is_wished_for_is_what_is_sent(server: NatsServer) -> None:
    many = [shop(f"tienda-{number:02}") for number in range(40)]
    async with chain(server, *many, shop("lima", **held("v"))) as _, page(server) as at, looking(at) as looker:
        await looker.until(lambda p: p["matching"] == 41)
        await looker.ask(words="TIENDA", limit=10)
        picture = await looker.until(lambda p: p["matching"] == 40)
        assert stores(picture) == [f"tienda-{number:02}" for number in range(10)]
        assert picture["counts"]["shops"] == 41
        await looker.ask(show="held")
        assert stores(await looker.until(lambda p: p["matching"] == 1)) == ["lima"]
        await looker.ask(words="x" * 3000, limit=-5)
        assert stores(await looker.until(lambda p: p["matching"] == 0)) == []


async def test_a_storm_of_news_becomes_a_few_pictures(server: NatsServer) -> None:
    async with chain(server, shop("lima")) as shops, page(server) as at, looking(at) as looker:
        await looker.until(lambda p: p["counts"]["there"] == 1)
        begun = asyncio.get_running_loop().time()
        before = len(looker.seen)
        for number in range(1, 301):
            await shops.say(shop("lima", current=number, capacity=1000))
        await looker.until(lambda p: p["rows"][0].get("current") == 300)
        took = asyncio.get_running_loop().time() - begun
        assert len(looker.seen) - before <= took / dashboard.PAUSE_S + 2


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"store": "lima"}', b"\xff" * 100, b'{"store":"' + b"x" * 70_000])
async def test_an_entry_that_cannot_be_read_hides_no_other(server: NatsServer, body: bytes) -> None:
    async with chain(server) as shops, page(server) as at, looking(at) as looker:
        await shops.put("bad", body)
        await shops.publish("results.bad.x", body)
        await shops.say(shop("lima"))
        picture = await looker.until(lambda p: p["counts"]["there"] == 1)
        assert "lima" in stores(picture)


async def test_no_shop_speaks_in_anothers_place(server: NatsServer) -> None:
    async with chain(server, shop("lima")) as shops, page(server) as at, looking(at) as looker:
        await looker.until(lambda p: p["counts"]["there"] == 1)
        await shops.put("cusco", shapes.encode(shop("lima", storage="forged")))
        await shops.say(shop("arequipa"))
        picture = await looker.until(lambda p: p["counts"]["there"] == 2)
        assert picture["counts"]["full"] == 0
        assert stores(picture) == ["arequipa", "lima"]


# --- the server is lost ---


async def test_the_last_picture_is_kept_while_the_server_is_gone_and_goes_on_after(
    server: NatsServer,
) -> None:
    async with chain(server, shop("lima", **held("v"))) as _, page(server) as at, looking(at) as looker:
        first = await looker.until(lambda p: p["counts"]["there"] == 1)
        server.kill()
        lost = await looker.until(lambda p: p["link"]["state"] == "lost")
        assert (lost["rows"], lost["counts"]) == (first["rows"], first["counts"])
        assert server.url in lost["link"]["es"]
        assert server.url in lost["link"]["en"]
        assert lost["link"]["since"] >= first["link"]["since"]
        server.start()
        await looker.until(lambda p: p["link"]["state"] == "connected")
        async with chain(server) as shops:
            await shops.say(shop("lima"))
            assert (await looker.until(lambda p: not p["counts"]["held"]))["counts"]["there"] == 1


async def test_a_server_without_the_bucket_is_said_to_be_so(server: NatsServer) -> None:
    async with page(server, set_up=False) as at, looking(at) as looker:
        picture = await looker.until(lambda p: p["link"]["state"] == "lost")
        assert "fleet setup" in picture["link"]["en"]
        async with chain(server, shop("lima")):
            await looker.until(lambda p: p["link"]["state"] == "connected" and p["counts"]["there"] == 1)


# --- who may look ---


async def test_answers_let_browsers_load_nothing_from_elsewhere_and_embed_nothing(server: NatsServer) -> None:
    async with page(server) as at:
        for path in ("", "static/fleet.js", "static/nothing.js", "nothing"):
            said = await asyncio.to_thread(request, at.url + path)
            assert said.headers["X-Content-Type-Options"] == "nosniff"
            assert said.headers["X-Frame-Options"] == "DENY"
            assert "default-src" in said.headers["Content-Security-Policy"]
            assert "unsafe" not in said.headers["Content-Security-Policy"]
            assert said.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "Access-Control-Allow-Origin" not in said.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8767", "192.168.1.20:8767", "localhost.evil.example", ""]
)
async def test_a_name_that_was_made_to_lead_here_is_told_nothing(server: NatsServer, host: str) -> None:
    async with chain(server, shop("lima")), page(server) as at:
        for path in ("", "static/fleet.js", "ws"):
            said = await asyncio.to_thread(request, at.url + path, headers={"Host": host})
            assert said.status == 403
            assert b"lima" not in said.body
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await _opened(at, Host=host, Origin=f"http://{host}")


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
async def test_names_of_this_machine_are_its_own(server: NatsServer, name: str) -> None:
    async with page(server) as at:
        host = f"{name}:{at.port}"
        assert (await asyncio.to_thread(request, at.url, headers={"Host": host})).status == 200
        assert await _opened(at, Host=host, Origin=f"http://{host}") is None


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://localhost:1", "http://127.0.0.1", "file://", "chrome-extension://a"],
)
async def test_pages_of_other_sites_and_ports_are_told_nothing(server: NatsServer, origin: str) -> None:
    async with chain(server, shop("lima")), page(server) as at:
        assert await _opened(at, Origin=origin) == ORIGIN_REFUSED


async def test_the_address_of_a_proxy_in_front_is_taken_and_no_other(server: NatsServer) -> None:
    async with page(server, "https://shops.example.com") as at:
        assert await _opened(at, Origin="https://shops.example.com") is None
        assert await _opened(at, Host="shops.example.com", Origin="https://shops.example.com") is None
        assert await _opened(at, Origin="https://other.example.com") == ORIGIN_REFUSED
        assert (await asyncio.to_thread(request, at.url, headers={"Host": "shops.example.com"})).status == 200
        assert (await asyncio.to_thread(request, at.url, headers={"Host": "other.example.com"})).status == 403


async def _opened(at: FleetDashboard, **headers: str) -> int | None:
    """Open a WebSocket and ask; None when a picture comes, else the code it is closed with."""
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{at.url}ws", headers=headers) as link:
        with contextlib.suppress(ConnectionError):
            await link.send_json({"tipo": "look"})
        frame = await link.receive(timeout=PATIENCE_S)
        return None if frame.type is aiohttp.WSMsgType.TEXT else link.close_code


@pytest.mark.parametrize(
    "frame", ["", "{", "[]", '{"tipo": "ticket"}', '{"tipo": "look", "limit": "all"}', b"\x00", "x" * 5000]
)
async def test_what_no_page_of_ours_says_ends_the_link(server: NatsServer, frame: str | bytes) -> None:
    async with page(server) as at, looking(at) as looker:
        await looker.until(lambda p: p)
        await (looker.link.send_str(frame) if isinstance(frame, str) else looker.link.send_bytes(frame))
        async with asyncio.timeout(PATIENCE_S):
            while (await looker.link.receive()).type not in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
                pass


async def test_a_sign_of_life_is_answered_and_nothing_can_be_changed(server: NatsServer) -> None:
    async with page(server) as at, looking(at) as looker:
        await looker.link.send_json({"tipo": "ping", "id": "p1"})
        assert (await looker.until(lambda p: p["tipo"] == "pong"))["id"] == "p1"
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert (await asyncio.to_thread(request, at.url, method)).status == 405


async def test_who_does_not_read_delays_nobody_else(server: NatsServer) -> None:
    everybody = [shop(f"tienda-{number:04}", **held(f"venta-{number}")) for number in range(500)]
    async with chain(server, *everybody) as shops, page(server) as at, looking(at) as looker:
        await looker.until(lambda p: p["counts"]["there"] == 500)
        await looker.ask(limit=1000)
        async with _deaf(at):
            for count in range(1, 6):
                await shops.say(shop("tienda-0000", current=count))
                await looker.until(lambda p, count=count: any(row.get("current") == count for row in p["rows"]))


@contextlib.asynccontextmanager
async def _deaf(at: FleetDashboard) -> AsyncIterator[None]:
    """Somebody who asks for all there is and reads nothing of it."""
    reader, writer = await asyncio.open_connection(at.host, at.port, limit=1024)
    upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    writer.write(f"GET /ws HTTP/1.1\r\nHost: {at.host}\r\n{upgrade}Sec-WebSocket-Key: {'A' * 22}==\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    asked = b'{"tipo":"look","limit":1000}'
    writer.write(bytes((0x81, 0x80 | len(asked), 0, 0, 0, 0)) + asked)
    try:
        yield
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "::", "shops.example.com", ""])
def test_beyond_this_machine_it_does_not_listen(host: str) -> None:
    with pytest.raises(ConfigError) as refused:
        FleetDashboard(Access("nats://127.0.0.1:1"), host)
    assert "--origin" in refused.value.text("es")


@pytest.mark.parametrize("origin", ["null", "shops.example.com", "https://", "https://a/b", "*"])
def test_what_is_no_address_of_a_site_is_refused(origin: str) -> None:
    with pytest.raises(ConfigError):
        FleetDashboard(Access("nats://127.0.0.1:1"), origins=[origin])


# --- the command ---


def test_the_command_says_where_the_page_is_and_ends_in_good_order(server: NatsServer) -> None:
    command = [sys.executable, "-m", "ticket_daemon", "fleet", "dashboard", "--url", server.url, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        url = next(word for word in line.split() if word.startswith("http://")).rstrip(".")
        assert request(url).status == 200
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=PATIENCE_S)
    assert (running.returncode, errors) == (0, "")


def test_the_command_says_why_it_cannot_listen() -> None:
    command = [sys.executable, "-m", "ticket_daemon", "fleet", "dashboard", "--url", "nats://127.0.0.1:1"]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run([*command, "--port", port], capture_output=True, text=True, timeout=PATIENCE_S)
    assert ended.returncode == 1
    assert port in ended.stderr
    ended = subprocess.run([*command, "--host", "0.0.0.0"], capture_output=True, text=True, timeout=PATIENCE_S)
    assert ended.returncode == 1
    assert "--origin" in ended.stderr
    assert "Traceback" not in ended.stderr
