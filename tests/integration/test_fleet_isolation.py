"""What a shop may at the NATS server that `fleet init-server` sets up, and what it may not: all that is another shop's.

Every attack is tried twice: as the configuration is written, and with the shop's permissions taken out of it, where its
account alone holds it back.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import nats
import nkeys
import pytest
from nats.aio.client import Client as Nats
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import APIError, NoStreamResponseError

from support.fleet_server import Rig, fleet_server
from support.nats_server import NatsServer, nats_server
from ticket_daemon.errors import FleetRefused, FleetUnavailable
from ticket_daemon.fleet import names, server_config, streams
from ticket_daemon.fleet.connection import leave

#: The attacker, and whom it attacks. What is OURS is in messages that the attacker must never see.
LIMA, CUSCO = "lima", "cusco"
OURS = b"for cusco's eyes alone"
#: How long an answer is waited for that must not come; one that may come takes a thousandth of it.
SILENCE_S = 0.3


@pytest.fixture(params=["as written", "account alone"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    def edit(text: str, folder: Path) -> str:
        if request.param == "as written":
            return text
        key = public_key(folder / "shops" / f"{LIMA}.nk")
        bare, found = re.subn(rf"{key}, permissions: .*", f"{key} }}", text)
        assert found == 1
        return bare

    with fleet_server(tmp_path, f"{LIMA}\n{CUSCO}\n", edit=edit) as running:
        yield running


def public_key(file: Path) -> str:
    return nkeys.from_seed(bytearray(file.read_bytes().strip())).public_key.decode().rstrip("=")


class World(NamedTuple):
    """All that is at the server and not the attacker's."""

    streams: dict[str, Any]
    consumers: dict[str, Any]
    messages: list[tuple[str, int, str, bytes]]


async def world(backend: Nats) -> World:
    js = backend.jetstream()
    found_streams, consumers, messages = {}, {}, []
    for info in sorted(await js.streams_info(), key=lambda info: str(info.config.name)):
        name = str(info.config.name)
        found_streams[name] = info.config.as_dict()
        if name == names.stream(LIMA):
            continue
        for consumer in await js.consumers_info(name):
            floor = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
            state = (consumer.num_ack_pending, consumer.num_redelivered, consumer.num_pending, floor)
            consumers[f"{name} {consumer.name}"] = (consumer.config.as_dict(), state)
        for number in range(info.state.first_seq, info.state.last_seq + 1):
            with contextlib.suppress(APIError):  # a gap
                message = await js.get_msg(name, number)
                if LIMA not in str(message.subject).split("."):
                    messages.append((name, number, str(message.subject), message.data or b""))
    return World(found_streams, consumers, messages)


class Scene(NamedTuple):
    """Two shops at work: each has tickets waiting, one fetched and not acknowledged, results, and an entry."""

    rig: Rig
    backend: Nats
    attacker: Nats
    victim: Nats
    fetched: Any  #: the victim's ticket that it has not acknowledged


@contextlib.asynccontextmanager
async def scene(rig: Rig) -> AsyncIterator[Scene]:
    await rig.set_up(LIMA, CUSCO)
    async with rig.backend() as backend, rig.shop(LIMA) as attacker, rig.shop(CUSCO) as victim:
        js = backend.jetstream()
        for number in range(3):
            await js.publish(f"tickets.{CUSCO}.caja", OURS, headers={"Nats-Msg-Id": f"c{number}"})
            await js.publish(f"tickets.{LIMA}.caja", b"{}")
        theirs = victim.jetstream()
        await theirs.publish(f"results.{CUSCO}.1", OURS)
        await theirs.publish(names.shop(CUSCO), OURS)
        await attacker.jetstream().publish(names.shop(LIMA), b"lima")
        (fetched,) = await (await bound(victim, CUSCO)).fetch(1, timeout=5)
        yield Scene(rig, backend, attacker, victim, fetched)


