"""Updates: only what is signed, whole and newer is installed, and what does not work is taken back."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from ticket_daemon.cli import main
from ticket_daemon.errors import UpdateError
from ticket_daemon.update.channel import Channel
from ticket_daemon.update.manifest import File, Manifest, Release
from ticket_daemon.update.updater import HEALTHY_S, IDLE_S, QUIET_S, Updater

keys = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")

SYSTEM = "linux-x86_64"


class Shop:
    """A machine with a channel, its daemon and an installer that only says what it would have put there."""

    def __init__(self, folder: Path, *versions: str, present: str = "0.2.0") -> None:
        self.key = keys.Ed25519PrivateKey.generate()
        self.channel = folder / "channel"
        self.private = folder / "private"
        self.channel.mkdir()
        self.private.mkdir()
        self.offer(*versions)
        self.version: str | None = present  #: of the daemon that runs
        self.waiting = 0
        self.printed = 0
        self.is_away = False  #: its printer
        self.sick: set[str] = set()  #: versions that start and are not healthy
        self.spoilt: set[str] = set()  #: versions whose installer fails
        self.installed: list[str] = []
        self.said: list[str] = []
        self.now = 0.0
        self.present = present

    def offer(self, *versions: str, system: str = SYSTEM) -> None:
        releases = []
        for version in versions:
            data = f"installer of {version}".encode()
            (self.channel / f"{version}.deb").write_bytes(data)
            releases.append(
                Release(version, {system: File(f"{version}.deb", hashlib.sha256(data).hexdigest(), len(data))})
            )
        self.publish(msgspec.json.encode(Manifest(tuple(releases))))

    def publish(self, data: bytes) -> None:
        (self.channel / "update.json").write_bytes(data)
        (self.channel / "update.json.sig").write_bytes(base64.b64encode(self.key.sign(data)))

    def health(self) -> Mapping[str, Any] | None:
        if self.version is None:
            return None
        status = "error" if self.version in self.sick else "degraded"
        return {
            "status": status,
            "queue": {"current": self.waiting},
            "worker": {"jobs_processed": self.printed},
            "build": {"version": self.version},
        }

    def install(self, path: Path) -> None:
        version = path.read_bytes().decode().rpartition(" ")[2]
        self.installed.append(version)
        if version in self.spoilt:
            raise UpdateError("update.not_installed", detail="no room")
        self.version = version

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.waiting and not self.is_away:
            self.waiting -= 1
            self.printed += 1

    def updater(self) -> Updater:
        public = base64.b64encode(self.key.public_key().public_bytes_raw()).decode()
        return Updater(
            Channel(str(self.channel), public), self.present, SYSTEM, self.private, self.health, self.install,
            lambda key, **_: self.said.append(key), lambda: self.now, self.sleep,
        )  # fmt: skip


def refused(shop: Shop) -> str:
    with pytest.raises(UpdateError) as caught:
        shop.updater().run()
    return caught.value.key


def test_newer_version_is_installed_when_the_last_ticket_is_out(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "0.2.0", "0.2.1", "0.1.9")
    shop.waiting = 3
    assert shop.updater().run() == "0.2.1"
    assert shop.installed == ["0.2.1"]
    assert shop.waiting == 0


def test_tickets_that_wait_for_a_printer_that_is_away_do_not_put_it_off(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "0.2.0", "0.2.1")
    shop.waiting, shop.is_away = 3, True
    assert shop.updater().run() == "0.2.1"
    assert QUIET_S <= shop.now < 2 * QUIET_S
    assert shop.waiting == 3


def test_tickets_that_never_end_do_not_put_it_off_for_ever(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "0.2.0", "0.2.1")
    shop.waiting = 10**9
    assert shop.updater().run() == "0.2.1"
    assert IDLE_S <= shop.now < IDLE_S + HEALTHY_S


@pytest.mark.parametrize("versions", [("0.2.0",), ("0.1.9", "0.2.0"), ("0.2.0", "0.0.99")])
def test_older_or_same_version_is_never_installed(tmp_path: Path, versions: tuple[str, ...]) -> None:
    shop = Shop(tmp_path, *versions)
    assert shop.updater().run() is None
    assert shop.installed == []


def test_ten_is_more_than_nine(tmp_path: Path) -> None:
    assert Shop(tmp_path, "0.10.0", "0.9.0", present="0.9.0").updater().run() == "0.10.0"


def test_version_that_is_not_healthy_within_a_minute_is_taken_back(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "0.2.0", "0.2.1")
    shop.sick.add("0.2.1")
    assert refused(shop) == "update.rolled_back"
    assert shop.installed == ["0.2.1", "0.2.0"]
    assert shop.now >= HEALTHY_S


def test_installer_that_fails_is_followed_by_the_one_before(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "0.2.0", "0.2.1")
    shop.spoilt.add("0.2.1")
    assert refused(shop) == "update.rolled_back"
    assert shop.version == "0.2.0"


def test_when_even_the_way_back_fails_it_says_so(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "0.2.0", "0.2.1")
    shop.spoilt |= {"0.2.0", "0.2.1"}
    assert refused(shop) == "update.stuck"


def test_nothing_is_touched_without_a_way_back(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "0.2.1")
    assert refused(shop) == "update.no_way_back"
    assert shop.installed == []


def test_list_for_other_systems_alone_is_refused(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.offer("0.2.0", "0.2.1", system="windows-amd64")
    assert refused(shop) == "update.no_file"


def test_list_that_somebody_else_signed_is_not_believed(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "0.2.0", "0.2.1")
    mine = shop.key
    shop.key = keys.Ed25519PrivateKey.generate()
    shop.offer("0.2.0", "9.9.9")
    shop.key = mine
    assert refused(shop) == "update.bad_signature"


def test_list_that_was_changed_after_it_was_signed_is_not_believed(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "0.2.0", "0.2.1")
    (shop.channel / "update.json").write_bytes((shop.channel / "update.json").read_bytes().replace(b"0.2.1", b"0.2.2"))
    assert refused(shop) == "update.bad_signature"


@pytest.mark.parametrize("data", [b"installer of 6.6.6", b"installer of 0.2.1 and more", b""])
def test_installer_that_is_not_the_listed_one_is_not_run(tmp_path: Path, data: bytes) -> None:
    shop = Shop(tmp_path, "0.2.0", "0.2.1")
    (shop.channel / "0.2.1.deb").write_bytes(data)
    assert refused(shop) == "update.bad_file"
    assert shop.installed == []
    assert [path.name for path in shop.private.iterdir()] == ["0.2.0.deb"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/bin/sh", ".hidden", "a/b.deb", ""])
def test_name_that_leads_elsewhere_is_no_name(tmp_path: Path, name: str) -> None:
    shop = Shop(tmp_path, "0.2.0")
    shop.publish(
        msgspec.json.encode({"releases": [{"version": "0.3.0", "files": {SYSTEM: {
            "name": name, "sha256": "0" * 64, "size": 1}}}]})
    )  # fmt: skip
    assert refused(shop) == "update.bad_list"


def test_channel_that_is_not_there_says_which_file(tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match=r"nowhere/update\.json"):
        Channel(str(tmp_path / "nowhere"), "").manifest()


def test_plain_http_is_refused() -> None:
    with pytest.raises(UpdateError, match="https"):
        Channel("http://example/x", "")


def test_without_a_channel_nobody_looks_anywhere(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("")
    done = CliRunner().invoke(main, ["update", "--config", str(tmp_path / "c.toml")], env={"LC_ALL": "en"})
    assert done.exit_code == 1
    assert "no channel" in done.output


def test_check_only_says_whether_there_is_one(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "0.2.0", "99.0.0")
    public = base64.b64encode(shop.key.public_key().public_bytes_raw()).decode()
    (tmp_path / "c.toml").write_text(f'[update]\nchannel = "{shop.channel}"\npublic_key = "{public}"\n')
    command = ["update", "--check", "--config", str(tmp_path / "c.toml")]
    done = CliRunner().invoke(main, command, env={"LC_ALL": "en"})
    assert done.output == "There is a newer version: 99.0.0.\n"
