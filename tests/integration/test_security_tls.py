"""TLS with the shop's own authority: made by the command, spoken by the daemon, attacked and renewed."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import os
import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from support.attacker import EVIL, request
from support.client import EXAMPLE
from support.daemon_process import DaemonProcess, daemon_process
from ticket_daemon.errors import TlsError
from ticket_daemon.frontends.native.guard import authority
from ticket_daemon.frontends.native.guard.certificate import Certificate, ends_at
from ticket_daemon.frontends.native.guard.passwords import hash_of

NAMES = ("localhost", "127.0.0.1", "::1", "caja-1.local")
DEADLINE_S = 30.0


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    authority.create(folder, NAMES)
    return folder


def config(folder: Path, more: str = "", auth: str = "") -> str:
    cert, key = folder / authority.SERVER, folder / authority.SERVER_KEY
    return f"[server]\ntls_cert = '{cert}'\ntls_key = '{key}'\n{more}\n{auth}"


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=folder / authority.AUTHORITY)


@pytest.fixture
def daemon(tmp_path: Path, shop: Path) -> Iterator[DaemonProcess]:
    with daemon_process(tmp_path, config=config(shop)) as running:
        yield running


async def test_tickets_print_over_wss_with_a_certificate_of_the_shops_own_authority(
    daemon: DaemonProcess, shop: Path
) -> None:
    assert daemon.url.startswith("https://")
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{daemon.url}/ws", ssl=trusting(shop)) as ws:
        assert (await ws.receive_json())["tipo"] == "info"
        await ws.send_json({"tipo": "ticket", "datos": EXAMPLE})
        assert (await ws.receive_json())["tipo"] == "ack"
        assert (await ws.receive_json())["status"] == "success"
    health = request(f"{daemon.url}/health", context=trusting(shop)).json
    assert health["status"] == "ok"
    assert health["tls"]["status"] == "ok"
    assert health["tls"]["days_left"] > 700


async def test_the_rules_for_origins_hold_over_tls_too(daemon: DaemonProcess, shop: Path) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{daemon.url}/ws", ssl=trusting(shop), headers={"Origin": EVIL}) as ws,
    ):
        assert (await ws.receive(10)).data == 4403
    own = request(f"{daemon.url}/api/v1/printers", headers={"Origin": daemon.url}, context=trusting(shop))
    assert own.status == 200


def test_who_does_not_trust_the_authority_does_not_connect(daemon: DaemonProcess) -> None:
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        request(f"{daemon.url}/health", context=ssl.create_default_context())


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_old_versions_of_tls_and_plain_http_are_refused(daemon: DaemonProcess, shop: Path) -> None:
    context = trusting(shop)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError):
        request(f"{daemon.url}/health", context=context)
    with pytest.raises(OSError):
        request(f"{daemon.url.replace('https', 'http')}/health")
    assert request(f"{daemon.url}/health", context=trusting(shop)).status == 200


def test_a_client_that_never_finishes_the_handshake_is_cut(tmp_path: Path, shop: Path) -> None:
    """It holds no place meanwhile, and not for long."""
    from ticket_daemon.frontends.native.guard import door

    with daemon_process(tmp_path, config=config(shop)) as daemon:
        with socket.create_connection(("127.0.0.1", daemon.port), timeout=door.HANDSHAKE_S + 10) as half:
            half.sendall(b"\x16\x03\x01\x00")
            begun = time.monotonic()
            with contextlib.suppress(ConnectionResetError):
                assert half.recv(100) == b""
            assert time.monotonic() - begun < door.HANDSHAKE_S + 5
        assert request(f"{daemon.url}/health", context=trusting(shop)).status == 200


def test_a_second_port_speaks_tls_and_the_first_stays_plain(tmp_path: Path, shop: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with daemon_process(tmp_path, config=config(shop, f"tls_port = {port}")) as daemon:
        assert daemon.url.startswith("http://")
        assert request(f"{daemon.url}/health").json["tls"]["status"] == "ok"
        assert request(f"https://localhost:{port}/health", context=trusting(shop)).status == 200


def test_over_tls_the_sessions_cookie_is_secure_and_bound_to_the_host(tmp_path: Path, shop: Path) -> None:
    auth = f"[auth]\ndashboard_password_hash = '{hash_of('contraseña larga')}'\n"
    with daemon_process(tmp_path, config=config(shop, auth=auth)) as daemon:
        said = request(
            f"{daemon.url}/auth/login", "POST", {"password": "contraseña larga"}, {"Origin": daemon.url}, trusting(shop)
        )
        cookie = said.headers["Set-Cookie"]
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        headers = {"Cookie": cookie.partition(";")[0]}
        assert request(f"{daemon.url}/", headers=headers, context=trusting(shop)).status == 200


async def test_a_renewed_certificate_is_taken_without_a_restart(tmp_path: Path) -> None:
    authority.create(tmp_path, NAMES)
    certificate = Certificate(tmp_path / authority.SERVER, tmp_path / authority.SERVER_KEY)

    async def served() -> bytes:
        """The certificate that a client is shown now."""
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=certificate.context)
        async with server:
            port = server.sockets[0].getsockname()[1]
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting(tmp_path))
            shown: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()
            return shown

    before = await served()
    assert authority.renew(tmp_path) == NAMES
    now = datetime.datetime.now(datetime.UTC)
    certificate.look(now)
    after = await served()
    assert after != before
    (tmp_path / authority.SERVER).write_text("damaged", "ascii")
    certificate.look(now)
    assert await served() == after, "what cannot be used takes nobody's place"


def test_the_end_of_a_certificate_is_told_in_time(tmp_path: Path, shop: Path, caplog: pytest.LogCaptureFixture) -> None:
    certificate = Certificate(shop / authority.SERVER, shop / authority.SERVER_KEY)
    end = certificate.ends
    for days, status in ((31, "ok"), (29, "expiring"), (0, "expired")):
        health = certificate.health(end - datetime.timedelta(days=days))
        assert (health.status, health.days_left) == (status, days)
    with caplog.at_level("WARNING"):
        for hours in range(48):
            certificate.look(end - datetime.timedelta(days=20) + datetime.timedelta(hours=hours))
    assert len([r for r in caplog.records if r.getMessage() == "certificate_ends"]) in (2, 3), "once a day"


def expiring(folder: Path, days: int) -> None:
    """A certificate with so many days left."""
    kept = authority.SERVER_DAYS
    try:
        authority.SERVER_DAYS = days  # type: ignore[misc]
        authority.create(folder, NAMES)
    finally:
        authority.SERVER_DAYS = kept  # type: ignore[misc]


def test_health_and_the_log_say_that_the_certificate_ends(tmp_path: Path) -> None:
    expiring(tmp_path / "tls", 10)
    with daemon_process(tmp_path / "data", config=config(tmp_path / "tls")) as daemon:
        health = request(f"{daemon.url}/health", context=trusting(tmp_path / "tls")).json
        assert (health["status"], health["tls"]["status"], health["tls"]["days_left"]) == ("degraded", "expiring", 9)
        deadline = time.monotonic() + DEADLINE_S
        while "certificate_ends" not in [line["event"] for line in daemon.log]:
            assert time.monotonic() < deadline
            request(f"{daemon.url}/health", context=trusting(tmp_path / "tls"))


@pytest.mark.parametrize("fault", ["missing", "no certificate", "another's key", "passphrase", "half"])
def test_a_certificate_that_cannot_be_used_stops_the_start_with_the_reason(
    tmp_path: Path, shop: Path, fault: str
) -> None:
    cert, key = tmp_path / "c.pem", tmp_path / "k.pem"
    cert.write_bytes((shop / authority.SERVER).read_bytes())
    key.write_bytes((shop / authority.SERVER_KEY).read_bytes())
    if fault == "missing":
        key.unlink()
    elif fault == "no certificate":
        cert.write_text("hola")
    elif fault == "another's key":
        key.write_bytes((shop / authority.AUTHORITY_KEY).read_bytes())
    elif fault == "passphrase":
        key.write_bytes(_locked(key.read_bytes()))
    text = f"[server]\ntls_cert = '{cert}'\n" + (f"tls_key = '{key}'\n" if fault != "half" else "")
    with pytest.raises(RuntimeError, match=r"tls_(cert|key)") as stopped:
        DaemonProcess(tmp_path / "data", config=text)
    assert "Traceback" not in str(stopped.value)


def _locked(pem: bytes) -> bytes:
    from cryptography.hazmat.primitives import serialization as s

    key = s.load_pem_private_key(pem, None)
    return key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.BestAvailableEncryption(b"secret"))


# --- the authority ---


def command(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ticket_daemon", *arguments], capture_output=True, text=True, timeout=60,
        env={**os.environ, "LC_ALL": "en_US.UTF-8", **environ},
    )  # fmt: skip


def test_the_command_makes_what_the_daemon_needs_and_says_what_to_do(tmp_path: Path) -> None:
    made = command("tls", "init", "--dir", str(tmp_path / "tls"), "--name", "caja-1.tienda.mx")
    assert made.returncode == 0, made.stderr
    assert "caja-1.tienda.mx" in made.stdout
    assert "authority.pem" in made.stdout
    lines = "\n".join(line for line in made.stdout.splitlines() if line.startswith(("[server]", "tls_c", "tls_k")))
    with daemon_process(tmp_path / "data", config=lines) as daemon:
        assert request(f"{daemon.url}/health", context=trusting(tmp_path / "tls")).status == 200
    shown = command("tls", "show", "--dir", str(tmp_path / "tls"))
    assert shown.stdout.count("20") >= 2
    again = command("tls", "init", "--dir", str(tmp_path / "tls"))
    assert again.returncode == 1
    assert "renew" in again.stderr
    before = (tmp_path / "tls" / authority.SERVER).read_bytes()
    assert command("tls", "renew", "--dir", str(tmp_path / "tls")).returncode == 0
    assert (tmp_path / "tls" / authority.SERVER).read_bytes() != before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_keys_are_readable_by_their_owner_alone(shop: Path) -> None:
    for name in (authority.AUTHORITY_KEY, authority.SERVER_KEY):
        assert stat.S_IMODE((shop / name).stat().st_mode) == 0o600


def test_the_authority_cannot_stand_in_for_a_bank(tmp_path: Path) -> None:
    """Whoever steals its key makes a certificate for another name: clients that trust the authority refuse it."""
    authority.create(tmp_path, NAMES)
    authority.renew(tmp_path, ("localhost", "bank.example"))
    certificate = Certificate(tmp_path / authority.SERVER, tmp_path / authority.SERVER_KEY)

    async def greet(name: str) -> None:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=certificate.context)
        async with server:
            port = server.sockets[0].getsockname()[1]
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting(tmp_path), server_hostname=name)
            writer.close()

    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        asyncio.run(greet("bank.example"))


def test_renewing_without_an_authority_says_so(tmp_path: Path) -> None:
    with pytest.raises(TlsError) as refused:
        authority.renew(tmp_path)
    assert refused.value.code == "tls_error"


def test_the_end_is_read_as_openssl_reads_it(shop: Path) -> None:
    for name in (authority.SERVER, authority.AUTHORITY):
        shown = subprocess.run(
            ["openssl", "x509", "-in", str(shop / name), "-noout", "-enddate"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        assert shown == f"notAfter={ends_at((shop / name).read_text()):%b %e %H:%M:%S %Y GMT}"
    for text in ("", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"):
        with pytest.raises(ValueError):
            ends_at(text)
