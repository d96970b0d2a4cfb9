"""Each trouble that the doctor names, made for real where a test can make it, and found."""

from __future__ import annotations

import contextlib
import datetime
import getpass  # noqa: F401 - the doctor asks for it where it has no rights, and nobody may read it then
import json
import os
import pty
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from support.client import ticket
from support.cups_server import CupsServer, cups_server
from support.daemon_process import daemon_process
from support.tcp_printer import TcpPrinter
from ticket_daemon import __version__
from ticket_daemon.doctor import KINDS, Finding, Surroundings, examine
from ticket_daemon.doctor.surroundings import Disk
from ticket_daemon.poster.profile.catalogue import find
from ticket_daemon.printers import Destination, Discovery, FoundPrinter, Snapshot
from ticket_daemon.printers.discovery import cups
from ticket_daemon.printers.emulated import EmulatedPrinter, Faults
from ticket_daemon.settings import config
from ticket_daemon.settings.config import PrinterSettings, Settings

ROOT = os.name == "posix" and os.geteuid() == 0


# --- the command, as a technician has it ---


def command(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith("TICKET_DAEMON_")}
    sourceless = {"TICKET_DAEMON_DISCOVERY_SOURCES": ""}
    return subprocess.run(
        [sys.executable, "-m", "ticket_daemon", "doctor", *arguments], capture_output=True, text=True,
        encoding="utf-8", env=plain | sourceless | {"LC_ALL": "en_US.UTF-8"} | environ, timeout=60,
    )  # fmt: skip


