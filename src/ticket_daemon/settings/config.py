"""Configuration: defaults of the environment, then a TOML file, then TICKET_DAEMON_… variables, then flags.

It knows every key and where values come from; it does not know what they steer. It promises one frozen Settings, or a
ConfigError that names the file (or variable), the key and what would be right; and that nobody else reads the
environment.
"""

from __future__ import annotations

import difflib
import os
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from ticket_daemon.errors import ConfigError
from ticket_daemon.machine import places
from ticket_daemon.messages import Phrase
from ticket_daemon.settings import rules
from ticket_daemon.settings.seal import Environment, Seal, current
from ticket_daemon.validation import explain

DEFAULT_PORT: Final = 8766
#: `retry_s` of a printer with a `fallback`, unless the configuration says otherwise.
STAND_IN_S: Final = 30
VIRTUAL_PRINTER: Final = "virtual"
PREFIX: Final = "TICKET_DAEMON_"

Port = Annotated[int, Meta(ge=1, le=65535)]
_WholeSeconds = Annotated[int, Meta(ge=0, le=86_400)]


class _Section(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file."""


class ServerSettings(_Section, frozen=True):
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = DEFAULT_PORT  #: 0: any free one, named in the log
    lang: Literal["es", "en"] = "es"
    allowed_origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()  #: further names under which the daemon is reached
    tls_cert: str = ""
    tls_key: str = ""
    tls_port: Annotated[int, Meta(ge=0, le=65535)] = 0  #: where TLS is spoken; 0: on `port`, in place of plain HTTP
    max_frame_mib: Annotated[int, Meta(ge=1, le=256)] = 10


class QueueSettings(_Section, frozen=True):
    capacity: Annotated[int, Meta(ge=1, le=100_000)] = 100  #: of each printer
    total_capacity: Annotated[int, Meta(ge=1, le=100_000)] = 1000  #: of all printers together; at least `capacity`
    keep_days: Annotated[int, Meta(ge=0, le=3650)] = 7


class LimitSettings(_Section, frozen=True):
    jobs_per_minute: Annotated[int, Meta(ge=0, le=1_000_000)] = 30
    connections: Annotated[int, Meta(ge=1, le=100_000)] = 500  #: from other machines, all together
    connections_per_address: Annotated[int, Meta(ge=1, le=100_000)] = 100


class TokenSettings(_Section, frozen=True):
    """A token with a name, by which it is seen in the audit and revoked."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    sha256: str


class AuthSettings(_Section, frozen=True):
    token_sha256: str = ""
    tokens: tuple[TokenSettings, ...] = ()
    dashboard_password_hash: str = ""
    session_hours: Annotated[int, Meta(ge=1, le=720)] = 12  #: how long a log-in to the dashboard lasts


class LogSettings(_Section, frozen=True):
    level: Literal["debug", "info", "warning", "error"] = "info"
    dir: str = ""  #: the data directory's `logs` when empty
    max_mb: Annotated[int, Meta(ge=1, le=1024)] = 5
    keep: Annotated[int, Meta(ge=1, le=100)] = 5


class DocumentSettings(_Section, frozen=True):
    allow_raw: bool | None = True  #: None: of a sender's own bytes what a ticket needs; the default in prod
    profiles: tuple[str, ...] = ()  #: files (TOML) with printer profiles of the shop's own


class FleetSettings(_Section, frozen=True):
    """Where tickets from afar come from; nothing is asked for without `url`."""

    url: str = ""  #: of the NATS server; several parted by commas
    store: str = ""  #: what this shop is called there
    credentials: str = ""  #: file with the shop's nkey seed, or its JWT and seed
    ca: str = ""  #: file with the certificate that signed the server's, where no public authority did


Place = Literal["windows", "cups", "usb", "files", "serial", "mdns"]


class DiscoverySettings(_Section, frozen=True):
    every_s: _WholeSeconds = 30  #: 0: only when somebody asks
    sources: tuple[Place, ...] = ("windows", "cups", "usb", "files", "serial", "mdns")


class HtmlSettings(_Section, frozen=True):
    """How receipts that are web pages are drawn."""

    browser: str = ""  #: its program; where empty, Edge, Chrome or Chromium is found
    script: bool = False  #: let the page's scripts run; they reach neither network nor files
    timeout_s: Annotated[float, Meta(gt=0, le=120)] = 10.0  #: for one ticket to be drawn
    idle_s: Annotated[float, Meta(ge=1, le=86_400)] = 300.0  #: after which the browser is ended


class QzSettings(_Section, frozen=True):
    """QZ Tray's client protocol, for pages with `qz-tray.js`."""

    enabled: bool = False
    ports: tuple[Port, ...] = (8182, 8283, 8384, 8485)  #: the first free one is taken; where `qz-tray.js` looks
    secure_ports: tuple[Port, ...] = (8181, 8282, 8383, 8484)  #: the same with TLS, where a certificate is set
    certificate: str = ""  #: file (PEM); where set, only calls signed by it are answered
    programs: bool = False  #: let in programs, which have no origin, also where tokens are set
    patience_s: Annotated[int, Meta(ge=1, le=600)] = 20  #: within which a ticket must begin to print


class UpdateSettings(_Section, frozen=True):
    """Where `ticket-daemon update` looks."""

    channel: str = ""  #: https address or folder with update.json; "": nowhere
    public_key: str = ""  #: whose list is believed: an Ed25519 public key in base64


class EposSettings(_Section, frozen=True):
    """ePOS-Print: points of sale that print to "an Epson by its address"."""

    enabled: bool = False
    path_secret: str = ""  #: in the address of programs on other machines: /p/PRINTER/SECRET/cgi-bin/…
    listeners: tuple[str, ...] = ()  #: further "address:port"s beside the daemon's own
    answers: Literal["printed", "accepted"] = "printed"  #: what a success means
    timeout_ms: Annotated[int, Meta(ge=1_000, le=300_000)] = 10_000  #: of clients that do not say their own


class OdooSettings(_Section, frozen=True):
    """The hardware proxy of Odoo up to 19.0."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: Port = 8069
    printer: str = ""  #: the default one when empty


class PrinterSettings(_Section, frozen=True):
    """A destination: a queue with a name, and the printer behind it."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    uri: str
    profile: str = ""  #: what it can do; the ticket's own model decides when empty
    default: bool = False
    retry_s: _WholeSeconds = 600
    on_failure: Literal["fail", "hold"] = "hold"
    fallback: str = ""  #: the printer that stands in when this one cannot print for `retry_s`
    listen: str = ""  #: "127.0.0.1:9100": where programs print to it as to a network printer
    path_secret: str = ""  #: its own, in place of `epos.path_secret`
    listen_idle_s: Annotated[float, Meta(gt=0, le=600)] = 3.0  #: silence that ends a ticket on a connection kept open


class FolderSettings(_Section, frozen=True):
    """A folder whose files are tickets."""

    path: Annotated[str, Meta(min_length=1)]
    printer: str = ""  #: the default one, or the file's own, when empty


class Settings(_Section, frozen=True):
    """Everything that steers the daemon."""

    server: ServerSettings = ServerSettings()
    queue: QueueSettings = QueueSettings()
    limits: LimitSettings = LimitSettings()
    auth: AuthSettings = AuthSettings()
    log: LogSettings = LogSettings()
    documents: DocumentSettings = DocumentSettings()
    discovery: DiscoverySettings = DiscoverySettings()
    fleet: FleetSettings = FleetSettings()
    html: HtmlSettings = HtmlSettings()
    qz: QzSettings = QzSettings()
    epos: EposSettings = EposSettings()
    odoo: OdooSettings = OdooSettings()
    update: UpdateSettings = UpdateSettings()
    printers: tuple[PrinterSettings, ...] = ()
    folders: tuple[FolderSettings, ...] = ()
    env: Environment = "test"
    data_dir: Path = Path()
    file: Path = Path()  #: the configuration file, there or not: where changes are written
    seal: Seal | None = None

    @property
    def default_printer(self) -> str | None:
        """The destination for tickets that name none."""
        return next((printer.name for printer in self.printers if printer.default), None)

    @property
    def log_dir(self) -> Path:
        return Path(self.log.dir) if self.log.dir else self.data_dir / "logs"

    @property
    def log_file(self) -> Path:
        """The log's newest file; older ones stand beside it with `.1`, `.2`, … at the end."""
        return self.log_dir / f"{self.service_name}.log"

    @property
    def audit_file(self) -> Path:
        """The audit lines alone, rotated by themselves."""
        return self.log_dir / f"{self.service_name}.audit"

    @property
    def service_name(self) -> str:
        return self.seal.service_name if self.seal else SERVICE_NAMES[self.env]


#: What the service of an environment is called; also the name of its log.
SERVICE_NAMES: Final[Mapping[str, str]] = {"prod": "TicketServicio", "test": "TicketServicioTest"}

#: What an environment brings before anything else is said.
_ENVIRONMENTS: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    "prod": {
        "server": {"host": "0.0.0.0"},  # noqa: S104 - the shop's other machines print too
        "log": {"level": "info"},
        "documents": {"allow_raw": None},
    },
    "test": {"server": {"host": "127.0.0.1"}, "log": {"level": "debug"}},
}
_SECTIONS: Final[Mapping[str, type[Struct]]] = {
    "server": ServerSettings,
    "queue": QueueSettings,
    "limits": LimitSettings,
    "auth": AuthSettings,
    "log": LogSettings,
    "documents": DocumentSettings,
    "discovery": DiscoverySettings,
    "fleet": FleetSettings,
    "html": HtmlSettings,
    "qz": QzSettings,
    "epos": EposSettings,
    "odoo": OdooSettings,
}
#: Keys whose variable holds several values, with commas between them.
_LISTS: Final = frozenset(
    ("allowed_origins", "allowed_hosts", "profiles", "sources", "tokens", "ports", "secure_ports", "listeners")
)
#: Variables of the same prefix that are no keys of the file.
_OTHER_VARIABLES: Final = frozenset(PREFIX + name for name in ("ENV", "CONFIG", "DATA_DIR", "URL", "TOKEN"))


