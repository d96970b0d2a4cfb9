"""Whether a call was signed by the certificate that the shop trusts (`[qz] certificate`)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ticket_daemon.errors import ConfigError
from ticket_daemon.frontends.qz.messages import Frame, Refused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

#: How far a call's time may be from ours, ms: QZ Tray's own fifteen minutes.
MAX_AGE_MS: Final = 15 * 60 * 1000


class Signer:
    """One certificate's public key."""

    def __init__(self, key: RSAPublicKey) -> None:
        self._key = key

    def check(self, frame: Frame, now: int) -> None:
        """Raises Refused unless the call was signed by this certificate within MAX_AGE_MS of `now` (ms since 1970)."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        kinds: dict[str, hashes.HashAlgorithm] = {
            "SHA1": hashes.SHA1(),  # noqa: S303 - qz-tray's default; the page chooses
            "SHA256": hashes.SHA256(),
            "SHA512": hashes.SHA512(),
        }
        kind = kinds.get((frame.signAlgorithm or "SHA1").upper())
        if kind is None or frame.timestamp is None or abs(now - frame.timestamp) > MAX_AGE_MS:
            raise Refused("Request blocked")
        digest = hashlib.sha256(frame.signed_text).hexdigest().encode()
        try:
            signature = base64.b64decode(frame.signature or "", validate=True)
            self._key.verify(signature, digest, PKCS1v15(), kind)
        except (binascii.Error, InvalidSignature):
            raise Refused("Request blocked") from None


def signer(file: str) -> Signer:
    """The signer of a PEM certificate. Raises ConfigError."""
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    except ImportError:
        raise ConfigError("config.qz_needs_tls", path="qz.certificate") from None
    try:
        key = x509.load_pem_x509_certificate(Path(file).read_bytes()).public_key()
    except (OSError, ValueError) as error:
        raise ConfigError("config.unreadable", path="qz.certificate", file=file, detail=str(error)) from None
    if not isinstance(key, RSAPublicKey):
        raise ConfigError("config.unreadable", path="qz.certificate", file=file, detail="RSA")
    return Signer(key)