def report(*arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
    """The exit code and what was found, by code."""
    done = command(*arguments, "--json")
    assert done.stdout, done.stderr
    return done.returncode, {one["code"]: one for one in json.loads(done.stdout)["findings"]}


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def written(folder: Path, text: str) -> str:
    (folder / "shop.toml").write_text(text, "utf-8")
    return str(folder / "shop.toml")


def test_a_daemon_that_is_well_is_found_well_and_the_exit_code_says_so(tmp_path: Path) -> None:
    with daemon_process(tmp_path / "data", config="") as daemon:
        file = str(tmp_path / "data" / "config.toml")
        done = command("--url", daemon.url, "--config", file, "--data-dir", str(tmp_path / "data"))
        code, found = report("--url", daemon.url, "--config", file, "--data-dir", str(tmp_path / "data"))
    assert (done.returncode, code) == (0, 0), done.stdout
    assert {"config-ok", "daemon-ok", "data-ok", "clock-ok"} <= set(found)
    assert f"✔ Ticket Daemon {__version__} answers at {daemon.url}" in done.stdout
    assert "All is well." in done.stdout


def test_a_daemon_that_is_not_running_is_named_with_what_to_do(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    done = command("--url", url, "--config", written(tmp_path, f"[server]\nport = {closed_port()}\n"))
    assert done.returncode == 1
    assert f"✘ Ticket Daemon is not running: nobody answers at {url}" in done.stdout
    assert "    → Start it: ticket-daemon start" in done.stdout


def test_it_looks_where_the_configuration_has_the_daemon_listen(tmp_path: Path) -> None:
    port = closed_port()
    done = command("--config", written(tmp_path, f'[server]\nhost = "0.0.0.0"\nport = {port}\n'))
    assert f"nobody answers at http://127.0.0.1:{port}" in done.stdout


def test_everything_is_said_in_one_language(tmp_path: Path) -> None:
    text = '[server]\nlang = "es"\n[[printers]]\nname = "caja"\nuri = "socket://no-such-printer.invalid"\n'
    done = command("--config", written(tmp_path, text), "--url", f"http://127.0.0.1:{closed_port()}")
    assert "the host 'no-such-printer.invalid' cannot be found" in done.stdout


def test_a_port_that_another_program_has_is_named_with_the_program(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        code, found = report("--url", url, "--config", written(tmp_path, f"[server]\nport = {port}\n"))
    assert code == 1
    assert found["port-taken"]["subject"] == f"127.0.0.1:{port}"
    if sys.platform == "linux":
        assert str(os.getpid()) in found["port-taken"]["text"]


def test_a_mistake_in_the_configuration_is_named_with_its_place(tmp_path: Path) -> None:
    file = written(tmp_path, '[[printers]]\nname = "caja"\nuri = "gopher://x"\n')
    code, found = report("--config", file, "--url", f"http://127.0.0.1:{closed_port()}")
    assert code == 1
    assert "printers[0].uri" in found["config-mistake"]["text"]
    assert found["config-mistake"]["subject"] == file


def test_prod_without_a_token_is_named(tmp_path: Path) -> None:
    code, found = report(
        "--env", "prod", "--config", written(tmp_path, ""), "--url", f"http://127.0.0.1:{closed_port()}"
    )
    assert (code, "token_sha256" in found["token-missing"]["advice"]) == (1, True)


def test_the_report_for_support_names_versions_and_every_finding(tmp_path: Path) -> None:
    done = command("--json", "--config", written(tmp_path, ""), "--url", f"http://127.0.0.1:{closed_port()}")
    said = json.loads(done.stdout)
    assert (said["version"], said["status"]) == (__version__, "problem")
    assert all(set(one) == {"code", "severity", "subject", "text", "advice"} for one in said["findings"])
    assert all(bool(one["advice"]) == (one["severity"] != "ok") for one in said["findings"])


# --- the checks, over surroundings with a trouble in them ---


def settings(folder: Path, **server: Any) -> Settings:
    return config.load("test", None, {}, {"server": {"port": closed_port(), **server}}, folder)


def destination(uri: str, profile: str = "Generic 80mm", name: str = "caja") -> Destination:
    return Destination(PrinterSettings(name, uri, profile), find(profile))


class Around(Surroundings):
    """This machine, but for what a test says otherwise."""

    clock: int | None = None
    room: Disk | None = None
    snapshot: Snapshot | None = Snapshot()
    windows_ports: frozenset[str] | None = None

    def now_ms(self) -> int:
        return super().now_ms() if self.clock is None else self.clock

    def disk(self, folder: Path) -> Disk:
        return self.room or super().disk(folder)

    async def found(self) -> Snapshot:
        return self.snapshot if self.snapshot is not None else await super().found()

    async def ports(self) -> frozenset[str] | None:
        return self.windows_ports


async def examined(around: Surroundings) -> dict[str, Finding]:
    findings = {finding.code: finding for finding in await examine(around)}
    for finding in findings.values():
        for lang in ("es", "en"):
            assert "{" not in finding.text(lang).replace("ATTR{", ""), finding
            assert "{" not in finding.advice(lang).replace("ATTR{bInterfaceClass}", ""), finding
    return findings


async def of_printer(folder: Path, *printers: Destination, **facts: Any) -> dict[str, Finding]:
    around = Around(settings(folder), printers)
    for name, value in facts.items():
        setattr(around, name, value)
    return await examined(around)


# the daemon


@contextlib.asynccontextmanager
async def answering(health: dict[str, Any]) -> AsyncIterator[str]:
    """Something that answers /health like that."""

    async def say(_: web.Request) -> web.Response:
        return web.json_response(health)

    app = web.Application()
    app.router.add_get("/health", say)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def health(version: str = __version__, *, running: bool = True, storage: str = "ok") -> dict[str, Any]:
    return {
        "status": "ok", "queue": {}, "worker": {"running": running}, "storage": {"status": storage, "detail": "full"},
        "build": {"version": version},
    }  # fmt: skip


async def test_another_version_is_named(tmp_path: Path) -> None:
    async with answering(health("0.0.1")) as url:
        found = await examined(Around(settings(tmp_path), (), url))
    assert "0.0.1" in found["daemon-version"].text("en")


@pytest.mark.parametrize("trouble", [{"running": False}, {"storage": "error"}])
async def test_a_daemon_that_is_unwell_is_named(tmp_path: Path, trouble: dict[str, Any]) -> None:
    async with answering(health(**trouble)) as url:
        found = await examined(Around(settings(tmp_path), (), url))
    assert "daemon-unwell" in found


async def test_held_tickets_are_counted_by_the_daemon_itself(tmp_path: Path) -> None:
    text = '[[printers]]\nname = "caja"\nuri = "socket://127.0.0.1:9"\nretry_s = 600\n'
    import aiohttp

    with daemon_process(tmp_path, config=text) as daemon:
        async with aiohttp.ClientSession(daemon.url) as http:
            await http.post("/api/v1/jobs", json={"id": "t1", "printer": "caja", "datos": ticket("x")})
            await http.post("/api/v1/jobs/t1/hold")
            async with http.get("/api/v1/doctor") as answer:
                said = await answer.json()
    found = {one["code"]: one for one in said["findings"]}
    assert found["jobs-held"]["subject"] == "1"
    assert found["daemon-ok"]["severity"] == "ok"
    assert found["printer-refused"]["advice"]
    assert said["status"] == "problem"


async def test_the_daemons_own_doctor_needs_the_token(tmp_path: Path) -> None:
    import aiohttp

    text = f'[auth]\ntoken_sha256 = "{"0" * 64}"\n'
    with daemon_process(tmp_path, config=text) as daemon:
        async with aiohttp.ClientSession(daemon.url) as http, http.get("/api/v1/doctor") as answer:
            assert answer.status == 401


# the machine


@contextlib.contextmanager
def small_disk(kib: int) -> Iterator[Path]:
    """A disk of that size."""
    folder = Path(tempfile.mkdtemp(prefix="doctor-"))
    mounted = ROOT and subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", folder]).returncode == 0
    try:
        if not mounted:
            pytest.skip("making a small disk needs root and the right to mount")
        yield folder
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)
        shutil.rmtree(folder, ignore_errors=True)


async def test_a_full_disk_is_named() -> None:
    with small_disk(1024) as folder:
        (folder / "filled").write_bytes(b"x" * 1_000_000)
        found = await examined(Around(settings(folder)))
    assert found["disk-full"].parameters["mib"] == 0


@pytest.mark.parametrize(("mib", "code"), [(49, "disk-full"), (50, "disk-low"), (499, "disk-low"), (500, "data-ok")])
async def test_how_much_room_is_enough(tmp_path: Path, mib: int, code: str) -> None:
    around = Around(settings(tmp_path))
    around.room = Disk(mib << 20, 10 << 30)
    assert code in await examined(around)


async def test_a_data_directory_that_takes_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    found = await examined(Around(settings(tmp_path / "file")))
    assert found["data-not-writable"].subject == str(tmp_path / "file")


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Whom permissions concern: a root that runs the tests becomes somebody else meanwhile."""
    if ROOT:
        os.seteuid(65534)
    try:
        yield
    finally:
        if ROOT:
            os.seteuid(0)


async def test_a_data_directory_without_permission_is_named_with_the_account() -> None:
    folder = Path(tempfile.mkdtemp(prefix="doctor-"))
    folder.chmod(0o555)
    try:
        await examined(Around(settings(folder)))  # loads what nobody may read: Python itself
        with as_nobody():
            found = await examined(Around(settings(folder)))
    finally:
        shutil.rmtree(folder)
    assert "data-not-writable" in found


@pytest.mark.parametrize("year", [1980, 2007, 2024, 2106])
async def test_a_year_that_cannot_be_is_named(tmp_path: Path, year: int) -> None:
    around = Around(settings(tmp_path))
    around.clock = int(datetime.datetime(year, 6, 1, tzinfo=datetime.UTC).timestamp() * 1000)
    assert str(year) in (await examined(around))["clock-absurd"].text("es")


async def test_a_clock_behind_what_the_daemon_wrote_is_named(tmp_path: Path) -> None:
    (tmp_path / "queue.db").write_bytes(b"")
    later = time.time() + 86_400
    os.utime(tmp_path / "queue.db", (later, later))
    assert "clock-back" in await examined(Around(settings(tmp_path)))


def certificate(folder: Path, days: float, name: str = "shop") -> tuple[str, str]:
    """A real certificate that ends in so many days, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    signed = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key()).serial_number(7)
        .not_valid_before(end - datetime.timedelta(days=400)).not_valid_after(end).sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / f"{name}.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(folder / f"{name}.pem"), str(folder / f"{name}.key")


@pytest.mark.parametrize(
    ("days", "code"),
    [(-1, "certificate-expired"), (3.5, "certificate-soon"), (90, "certificate-ok"), (365 * 40, "certificate-ok")],
)
async def test_how_long_a_certificate_is_valid(tmp_path: Path, days: float, code: str) -> None:
    cert, key = certificate(tmp_path, days)
    found = await examined(Around(settings(tmp_path, tls_cert=cert, tls_key=key)))
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    assert found[code].parameters["date"] == end.strftime("%Y-%m-%d")


async def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, 90)
    found = await examined(Around(settings(tmp_path, tls_cert=str(tmp_path / "no.pem"), tls_key=key)))
    assert found["certificate-missing"].subject == str(tmp_path / "no.pem")
    assert "certificate-missing" in await examined(Around(settings(tmp_path, tls_cert=cert, tls_key="no.key")))


