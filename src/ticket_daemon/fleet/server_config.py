"""The NATS server's configuration: stores and keys in, text out. Who may what stands here and nowhere else.

It knows nats-server's configuration and what each side of the fleet has to say to it; it does not know files, secrets
of shops (public keys are all it is given) or connections. It promises that a shop reaches what is its own and nothing
else, whatever it sends: each shop is in an account of its own, whose imports are the only way out.

Permissions alone would not do. A server answers wherever a request's reply subject says and asks nobody whether the
asker may publish there, so that shops in one account could have it write into each other's streams. An answer to a
request that leaves an account through an import comes back into that account alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from ticket_daemon.errors import ConfigError
from ticket_daemon.fleet import names

#: What NATS' makers advise as the most. A ticket over WebSocket may have 10 MiB, but one of which 8 is not enough is a
#: picture that should have been made smaller: a ticket of 30 cm in dots is 150 kB.
MAX_PAYLOAD: Final = 8 * 1024 * 1024
#: The account that the streams and the backend are in.
FLEET: Final = "FLEET"
#: At a leaf node: the account that the hub is reached through.
HUB: Final = "HUB"
LOOPBACK: Final = "127.0.0.1"
EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 - a server that is there for shops listens to them
#: A shop's daemon has one connection and few subscriptions; more is somebody else, or a mistake.
SHOP_CONNECTIONS: Final = 4
SHOP_SUBSCRIPTIONS: Final = 64


class Store(NamedTuple):
    """A line of the list of stores."""

    name: str
    region: str = ""


class Tls(NamedTuple):
    """Paths at the server's machine. `ca`: who signed the hub's certificate, if no public authority did."""

    cert: str
    key: str
    ca: str = ""


class Server(NamedTuple):
    """Where a server listens. `leaf_port` is the hub's for leaf nodes; `data` its streams' folder."""

    host: str = LOOPBACK
    port: int = 4222
    leaf_port: int = 7422
    monitor_port: int = 0
    data: str = ""
    tls: Tls | None = None


class Permissions(NamedTuple):
    """The subjects that a user may publish and subscribe to."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


class Way(NamedTuple):
    """A subject that leads out of a shop's account: what the shop says, what it is between leaf node and hub, and what
    it is where the streams are. `$JS.API`, `$KV` and `$OBJ` do not pass between servers that do not share JetStream."""

    shop: str
    between: str
    hub: str


def stores(text: str, file: str = "") -> tuple[Store, ...]:
    """The stores that a list names: a line `store` or `store,region` for each, "#" begins a comment.

    Raises ConfigError, which names the line.
    """
    found: dict[str, Store] = {}
    for number, line in enumerate(text.splitlines(), 1):
        content = line.partition("#")[0].strip()
        if not content:
            continue
        name, comma, region = (part.strip() for part in content.partition(","))
        for what in (name, *((region,) if comma else ())):
            if not names.STORE.fullmatch(what):
                raise ConfigError("fleet.bad_store", file=f"{file}:{number}", name=what)
        # Seeds are files, and some systems' files do not tell a from A.
        if (other := found.get(name.casefold())) is not None:
            raise ConfigError("fleet.same_store", file=f"{file}:{number}", name=name, other=other.name)
        found[name.casefold()] = Store(name, region)
    return tuple(found.values())


def regions(listed: Iterable[Store]) -> tuple[str, ...]:
    """The regions of these stores."""
    return tuple(dict.fromkeys(store.region for store in listed if store.region))


def ways(store: str) -> tuple[Way, ...]:
    """All that a shop may say to anybody."""
    stream, consumer = names.stream(store), names.consumer(store)
    ask = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
    ack = f"$JS.ACK.{stream}.{consumer}.>"
    results = names.results_of(store)
    entry = names.shop(store)
    state = names.own_consumer(store)
    return (
        Way(ask, f"fleet.next.{store}", ask),
        Way(ack, ack, ack),
        Way(results, results, results),
        Way(entry, f"fleet.entry.{store}", entry),
        Way(state, state, names.consumer_info(store)),
    )


def shop_permissions(store: str) -> Permissions:
    """A shop's: its ways out, and answers. Its account has nothing else to offer; this says so at once."""
    return Permissions(tuple(way.shop for way in ways(store)), (f"{names.inbox(store)}.>",))


def backend_permissions() -> Permissions:
    """The backend's, in the account of the streams: tickets, and whatever JetStream can do; it speaks for no shop."""
    return Permissions(
        ("tickets.*.*", "$JS.API.>", "$JS.ACK.>", "$JS.FC.>"),
        ("_INBOX.>", "results.*.*", f"$KV.{names.SHOPS}.*"),
    )


