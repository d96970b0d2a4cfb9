"""How long a certificate file is valid, and whether it fits its key.

The end (RFC 5280, 4.1.2.5) is found by walking over the DER: the standard library shows only a peer's.
"""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path
from typing import Final

_SEQUENCE, _VERSION = 0x30, 0xA0
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
#: A two-figure year from here on is of the last century (RFC 5280, 4.1.2.5.1).
_CENTURY: Final = 50
_END: Final = "-----END CERTIFICATE-----"


def valid_until(certificate: str, key: str) -> datetime.datetime:
    """The end of the first certificate in the file. Raises FileNotFoundError, OSError, ValueError."""
    text = Path(certificate).read_text("ascii", "replace")
    Path(key or certificate).read_bytes()
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key or None, password=_no_password)
    except ssl.SSLError as error:
        raise ValueError(error.reason or str(error)) from None
    return not_after(ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN") : text.index(_END) + len(_END)]))


def _no_password() -> str:
    raise ValueError("the key has a password")


def not_after(der: bytes) -> datetime.datetime:
    """The end of a certificate's validity. Raises ValueError."""
    _, outer, _ = _element(der)
    _, inner, _ = _element(outer)
    tag, _, rest = _element(inner)
    if tag == _VERSION:
        _, _, rest = _element(rest)  # the serial number
    for _ in range(2):  # signature algorithm, issuer
        _, _, rest = _element(rest)
    tag, validity, _ = _element(rest)
    if tag != _SEQUENCE:
        raise ValueError("not a certificate")
    _, _, rest = _element(validity)
    tag, end, _ = _element(rest)
    return _time(tag, end.decode("ascii", "replace"))


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag and content of the first element, and what stands behind it."""
    if len(data) < 2:
        raise ValueError("the certificate is cut short")
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start])
    if len(data) < start + length:
        raise ValueError("the certificate is cut short")
    return data[0], data[start : start + length], data[start + length :]


def _time(tag: int, text: str) -> datetime.datetime:
    if tag == _UTC_TIME:
        text = ("19" if int(text[:2]) >= _CENTURY else "20") + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError("not a certificate")
    return datetime.datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=datetime.UTC)