async def bound(nats: Nats, store: str) -> Any:
    return await nats.jetstream().pull_subscribe_bind(consumer=names.consumer(store), stream=names.stream(store))


async def all_done(nats: Nats, backend: Nats) -> None:
    """What a client sent has had its effect: its own later message is stored, and the server answers others again."""
    await nats.jetstream().publish(f"results.{LIMA}.fence", b"")
    for _ in range(3):
        await backend.jetstream().account_info()


# --- what a shop needs ---


async def test_shop_does_all_that_it_has_to_within_its_permissions(rig: Rig) -> None:
    await rig.set_up(LIMA, CUSCO)
    async with rig.backend() as backend, rig.shop(LIMA) as shop:
        there = backend.jetstream()
        js = shop.jetstream()
        state = json.loads((await shop.request(names.own_consumer(LIMA), timeout=5)).data)
        assert state["config"]["filter_subject"] == names.tickets_of(LIMA)
        tickets = await bound(shop, LIMA)
        await there.publish(names.ticket(LIMA, "Caja 1"), b"0")
        (first,) = await tickets.fetch(1, timeout=5)
        assert (first.subject, first.data) == ("tickets.lima.Caja=201", b"0")
        assert abs(first.metadata.timestamp.timestamp() - time.time()) < 60
        await first.nak(delay=0.01)
        (again,) = await tickets.fetch(1, timeout=5)
        assert (again.data, again.metadata.num_delivered) == (b"0", 2)
        await again.in_progress()
        await again.ack_sync(timeout=5)
        for body in (b"1", b"2"):
            await there.publish(names.ticket(LIMA, "Caja 1"), body)
        (second,) = await tickets.fetch(1, timeout=5)
        await second.term()
        (third,) = await tickets.fetch(1, timeout=5)
        await third.ack_sync(timeout=5)
        assert (await there.stream_info(names.stream(LIMA))).state.messages == 0

        stored = await js.publish(names.result(LIMA, "1"), b"printed", headers={"Nats-Msg-Id": "x"})
        once = await js.publish(names.result(LIMA, "1"), b"printed", headers={"Nats-Msg-Id": "x"})
        assert (stored.stream, once.duplicate, once.seq) == (names.RESULTS, True, stored.seq)
        await js.publish(names.shop(LIMA), b"here")
        bucket = await there.key_value(names.SHOPS)
        assert (await bucket.get(LIMA)).value == b"here"
        await js.publish(names.shop(LIMA), b"", headers={"KV-Operation": "DEL"})
        assert LIMA not in await _keys(backend)


async def _keys(backend: Nats) -> list[str]:
    from nats.js.errors import NoKeysError

    try:
        return await (await backend.jetstream().key_value(names.SHOPS)).keys()
    except NoKeysError:
        return []


async def test_asking_for_tickets_all_day_leaves_nothing_behind_at_the_server(rig: Rig) -> None:
    await rig.set_up(LIMA)
    async with rig.backend() as backend, rig.shop(LIMA) as shop:
        tickets = await bound(shop, LIMA)
        for _ in range(50):
            await backend.jetstream().publish(f"tickets.{LIMA}.caja", b"{}")
            (message,) = await tickets.fetch(1, timeout=5)
            await message.ack_sync(timeout=5)
        url = f"http://127.0.0.1:{rig.monitor_port}/accountz?acc=FLEET"
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            assert not (await answer.json())["account_detail"].get("responses"), "one per request, until the shop goes"


# --- what it may not ---


class Say(NamedTuple):
    """Something published by the attacker; without `reply` the answer comes to its own inbox."""

    subject: str
    body: bytes = b""
    reply: str = ""
    headers: dict[str, str] | None = None


def consumer(stream: str, **config: Any) -> bytes:
    plain = {"ack_policy": "explicit", "deliver_policy": "all", "replay_policy": "instant"}
    return json.dumps({"stream_name": stream, "config": plain | config}).encode()