def hub(
    listed: Iterable[Store], keys: Mapping[str, str], backend: str, passwords: Mapping[str, str], server: Server
) -> str:
    """The hub's file. `keys`: each store's public key; `passwords`: each region's, for its leaf node."""
    listed = tuple(listed)
    lines = [*_head("hub", server), f"jetstream {{ store_dir: {_quoted(server.data)} }}"]
    if found := regions(listed):
        users = [
            f"{{ user: {_quoted(one)}, password: {_quoted(passwords[one])}, account: {_quoted(_region(one))} }}"
            for one in found
        ]
        lines += _block("leafnodes {", (
            f"listen: {_quoted(_address(server.host, server.leaf_port))}",
            *_tls(server.tls),
            *_block("authorization {", _block("users: [", users, "]")),
        ))  # fmt: skip
    exports = (
        "$JS.API.CONSUMER.MSG.NEXT.*.*", "$JS.API.CONSUMER.INFO.*.*", "$JS.ACK.*.*.>", "results.*.*",
        f"$KV.{names.SHOPS}.*",
    )  # fmt: skip
    accounts = _block(f"{FLEET}: {{", (
        "jetstream: enabled",
        *_user(backend, backend_permissions()),
        *_exports(exports),
    ))  # fmt: skip
    for store in listed:
        if not store.region:
            accounts += _shop(store.name, keys[store.name], [(FLEET, way.hub, way.shop) for way in ways(store.name)])
    for region in found:
        out = [(FLEET, way.hub, way.between) for store in listed if store.region == region for way in ways(store.name)]
        accounts += _block(f"{_quoted(_region(region))}: {{", _imports(out))
    return "\n".join([*lines, *_block("accounts {", accounts), ""])


def leaf(
    region: str, listed: Iterable[Store], keys: Mapping[str, str], password: str, hub_host: str, server: Server
) -> str:
    """The file of a region's leaf node: shops connect there, and it passes on to the hub what is theirs."""
    scheme = "tls" if server.tls else "nats-leaf"
    url = f"{scheme}://{region}:{password}@{_address(hub_host, server.leaf_port)}"
    ca = [f"tls {{ ca_file: {_quoted(server.tls.ca)} }}"] if server.tls and server.tls.ca else []
    remote = _block("{", (f"url: {_quoted(url)}", f"account: {HUB}", *ca))
    between = ("fleet.next.*", "$JS.ACK.*.*.>", "results.*.*", "fleet.entry.*", "fleet.consumer.*")
    accounts = _block(f"{HUB}: {{", _exports(between))
    for store in listed:
        if store.region == region:
            accounts += _shop(store.name, keys[store.name], [(HUB, way.between, way.shop) for way in ways(store.name)])
    return "\n".join([
        *_head(f"leaf-{region}", server),
        *_block("leafnodes {", _block("remotes: [", remote, "]")),
        *_block("accounts {", accounts),
        "",
    ])  # fmt: skip


# --- the parts of a file ---


def _head(name: str, server: Server) -> list[str]:
    monitor = [f"http: {_quoted(_address(LOOPBACK, server.monitor_port))}"] if server.monitor_port else []
    return [
        "# Written by `ticket-daemon fleet init-server`, which writes it again: change the list of stores, not this.",
        f"server_name: {_quoted(f'fleet-{name}')}",
        f"listen: {_quoted(_address(server.host, server.port))}",
        *monitor,
        f"max_payload: {MAX_PAYLOAD}",
        *_tls(server.tls),
    ]


def _tls(tls: Tls | None) -> list[str]:
    return [f"tls {{ cert_file: {_quoted(tls.cert)}, key_file: {_quoted(tls.key)} }}"] if tls else []


def _shop(store: str, key: str, out: Iterable[tuple[str, str, str]]) -> list[str]:
    limits = f"limits {{ max_connections: {SHOP_CONNECTIONS}, max_subscriptions: {SHOP_SUBSCRIPTIONS} }}"
    inside = (limits, *_user(key, shop_permissions(store)), *_imports(out))
    return _block(f"{_quoted(names.consumer(store))}: {{", inside)


def _user(key: str, may: Permissions) -> list[str]:
    permissions = f"publish: {json.dumps(may.publish)}, subscribe: {json.dumps(may.subscribe)}"
    return _block("users: [", (f"{{ nkey: {key}, permissions: {{ {permissions} }} }}",), "]")


def _exports(subjects: Iterable[str]) -> list[str]:
    """Whoever imports may; accounts of this file do, and they cannot add to it."""
    return _block("exports: [", [f"{{ service: {_quoted(subject)} }}" for subject in subjects], "]")


def _imports(out: Iterable[tuple[str, str, str]]) -> list[str]:
    lines = []
    for account, subject, local in out:
        to = "" if subject == local else f", to: {_quoted(local)}"
        lines.append(f"{{ service: {{ account: {account}, subject: {_quoted(subject)} }}{to} }}")
    return _block("imports: [", lines, "]")


def _block(opening: str, inside: Iterable[str], closing: str = "}") -> list[str]:
    return [opening, *(f"  {line}" for line in inside), closing]


def _region(region: str) -> str:
    return f"region-{region}"


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _quoted(text: str) -> str:
    """A string of the configuration; nothing that stands in one is read as a variable."""
    return json.dumps(text, ensure_ascii=False)
