"""What is said of many shops: the NATS server, and what a backend asks of shops."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "fleet.bad_subject": (
        "el asunto {subject} no nombra ninguna impresora: tickets.<tienda>.<impresora>",
        "the subject {subject} names no printer: tickets.<store>.<printer>",
    ),
    "fleet.credentials": (
        "el archivo de credenciales {file} no sirve: {detail}",
        "the file of credentials {file} will not do: {detail}",
    ),
    "fleet.no_library": (
        "falta la biblioteca de NATS: pip install 'ticket-daemon[fleet]'",
        "the NATS library is missing: pip install 'ticket-daemon[fleet]'",
    ),
    "fleet.no_streams": (
        "el servidor NATS aún no tiene nada preparado para la tienda «{store}»: ejecute `ticket-daemon fleet setup`",
        "the NATS server has nothing ready yet for the store '{store}': run `ticket-daemon fleet setup`",
    ),
    "fleet.refused": (
        "el servidor NATS {url} no acepta estas credenciales; revise el archivo y si la tienda está en su lista",
        "the NATS server {url} does not take these credentials; check the file and whether the store is on its list",
    ),
    "fleet.two_printers": (
        "el asunto dice «{subject}» y el mensaje «{message}»; nombre una sola impresora",
        "the subject says '{subject}' and the message '{message}'; name one printer",
    ),
    "fleet.unreachable": (
        "no se llega al servidor NATS {url}: {detail}",
        "the NATS server {url} cannot be reached: {detail}",
    ),
}