API = "$JS.API"
OWN, OTHER = names.stream(LIMA), names.stream(CUSCO)
ASK = f"{API}.CONSUMER.MSG.NEXT.{OWN}.{names.consumer(LIMA)}"
SHARED = (OTHER, names.RESULTS, f"KV_{names.SHOPS}")
#: Where an answer of the server would do harm, were it to go there.
TARGETS = (
    f"tickets.{CUSCO}.caja", f"results.{CUSCO}.1", names.shop(CUSCO), f"{names.inbox(CUSCO)}.x",
    f"{API}.STREAM.PURGE.{OTHER}", f"{API}.STREAM.PURGE.{names.RESULTS}", f"{API}.STREAM.DELETE.{OTHER}",
    f"{API}.CONSUMER.DELETE.{OTHER}.{names.consumer(CUSCO)}",
)  # fmt: skip
#: The number of each of the victim's tickets, as an acknowledgement would name it.
NUMBERS = (1, 2, 3)


def _acks(stream: str, consumer: str, word: bytes) -> list[Say]:
    return [Say(f"$JS.ACK.{stream}.{consumer}.1.{n}.{n}.1795375042326058523.0", word) for n in NUMBERS]


def _json(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def _create(subject: str, stream: str, **config: Any) -> Say:
    return Say(f"{API}.CONSUMER.{subject}", consumer(stream, **config))


ATTACKS: dict[str, list[Say]] = {
    "publish the other's ticket": [Say(f"tickets.{CUSCO}.caja", b"{}")],
    "publish a ticket for oneself": [Say(f"tickets.{LIMA}.caja", b"{}")],
    "publish the other's result": [Say(f"results.{CUSCO}.1", b"{}")],
    "publish the other's entry": [
        Say(names.shop(CUSCO), b"{}"), Say(names.shop(CUSCO), b"", "", {"KV-Operation": "DEL"}),
    ],
    "have the answer to a result sent elsewhere": [Say(f"results.{LIMA}.1", b"{}", target) for target in TARGETS],
    "have the answer to an entry sent elsewhere": [Say(names.shop(LIMA), b"{}", target) for target in TARGETS],
    "have a ticket sent elsewhere": [Say(ASK, b"1", target) for target in TARGETS],
    "have a refusal sent elsewhere": [Say(ASK, b"nonsense", target) for target in TARGETS],
    "have the consumer's state sent elsewhere": [Say(names.own_consumer(LIMA), b"", target) for target in TARGETS],
    "have the next ticket sent elsewhere with an ack": [
        Say(f"$JS.ACK.{OWN}.{names.consumer(LIMA)}.1.1.1.1.0", b"+NXT", target) for target in TARGETS
    ],
    "wipe streams by a header": [
        Say(subject, b"", "", {"Nats-Rollup": how})
        for subject in (names.shop(LIMA), f"results.{LIMA}.1") for how in ("all", "sub")
    ],
    "pose as another account": [
        Say(subject, b"", "", {"Nats-Request-Info": json.dumps({"acc": "FLEET", "svc": "FLEET", "user": "x"})})
        for subject in (names.own_consumer(LIMA), f"{API}.STREAM.DELETE.{OTHER}", f"{API}.CONSUMER.LIST.{OTHER}")
    ],
    "fetch the other's tickets": [Say(f"{API}.CONSUMER.MSG.NEXT.{OTHER}.{names.consumer(CUSCO)}", b"10")],
    "acknowledge the other's tickets": _acks(OTHER, names.consumer(CUSCO), b"+ACK"),
    "terminate the other's tickets": _acks(OTHER, names.consumer(CUSCO), b"+TERM"),
    "hand the other's tickets back": _acks(OTHER, names.consumer(CUSCO), b"-NAK"),
    "hold the other's tickets": _acks(OTHER, names.consumer(CUSCO), b"+WPI"),
    "acknowledge the other's numbers as one's own": _acks(OWN, names.consumer(LIMA), b"+ACK"),
    "consumer with the other's filter, in its own name": [
        _create(f"CREATE.{OWN}.{names.consumer(LIMA)}.tickets.{CUSCO}.*", OWN, name=names.consumer(LIMA),
                durable_name=names.consumer(LIMA), filter_subject=f"tickets.{CUSCO}.*"),
    ],
    "consumer with the other's filter in the body alone": [
        _create(f"CREATE.{OWN}.{names.consumer(LIMA)}.tickets.{LIMA}.*", stream, name=names.consumer(LIMA),
                durable_name=names.consumer(LIMA), filter_subject=f"tickets.{CUSCO}.*") for stream in (OWN, OTHER)
    ],
    "consumer of the other's stream": [
        _create(f"CREATE.{stream}.spy", stream, name="spy", durable_name="spy") for stream in SHARED
    ],
    "consumer of the other's stream, as older servers make them": [
        _create(f"DURABLE.CREATE.{stream}.spy", stream, durable_name="spy") for stream in SHARED
    ],
    "consumer without a name": [_create(f"CREATE.{stream}", stream) for stream in SHARED],
    "consumer that pushes to one's own inbox": [
        _create(f"CREATE.{stream}.spy", stream, name="spy", deliver_subject=f"{names.inbox(LIMA)}.spy",
                ack_policy="none") for stream in SHARED
    ],
    "consumer of one's own that pushes elsewhere": [
        _create(f"CREATE.{OWN}.spy{n}.tickets.{LIMA}.*", OWN, name=f"spy{n}", filter_subject=f"tickets.{LIMA}.*",
                deliver_subject=target, headers_only=True) for n, target in enumerate(TARGETS)
    ],
    "change the other's consumer": [
        _create(f"CREATE.{OTHER}.{names.consumer(CUSCO)}.tickets.{CUSCO}.*", OTHER, name=names.consumer(CUSCO),
                durable_name=names.consumer(CUSCO), filter_subject=f"tickets.{CUSCO}.*", max_deliver=1),
        Say(f"{API}.CONSUMER.DELETE.{OTHER}.{names.consumer(CUSCO)}"),
    ],
    "look at consumers": [
        Say(f"{API}.CONSUMER.INFO.{OTHER}.{names.consumer(CUSCO)}"), Say(names.own_consumer(CUSCO)),
        Say(f"{API}.CONSUMER.NAMES.{OTHER}"), Say(f"{API}.CONSUMER.LIST.{OTHER}"),
    ],
    "read by number": [
        Say(f"{API}.STREAM.MSG.GET.{stream}", b'{"seq":%d}' % n) for stream in SHARED for n in NUMBERS
    ],
    "read directly": [
        *(Say(f"{API}.DIRECT.GET.{stream}", b'{"seq":%d}' % n) for stream in SHARED for n in NUMBERS),
        Say(f"{API}.DIRECT.GET.{names.RESULTS}.results.{CUSCO}.1"),
        Say(f"{API}.DIRECT.GET.KV_{names.SHOPS}.{names.shop(CUSCO)}"),
    ],
    "look at streams": [
        *(Say(f"{API}.STREAM.INFO.{stream}", b'{"subjects_filter":">"}') for stream in (OWN, *SHARED)),
        Say(f"{API}.STREAM.NAMES"), Say(f"{API}.STREAM.LIST"), Say(f"{API}.INFO"), Say(f"{API}.STREAM.TEMPLATE.NAMES"),
    ],
    "empty streams": [
        Say(f"{API}.STREAM.{verb}.{stream}", body) for stream in (OWN, *SHARED)
        for verb, body in (("PURGE", b""), ("MSG.DELETE", b'{"seq":1}'), ("DELETE", b""))
    ],
    "change streams": [
        Say(f"{API}.STREAM.UPDATE.{stream}", _json(name=stream, subjects=[subject], max_msgs=1)) for stream, subject in
        ((OTHER, f"tickets.{CUSCO}.*"), (OWN, f"tickets.{CUSCO}.*"), (names.RESULTS, "results.>"))
    ],
    "make streams": [
        Say(f"{API}.STREAM.CREATE.SPY", _json(name="SPY", storage="memory", retention="limits", **what)) for what in
        ({"subjects": ["_INBOX.>"]}, {"mirror": {"name": OTHER}}, {"sources": [{"name": names.RESULTS}]})
    ],
    "copy a stream": [
        Say(f"{API}.STREAM.SNAPSHOT.{stream}", json.dumps({"deliver_subject": f"{names.inbox(LIMA)}.copy"}).encode())
        for stream in SHARED
    ],
    "ask the system": [
        Say(f"$SYS.REQ.{what}") for what in
        ("SERVER.PING", "SERVER.PING.CONNZ", "ACCOUNT.FLEET.INFO", "ACCOUNT.FLEET.CONNS", "ACCOUNT.FLEET.SUBSZ",
         "ACCOUNT.PING.CONNZ", "DEBUG.SUBSCRIBERS", "CLAIMS.UPDATE")
    ],
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
async def test_what_a_shop_says_changes_nothing_of_others_and_tells_it_nothing(rig: Rig, attack: str) -> None:
    async with scene(rig) as (_, backend, attacker, victim, fetched):
        heard: list[bytes] = []

        async def hear(message: Any) -> None:
            heard.append(message.data)

        await attacker.subscribe(f"{names.inbox(LIMA)}.>", cb=hear)
        before = await world(backend)
        for number, (subject, body, reply, headers) in enumerate(ATTACKS[attack]):
            await attacker.publish(subject, body, reply or f"{names.inbox(LIMA)}.{number}", headers)
        await all_done(attacker, backend)
        assert await world(backend) == before
        assert not [message for message in heard if OURS in message or CUSCO.encode() in message]

        await fetched.ack_sync(timeout=5)
        theirs = await bound(victim, CUSCO)
        for _ in range(2):
            (message,) = await theirs.fetch(1, timeout=5)
            assert (message.data, message.metadata.num_delivered) == (OURS, 1)
            await message.ack_sync(timeout=5)


LISTENED = (
    ">", "*.*", "*.*.*", f"tickets.{CUSCO}.*", f"tickets.{CUSCO}.caja", "tickets.>", "results.*.*", "fleet.>",
    f"results.{CUSCO}.1", names.shop(CUSCO), "$KV.>", f"{names.inbox(CUSCO)}.>", "_INBOX.>", "*.>", "_R_.>", "_GR_.>",
    "$JS.>", "$JS.ACK.>", f"$JS.ACK.{OTHER}.>", "$JS.API.>", f"{API}.CONSUMER.MSG.NEXT.{OTHER}.>", "$JSC.>",
    "$JS.EVENT.>", "$SYS.>",
)  # fmt: skip


@pytest.mark.parametrize("queue", ["", "workers"])
async def test_a_shop_that_listens_everywhere_hears_nothing_of_another(rig: Rig, queue: str) -> None:
    async with scene(rig) as (_, backend, attacker, victim, fetched):
        heard: list[tuple[str, bytes]] = []

        async def hear(message: Any) -> None:
            heard.append((message.subject, message.data))

        for subject in LISTENED:
            await attacker.subscribe(subject, queue=queue, cb=hear)
        await attacker.flush()
        await fetched.ack_sync(timeout=5)
        (message,) = await (await bound(victim, CUSCO)).fetch(1, timeout=5)
        await message.nak(delay=1)
        await victim.jetstream().publish(f"results.{CUSCO}.2", OURS)
        await victim.jetstream().publish(names.shop(CUSCO), OURS)
        await victim.request(names.own_consumer(CUSCO), timeout=5)
        await backend.jetstream().publish(f"tickets.{CUSCO}.caja", OURS)
        await all_done(attacker, backend)
        await attacker.flush()
        assert not [one for one in heard if OURS in one[1] or CUSCO in one[0]]


async def test_subscriptions_but_ones_own_inbox_are_refused(tmp_path: Path) -> None:
    refused: list[str] = []
    all_refused = asyncio.Event()

    async def trouble(error: Exception) -> None:
        refused.extend(re.findall(r'permissions violation for subscription to "(.*)"', str(error)))
        if len(refused) == len(LISTENED):
            all_refused.set()

    with fleet_server(tmp_path, f"{LIMA}\n{CUSCO}\n") as rig:
        async with connected(rig.hub, "", LIMA, nkeys_seed=rig.seed(LIMA), error_cb=trouble) as shop:
            await shop.subscribe(f"{names.inbox(LIMA)}.x")
            for subject in LISTENED:
                await shop.subscribe(subject)
            await asyncio.wait_for(all_refused.wait(), 20)
    assert sorted(refused) == sorted(subject.lower() for subject in LISTENED)


@pytest.mark.parametrize(
    "attack",
    ["publish the other's ticket", "publish the other's result", "publish the other's entry", "empty streams",
     "acknowledge the other's tickets", "change the other's consumer", "change streams", "make streams",
     "consumer of the other's stream"],
)  # fmt: skip
async def test_the_attacks_are_real_whoever_owns_the_streams_can_do_it(tmp_path: Path, attack: str) -> None:
    """So that the tests above do not pass because an attack is misspelt."""
    open_to_all = "accounts { ALL { jetstream: enabled, users: [{ user: b, password: b }] } }"
    with nats_server(tmp_path / "nats", open_to_all) as server:
        async with connected(server, "b") as backend:
            js = backend.jetstream()
            await streams.make(js)
            for store in (LIMA, CUSCO):
                await streams.admit(js, store)
            for _ in NUMBERS:
                await js.publish(f"tickets.{CUSCO}.caja", OURS)
            before = await world(backend)
            for subject, body, _, headers in ATTACKS[attack]:
                await backend.publish(subject, body, backend.new_inbox(), headers)
            await backend.flush()
            for _ in range(3):
                await js.account_info()
            assert await world(backend) != before


#: Of one account for all shops, as permissions alone would have it: what the test above would find.
ONE_ACCOUNT = """
accounts {{ FLEET {{ jetstream: enabled, users: [
  {{ user: b, password: b }}
  {{ user: {a}, password: a, permissions: {{ publish: {publish}, subscribe: "_INBOX_{a}.>" }} }}
] }} }}
"""


async def test_permissions_alone_would_not_keep_a_shop_from_having_the_server_write_elsewhere(tmp_path: Path) -> None:
    """Why each shop has an account of its own; should a later server mend it, this says so."""
    publish = json.dumps(server_config.shop_permissions(LIMA).publish)
    with nats_server(tmp_path / "nats", ONE_ACCOUNT.format(a=LIMA, publish=publish)) as server:
        async with connected(server, "b") as backend, connected(server, "a", LIMA) as shop:
            js = backend.jetstream()
            await streams.make(js)
            await streams.admit(js, CUSCO)
            await js.publish(f"tickets.{CUSCO}.caja", OURS)
            await shop.publish(f"results.{LIMA}.1", b"", reply=f"tickets.{CUSCO}.caja")
            await shop.publish(f"results.{LIMA}.2", b"")
            await all_done(shop, backend)
            assert (await js.stream_info(OTHER)).state.messages == 2, "the server's answer has become a ticket"
            await shop.publish(f"results.{LIMA}.1", b"", reply=f"{API}.STREAM.PURGE.{OTHER}")
            await all_done(shop, backend)
            assert (await js.stream_info(OTHER)).state.messages == 0, "its number was read as how much to purge"


@contextlib.asynccontextmanager
async def connected(server: NatsServer, password: str, store: str = "", **options: Any) -> AsyncIterator[Nats]:
    if seed := options.pop("nkeys_seed", ""):
        options["nkeys_seed_str"] = Path(seed).read_text("utf-8").strip()
    else:
        options |= {"user": store or password, "password": password}
    client = await nats.connect(server.url, inbox_prefix=names.inbox(store) if store else "_INBOX", **options)
    try:
        yield client
    finally:
        await leave(client)


async def test_in_a_stream_for_all_a_shop_could_remove_any_ticket(tmp_path: Path) -> None:
    """Why each store has a stream of its own; should a later server mend it, this says so."""
    with nats_server(tmp_path / "nats") as server:
        async with connected(server, "b") as backend:
            js = backend.jetstream()
            await js.add_stream(streams.tickets_config(LIMA), name="ALL", subjects=["tickets.*.*"])
            await js.add_consumer("ALL", streams.consumer_config(LIMA))
            await js.publish(f"tickets.{CUSCO}.caja", OURS)
            await backend.publish(f"$JS.ACK.ALL.{names.consumer(LIMA)}.1.1.1.1795375042326058523.0", b"+ACK")
            await backend.flush()
            for _ in range(3):
                await js.account_info()
            assert (await js.stream_info("ALL")).state.messages == 0


# --- who is let in ---


async def test_a_seed_that_is_not_on_the_list_is_refused(tmp_path: Path) -> None:
    with fleet_server(tmp_path, f"{LIMA}\n") as rig:
        seed = nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER)
        (tmp_path / "other.nk").write_bytes(seed)
        with pytest.raises(FleetRefused):
            async with rig.shop(LIMA, seed=str(tmp_path / "other.nk")):
                pass


async def test_nobody_comes_in_without_a_seed(tmp_path: Path) -> None:
    with fleet_server(tmp_path, f"{LIMA}\n") as rig, pytest.raises(FleetRefused):
        async with rig.shop(LIMA, seed=""):
            pass


async def test_a_seed_opens_its_own_store_alone_whatever_store_is_claimed(tmp_path: Path) -> None:
    with fleet_server(tmp_path, f"{LIMA}\n{CUSCO}\n") as rig:
        async with scene(rig) as (_, _, _, _, _), rig.shop(CUSCO, seed=rig.seed(LIMA)) as poser:
            with pytest.raises(NatsTimeout):
                await (await bound(poser, CUSCO)).fetch(1, timeout=SILENCE_S)


async def test_a_leaked_seed_cannot_take_all_the_servers_connections(tmp_path: Path) -> None:
    with fleet_server(tmp_path, f"{LIMA}\n") as rig:
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(server_config.SHOP_CONNECTIONS):
                await stack.enter_async_context(rig.shop(LIMA))
            with pytest.raises((FleetRefused, FleetUnavailable)):
                await stack.enter_async_context(rig.shop(LIMA))


async def test_a_ticket_that_is_larger_than_the_server_takes_is_refused_at_once(tmp_path: Path) -> None:
    from nats.errors import MaxPayloadError

    with fleet_server(tmp_path, f"{LIMA}\n") as rig:
        await rig.set_up(LIMA)
        async with rig.backend() as backend, rig.shop(LIMA) as shop:
            js = backend.jetstream()
            large = bytes(server_config.MAX_PAYLOAD - 512)
            await js.publish(f"tickets.{LIMA}.caja", large)
            with pytest.raises(MaxPayloadError):
                await js.publish(f"tickets.{LIMA}.caja", large + bytes(1024))
            (message,) = await (await bound(shop, LIMA)).fetch(1, timeout=20)
            assert message.data == large
            await message.ack_sync(timeout=5)


async def test_a_ticket_for_a_store_that_is_not_set_up_is_refused_at_once(tmp_path: Path) -> None:
    with fleet_server(tmp_path, f"{LIMA}\n") as rig:
        await rig.set_up(LIMA)
        async with rig.backend() as backend:
            with pytest.raises(NoStreamResponseError):
                await backend.jetstream().publish("tickets.nowhere.caja", b"{}")
