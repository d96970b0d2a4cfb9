"""A certificate authority of the shop's own, and the server's certificate that it signs.

It knows certificates and files; it does not know the daemon. It promises that the authority can sign for private
addresses and the names it was made for only, so that who steals its key cannot stand in for a bank, and that keys are
readable by their owner alone.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ticket_daemon.errors import TlsError
from ticket_daemon.web.origins import address_of

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

AUTHORITY: Final = "authority.pem"
AUTHORITY_KEY: Final = "authority.key"
SERVER: Final = "server.pem"
SERVER_KEY: Final = "server.key"
AUTHORITY_DAYS: Final = 3650
#: Apple takes no server certificate that lasts longer, also of an authority the user trusts (support.apple.com 103769).
SERVER_DAYS: Final = 820
#: So far back a certificate is valid, for machines whose clock is late.
_LATE: Final = datetime.timedelta(days=1)
#: Networks whose addresses nobody can reach from outside: RFC 1918, 4193, 3927, 4291.
_PRIVATE: Final = (
    "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7",
    "fe80::/10",
)  # fmt: skip


def own_names() -> tuple[str, ...]:
    """The names and addresses under which this machine is reached, as far as it knows."""
    machine = socket.gethostname().lower()
    names = ["localhost", "127.0.0.1", "::1"]
    if machine and machine != "localhost":
        names += [machine, f"{machine.partition('.')[0]}.local"]
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((far, 9))  # sends nothing: it asks which way it would go
                names.append(probe.getsockname()[0])
        except OSError:
            continue  # no network of this family
    return tuple(dict.fromkeys(names))


def create(folder: Path, names: Sequence[str]) -> None:
    """Make an authority and a server certificate for `names` in `folder`. Raises TlsError."""
    if (folder / AUTHORITY).exists():
        raise TlsError("tls.exists", place=str(folder / AUTHORITY))
    folder.mkdir(parents=True, exist_ok=True)
    key = _new_key()
    authority = _authority(key, names)
    _write(folder, ((AUTHORITY_KEY, _key_pem(key)), (AUTHORITY, _pem(authority))))
    _serve(folder, authority, key, names)


def renew(folder: Path, names: Sequence[str] = ()) -> tuple[str, ...]:
    """A new server certificate of the authority in `folder`, for the names of the old one unless others are given.

    Returns the names. Raises TlsError.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        authority = x509.load_pem_x509_certificate((folder / AUTHORITY).read_bytes())
        key = serialization.load_pem_private_key((folder / AUTHORITY_KEY).read_bytes(), None)
        wanted = tuple(names) or _names_of(x509.load_pem_x509_certificate((folder / SERVER).read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise TlsError("tls.no_authority", place=str(folder), detail=str(error)) from None
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    _serve(folder, authority, key, wanted)
    return wanted


def _new_key() -> ec.EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _authority(key: ec.EllipticCurvePrivateKey, names: Iterable[str]) -> x509.Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    subject = _subject(f"Ticket Daemon de {socket.gethostname()}"[:64])
    networks = [ipaddress.ip_network(network) for network in _PRIVATE]
    alone = [ipaddress.ip_network(a) for n in names if (a := address_of(n)) and not any(a in w for w in networks)]
    permitted: list[x509.GeneralName] = [x509.DNSName(name) for name in names if address_of(name) is None]
    permitted += [x509.IPAddress(network) for network in (*networks, *alone)]
    return (
        _certificate(subject, subject, key, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _serve(folder: Path, authority: x509.Certificate, signer: ec.EllipticCurvePrivateKey, names: Sequence[str]) -> None:
    """Write the server's certificate and key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = _new_key()
    alternatives: list[x509.GeneralName] = [
        x509.DNSName(name) if (address := address_of(name)) is None else x509.IPAddress(address) for name in names
    ]
    certificate = (
        _certificate(_subject(names[0][:64]), authority.subject, key, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write(folder, ((SERVER_KEY, _key_pem(key)), (SERVER, _pem(certificate) + _pem(authority))))


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    from cryptography import x509

    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LATE)
        .not_valid_after(now + datetime.timedelta(days=days))
    )


def _subject(name: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    from cryptography import x509

    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return tuple(str(name.value) for name in names)


def _pem(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Put the files into `folder`, each whole; keys readable by their owner alone."""
    for name, content in files:
        fresh = folder / f"{name}.new"
        try:
            fresh.unlink(missing_ok=True)
            mode = 0o600 if name.endswith(".key") else 0o644
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
                opened.write(content)
            fresh.replace(folder / name)
        except OSError as error:
            raise TlsError("tls.not_written", place=str(folder / name), detail=error.strerror or str(error)) from None
