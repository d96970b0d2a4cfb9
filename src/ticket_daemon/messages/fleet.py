"""What is said of many shops: the NATS server, and what a backend asks of shops."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "fleet.bad_store": (
        "«{name}» no sirve de nombre: letras sin acentos, cifras, - y _, hasta 64; una línea es `tienda` o "
        "`tienda,región`",
        "'{name}' will not do as a name: letters without accents, digits, - and _, at most 64; a line is "
        "`store` or `store,region`",
    ),
    "fleet.bad_subject": (
        "el asunto {subject} no nombra ninguna impresora: tickets.<tienda>.<impresora>",
        "the subject {subject} names no printer: tickets.<store>.<printer>",
    ),
    "fleet.column.held": (
        "RETENIDOS",
        "HELD",
    ),
    "fleet.column.printer": (
        "IMPRESORA",
        "PRINTER",
    ),
    "fleet.column.said": (
        "HACE",
        "AGO",
    ),
    "fleet.column.state": (
        "ESTADO",
        "STATE",
    ),
    "fleet.column.store": (
        "TIENDA",
        "STORE",
    ),
    "fleet.column.waiting": (
        "ESPERAN",
        "WAITING",
    ),
    "fleet.handed_over": (
        "{id}: el servidor lo tiene",
        "{id}: the server has it",
    ),
    "fleet.no_stores": (
        "todavía no toma tickets para ninguna tienda: ticket-daemon fleet setup TIENDA…",
        "it takes tickets for no store yet: ticket-daemon fleet setup STORE…",
    ),
    "fleet.not_there": (
        "no está; {count} tickets la esperan en el servidor",
        "is not there; {count} tickets wait for it at the server",
    ),
    "fleet.set_up": (
        "hecho: el servidor está preparado y toma tickets para {count} tiendas",
        "done: the server is ready and takes tickets for {count} stores",
    ),
    "fleet.credentials": (
        "el archivo de credenciales {file} no sirve: {detail}",
        "the file of credentials {file} will not do: {detail}",
    ),
    "fleet.half_tls": (
        "--tls-cert y --tls-key van juntos",
        "--tls-cert and --tls-key belong together",
    ),
    "fleet.leaf_written": (
        "nodo hoja de la región {region}: {file}",
        "leaf node of the region {region}: {file}",
    ),
    "fleet.loopback_only": (
        "sin TLS escucha solo en {host}: para las tiendas de fuera ponga --tls-cert y --tls-key",
        "without TLS it listens on {host} alone: for shops elsewhere give --tls-cert and --tls-key",
    ),
    "fleet.needs_name": (
        "hay regiones: diga con --public-host el nombre con que sus nodos hoja llegan al servidor",
        "there are regions: say with --public-host under which name their leaf nodes reach the server",
    ),
    "fleet.needs_tls": (
        "sin TLS no escucha en {host}, donde otros leerían los tickets: ponga --tls-cert y --tls-key",
        "without TLS it does not listen on {host}, where others could read the tickets: give --tls-cert and --tls-key",
    ),
    "fleet.dashboard_at": (
        "Las tiendas se ven en {url}. Ctrl+C para terminar.",
        "The shops are shown at {url}. Ctrl+C ends it.",
    ),
    "fleet.dashboard_host": (
        "esta página no se llama «{host}»; si hay un proxy delante, dé su dirección con --origin",
        "this page is not called '{host}'; if a proxy stands in front of it, name its address with --origin",
    ),
    "fleet.dashboard_loopback": (
        "{host} se alcanza desde otras máquinas, y esta página no pide contraseña: solo escucha en 127.0.0.1. Para "
        "verla desde fuera ponga delante un proxy con contraseña y dé su dirección con --origin (docs/fleet.md)",
        "{host} can be reached from other machines, and this page asks for no password: it listens on 127.0.0.1 only. "
        "To see it from outside put a proxy with a password before it and name it with --origin (docs/fleet.md)",
    ),
    "fleet.dashboard_origin": (
        "{origin} no es la dirección de un sitio, como https://tiendas.ejemplo.mx",
        "{origin} is not the address of a site, such as https://shops.example.com",
    ),
    "fleet.no_bucket": (
        "el servidor NATS {url} no tiene el almacén {bucket}; lo crea ticket-daemon fleet setup",
        "the NATS server {url} has no bucket {bucket}; ticket-daemon fleet setup makes it",
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
    "fleet.retired": (
        "ya no está en la lista, su llave no vale más: {file}",
        "no longer on the list, its key is worth nothing any more: {file}",
    ),
    "fleet.same_store": (
        "la tienda «{name}» ya está en la lista como «{other}»",
        "the store '{name}' is on the list already, as '{other}'",
    ),
    "fleet.server_next": (
        "arránquelo con `nats-server -c {file}` (si ya está en marcha, docs/fleet.md dice cómo toma los cambios) y "
        "después `ticket-daemon fleet setup --stores {listed}`",
        "start it with `nats-server -c {file}` (where it runs already, docs/fleet.md says how it takes changes), then "
        "`ticket-daemon fleet setup --stores {listed}`",
    ),
    "fleet.server_written": (
        "{file}: {stores} tiendas; la llave de cada una está en {folder}, la del servidor de ventas en {backend}",
        "{file}: {stores} stores; each one's key is in {folder}, the backend's is {backend}",
    ),
    "fleet.two_printers": (
        "el asunto dice «{subject}» y el mensaje «{message}»; nombre una sola impresora",
        "the subject says '{subject}' and the message '{message}'; name one printer",
    ),
    "fleet.denied": (
        "el servidor NATS no lo permite con estas credenciales: {detail}",
        "the NATS server does not allow it with these credentials: {detail}",
    ),
    "fleet.full": (
        "ya esperan demasiados tickets para la impresora {printer} de {store}; el servidor no guarda más",
        "too many tickets wait for the printer {printer} of {store} already; the server keeps no more",
    ),
    "fleet.lost": (
        "la conexión con el servidor NATS se cortó",
        "the connection to the NATS server broke",
    ),
    "fleet.no_result": (
        "{id}: el servidor lo tiene y todavía no se sabe qué fue de él; pregunte con el mismo id",
        "{id}: the server has it and it is not known yet what became of it; ask with the same id",
    ),
    "fleet.not_admitted": (
        "el servidor NATS no toma tickets para la tienda {store}; lo hace desde `ticket-daemon fleet setup {store}`",
        "the NATS server takes no tickets for the store {store}; it does from `ticket-daemon fleet setup {store}` on",
    ),
    "fleet.not_handed_over": (
        "{id}: no se pudo entregar al servidor NATS a tiempo; no se imprimirá",
        "{id}: it could not be handed to the NATS server in time; it will not print",
    ),
    "fleet.not_set_up": (
        "el servidor NATS no tiene flujos para tickets; los crea `ticket-daemon fleet setup`, con JetStream activado",
        "the NATS server has no streams for tickets; `ticket-daemon fleet setup` makes them, with JetStream on",
    ),
    "fleet.not_stored": (
        "el servidor NATS no pudo guardar el ticket: {detail}",
        "the NATS server could not store the ticket: {detail}",
    ),
    "fleet.perhaps_handed_over": (
        "{id}: no se sabe si el servidor NATS lo tiene; repita con el mismo id, que no se imprime dos veces",
        "{id}: it is not known whether the NATS server has it; repeat with the same id, which is never printed twice",
    ),
    "fleet.silent": (
        "el servidor NATS no contesta",
        "the NATS server does not answer",
    ),
    "fleet.too_large": (
        "el ticket ocupa {bytes} bytes y el servidor NATS toma {limit}",
        "the ticket has {bytes} bytes and the NATS server takes {limit}",
    ),
    "fleet.unreachable": (
        "no se llega al servidor NATS {url}: {detail}",
        "the NATS server {url} cannot be reached: {detail}",
    ),
}
