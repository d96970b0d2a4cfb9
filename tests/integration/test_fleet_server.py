"""`fleet init-server` writes a server that shops come to: with TLS, through leaf nodes, while the list changes."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import ssl
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nats
import nkeys
import pytest
from nats.aio.client import Client as Nats
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import NoKeysError

from support.client import ticket
from support.fleet_server import Rig, fleet_server, init_server, served
from support.nats_server import NatsServer, free_port, nats_server
from ticket_daemon.daemon import Daemon
from ticket_daemon.errors import FleetRefused, FleetUnavailable
from ticket_daemon.fleet import Fleet, names, streams
from ticket_daemon.fleet.connection import Access, connect, leave
from ticket_daemon.frontends.native.guard import authority
from ticket_daemon.settings import config as configuration

LIMA, CUSCO, PUNO = "lima", "cusco", "puno"


async def take(nats: Nats, store: str) -> bytes:
    """Fetch and acknowledge a ticket as a shop does, and publish its result and an entry."""
    js = nats.jetstream(timeout=10)
    tickets = await js.pull_subscribe_bind(consumer=names.consumer(store), stream=names.stream(store))
    (message,) = await tickets.fetch(1, timeout=10)
    await message.ack_sync(timeout=10)
    await js.publish(names.result(store, "1"), message.data)
    await js.publish(names.shop(store), b"here")
    data: bytes = message.data
    return data


async def test_a_shops_daemon_and_a_backend_do_all_they_can_at_it(tmp_path: Path) -> None:
    with fleet_server(tmp_path, f"{LIMA}\n{CUSCO}\n") as rig:
        section = {"url": rig.hub.url, "store": LIMA, "credentials": rig.seed(LIMA)}
        settings = {"server": {"port": 0}, "fleet": section}
        async with Fleet(rig.hub.url, str(rig.folder / "backend.nk")) as fleet:
            await fleet.set_up()
            for store in (LIMA, CUSCO):
                await fleet.admit(store)
            daemon = Daemon(configuration.load("test", None, {}, settings, tmp_path / "shop"))
            await daemon.start()
            try:
                end = await fleet.print(LIMA, "", ticket("hola"), id="1", timeout=30)
                assert end.state == "confirmed"
                assert await fleet.result(LIMA, "1") == end
                history = await fleet.history(LIMA, "1")
                async with asyncio.timeout(30):
                    assert (await anext(fleet.events(LIMA, after=history[0].number))).number == history[1].number
                    assert (await anext(fleet.watch_shops(LIMA))).store == LIMA
                shop = await fleet.shop(LIMA)
                assert shop is not None
                assert [one.store for one in await fleet.shops()] == [shop.store]
                assert (sorted(await fleet.stores()), await fleet.waiting(LIMA)) == ([CUSCO, LIMA], 0)
            finally:
                await daemon.close()
        assert not [line for line in rig.hub.log if "Violation" in line]


# --- the files ---


def test_secrets_are_their_owners_alone_and_are_not_shown(tmp_path: Path) -> None:
    done = init_server(tmp_path, f"{LIMA}\n{CUSCO},sur # a shop\n\n# nothing\n")
    assert done.exit_code == 0
    folder = tmp_path / "nats"
    secrets = [folder / "backend.nk", folder / "shops" / "lima.nk", folder / "shops" / "cusco.nk"]
    secrets.append(folder / "regions" / "sur.password")
    for file in [*secrets, folder / "nats-server.conf", folder / "leaf-sur.conf"]:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for file in secrets:
        assert file.read_text().strip() not in done.output
    written = (folder / "nats-server.conf").read_text()
    assert not [file for file in secrets[:3] if file.read_text().strip() in written], "public keys are enough for it"
    assert "listens on 127.0.0.1 alone" in done.output


def test_again_with_another_list_keeps_seeds_adds_new_ones_and_puts_old_ones_aside(tmp_path: Path) -> None:
    init_server(tmp_path, f"{LIMA}\n{CUSCO},sur\n")
    shops = tmp_path / "nats" / "shops"
    lima, cusco = (shops / "lima.nk").read_text(), (shops / "cusco.nk").read_text()
    backend = (tmp_path / "nats" / "backend.nk").read_text()
    done = init_server(tmp_path, f"{LIMA}\n{PUNO}\n")
    assert (shops / "lima.nk").read_text() == lima
    assert (tmp_path / "nats" / "backend.nk").read_text() == backend
    assert (shops / "puno.nk").exists()
    assert not (shops / "cusco.nk").exists()
    assert (shops / "cusco.nk.removed").read_text() == cusco
    assert str(shops / "cusco.nk.removed") in done.output
    assert (tmp_path / "nats" / "regions" / "sur.password.removed").exists()
    init_server(tmp_path, f"{LIMA}\n{PUNO}\n{CUSCO}\n")
    assert (shops / "cusco.nk").read_text() != cusco, "nobody knows who kept the old one"


@pytest.mark.parametrize(
    ("stores", "said"),
    [
        ("lima\nlíma\n", ":2: 'líma' will not do"),
        ("lima centro\n", ":1: 'lima centro' will not do"),
        ("lima,\n", ":1: '' will not do"),
        ("lima,a,b\n", ":1: 'a,b' will not do"),
        (",sur\n", ":1: '' will not do"),
        ("../x\n", ":1: '../x' will not do"),
        ("lima.*\n", ":1: 'lima.*' will not do"),
        ("# all\nlima\n\nlima # again\n", ":4: the store 'lima' is on the list already"),
        ("lima\nLima,sur\n", ":2: the store 'Lima' is on the list already, as 'lima'"),
    ],
)
def test_bad_names_and_doubles_are_refused_with_file_and_line(tmp_path: Path, stores: str, said: str) -> None:
    done = init_server(tmp_path, stores)
    assert done.exit_code == 1
    assert f"{tmp_path / 'stores'}{said}" in done.output
    assert not (tmp_path / "nats").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--host", "0.0.0.0"), "without TLS it does not listen on 0.0.0.0"),
        (("--host", "nats.example.com"), "without TLS it does not listen on nats.example.com"),
        (("--tls-cert", "server.pem"), "belong together"),
        (("--tls-cert", "server.pem", "--tls-key", "server.key"), "--public-host"),
    ],
)
def test_what_would_be_open_or_not_be_found_is_refused(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    done = init_server(tmp_path, f"{LIMA},norte\n", *options)
    assert done.exit_code == 2
    assert said in done.output
    assert not (tmp_path / "nats").exists()


def test_a_seed_that_is_none_is_named_and_left_alone(tmp_path: Path) -> None:
    init_server(tmp_path, LIMA)
    seed = tmp_path / "nats" / "shops" / "lima.nk"
    seed.write_text("SUNOTHING\n")
    done = init_server(tmp_path, LIMA)
    assert done.exit_code == 3
    assert str(seed) in done.output
    assert seed.read_text() == "SUNOTHING\n"


def test_without_the_library_it_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "nkeys", None)
    done = init_server(tmp_path, LIMA)
    assert done.exit_code == 3
    assert "pip install 'ticket-daemon[fleet]'" in done.output


# --- the list changes while the server runs ---


async def test_a_reload_lets_new_stores_in_and_puts_removed_ones_out(tmp_path: Path) -> None:
    with fleet_server(tmp_path, f"{LIMA}\n{CUSCO}\n") as rig:
        await rig.set_up(LIMA, CUSCO)
        gone = asyncio.Event()
        old = rig.seed(CUSCO) + ".removed"
        leaving = await connect(Access(rig.hub.url, rig.seed(CUSCO)), "cusco", names.inbox(CUSCO), gone.set)
        ports = ("--port", str(rig.hub.port), "--leaf-port", str(rig.leaf_port))
        ports += ("--monitor-port", str(rig.monitor_port))
        async with rig.shop(LIMA) as lima, rig.backend() as backend:
            assert init_server(tmp_path, f"{LIMA}\n{PUNO}\n", *ports).exit_code == 0
            for _ in range(2):  # nats-server 2.9 takes a new account at the first reload, what it imports at the second
                rig.hub.reload()
            await asyncio.wait_for(gone.wait(), 20)
            await leave(leaving)
            with pytest.raises(FleetRefused):
                async with rig.shop(CUSCO, seed=old):
                    pass
            await streams.admit(backend.jetstream(), PUNO)
            async with rig.shop(PUNO) as puno:
                for store, shop in ((LIMA, lima), (PUNO, puno)):
                    await backend.jetstream().publish(names.ticket(store, "caja"), store.encode())
                    assert await take(shop, store) == store.encode()


# --- TLS ---


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    for name in ("ours", "another"):
        authority.create(folder / name, ["localhost", "127.0.0.1"])
    return folder


@contextlib.contextmanager
def tls_server(folder: Path, certificates: Path, stores: str) -> Iterator[Rig]:
    ours = certificates / "ours"
    options = ("--tls-cert", str(ours / authority.SERVER), "--tls-key", str(ours / authority.SERVER_KEY))
    with fleet_server(folder, stores, *options, "--host", "127.0.0.1", ca=str(ours / authority.AUTHORITY)) as rig:
        yield rig


@pytest.fixture
def with_tls(certificates: Path, tmp_path: Path) -> Iterator[Rig]:
    with tls_server(tmp_path, certificates, LIMA) as rig:
        yield rig


async def test_a_shop_comes_over_tls_when_it_knows_who_signed(with_tls: Rig) -> None:
    await with_tls.set_up(LIMA)
    async with with_tls.backend() as backend, with_tls.shop(LIMA, f"tls://127.0.0.1:{with_tls.hub.port}") as shop:
        await backend.jetstream().publish(names.ticket(LIMA, "caja"), b"over tls")
        assert await take(shop, LIMA) == b"over tls"


@pytest.mark.parametrize("ca", ["another", ""])
async def test_a_server_that_another_authority_signed_is_not_spoken_to(
    with_tls: Rig, certificates: Path, ca: str
) -> None:
    file = str(certificates / ca / authority.AUTHORITY) if ca else ""
    with pytest.raises(FleetUnavailable):
        await connect(Access(f"tls://127.0.0.1:{with_tls.hub.port}", with_tls.seed(LIMA), file), "shop")


async def test_a_server_with_tls_takes_nobody_without(with_tls: Rig) -> None:
    with pytest.raises((FleetUnavailable, FleetRefused)):
        await connect(Access(f"nats://127.0.0.1:{with_tls.hub.port}", with_tls.seed(LIMA)), "shop")


@pytest.mark.parametrize("scheme", ["tls", "nats"])
async def test_a_server_that_says_it_has_no_tls_is_not_told_who_we_are(
    tmp_path: Path, certificates: Path, scheme: str
) -> None:
    """Whoever sits between may say so in the server's place."""
    ca = str(certificates / "ours" / authority.AUTHORITY)
    with fleet_server(tmp_path, LIMA) as rig:
        with pytest.raises(FleetUnavailable) as refused:
            await connect(Access(f"{scheme}://127.0.0.1:{rig.hub.port}", rig.seed(LIMA), ca), "shop")
        assert "no TLS" in refused.value.text()


