"""`token` and `password`: what they write, what they show, what they leave alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.attacker import request
from support.client import EXAMPLE, client
from support.daemon_process import daemon_process
from ticket_daemon.frontends.native.guard.tokens import digest
from ticket_daemon.settings.config import load

CONFIG = """# La tienda del centro
[server]
host = "127.0.0.1"  # solo este equipo

[[printers]]
name = "v"
uri = "virtual://v"
default = true
"""


def command(*arguments: str, given: str | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TICKET_DAEMON_")}
    return subprocess.run(
        [sys.executable, "-m", "ticket_daemon", *arguments], capture_output=True, text=True, timeout=60, input=given,
        env={**inherited, "LC_ALL": "en_US.UTF-8", "PYTHONUTF8": "1", **environ},
    )  # fmt: skip


async def test_a_token_is_made_used_listed_and_revoked_while_the_daemon_runs(tmp_path: Path) -> None:
    first = tmp_path / "config.toml"
    first.write_text(CONFIG, "utf-8")
    made = [command("token", "new", name, "--config", str(first)) for name in ("caja", "cocina")]
    assert [m.returncode for m in made] == [0, 0], made[0].stderr
    caja, cocina = (m.stdout.strip() for m in made)
    assert caja.startswith("td_")
    assert caja not in made[0].stderr
    text = first.read_text("utf-8")
    assert text.startswith(CONFIG.rstrip("\n")), "comments and order stay"
    assert caja not in text
    assert digest(caja) in text
    with daemon_process(tmp_path, config=text, env="prod") as daemon:
        for token in (caja, cocina):
            async with client(daemon.url) as c:
                await c.print(EXAMPLE, auth_token=token)
        listed = command("token", "list", TICKET_DAEMON_CONFIG=str(first))
        assert [line.split()[0] for line in listed.stdout.splitlines()] == ["caja", "cocina"]
        assert digest(caja) not in listed.stdout
        assert command("token", "revoke", "caja", "--config", str(first)).returncode == 0
        reloaded = command("reload", "--url", daemon.url, TICKET_DAEMON_TOKEN=cocina)
        assert reloaded.returncode == 0, reloaded.stderr
        async with client(daemon.url) as c:
            assert (await c.ask({"tipo": "ticket", "datos": EXAMPLE, "auth_token": caja}))["code"] == "unauthorized"
        async with client(daemon.url) as c:
            await c.print(EXAMPLE, auth_token=cocina)
        changes = [line for line in daemon.log if line["event"] == "reloaded"]
        assert [(line["audit"], line["keys"]) for line in changes] == [(True, ["auth.tokens"])]


def test_without_a_file_it_says_what_to_paste_and_what_is_pasted_works(tmp_path: Path) -> None:
    made = command("token", "new", 'caja "1"')
    file = tmp_path / "pasted.toml"
    pasted = made.stderr[made.stderr.index("[[auth.tokens]]") :]
    file.write_text(pasted[: pasted.index("\n\n")], "utf-8")
    (token,) = load("prod", file, {}, data_dir=tmp_path).auth.tokens
    assert (token.name, token.sha256) == ('caja "1"', digest(made.stdout.strip()))


def test_names_are_unique_and_unknown_ones_are_told(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(f'[auth]\ntoken_sha256 = "{"a" * 64}"\n', "utf-8")
    assert command("token", "new", "caja", "--config", str(file)).returncode == 0
    again = command("token", "new", "CAJA", "--config", str(file))
    assert (again.returncode, again.stdout) == (1, "")
    unknown = command("token", "revoke", "bar", "--config", str(file))
    assert unknown.returncode == 1
    assert "caja" in unknown.stderr
    assert command("token", "revoke", "token_sha256", "--config", str(file)).returncode == 0
    assert [token.name for token in load("test", file, {}, data_dir=tmp_path).auth.tokens] == ["caja"]
    assert load("test", file, {}, data_dir=tmp_path).auth.token_sha256 == ""


@pytest.mark.parametrize("text", ["[auth", "a = 1\na = 2"])
def test_a_file_that_is_no_toml_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    file = tmp_path / "c.toml"
    file.write_text(text, "utf-8")
    assert command("token", "new", "caja", "--config", str(file)).returncode == 1
    assert file.read_text("utf-8") == text


def test_a_password_opens_the_page_and_is_kept_as_a_hash(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG, "utf-8")
    secret = "contraseña de la tienda"
    made = command("password", "--config", str(file), "--password-file", "-", given=f"{secret}\n")
    assert made.returncode == 0, made.stderr
    assert secret not in file.read_text("utf-8") + made.stdout + made.stderr
    with daemon_process(tmp_path, config=file.read_text("utf-8")) as daemon:
        said = request(f"{daemon.url}/auth/login", "POST", {"password": secret}, {"Origin": daemon.url})
        assert said.status == 200
    assert command("password", "--password-file", "-", given="kurz\n").returncode == 1
    pasted = command("password", "--password-file", "-", given=f"{secret}\n").stdout
    file.write_text(pasted, "utf-8")
    assert load("test", file, {}, data_dir=tmp_path).auth.dashboard_password_hash.startswith("$argon2id$")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_a_file_keeps_its_rights(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    assert command("token", "new", "a", "--config", str(file)).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    assert command("token", "new", "b", "--config", str(file)).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o640