def load(
    env: str | None = None,
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, Mapping[str, Any]] | None = None,
    data_dir: Path | None = None,
    *,
    as_service: bool = False,
    seal: Seal | None = None,
    text: str | None = None,
) -> Settings:
    """The settings that flags, variables, the file and the environment's defaults make together.

    `flags` is {section: {key: value}}; None values count as not given. `as_service`: configuration, queue and log are
    where the machine keeps a service's (`places`), unless something says otherwise. What `seal` (else that of the
    executable that runs) fixes, nothing changes. `text`: as if it stood in `file`. Raises ConfigError.
    """
    environ = environ or {}
    seal = seal or current()
    meant = identity(env, environ, seal)
    where = places.of_service(meant.service_name)
    # A sealed build on Windows is started by a click as often as by the system: both have one queue and one log.
    own = as_service or (seal is not None and os.name == "nt")
    if file is None and environ.get(PREFIX + "CONFIG"):
        file = Path(environ[PREFIX + "CONFIG"])
    if file is None and (as_service or seal):
        file = _standard_file(where, seal)
    if data_dir is None:
        data_dir = Path(environ.get(PREFIX + "DATA_DIR") or (where.data if own else default_data_dir(meant.env)))
    home = file or (where.config_file if own else data_dir / places.CONFIG_NAME)
    if file is None and (text is not None or os.path.exists(home)):
        file = home

    values: dict[str, Any] = {name: dict(table) for name, table in _ENVIRONMENTS[meant.env].items()}
    if own:
        values["log"]["dir"] = str(where.logs)
    if seal is not None:
        _merge(values, seal.values, "")
    given = {name: {k: v for k, v in table.items() if v is not None} for name, table in (flags or {}).items()}
    for layer, source in ((_read(file, text), str(file)), (_from_variables(environ), f"{PREFIX}…"), (given, "flags")):
        _check_seal(layer, seal, source)
        _merge(values, layer, source)
    _anchor_profiles(values, file)
    settings = _convert(values | {"env": meant.env, "data_dir": str(data_dir)}, str(file) if file else f"{PREFIX}…")
    settings = msgspec.structs.replace(settings, file=home, seal=seal)
    return _checked(_with_virtual_printer(settings), str(file) if file else "")


