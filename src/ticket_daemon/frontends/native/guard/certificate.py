"""The server's TLS certificate: loaded, looked at, loaded again when it is renewed.

It knows PEM files and the dates in them; it does not know who made them. It promises that a certificate which cannot be
used stops the start with the reason, that its end is told in time, and that a renewed one is taken without a restart.
"""

from __future__ import annotations

import datetime
import logging
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ticket_daemon.errors import ConfigError
from ticket_daemon.wire import TlsHealth

log = logging.getLogger(__name__)

#: Days before the end from which it is told of.
WARN_DAYS: Final = 30
#: The configuration's keys for the two files.
_CERT: Final = "tls_cert"
_KEY: Final = "tls_key"
_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
# Tags of DER (X.690 8.1.2) that lead to the dates (RFC 5280 4.1).
_SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0
_UTC_TIME: Final = 0x17
_GENERALIZED_TIME: Final = 0x18


def ends_at(pem: str) -> datetime.datetime:
    """When the first certificate of a PEM file ends. Raises ValueError.

    The standard library tells it of a peer's certificate only; the way to the date is short: Certificate,
    TBSCertificate, then after version, serial number, algorithm and issuer the validity, whose second date it is.
    """
    found = _PEM.search(pem)
    if found is None:
        raise ValueError("no certificate in it")
    try:
        ((_, whole),) = _parts(ssl.PEM_cert_to_DER_cert(found.group()))
        fields = [value for tag, value in _parts(next(_parts(whole))[1]) if tag != _VERSION]
        _, _, _, validity = fields[:4]
        _, (tag, end) = _parts(validity)
    except (IndexError, StopIteration) as error:
        raise ValueError("no certificate") from error
    forms = {_UTC_TIME: "%y%m%d%H%M%SZ", _GENERALIZED_TIME: "%Y%m%d%H%M%SZ"}
    return datetime.datetime.strptime(end.decode("ascii"), forms.get(tag, "")).replace(tzinfo=datetime.UTC)


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, value) of what follows one another in DER."""
    at = 0
    while at < len(data):
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(data[at : at + count], "big")
            at += count
        yield tag, data[at : at + size]
        at += size


class Certificate:
    """The files, and what a listening socket needs of them."""

    def __init__(self, cert: Path, key: Path) -> None:
        """Load the files. Raises ConfigError."""
        self._cert = cert
        self._key = key
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._seen: tuple[int, int] = (0, 0)
        self._told = ""
        self._load()

    @property
    def context(self) -> ssl.SSLContext:
        return self._context

    def _load(self) -> None:
        for file, key in ((self._cert, _CERT), (self._key, _KEY)):
            if not file.is_file():
                raise ConfigError("tls.no_file", path=f"server.{key}", place=str(file))
        try:
            seen = (self._cert.stat().st_mtime_ns, self._key.stat().st_mtime_ns)
            self.ends = ends_at(self._cert.read_text("ascii"))
            # A key with a passphrase would make the start ask for it on the terminal; a service has none.
            self._context.load_cert_chain(self._cert, self._key, password=_no_passphrase)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise ConfigError("tls.unusable", path=f"server.{_CERT}", detail=str(error)) from None
        self._seen = seen

    def look(self, now: datetime.datetime) -> None:
        """Take renewed files; say in the log, once a day, that the end is near."""
        try:
            if (self._cert.stat().st_mtime_ns, self._key.stat().st_mtime_ns) != self._seen:
                self._load()
                log.info("certificate_loaded", extra={"audit": True, "ends": self.ends.isoformat()})
        except (OSError, ConfigError) as error:  # the one that is loaded goes on
            log.error("certificate_unusable", extra={"detail": str(error)})
        health = self.health(now)
        today = now.date().isoformat()
        if health.status != "ok" and self._told != today:
            self._told = today
            log.warning("certificate_ends", extra={"days_left": health.days_left, "ends": self.ends.isoformat()})

    def health(self, now: datetime.datetime) -> TlsHealth:
        """How it is: `ok`, `expiring` in the last 30 days, `expired`."""
        days = (self.ends - now).days
        status = "expired" if self.ends <= now else "expiring" if days < WARN_DAYS else "ok"
        return TlsHealth(status=status, ends=self.ends.isoformat().replace("+00:00", "Z"), days_left=max(days, 0))


def _no_passphrase() -> str:
    raise ValueError("the key has a passphrase")
