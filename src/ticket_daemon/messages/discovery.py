"""What is said of looking for printers."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "printers.no_daemon": (
        "No hay ningún Ticket Daemon en {url}; esto es lo que se ve desde aquí:",
        "No Ticket Daemon at {url}; this is what can be seen from here:",
    ),
    "printers.scanning": (
        "Buscando el puerto 9100 en {network} …",
        "Looking for port 9100 in {network} …",
    ),
    "printers.found": (
        "Encontradas y sin configurar (ticket-daemon printers add NOMBRE):",
        "Found and not configured (ticket-daemon printers add NAME):",
    ),
    "printers.nothing": ("No se encontró ninguna impresora.", "No printer was found."),
    "printers.not_looked": ("! {source}: {why}", "! {source}: {why}"),
    "printers.added": (
        "Se agregó «{name}» ({uri}, perfil {profile}) a {file}.",
        "Added '{name}' ({uri}, profile {profile}) to {file}.",
    ),
    "printers.default_moved": (
        "«{name}» ya no es la impresora por omisión.",
        "'{name}' is not the default printer any more.",
    ),
    "printers.no_profile_known": (
        "No se sabe qué puede hacer: cada ticket lo dice con su modelo. Imprima una prueba: ticket-daemon calibrate "
        '--printer {name} --profile "Generic 80mm"',
        "What it can do is not known: each ticket says so with its model. Print a test: ticket-daemon calibrate "
        '--printer {name} --profile "Generic 80mm"',
    ),
    "printers.says_nothing": (
        "«{name}» no dice qué es. Elija el perfil por su papel (Generic 80mm, Generic 58mm) y pruebe con calibrate.",
        "'{name}' does not say what it is. Choose a profile by its paper (Generic 80mm, Generic 58mm), then calibrate.",
    ),
    "printers.is": ("«{name}» es {model}; perfil: {profile}", "'{name}' is {model}; profile: {profile}"),
    "discovery.not_windows": ("este sistema no es Windows", "this system is not Windows"),
    "discovery.no_spooler": (
        "el servicio de impresión de Windows no contesta: {detail}",
        "Windows' print spooler does not answer: {detail}",
    ),
    "discovery.no_cups": ("CUPS no está instalado o no está en marcha", "CUPS is not installed or not running"),
    "discovery.cups_silent": ("CUPS ({server}) no contesta: {detail}", "CUPS ({server}) does not answer: {detail}"),
    "discovery.cups_nonsense": (
        "CUPS contestó algo que no se entiende: {detail}",
        "CUPS answered something that cannot be read: {detail}",
    ),
    "discovery.no_usb": (
        "no se pueden ver los aparatos USB aquí ({detail})",
        "USB devices cannot be seen here ({detail})",
    ),
    "discovery.no_device_files": (
        "este sistema no tiene archivos de dispositivo",
        "this system has no device files",
    ),
    "discovery.no_library": (
        "falta la biblioteca {library}: pip install 'ticket-daemon[{extra}]'",
        "the library {library} is missing: pip install 'ticket-daemon[{extra}]'",
    ),
    "discovery.no_serial_list": (
        "este sistema no da la lista de sus puertos serie: {detail}",
        "this system does not give the list of its serial ports: {detail}",
    ),
    "discovery.no_network": ("no hay red: {detail}", "there is no network: {detail}"),
    "discovery.slow": (
        "no ha contestado en {seconds:g} s; se sigue esperando",
        "it has not answered within {seconds:g} s; still waiting",
    ),
    "discovery.failed": ("no se pudo mirar: {detail}", "looking failed: {detail}"),
    "discovery.no_subnet": (
        "«{subnet}» no es una red, por ejemplo 192.168.1.0/24: {detail}",
        "'{subnet}' is no network, for example 192.168.1.0/24: {detail}",
    ),
    "discovery.public_subnet": (
        "{subnet} no es una red privada; solo se busca en la red de la tienda",
        "{subnet} is not a private network; only the shop's own is scanned",
    ),
    "discovery.large_subnet": (
        "{subnet} es demasiado grande; se buscan {limit} direcciones como máximo (/22)",
        "{subnet} is too large; at most {limit} addresses are scanned (/22)",
    ),
}