# --- leaf nodes ---


@contextlib.contextmanager
def leaf_node(rig: Rig, region: str) -> Iterator[NatsServer]:
    """The leaf node of a region, on this machine: at ports of its own, and with a user who is the node itself."""
    file = rig.folder / f"leaf-{region}.conf"
    port = free_port()
    text = file.read_text("utf-8").replace(f":{rig.hub.port}", f":{port}")
    text = text.replace(f":{rig.monitor_port}", f":{free_port()}")
    file.write_text(text.replace("  HUB: {", "  HUB: {\n    users: [{ user: node, password: node }]"), "utf-8")
    with served(file, port) as leaf:
        yield leaf


async def until_joined(rig: Rig, leaf: NatsServer, store: str) -> None:
    """Wait until a shop at the leaf node is answered from the hub."""
    async with asyncio.timeout(30), rig.shop(store, leaf.url) as shop:
        while True:
            with contextlib.suppress(NatsTimeout, NoRespondersError):
                await shop.request(names.own_consumer(store), timeout=0.5)
                return
            await shop.flush()


class Regions(NamedTuple):
    rig: Rig
    north: NatsServer
    south: NatsServer


@pytest.fixture(params=["plain", "tls"])
async def regions(request: pytest.FixtureRequest, tmp_path: Path, certificates: Path) -> AsyncIterator[Regions]:
    stores = f"{LIMA}\n{CUSCO},norte\n{PUNO},sur\n"
    hub = tls_server(tmp_path, certificates, stores) if request.param == "tls" else fleet_server(tmp_path, stores)
    with hub as rig:
        await rig.set_up(LIMA, CUSCO, PUNO)
        with leaf_node(rig, "norte") as north, leaf_node(rig, "sur") as south:
            await until_joined(rig, north, CUSCO)
            await until_joined(rig, south, PUNO)
            yield Regions(rig, north, south)


