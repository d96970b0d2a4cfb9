"""What was found by attacking the daemon: each test is one attack, and what must be true all the same.

Attacks on a running daemon are made over real connections; those that need one exact moment use its parts in this
process. Nothing sleeps: every wait is for something that happens.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from test_job_truth import Shop, emulated

from support.client import EXAMPLE, client, ticket
from support.daemon_process import DaemonProcess, daemon_process
from support.tcp_printer import TcpPrinter
from ticket_daemon.daemon import Daemon
from ticket_daemon.errors import NotCancellable
from ticket_daemon.poster.escpos.answers import RealtimeAnswer
from ticket_daemon.printers.emulated import Faults
from ticket_daemon.queue import Job, JobState, NewJob, Queue
from ticket_daemon.settings import config
from ticket_daemon.settings.config import PrinterSettings, ServerSettings, Settings
from ticket_daemon.spooler import talk as talking
from ticket_daemon.spooler import worker as working
from ticket_daemon.spooler.talk import Talk
from ticket_daemon.transport import LinkBroken
from ticket_daemon.transport.addresses import SocketAddress
from ticket_daemon.transport.device_file import FileLink
from ticket_daemon.transport.raw_socket import SocketLink

STOP_S = 10.0


def printers(**uris: str) -> str:
    return "\n".join(f'[[printers]]\nname = "{n}"\nuri = "{u}"\nprofile = "Generic 58mm"\n' for n, u in uris.items())


def text_frame(text: str) -> bytes:
    """A short frame as clients send it, masked with nothing."""
    data = text.encode()
    return b"\x81" + bytes([0x80 | len(data)]) + b"\0\0\0\0" + data


def raw_websocket(daemon: DaemonProcess) -> socket.socket:
    """A client with little room for what it is told; whoever made it decides whether it reads at all."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.settimeout(30)
    made.connect(("127.0.0.1", daemon.port))
    key = base64.b64encode(os.urandom(16)).decode()
    made.sendall(
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    return made


def http(daemon: DaemonProcess, request: bytes) -> bytes:
    """The whole answer to bytes that no proper client would send."""
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=30) as made:
        made.sendall(request)
        answer = b""
        while part := made.recv(65536):
            answer += part
    return answer


# --- clients that do not behave ---


def test_a_client_that_reads_nothing_does_not_keep_the_daemon_from_stopping(tmp_path: Path) -> None:
    with daemon_process(tmp_path) as daemon, raw_websocket(daemon) as deaf:
        deaf.sendall(text_frame('{"tipo":"get_printers"}') * 20_000)  # some MB of answers, which stay where they are
        deaf.sendall(text_frame('{"tipo":"ticket"}'))
        begun = time.monotonic()
        assert daemon.terminate() == 0
        assert time.monotonic() - begun < STOP_S


def test_a_client_that_lets_too_much_pile_up_is_cut_off(tmp_path: Path) -> None:
    with daemon_process(tmp_path) as daemon, raw_websocket(daemon) as deaf:
        with pytest.raises(OSError):  # noqa: PT012 - whichever of the many is the one too much
            while True:
                deaf.sendall(text_frame('{"tipo":"get_printers"}') * 2000)
        assert daemon.health()["status"] == "ok"
        assert "client_too_slow" in [line["event"] for line in daemon.log]


def test_a_client_gone_before_its_ack_leaves_nothing_behind(tmp_path: Path) -> None:
    async def attack() -> None:
        async with running(tmp_path) as daemon:
            heard = asyncio.Event()
            daemon.queue.listen(lambda job: heard.set() if job.is_settled else None)
            async with aiohttp.ClientSession() as web, web.ws_connect(daemon.url + "ws") as ws:
                session_left = left(daemon)
                await ws.send_str(json.dumps({"tipo": "ticket", "datos": EXAMPLE}))
                # The connection ends in the same turn in which the ticket is read: its commit comes later.
                await ws.close()
                await heard.wait()
                await session_left.wait()
            assert daemon.audience._watched == {}
            assert daemon.audience._watchers == {}

    asyncio.run(attack())