async def test_a_certificate_of_another_key_or_no_certificate_is_named(tmp_path: Path) -> None:
    cert, _ = certificate(tmp_path, 90)
    _, other = certificate(tmp_path, 90, "other")
    assert "certificate-unusable" in await examined(Around(settings(tmp_path, tls_cert=cert, tls_key=other)))
    assert "certificate-unusable" in await examined(Around(settings(tmp_path, tls_cert=other, tls_key=other)))


# printers, all of them


async def test_a_shop_without_a_printer_is_told_which_are_there(tmp_path: Path) -> None:
    token = {"token_sha256": "0" * 64}
    prod = config.load("prod", None, {}, {"auth": token, "server": {"port": closed_port()}}, tmp_path)
    around = Around(prod)
    around.snapshot = Snapshot((FoundPrinter(name="EPSON", uri="usb://1:2", port="USB", source="usb"),))
    assert "EPSON" in (await examined(around))["no-printers"].text("en")


async def test_no_default_printer_is_a_warning(tmp_path: Path) -> None:
    token = {"token_sha256": "0" * 64}
    prod = config.load("prod", None, {}, {"auth": token, "server": {"port": closed_port()}}, tmp_path)
    found = await examined(Around(prod, (destination("socket://127.0.0.1:9"),)))
    assert found["no-default"].severity == "warning"


