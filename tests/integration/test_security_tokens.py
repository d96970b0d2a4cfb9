"""Tokens over real connections: what needs one, which one counts, and where none may ever be seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.attacker import POS, request, websocket
from support.client import EXAMPLE, client
from support.daemon_process import DaemonProcess, daemon_process

OLD, CAJA, COCINA, WRONG = (f"td_for-these-tests-{name}" for name in ("old", "caja", "cocina", "wrong"))


def sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def config(**named: str) -> str:
    tables = "\n".join(f'[[auth.tokens]]\nname = "{n}"\nsha256 = "{sha256(t)}"\n' for n, t in named.items())
    return (
        f'[server]\nhost = "127.0.0.1"\nallowed_origins = ["{POS}"]\n[auth]\ntoken_sha256 = "{sha256(OLD).upper()}"\n'
        f'{tables}[[printers]]\nname = "v"\nuri = "virtual://v"\ndefault = true\n'
    )


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    with daemon_process(
        tmp_path_factory.mktemp("prod"), config=config(caja=CAJA, cocina=COCINA), env="prod"
    ) as running:
        yield running


NEED_A_TOKEN: list[dict[str, Any]] = [
    {"tipo": "ticket", "datos": EXAMPLE},
    {"tipo": "preview", "datos": EXAMPLE},
    {"tipo": "job", "id": "x"},
    {"tipo": "get_jobs"},
    {"tipo": "cancel", "id": "x"},
    {"tipo": "hold", "id": "x"},
    {"tipo": "release", "id": "x"},
    {"tipo": "reprint", "id": "x"},
    {"tipo": "subscribe", "topics": ["jobs"]},
]


@pytest.mark.parametrize(
    "given",
    [None, "", WRONG, OLD[:-1], sha256(OLD), "ñ" * 1000],
    ids=["none", "empty", "wrong", "shorter", "its_hash", "long"],
)
async def test_every_verb_that_prints_or_tells_of_jobs_needs_a_token(daemon: DaemonProcess, given: str | None) -> None:
    async with client(daemon.url) as c:
        for message in NEED_A_TOKEN:
            answer = await c.ask({**message, "auth_token": given} if given is not None else message)
            assert (answer["tipo"], answer["code"]) == ("error", "unauthorized"), message["tipo"]


async def test_half_a_character_is_no_token(daemon: DaemonProcess) -> None:
    async with client(daemon.url) as c:
        answer = await c.ask('{"tipo":"get_jobs","auth_token":"\\ud800"}')
        assert answer["tipo"] == "error"


async def test_what_version_1_tells_without_a_token_it_still_tells(daemon: DaemonProcess) -> None:
    async with client(daemon.url) as c:
        for tipo, answered in (("status", "status"), ("ping", "pong"), ("get_printers", "printers")):
            assert (await c.ask({"tipo": tipo}))["tipo"] == answered
        await c.send({"tipo": "subscribe", "topics": ["printers"]})
        assert (await c.until(lambda a: a["tipo"] == "printer_status"))["printer"] == "v"
    assert request(f"{daemon.url}/health").status == 200
    assert request(f"{daemon.url}/api/v1/printers").status == 200


@pytest.mark.parametrize("token", [OLD, CAJA, COCINA])
async def test_each_of_several_tokens_is_good_in_the_message_and_in_the_header(
    daemon: DaemonProcess, token: str
) -> None:
    async with client(daemon.url) as c:
        await c.print(EXAMPLE, auth_token=token)
    said = request(f"{daemon.url}/api/v1/jobs", headers={"Authorization": f"Bearer {token}"})
    assert said.status == 200
    for scheme in ("Basic", "bearer "):
        given = request(f"{daemon.url}/api/v1/jobs", headers={"Authorization": f"{scheme} {token}"})
        assert given.status == (401 if scheme == "Basic" else 200)


async def test_an_allowed_page_still_needs_the_token(daemon: DaemonProcess) -> None:
    async with websocket(daemon.url, {"Origin": POS}) as ws:
        await ws.receive_json()
        await ws.send_json({"tipo": "ticket", "datos": EXAMPLE})
        assert (await ws.receive_json())["code"] == "unauthorized"


def test_the_api_refuses_and_no_path_tells_of_jobs_without_a_token(daemon: DaemonProcess) -> None:
    for method, path in (
        ("POST", "/api/v1/jobs"),
        ("GET", "/api/v1/jobs"),
        ("GET", "/api/v1/jobs/x"),
        ("DELETE", "/api/v1/jobs/x"),
        ("POST", "/api/v1/jobs/x/hold"),
        ("POST", "/api/v1/jobs/x/release"),
        ("POST", "/api/v1/jobs/x/reprint"),
        ("GET", "/api/v1/jobs/x/paper.png"),
        ("POST", "/api/v1/preview"),
    ):
        said = request(daemon.url + path, method, {"datos": EXAMPLE} if method == "POST" else None)
        assert (said.status, said.json["code"]) == (401, "unauthorized"), path


async def test_a_revoked_token_prints_no_more_and_the_others_do(tmp_path: Path) -> None:
    for tokens, good in (({"caja": CAJA, "cocina": COCINA}, True), ({"cocina": COCINA}, False)):
        with daemon_process(tmp_path, config=config(**tokens), env="prod") as daemon:
            async with client(daemon.url) as c:
                answer = await c.ask({"tipo": "ticket", "datos": EXAMPLE, "auth_token": CAJA})
                assert answer["tipo"] == ("ack" if good else "error")
            async with client(daemon.url) as c:
                await c.print(EXAMPLE, auth_token=COCINA)


async def test_whoever_guesses_tokens_has_to_wait_and_who_has_one_does_not(tmp_path: Path) -> None:
    with daemon_process(tmp_path, config=config(caja=CAJA, cocina=COCINA), env="prod") as daemon:
        async with client(daemon.url) as c:
            await c.print(EXAMPLE, auth_token=CAJA)
        codes = []
        for _ in range(4):  # a new connection changes nothing
            async with client(daemon.url) as guesser:
                for number in range(30):
                    answer = await guesser.ask({"tipo": "job", "id": "x", "auth_token": f"guess-{number}"})
                    codes.append(answer["code"])
        assert codes[0] == "unauthorized"
        assert codes[-1] == "rate_limited"
        assert codes.count("unauthorized") <= 65
        async with client(daemon.url) as c:
            await c.print(EXAMPLE, auth_token=CAJA)
            late = await c.ask({"tipo": "ticket", "datos": EXAMPLE, "auth_token": COCINA})
            assert late["code"] == "rate_limited", "a guess that is right must not be told from one that is not"
        assert {"token_refused", "token_guessing"} <= {str(line["event"]) for line in daemon.log}


async def test_a_token_is_never_written_or_shown(tmp_path: Path) -> None:
    with daemon_process(tmp_path, config=config(caja=CAJA), env="prod") as daemon:
        async with client(daemon.url) as c:
            await c.print(EXAMPLE, auth_token=CAJA)
            refused = await c.ask({"tipo": "ticket", "datos": {"version": CAJA}, "auth_token": CAJA, "id": "x"})
            wrong = await c.ask({"tipo": "ticket", "datos": EXAMPLE, "auth_token": WRONG})
            await c.send(json.dumps({"tipo": "ticket", "datos": 5, "auth_token": CAJA, "copies": CAJA}))
            broken = await c.receive()
        request(f"{daemon.url}/api/v1/jobs", headers={"Authorization": f"Bearer {CAJA}"})
        request(f"{daemon.url}/api/v1/jobs", headers={"Authorization": f"Bearer {WRONG}"})
        heard = json.dumps([wrong, broken]) + refused["mensaje"].replace(repr(CAJA), "")
        everything = "".join(daemon.output) + json.dumps(daemon.log)
        pages = b"".join(request(daemon.url + path).body for path in ("/", "/health", "/api/v1/printers"))
        stored = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
        arguments = Path(f"/proc/{daemon.process.pid}/cmdline").read_bytes()
        for secret in (CAJA, WRONG):
            assert secret not in everything + heard
            assert secret.encode() not in pages + stored + arguments
        for digest in (sha256(CAJA), sha256(OLD)):
            assert digest not in everything
            assert digest.encode() not in pages


async def test_who_steered_a_job_stands_in_the_audit(daemon: DaemonProcess) -> None:
    async with client(daemon.url) as c:
        ack, _ = await c.print(EXAMPLE, auth_token=COCINA)
        await c.until_answer({"tipo": "reprint", "id": ack["id"], "auth_token": COCINA}, "ack")
        await c.until_answer({"tipo": "cancel", "id": ack["id"], "auth_token": COCINA}, "error")
    line = next(line for line in daemon.log if line["event"] == "job_reprinted" and line["job"] == ack["id"])
    assert (line["audit"], line["by"]) == (True, "token:cocina")


def test_prod_does_not_start_without_a_token(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="token"):
        DaemonProcess(tmp_path, config='[server]\nhost = "127.0.0.1"\n', env="prod")