async def test_a_ticket_of_the_hub_comes_to_a_shop_at_a_leaf_node_and_its_result_goes_back(regions: Regions) -> None:
    rig = regions.rig
    async with rig.backend() as backend, rig.shop(CUSCO, regions.north.url) as cusco, rig.shop(LIMA) as lima:
        js = backend.jetstream()
        for store, shop in ((CUSCO, cusco), (LIMA, lima)):
            await js.publish(names.ticket(store, "caja"), store.encode())
            assert await take(shop, store) == store.encode()
            assert (await js.get_last_msg(names.RESULTS, names.result(store, "1"))).data == store.encode()
            assert (await (await js.key_value(names.SHOPS)).get(store)).value == b"here"
            assert (await js.stream_info(names.stream(store))).state.messages == 0


async def test_shops_at_a_leaf_node_go_on_when_the_hub_is_back(regions: Regions) -> None:
    rig = regions.rig
    async with rig.shop(CUSCO, regions.north.url) as cusco:
        rig.hub.restart()
        await until_joined(rig, regions.north, CUSCO)
        async with rig.backend() as backend:
            await backend.jetstream().publish(names.ticket(CUSCO, "caja"), b"again")
        assert await take(cusco, CUSCO) == b"again"


async def test_a_seed_is_worth_nothing_at_another_regions_leaf_node_or_the_hub(regions: Regions) -> None:
    for url in (regions.north.url, regions.rig.hub.url):
        with pytest.raises(FleetRefused):
            async with regions.rig.shop(PUNO, url):
                pass