def _standard_file(where: places.Places, seal: Seal | None) -> Path | None:
    """The configuration that is read when none is named: beside a sealed executable, or where the machine has it."""
    beside = [Path(sys.executable).with_name(places.CONFIG_NAME)] if seal is not None else []
    return next((file for file in (*beside, where.config_file) if file.exists()), None)


#: What would go around a sealed value, and is therefore not taken by a sealed build at all.
_WAYS_AROUND: Final = (("auth", "tokens"),)


def _check_seal(layer: Mapping[str, Any], seal: Seal | None, source: str) -> None:
    """Refuse what tries to change a sealed value, or to go around one; the same value again changes nothing."""
    for section, key in _WAYS_AROUND if seal else ():
        given = layer.get(section)
        if isinstance(given, Mapping) and given.get(key):
            raise _problem("", "config.sealed", f"{section}.{key}", source=_named(source, section, key))
    for section, table in (seal.values if seal else {}).items():
        given = layer.get(section)
        for key, value in table.items():
            if isinstance(given, Mapping) and key in given and given[key] != value:
                raise _problem("", "config.sealed", f"{section}.{key}", source=_named(source, section, key))


def _named(source: str, section: str, key: str) -> str:
    """Where a value was given, so that a person finds it."""
    if source == "flags":
        return "--log-level" if section == "log" else f"--{key}"
    return f"{PREFIX}{section}_{key}".upper() if source.startswith(PREFIX) else source


