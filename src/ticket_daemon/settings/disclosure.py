"""What of the configuration may be shown and kept: every key that is not at its default, and no secret.

It knows which values are secrets and how others could carry one; it does not know where they are shown. It promises
that no hash, password or token is in what it returns, only whether there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct

from ticket_daemon.settings.config import Settings

#: The section whose values are secrets, or as good as one.
_CONFIDENTIAL: Final = "auth"
#: Keys of any section that are secrets.
_SECRETS: Final = frozenset(("path_secret",))
#: A user and a password in an address.
_CREDENTIALS: Final = re.compile(r"(?<=//)[^/@\s]+(?=@)")
IS_SET: Final = "set"


def disclosed(settings: Settings) -> dict[str, Any]:
    """What the daemon runs with: env, sealed, data, printers (name and address), and `section.key` for all else."""
    shown: dict[str, Any] = {"env": settings.env, "sealed": settings.seal is not None, "data": str(settings.data_dir)}
    for name in settings.__struct_fields__:
        section = getattr(settings, name)
        if isinstance(section, Struct) and name != "seal":
            shown.update(_of_section(name, section))
    shown["printers"] = [_masked(f"{printer.name} {printer.uri}") for printer in settings.printers]
    return shown


def _of_section(name: str, section: Struct) -> Iterator[tuple[str, Any]]:
    for field in msgspec.structs.fields(section):
        value = getattr(section, field.name)
        if value != field.default:
            hides = (name == _CONFIDENTIAL and _is_secret(value)) or field.name in _SECRETS
            yield f"{name}.{field.name}", IS_SET if hides else _masked(value)


def _is_secret(value: Any) -> bool:
    return not isinstance(value, bool | int)


def _masked(value: Any) -> Any:
    """The value without what could be a password in an address."""
    if isinstance(value, str):
        return _CREDENTIALS.sub("…", value)
    if isinstance(value, tuple):
        return [_masked(part) for part in value]
    return value if isinstance(value, bool | int | float) else IS_SET