@pytest.mark.parametrize("attacker", ["shop", "node"])
async def test_one_region_reaches_nothing_of_another(regions: Regions, attacker: str) -> None:
    """Not even when the leaf node itself is in the wrong hands."""
    rig = regions.rig
    async with rig.backend() as backend, contextlib.AsyncExitStack() as stack:
        js = backend.jetstream()
        await js.publish(names.ticket(PUNO, "caja"), b"puno")
        puno = await stack.enter_async_context(rig.shop(PUNO, regions.south.url))
        if attacker == "shop":
            attacking = await stack.enter_async_context(rig.shop(CUSCO, regions.north.url))
        else:
            tls = ssl.create_default_context(cafile=rig.ca) if rig.ca else None
            attacking = await nats.connect(regions.north.url, user="node", password="node", tls=tls)
            stack.push_async_callback(leave, attacking)
        stream, consumer = names.stream(PUNO), names.consumer(PUNO)
        subjects = [names.result(PUNO, "1"), names.shop(PUNO), f"fleet.entry.{PUNO}", names.ticket(PUNO, "caja")]
        subjects += [f"fleet.next.{PUNO}", f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}", names.own_consumer(PUNO)]
        subjects += [f"$JS.ACK.{stream}.{consumer}.1.1.1.1795375042326058523.0", f"$JS.API.STREAM.PURGE.{stream}"]
        heard: list[bytes] = []

        async def hear(message: Any) -> None:
            heard.append(message.data)

        inbox = f"{names.inbox(CUSCO)}.x"
        await attacking.subscribe(inbox if attacker == "shop" else ">", cb=hear)
        for subject in subjects:
            await attacking.publish(subject, b"", inbox)
            await attacking.publish(names.result(CUSCO, "1"), b"", subject)
        await attacking.jetstream(timeout=10).publish(names.result(CUSCO, "2"), b"the last thing it says")
        assert not [data for data in heard if b"puno" in data]
        subjects_there = (await js.stream_info(names.RESULTS, subjects_filter=">")).state.subjects or {}
        assert {names.job(subject)[0] for subject in subjects_there} == {CUSCO}
        assert (await js.stream_info(names.stream(PUNO))).state.messages == 1
        with pytest.raises(NoKeysError):
            await (await js.key_value(names.SHOPS)).keys()
        assert await take(puno, PUNO) == b"puno"


