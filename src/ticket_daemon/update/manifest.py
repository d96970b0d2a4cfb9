"""The list of releases that a channel offers, and its signature."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from ticket_daemon.errors import UpdateError

NAME: Final = "update.json"
SIGNATURE: Final = "update.json.sig"
MIB: Final = 1024 * 1024
#: What is read of a list, and of an installer, at most.
MAX_LIST: Final = MIB
MAX_FILE: Final = 512 * MIB
_VERSION: Final = r"^\d{1,4}(\.\d{1,4}){2}$"


class File(Struct, frozen=True):
    """What installs one version on one system."""

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+~-]{0,200}$")]  #: beside the list; no path
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, Meta(ge=1, le=MAX_FILE)]


class Release(Struct, frozen=True):
    """One version. `files`: by system, as `system_name` calls it."""

    version: Annotated[str, Meta(pattern=_VERSION)]
    files: dict[str, File]


class Manifest(Struct, frozen=True):
    """All versions that the channel has. Older ones are the way back."""

    releases: tuple[Release, ...]

    def newest(self) -> Release:
        """Raises UpdateError when there is none."""
        if not self.releases:
            raise UpdateError("update.empty")
        return max(self.releases, key=lambda release: numbers(release.version))

    def file(self, version: str, system: str) -> File | None:
        """What installs that version on that system, if the channel has it."""
        found = (release.files.get(system) for release in self.releases if release.version == version)
        return next((file for file in found if file is not None), None)


def numbers(version: str) -> tuple[int, ...]:
    """A version as it is ordered."""
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


def read(data: bytes, signature: bytes, key: str) -> Manifest:
    """The list, if whoever has the private half of `key` (Ed25519, base64) has signed it. Raises UpdateError."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise UpdateError("update.no_cryptography") from None
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
    except (binascii.Error, ValueError):
        raise UpdateError("update.bad_key") from None
    try:
        public.verify(base64.b64decode(signature.strip(), validate=True), data)
    except (binascii.Error, InvalidSignature):
        raise UpdateError("update.bad_signature") from None
    try:
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise UpdateError("update.bad_list", detail=str(error)) from None