class WithCups(Around):
    """The machine's CUPS is the test's."""

    server: CupsServer

    async def found(self) -> Snapshot:
        async def look() -> list[FoundPrinter]:
            return await cups.find(str(self.server.socket))

        return await Discovery({"cups": look}, time.monotonic).refresh()


async def with_cups(folder: Path, server: CupsServer, uri: str) -> dict[str, Finding]:
    around = WithCups(settings(folder), (destination(uri),))
    around.server = server
    return await examined(around)


async def test_a_stopped_spooler_is_named(tmp_path: Path) -> None:
    with cups_server() as server:
        server.stop()
        found = await with_cups(tmp_path, server, "cups://caja")
    assert "systemctl start cups" in found["spooler-stopped"].advice("en")


async def test_an_account_that_sees_no_printer_is_named(tmp_path: Path) -> None:
    with cups_server() as server:
        found = await with_cups(tmp_path, server, "cups://caja")
    assert found["account-without-printers"].parameters["spooler"] == "cups"


async def test_a_name_the_system_does_not_have_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with cups_server() as server:
        server.queue("EPSON_TM-T20III")
        server.queue("Oficina")
        found = await with_cups(tmp_path, server, "cups://EPSON_TM-T20")
    assert found["name-mismatch"].parameters["nearest"].startswith("EPSON_TM-T20III")


async def test_a_paused_queue_is_named(tmp_path: Path) -> None:
    with cups_server() as server:
        server.queue("caja")
        server.run("cupsdisable", "caja")
        assert "printer-paused" in await with_cups(tmp_path, server, "cups://caja")


async def test_a_windows_printer_whose_port_is_gone_is_named(tmp_path: Path) -> None:
    there = FoundPrinter(name="EPSON", uri="winspool://EPSON", port="USB003", source="windows", status="ready")
    facts: dict[str, Any] = {"snapshot": Snapshot((there,)), "windows_ports": frozenset({"USB001", "LPT1:"})}
    found = await of_printer(tmp_path, destination("winspool://EPSON"), **facts)
    assert found["stale-port"].parameters["port"] == "USB003"


async def test_a_windows_printer_that_works_offline_is_named(tmp_path: Path) -> None:
    there = FoundPrinter(name="EPSON", uri="winspool://EPSON", port="USB001", source="windows", status="offline")
    found = await of_printer(tmp_path, destination("winspool://EPSON"), snapshot=Snapshot((there,)))
    assert "printer-offline" in found


# one printer


def emulated(profile: str = "TM-T20III", **options: Any) -> EmulatedPrinter:
    found = find(profile)
    assert found is not None
    return EmulatedPrinter(found, **options)


async def test_a_printer_that_is_well_is_found_well_and_nothing_is_printed(tmp_path: Path) -> None:
    async with emulated() as printer:
        found = await of_printer(tmp_path, destination(printer.uri, "TM-T20III"))
        assert not printer.tickets
        assert printer.printer.take() is None
    assert "printer-ok" in found


async def test_a_refused_connection_is_named(tmp_path: Path) -> None:
    async with emulated(refuse=True) as printer:
        found = await of_printer(tmp_path, destination(printer.uri))
    assert found["printer-refused"].parameters["port"] == f"127.0.0.1:{printer.port}"


async def test_a_host_that_nobody_has_is_named(tmp_path: Path) -> None:
    found = await of_printer(tmp_path, destination("socket://no-such-printer.invalid:9100"))
    assert "no-such-printer.invalid" in found["printer-unreachable"].text("en")