# --- JWT ---


def _jwt(signer: Any, subject: str, claims: dict[str, Any]) -> str:
    """A NATS JWT, version 2: as `nsc` makes them."""
    issuer = signer.public_key.decode().rstrip("=")
    body = {"jti": "test", "iat": 1, "iss": issuer, "name": "test", "sub": subject, "nats": claims | {"version": 2}}
    head, content = (_coded(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ed25519-nkey"}, body))
    return f"{head}.{content}.{_coded(signer.sign(f'{head}.{content}'.encode()))}"


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _key(prefix: int) -> tuple[Any, str, str]:
    seed = nkeys.encode_seed(os.urandom(32), prefix)
    pair = nkeys.from_seed(bytearray(seed))
    return pair, pair.public_key.decode().rstrip("="), seed.decode()


async def test_a_creds_file_lets_a_shop_into_a_server_that_an_operator_runs(tmp_path: Path) -> None:
    operator, operator_key, _ = _key(nkeys.PREFIX_BYTE_OPERATOR)
    account, account_key, _ = _key(nkeys.PREFIX_BYTE_ACCOUNT)
    _, user_key, user_seed = _key(nkeys.PREFIX_BYTE_USER)
    unlimited = dict.fromkeys(("subs", "data", "payload", "imports", "exports", "conn", "leaf"), -1)
    claims = {"type": "account", "limits": unlimited | {"wildcards": True}}
    config = (
        f"operator: {_jwt(operator, operator_key, {'type': 'operator'})}\nresolver: MEMORY\n"
        f"resolver_preload: {{ {account_key}: {_jwt(operator, account_key, claims)} }}"
    )
    user = _jwt(account, user_key, {"type": "user", "subs": -1, "data": -1, "payload": -1})
    creds = tmp_path / "lima.creds"
    creds.write_text(
        f"-----BEGIN NATS USER JWT-----\n{user}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{user_seed}\n------END USER NKEY SEED------\n"
    )
    with nats_server(tmp_path / "nats", config, jetstream=False) as server:
        shop = await connect(Access(server.url, str(creds)), "shop", names.inbox(LIMA))
        await shop.flush()
        await leave(shop)
        (tmp_path / "seed.nk").write_text(user_seed)
        with pytest.raises(FleetRefused):
            await connect(Access(server.url, str(tmp_path / "seed.nk")), "shop")