#: What a reload takes while the daemon runs.
RELOADED: Final[Mapping[str, tuple[str, ...]]] = {
    "documents": ("profiles",),
    "server": ("allowed_origins", "allowed_hosts"),
    "auth": AuthSettings.__struct_fields__,
    "limits": LimitSettings.__struct_fields__,
}


def differences(old: Settings, new: Settings) -> tuple[str, ...]:
    """The keys (`server.port`) that differ, those that a reload takes apart: they need a restart."""
    taken = {"printers", *(f"{section}.{field}" for section, fields in RELOADED.items() for field in fields)}
    return tuple(key for key in changed(old, new) if key not in taken)


def taken(old: Settings, new: Settings) -> Settings:
    """`old` with what a reload takes of `new`."""
    sections = {}
    for section, fields in RELOADED.items():
        given = getattr(new, section)
        sections[section] = msgspec.structs.replace(
            getattr(old, section), **{one: getattr(given, one) for one in fields}
        )
    return msgspec.structs.replace(old, printers=new.printers, **sections)


def changed(old: Settings, new: Settings) -> tuple[str, ...]:
    """The keys (`server.port`) that differ."""
    found = []
    for name in Settings.__struct_fields__:
        before, after = getattr(old, name), getattr(new, name)
        if isinstance(before, Struct):
            fields = before.__struct_fields__
            found += [f"{name}.{field}" for field in fields if getattr(before, field) != getattr(after, field)]
        elif before != after:
            found.append(name)
    return tuple(found)


class Identity(NamedTuple):
    """Which daemon is meant."""

    env: Environment
    service_name: str


def identity(env: str | None, environ: Mapping[str, str], seal: Seal | None = None) -> Identity:
    """The environment as sealed, else as given, else the variable's, else `test`; its service. Raises ConfigError."""
    seal = seal or current()
    variable = PREFIX + "ENV"
    named = env or environ.get(variable) or (seal.env if seal else "test")
    if named not in ("prod", "test"):
        expected = Phrase("kind.choice", {"values": ", ".join(_ENVIRONMENTS)})
        raise ConfigError("document.bad_choice", path=variable, got=repr(named), expected=expected)
    if seal is not None and (named != seal.env or environ.get(variable, seal.env) != seal.env):
        raise ConfigError("config.sealed", path="env", source="--env" if env and env != seal.env else variable)
    meant: Environment = "prod" if named == "prod" else "test"
    return Identity(meant, seal.service_name if seal else SERVICE_NAMES[meant])


def default_data_dir(env: str) -> Path:
    """Where the queue and the logs live when nothing else is said."""
    import platformdirs

    return Path(platformdirs.user_data_dir("ticket-daemon", appauthor=False)) / env


def found_file(env: str | None, environ: Mapping[str, str]) -> Path | None:
    """The configuration file where none is named: the variable's, else the service's, if it is there."""
    if environ.get(PREFIX + "CONFIG"):
        return Path(environ[PREFIX + "CONFIG"])
    seal = current()
    return _standard_file(places.of_service(identity(env, environ, seal).service_name), seal)


def home_file(env: str | None, environ: Mapping[str, str]) -> Path:
    """The configuration file of that environment, there or not."""
    found = found_file(env, environ)
    if found is not None:
        return found
    data_dir = environ.get(PREFIX + "DATA_DIR") or default_data_dir(identity(env, environ).env)
    return Path(data_dir) / places.CONFIG_NAME