def left(daemon: Daemon) -> asyncio.Event:
    """Rings when a session has said goodbye to the audience."""
    rung, leave = asyncio.Event(), daemon.audience.leave

    def leaving(session: object) -> None:
        leave(session)  # type: ignore[arg-type]
        rung.set()

    daemon.audience.leave = leaving  # type: ignore[method-assign,assignment]
    return rung


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Daemon]:
    daemon = Daemon(config.load("test", None, {}, {"server": {"port": 0}, "limits": {"jobs_per_minute": 0}}, folder))
    await daemon.start()
    try:
        yield daemon
    finally:
        await daemon.close()


def test_frames_that_break_the_protocol_end_their_connection_and_nothing_else(tmp_path: Path) -> None:
    with daemon_process(tmp_path) as daemon:
        for frame, code in ((b"\x81\x82\0\0\0\0\xff\xff", 1007), (b"\x83\x80\0\0\0\0", 1002)):
            with raw_websocket(daemon) as bad:
                bad.sendall(frame)
                heard = b""
                while part := bad.recv(65536):
                    heard += part
                assert heard.endswith(b"\x88\x02" + code.to_bytes(2, "big"))
        assert daemon.terminate() == 0
        assert "Traceback" not in "".join(daemon.output)


def test_a_token_that_is_no_text_is_refused_like_any_other(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"secret").hexdigest()
    with daemon_process(tmp_path, config=f'[auth]\ntoken_sha256 = "{digest}"\n') as daemon:
        answer = http(
            daemon,
            b"GET /api/v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \xff\xfe\r\n"
            b"Connection: close\r\n\r\n",
        )
        assert answer.startswith(b"HTTP/1.1 401")
        assert b'"unauthorized"' in answer


async def test_an_error_of_our_own_is_answered_and_the_connection_lives_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as daemon, client(daemon.url.rstrip("/")) as c:
        monkeypatch.setattr(daemon.verbs, "ticket", lambda *_: 1 / 0)
        answer = await c.ask({"tipo": "ticket", "id": "a", "datos": EXAMPLE})
        assert (answer["tipo"], answer["code"], answer["id"]) == ("error", "internal", "a")
        assert (await c.ask({"tipo": "ping"}))["tipo"] == "pong"
        monkeypatch.setattr(daemon.verbs, "long_ticket", lambda *_: 1 / 0)
        body, as_json = json.dumps({"datos": EXAMPLE}), {"Content-Type": "application/json"}
        async with (
            aiohttp.ClientSession() as web,
            web.post(daemon.url + "api/v1/jobs", data=body, headers=as_json) as response,
        ):
            assert response.status == 500
            assert (await response.json())["code"] == "internal"


# --- printers that do not behave ---


def shop_for(folder: Path, uri: str, profile: str = "Generic 58mm", **more: object) -> Shop:
    more = {"on_failure": "fail", **more}
    return Shop(folder, PrinterSettings("caja", uri, profile, default=True, **more))  # type: ignore[arg-type]


@asynccontextmanager
async def started(shop: Shop) -> AsyncIterator[Shop]:
    await shop.start()
    try:
        yield shop
    finally:
        await shop.stop()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
async def test_a_device_that_opens_and_takes_no_byte_fails_the_job_after_its_patience(tmp_path: Path) -> None:
    async with started(shop_for(tmp_path, "file:///dev/full", retry_s=1)) as shop:
        await shop.submit("one")
        assert await shop.until("one", "failed", "held", "sent") == "failed"
        job = await shop.queue.find("one")
        assert job is not None
        assert job.attempts <= 5, "tried again without a pause"
        assert shop.queue.current == 0