async def test_a_printer_that_another_program_holds_is_named(tmp_path: Path) -> None:
    """It takes one connection at a time, as most do: the next is accepted by its TCP and waits."""
    with TcpPrinter(reads=False) as printer, socket.create_connection(("127.0.0.1", printer.port)):
        found = await of_printer(tmp_path, destination(printer.uri, "TM-T20III"))
    assert "Another program holds it" in found["printer-silent"].text("en")


async def test_a_printer_that_never_answers_is_named(tmp_path: Path) -> None:
    async with emulated(faults=Faults(mute=True)) as printer:
        assert "printer-silent" in await of_printer(tmp_path, destination(printer.uri, "TM-T20III"))


@pytest.mark.parametrize(
    ("condition", "code"),
    [({"offline": True}, "printer-offline"), ({"paper_out": True}, "printer-trouble"),
     ({"cover_open": True}, "printer-trouble")],
)  # fmt: skip
async def test_what_the_printer_itself_says_is_named(tmp_path: Path, condition: dict[str, bool], code: str) -> None:
    async with emulated() as printer:
        printer.set_condition(**condition)
        found = await of_printer(tmp_path, destination(printer.uri, "TM-T20III"))
    assert code in found


async def test_a_printer_the_daemon_finds_ready_is_not_disturbed(tmp_path: Path) -> None:
    class Ready(Around):
        async def states(self) -> dict[str, str]:
            return {"caja": "ready"}

    async with emulated() as printer:
        found = await examined(Ready(settings(tmp_path), (destination(printer.uri),)))
        assert not printer.received
    assert "printer-ok" in found


async def test_a_device_that_is_unplugged_is_named(tmp_path: Path) -> None:
    found = await of_printer(
        tmp_path, destination("file:///dev/usb/lp97"), destination("serial:///dev/ttyUSB97", name="b")
    )
    assert found["device-gone"].parameters["port"] in ("/dev/usb/lp97", "/dev/ttyUSB97")


async def test_a_serial_port_that_another_program_has_is_named(tmp_path: Path) -> None:
    import serial

    ours, theirs = pty.openpty()
    path = os.ttyname(theirs)
    try:
        with serial.Serial(path, exclusive=True):
            found = await of_printer(tmp_path, destination(f"serial://{path}"))
    finally:
        os.close(ours)
        os.close(theirs)
    assert found["device-in-use"].parameters["port"] == path


async def test_a_device_without_permission_is_named_with_the_group_to_join(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    path = os.ttyname(theirs)
    expected = Path(path).group()  # asked first: somebody else may not even read Python's library
    os.chmod(path, 0o600 if ROOT else 0)
    try:
        await of_printer(tmp_path, destination(f"serial://{path}"))  # loads what nobody may read: Python itself
        with as_nobody():
            found = await of_printer(tmp_path, destination(f"serial://{path}"))
    finally:
        os.close(ours)
        os.close(theirs)
    assert f"usermod -aG {expected}" in found["no-permission"].advice("es")
    assert path in found["no-permission"].text("en")


async def test_a_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = await of_printer(tmp_path, destination(f"file://{tmp_path}/file/paper"))
    assert "printer-link" in found


async def test_a_link_that_tells_nothing_is_said_to(tmp_path: Path) -> None:
    assert "printer-unasked" in await of_printer(tmp_path, destination(f"file://{tmp_path}/paper"))
    assert not (tmp_path / "paper").exists()


async def test_a_printer_without_a_profile_is_a_warning(tmp_path: Path) -> None:
    found = await of_printer(tmp_path, destination("socket://127.0.0.1:9", ""))
    assert found["profile-unknown"].severity == "warning"


async def test_code_pages_without_spanish_letters_are_named(tmp_path: Path) -> None:
    import msgspec

    base = find("Generic 80mm")
    assert base is not None
    poor = msgspec.structs.replace(base, name="Pobre", code_pages={"PC437": 0})
    found = await of_printer(tmp_path, Destination(PrinterSettings("caja", "socket://127.0.0.1:9"), poor))
    assert found["code-page"].parameters["letters"] == "ÁÍÓÚ€"


async def test_a_check_that_fails_itself_hides_no_other(tmp_path: Path) -> None:
    class Broken(Around):
        async def found(self) -> Snapshot:
            raise ZeroDivisionError("x")

        def who_listens(self, port: int) -> str:
            return ""

    found = await examined(Broken(settings(tmp_path), (destination("cups://caja"),)))
    assert found["check-failed"].severity == "warning"
    assert "daemon-not-running" in found
    assert "clock-ok" in found


def test_every_kind_of_finding_has_its_test() -> None:
    text = Path(__file__).read_text("utf-8")
    assert [code for code in KINDS if f'"{code}"' not in text] == []