def _read(file: Path | None, text: str | None = None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text("utf-8") if text is None else text)
    except OSError as error:
        raise ConfigError("config.unreadable", file=str(file), detail=error.strerror or str(error)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError("config.not_toml", file=str(file), detail=str(error)) from None


def _merge(values: dict[str, Any], over: Mapping[str, Any], source: str) -> None:
    for name, table in over.items():
        if name in ("env", "data_dir", "file", "seal"):  # decided before the file is read
            raise _problem(source, "document.not_a_field", path=name, field=name)
        if isinstance(table, Mapping) and isinstance(values.get(name), dict):
            values[name].update(table)
        else:
            values[name] = dict(table) if isinstance(table, Mapping) else table


def _from_variables(environ: Mapping[str, str]) -> dict[str, Any]:
    """TICKET_DAEMON_<SECTION>_<KEY>; an unknown one is a mistake worth stopping for."""
    keys = {
        f"{PREFIX}{section}_{field}".upper(): (section, field)
        for section, struct in _SECTIONS.items()
        for field in struct.__struct_fields__
    }
    values: dict[str, Any] = {}
    for name, text in environ.items():
        if not name.startswith(PREFIX) or name in _OTHER_VARIABLES:
            continue
        if name not in keys:
            nearest = difflib.get_close_matches(name, [*keys, *_OTHER_VARIABLES], 1, 0.0)
            raise ConfigError("config.unknown_key", name=name, nearest=nearest[0])
        section, field = keys[name]
        values.setdefault(section, {})[field] = _read_as(field, text)
    return _typed(values)


def _read_as(field: str, text: str) -> Any:
    """A variable's text as far as it has parts: commas part a list, a colon a token's name from its hash."""
    if field not in _LISTS:
        return text
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if field != "tokens":
        return parts
    return [{"name": name.strip(), "sha256": sha256.strip()} for name, _, sha256 in (p.rpartition(":") for p in parts)]


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    """Variables are text: each is read as its key's type, so that "8766" is a number."""
    for section, table in values.items():
        for field, text in table.items():
            try:
                struct = msgspec.convert({field: text}, _SECTIONS[section], strict=False)
            except msgspec.ValidationError as fault:
                key, _, parameters = explain(fault, _SECTIONS[section])
                raise ConfigError(key, path=f"{PREFIX}{section}_{field}".upper(), **parameters) from None
            table[field] = getattr(struct, field)
    return values


def _anchor_profiles(values: dict[str, Any], file: Path | None) -> None:
    """Profile files are found beside the configuration file: a service starts in a folder nobody chose."""
    documents = values.get("documents")
    if file is None or not isinstance(documents, dict) or not isinstance(documents.get("profiles"), list | tuple):
        return
    documents["profiles"] = [str(file.parent / p) if isinstance(p, str) else p for p in documents["profiles"]]


def _convert(values: Mapping[str, Any], file: str) -> Settings:
    printers = values.get("printers")
    for printer in printers if isinstance(printers, list) else ():
        if isinstance(printer, dict) and printer.get("fallback"):  # who has a stand-in does not want to wait for long
            printer.setdefault("retry_s", STAND_IN_S)
    try:
        return msgspec.convert(values, Settings, dec_hook=lambda _, text: Path(text))
    except msgspec.ValidationError as fault:
        key, path, parameters = explain(fault, Settings)
        raise _problem(file, key, path, **parameters) from None


def _problem(file: str, key: str, path: str, **parameters: Any) -> ConfigError:
    return ConfigError(key, path=path, file=file, **parameters)


def _with_virtual_printer(settings: Settings) -> Settings:
    """In test the built-in virtual printer is there, and the default where no other is."""
    if settings.env != "test" or any(printer.name == VIRTUAL_PRINTER for printer in settings.printers):
        return settings
    virtual = PrinterSettings(VIRTUAL_PRINTER, "virtual://virtual", default=settings.default_printer is None)
    return msgspec.structs.replace(settings, printers=(*settings.printers, virtual))


def _checked(settings: Settings, file: str) -> Settings:
    """Rules between keys, which types cannot say."""
    for broken in rules.broken(settings):
        where = file or ("prod" if broken.key == "config.token_needed" else "")
        raise _problem(where, broken.key, broken.path, **broken.parameters)
    return settings
