"""Keys of the fleet's server in a folder: a seed for each store and for the backend, a password for each region.

It knows files and nkeys; it does not know what a key may do. It promises that what is there is kept, that a secret is
readable by its owner alone from the moment it exists, that nothing is half written, and that no secret is shown.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

from ticket_daemon.errors import ConfigError, FleetUnavailable

SHOPS: Final = "shops"
REGIONS: Final = "regions"
BACKEND: Final = "backend.nk"
#: What the file of a store or region that is no longer listed is called, after its own name.
REMOVED: Final = ".removed"
_SEED: Final = ".nk"
_PASSWORD: Final = ".password"  # noqa: S105 - how a file's name ends
#: How a user's seed begins.
_USER: Final = "SU"


def backend(folder: Path) -> str:
    """The backend's public key; its seed is made if there is none. Raises FleetUnavailable, ConfigError."""
    return _public_key(folder / BACKEND)


def shop(folder: Path, store: str) -> str:
    """A store's public key; its seed is made if there is none. Raises FleetUnavailable, ConfigError."""
    return _public_key(folder / SHOPS / f"{store}{_SEED}")


def password(folder: Path, region: str) -> str:
    """The password of a region's leaf node: it has no key, since nats-server takes keys of leaf nodes only in JWTs."""
    return _read_or_make(folder / REGIONS / f"{region}{_PASSWORD}", lambda: secrets.token_hex(24))


def retire(folder: Path, listed: Collection[str], used: Collection[str]) -> tuple[Path, ...]:
    """Rename the secrets of stores and regions that are not listed any more; returns their new names.

    So a store that is listed again gets a new one: nobody knows who kept the old.
    """
    found = [(path, listed) for path in sorted((folder / SHOPS).glob(f"*{_SEED}"))]
    found += [(path, used) for path in sorted((folder / REGIONS).glob(f"*{_PASSWORD}"))]
    retired = []
    for path, wanted in found:
        if path.stem not in wanted:
            try:
                retired.append(path.replace(path.with_name(path.name + REMOVED)))
            except OSError as error:
                raise _not_written(path, error) from None
    return tuple(retired)


def write(files: Mapping[Path, str]) -> None:
    """Put texts into files, each whole and its owner's alone. Raises ConfigError."""
    for path, text in files.items():
        fresh = path.with_name(f"{path.name}.new")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.unlink(missing_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
                opened.write(text)
            fresh.replace(path)
        except OSError as error:
            raise _not_written(path, error) from None


def _public_key(file: Path) -> str:
    nkeys = _nkeys()
    seed = _read_or_make(file, lambda: nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER).decode())
    try:
        if not seed.startswith(_USER):
            raise nkeys.ErrInvalidSeed
        public: bytes = nkeys.from_seed(bytearray(seed.encode())).public_key
    except (nkeys.NkeysError, ValueError):
        raise FleetUnavailable("fleet.credentials", file=str(file), detail=f"{_USER}…") from None
    return public.decode().rstrip("=")


def _read_or_make(file: Path, make: Callable[[], str]) -> str:
    try:
        return file.read_text("utf-8").strip()
    except FileNotFoundError:
        made = make()
        write({file: f"{made}\n"})
        return made
    except (OSError, UnicodeError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise FleetUnavailable("fleet.credentials", file=str(file), detail=detail) from None


def _nkeys() -> ModuleType:
    try:
        import nkeys
    except ImportError:
        raise FleetUnavailable("fleet.no_library") from None
    module: ModuleType = nkeys
    return module


def _not_written(path: Path, error: OSError) -> ConfigError:
    return ConfigError("config.not_written", file=str(path), detail=error.strerror or str(error))
