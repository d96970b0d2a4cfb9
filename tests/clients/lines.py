"""A network printer's address that nobody answers yet, and what the daemon's configuration says of it."""

from __future__ import annotations

import socket
from pathlib import Path

CRASH_AT = str(Path(__file__).resolve().parents[1] / "support" / "crash_at.py")


def free_port() -> int:
    """A port of loopback that is free now; whoever wants it must be quick."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def config(uri: str, *, more: str = "") -> str:
    """One printer, the default one, that is waited for."""
    return f'{more}\n[[printers]]\nname = "caja"\nuri = "{uri}"\ndefault = true\nretry_s = 600\n'


def stood_in(away: str, uri: str) -> str:
    """The default printer at an address where nobody answers, and `barra`, which stands in for it."""
    return (
        f'[[printers]]\nname = "caja"\nuri = "{away}"\ndefault = true\nretry_s = 0\nfallback = "barra"\n'
        f'[[printers]]\nname = "barra"\nuri = "{uri}"\n'
    )