@pytest.mark.parametrize("uri", ["socket://a..b:9100", "socket://" + "a" * 70 + ":9100", "file:///tmp/x%00y"])
async def test_a_place_that_cannot_exist_is_a_printer_that_is_offline(tmp_path: Path, uri: str) -> None:
    async with started(shop_for(tmp_path, uri, retry_s=0)) as shop:
        await shop.submit("one")
        assert await shop.until("one", "failed", "held", "sent") == "failed"
        assert shop.spooler.is_running


async def test_an_unplugged_device_is_not_made_into_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ticket_daemon.errors import LinkError
    from ticket_daemon.transport import device_file

    monkeypatch.setattr(device_file, "_DEVICES", tmp_path)
    link = FileLink(str(tmp_path / "lp0"))
    with pytest.raises(LinkError):
        await link.open()
    assert list(tmp_path.iterdir()) == []


async def reset_link() -> SocketLink:
    """A link with bytes under way, whose far side has reset the connection."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    listener.setblocking(False)
    link = SocketLink(SocketAddress("127.0.0.1", listener.getsockname()[1]))
    await link.open()
    far, _ = await asyncio.get_running_loop().sock_accept(listener)
    await link.write(b"x" * 200_000)
    linger = b"\1\0\1\0" if sys.platform == "win32" else b"\1\0\0\0\0\0\0\0"
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    far.close()
    listener.close()
    while await link.read():
        pass
    return link


async def test_bytes_under_way_when_the_printer_reset_are_never_said_to_be_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ticket_daemon.transport import raw_socket

    monkeypatch.setattr(raw_socket, "unacknowledged", lambda _: 0)  # as where the system cannot tell
    link = await reset_link()
    with pytest.raises(LinkBroken):
        await link.settled()
    await link.close()


async def test_writing_to_a_connection_that_was_reset_says_that_nothing_was_sent() -> None:
    link = await reset_link()
    with pytest.raises(LinkBroken) as broken:
        await link.write(b"more")
    assert broken.value.sent == 0
    await link.close()


async def test_a_long_ticket_on_a_slow_printer_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A status question waits behind the ticket's bytes: the printer is silent for longer than an answer may take.
    monkeypatch.setattr(talking, "ANSWER_S", 0.2)
    monkeypatch.setattr(working, "ASK_S", 0.1)
    async with (
        emulated() as printer,
        started(shop_for(tmp_path, printer.uri, "TM-T20III")) as shop,
    ):
        await shop.submit("short")
        assert await shop.until("short", "confirmed", "held", "sent") == "confirmed"
        printer.set_faults(Faults(bytes_per_second=8000))
        await shop.submit("long", lines=400)
        assert await shop.until("long", "confirmed", "held", "sent", "failed") == "confirmed"


class Answering:
    """A link to a printer that answers when it is told to."""

    two_way = True
    port = "here"

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    async def write(self, data: bytes) -> None:
        self.asked.append(data)


async def test_a_late_answer_is_not_taken_for_the_answer_to_the_next_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking, "ANSWER_S", 0.01)
    link = Answering()
    talk = Talk(link, ("dle_eot",), lambda _: None)  # type: ignore[arg-type]
    assert await talk.reasons() is None
    asked = len(link.asked)
    assert await talk.reasons() is None, "silence stays silence"
    assert len(link.asked) == asked, "and nothing else is asked meanwhile"
    monkeypatch.setattr(talking, "ANSWER_S", 30.0)
    # 16h: the drawer's bit in the first question's answer, the cover's in the second's.
    talk._take(RealtimeAnswer(0x16))
    reading = asyncio.ensure_future(talk.reasons())
    for answer in (0x16, 0x12, 0x12, 0x12):
        asked = len(link.asked)
        while len(link.asked) == asked:
            await asyncio.sleep(0)
        talk._take(RealtimeAnswer(answer))
    assert "cover-open" not in (await reading or ())


# --- time, storage, people ---


async def test_a_clock_set_back_does_not_make_a_job_wait_for_a_dead_printer_for_ever(tmp_path: Path) -> None:
    shop = shop_for(tmp_path, "socket://127.0.0.1:1", retry_s=1)
    async with started(shop):
        tomorrow = time.time_ns() // 1_000_000 + 86_400_000  # accepted before the clock went back
        await shop.queue.submit(NewJob("one", "caja", b"1", b"{}", b"x\n", tomorrow))
        assert await shop.until("one", "failed", "held") == "failed"


async def test_who_waits_for_a_commit_is_told_although_a_listener_fails(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "queue.db", 10, lambda: 1)
    await queue.open()
    heard: list[str] = []

    def broken(_: Job) -> None:
        raise ValueError("a mistake of ours")

    queue.listen(broken)
    queue.listen(lambda job: heard.append(job.id))
    accepted = await queue.submit(NewJob("one", "caja", b"1", b"{}", b"x", 1))
    async with asyncio.timeout(10):
        begun = await queue.start(accepted.job)
        assert begun is not None
        assert begun.data == b"x"
        with pytest.raises(NotCancellable):
            await queue.cancel("one")
    assert heard == ["one", "one"]
    await queue.close()


def test_jobs_of_a_printer_that_left_the_configuration_are_held_and_say_so(tmp_path: Path) -> None:
    with TcpPrinter(reads=False) as printer:
        with daemon_process(tmp_path, config=printers(caja=printer.uri)) as daemon:

            async def submit() -> None:
                async with client(daemon.url) as c:
                    for number in range(3):
                        document = ticket("x" * 30, 3000)
                        await c.send({"tipo": "ticket", "id": f"n{number}", "printer": "caja", "datos": document})
                        await c.until(lambda answer: answer["tipo"] == "ack")

            asyncio.run(submit())
            daemon.kill()
        with daemon_process(tmp_path, config=printers(cocina=printer.uri)) as daemon:

            async def ask() -> None:
                async with client(daemon.url) as c:
                    job = await c.ask({"tipo": "job", "id": "n2"})
                    assert (job["state"], job["code"]) == ("held", "unknown_printer")
                    assert "caja" in job["mensaje"]
                    refused = await c.ask({"tipo": "release", "id": "n2"})
                    assert refused["code"] == "unknown_printer"
                    assert (await c.ask({"tipo": "status"}))["current"] == 0, "they take nobody else's place"

            asyncio.run(ask())


@pytest.mark.parametrize(
    ("host", "url"),
    [("::1", "http://[::1]:80/"), ("::", "http://[::1]:80/"), ("0.0.0.0", "http://127.0.0.1:80/")],
)
def test_the_page_of_a_daemon_on_ipv6_has_an_address_that_browsers_take(tmp_path: Path, host: str, url: str) -> None:
    settings = Settings(server=ServerSettings(host=host, port=80), data_dir=tmp_path)
    assert Daemon(settings).url == url


async def test_every_place_in_the_queue_is_given_back(tmp_path: Path) -> None:
    """Whatever is done to jobs, the places taken are those of jobs that wait."""
    queue = Queue(tmp_path / "queue.db", 20, lambda: 1)
    await queue.open()
    steps: list[Callable[[str], object]] = [queue.cancel, queue.hold, lambda i: queue.release(i, b"y"), queue.cancel]
    for round_ in range(8):
        ids = [f"{round_}-{n}" for n in range(5)]
        offers = [queue.submit(NewJob(i, "caja", b"1", b"{}", b"x", 1)) for i in ids * 2]
        offers += [queue.submit(NewJob(i, "caja", b"2", b"{}", b"x", 1)) for i in ids]
        await asyncio.gather(*offers, return_exceptions=True)
        await asyncio.gather(*(step(i) for i in ids for step in steps), return_exceptions=True)  # type: ignore[call-overload]
        found = [job for i in ids if (job := await queue.find(i)) is not None]
        assert queue.current == sum(job.state is JobState.QUEUED for job in found)
        for i in ids:
            await asyncio.gather(queue.cancel(i), return_exceptions=True)
        assert queue.current == 0
        assert queue.waiting("caja") == 0
    await queue.close()
