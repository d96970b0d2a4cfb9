"""What is said of the configuration, and of a start that failed."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "config.no_such_printer": (
        "no hay ninguna impresora {name} en la configuración; están: {names}",
        "there is no printer {name} in the configuration; there are: {names}",
    ),
    "config.no_such_token": ("no hay ninguna clave llamada {name}", "there is no token called {name}"),
    "config.listen_form": (
        'se esperaba una dirección de esta máquina y un puerto, como "127.0.0.1:9100", y llegó «{got}»',
        'expected an address of this machine and a port, such as "127.0.0.1:9100", got "{got}"',
    ),
    "config.listen_twice": (
        "dos impresoras escuchan en {got}; cada una necesita su propio puerto",
        "two printers listen at {got}; each needs a port of its own",
    ),
    "config.path_secret": (
        "el secreto debe tener de 16 a 200 letras sin acento, dígitos, «-» o «_»: va en una dirección",
        "the secret must be 16 to 200 plain letters, digits, '-' or '_': it is part of an address",
    ),
    "odoo.unknown_action": (
        "Odoo pidió algo que no es imprimir ni abrir el cajón",
        "Odoo asked for something that is neither printing nor the drawer",
    ),
    "config.qz_needs_tls": (
        "para comprobar firmas de qz-tray hace falta el extra `tls`: pip install 'ticket-daemon[tls]'",
        "checking qz-tray signatures needs the extra `tls`: pip install 'ticket-daemon[tls]'",
    ),
    "config.fallback_itself": (
        "la impresora «{name}» no puede sustituirse a sí misma; nombre otra, o quite fallback",
        "the printer '{name}' cannot stand in for itself; name another one, or take fallback out",
    ),
    "config.fallback_unknown": (
        "no hay ninguna impresora «{name}» que la sustituya; hay: {names}",
        "there is no printer '{name}' to stand in for it; there are: {names}",
    ),
    "config.fleet_store": (
        "«{got}» no sirve como nombre de la tienda: de 1 a 64 letras sin acento, cifras, «-» o «_», como lima-centro",
        "'{got}' will not do as the store's name: 1 to 64 plain letters, digits, '-' or '_', such as lima-centro",
    ),
    "config.fleet_url": (
        "«{got}» no es la dirección de un servidor NATS, como tls://nats.ejemplo.com:4222",
        "'{got}' is no address of a NATS server, such as tls://nats.example.com:4222",
    ),
    "config.not_toml": ("no es TOML válido: {detail}", "it is not valid TOML: {detail}"),
    "config.unreadable": ("no se puede leer: {detail}", "it cannot be read: {detail}"),
    "config.uri": ("la dirección «{uri}» no es válida: {detail}", "the address '{uri}' is not valid: {detail}"),
    "config.uri_scheme": (
        "la dirección «{uri}» no empieza con una conexión conocida: {schemes}",
        "the address '{uri}' does not begin with a known link: {schemes}",
    ),
    "config.uri_host": (
        "la dirección «{uri}» necesita un equipo, por ejemplo socket://192.168.1.50:9100",
        "the address '{uri}' needs a host, for example socket://192.168.1.50:9100",
    ),
    "config.uri_path": (
        "la dirección «{uri}» necesita una ruta, por ejemplo file:///dev/usb/lp0",
        "the address '{uri}' needs a path, for example file:///dev/usb/lp0",
    ),
    "config.uri_serial": (
        "la dirección «{uri}» no describe un puerto serie: serial://COM3 o serial:///dev/ttyUSB0?baud=38400&flow=xonxoff"
        " (flow: none, rtscts, dsrdtr, xonxoff; bytesize: 7, 8; parity: none, even, odd; stopbits: 1, 2)",
        "the address '{uri}' does not describe a serial port: serial://COM3 or serial:///dev/ttyUSB0?baud=38400&flow=xonxoff"
        " (flow: none, rtscts, dsrdtr, xonxoff; bytesize: 7, 8; parity: none, even, odd; stopbits: 1, 2)",
    ),
    "config.uri_usb": (
        "la dirección «{uri}» no describe una impresora USB: usb://04b8:0e15 o usb://04b8:0e15/SERIE, como en lsusb",
        "the address '{uri}' does not describe a USB printer: usb://04b8:0e15 or usb://04b8:0e15/SERIAL, as in lsusb",
    ),
    "config.uri_cups": (
        "la dirección «{uri}» no describe una cola de CUPS: cups://cola o cups://equipo:631/cola",
        "the address '{uri}' does not describe a CUPS queue: cups://queue or cups://host:631/queue",
    ),
    "config.uri_ipp": (
        "la dirección «{uri}» no describe una impresora IPP: ipp://equipo/ipp/print",
        "the address '{uri}' does not describe an IPP printer: ipp://host/ipp/print",
    ),
    "config.same_name": ("hay dos impresoras «{name}»", "there are two printers '{name}'"),
    "config.two_defaults": ("hay dos impresoras por omisión: {names}", "there are two default printers: {names}"),
    "config.unknown_key": (
        "la variable {name} no corresponde a ninguna clave; ¿quiso decir {nearest}?",
        "the variable {name} belongs to no key; did you mean {nearest}?",
    ),
    "config.sealed": (
        "está sellado en este ejecutable y no se puede cambiar; quítelo de {source}",
        "it is sealed in this executable and cannot be changed; remove it from {source}",
    ),
    "config.token_needed": (
        "en prod hace falta un token: ticket-daemon token new NOMBRE lo crea y guarda o muestra su SHA-256",
        "prod needs a token: ticket-daemon token new NAME makes one and saves or shows its SHA-256",
    ),
    "config.token_format": (
        "son 64 dígitos hexadecimales: el SHA-256 del token, no el token",
        "it is 64 hexadecimal digits: the token's SHA-256, not the token",
    ),
    "config.not_written": ("no se puede escribir: {detail}", "it cannot be written: {detail}"),
    "config.same_token": ("hay dos tokens «{name}»", "there are two tokens '{name}'"),
    "config.origin": (
        "«{got}» no es un origen; es esquema, nombre y puerto, como https://pos.example.mx, sin ruta ni comodines",
        "'{got}' is no origin; it is scheme, name and port, like https://pos.example.mx, without path or wildcards",
    ),
    "config.tls_half": (
        "falta: TLS necesita tls_cert y tls_key",
        "it is missing: TLS needs both tls_cert and tls_key",
    ),
    "config.no_reload": (
        "este programa no sabe de dónde leer otra vez la configuración; reinícielo",
        "this program does not know where to read its configuration again; restart it",
    ),
    "config.unwritable": ("no se puede escribir: {detail}", "it cannot be written: {detail}"),
    "reload.added": ("impresoras nuevas: {names}", "new printers: {names}"),
    "reload.changed": ("impresoras cambiadas: {names}", "changed printers: {names}"),
    "reload.removed": (
        "impresoras quitadas: {names} (lo que esperaba por ellas está en espera de una persona)",
        "removed printers: {names} (what waited for them is held)",
    ),
    "reload.needs_restart": (
        "cambió y hace falta reiniciar para que valga: {names}",
        "changed and needs a restart to count: {names}",
    ),
    "reload.nothing": ("nada cambió", "nothing has changed"),
    "start.port_taken": (
        "el puerto {port} de {host} ya está ocupado; ¿hay otro Ticket Daemon en marcha?",
        "port {port} of {host} is taken already; is another Ticket Daemon running?",
    ),
    "start.port_taken_by": (
        "el puerto {port} de {host} ya está ocupado por otro programa ({who}); ¿hay otro Ticket Daemon en marcha?",
        "port {port} of {host} is taken already by another program ({who}); is another Ticket Daemon running?",
    ),
    "start.data_taken_by": (
        "otro Ticket Daemon (proceso {pid}) ya usa la carpeta de datos {folder}",
        "another Ticket Daemon (process {pid}) uses the data directory {folder} already",
    ),
    "start.no_data": (
        "este usuario no puede usar la carpeta de datos {folder}: {detail}",
        "this user cannot use the data directory {folder}: {detail}",
    ),
    "start.data_taken": (
        "otro Ticket Daemon ya usa la carpeta de datos {folder}",
        "another Ticket Daemon uses the data directory {folder} already",
    ),
    "start.cannot_listen": (
        "no se puede escuchar en {host}:{port}: {detail}",
        "cannot listen on {host}:{port}: {detail}",
    ),
}
