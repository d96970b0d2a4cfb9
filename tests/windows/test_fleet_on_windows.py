"""A Windows daemon, a NATS server on this side: a ticket from afar comes out at the Windows printer, and is told of."""

from __future__ import annotations

import secrets
from pathlib import Path

import nkeys

from support.client import EXAMPLE
from support.far_backend import far_backend
from support.nats_server import nats_server
from support.windows_daemon import windows_daemon
from support.wine import Wine, windows_path
from ticket_daemon.fleet import connection


async def test_a_ticket_from_afar_comes_out_at_the_windows_printer(windows: Wine, tmp_path: Path) -> None:
    port = tmp_path / "caja.bin"
    windows.add_printer("Caja", str(port))
    seed, public = key()
    (tmp_path / "lima.nk").write_text(seed, "ascii")
    access = f'authorization {{ users = [ {{ nkey: "{public}" }} ] }}'
    with nats_server(tmp_path / "nats", access) as server:
        config = (
            f'[fleet]\nurl = "{server.url}"\nstore = "lima"\ncredentials = \'{windows_path(tmp_path / "lima.nk")}\'\n'
            '[[printers]]\nname = "Caja"\nuri = "winspool://Caja"\n'
        )
        credentials = connection.Access(server.url, str(tmp_path / "lima.nk"))
        async with far_backend(server, access=credentials) as backend:
            with windows_daemon(windows, tmp_path / "datos", config):
                await backend.send("a", EXAMPLE, printer="Caja")
                assert (await backend.result("a"))["state"] == "spooled"
                there = await backend.shop(lambda shop: shop is not None)
                assert there is not None
                assert [printer.name for printer in there.printers] == ["Caja", "virtual"]


def key() -> tuple[str, str]:
    """A new user's seed and public key."""

    pair = nkeys.from_seed(nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER))
    return pair.seed.decode(), pair.public_key.decode()
