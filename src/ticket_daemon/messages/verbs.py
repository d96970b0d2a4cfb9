"""What `ticket-daemon --help` says: each verb in a line, the groups they stand in, examples."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "help.what": (
        "Ticket Daemon imprime los tickets del punto de venta web en impresoras térmicas.",
        "Ticket Daemon prints the tickets of web points of sale on thermal printers.",
    ),
    "help.prefix": ("Uso:", "Usage:"),
    "help.usage": ("ORDEN [OPCIONES]", "VERB [OPTIONS]"),
    "help.daemon": ("El programa", "The daemon"),
    "help.service": ("Como servicio de la máquina (pide permisos de administrador)", "As a service of the machine "
                     "(needs administrator rights)"),
    "help.printers": ("Impresoras", "Printers"),
    "help.tickets": ("Tickets", "Tickets"),
    "help.security": ("Quién puede imprimir y mirar", "Who may print and look"),
    "help.fleet": ("Muchas tiendas", "Many shops"),
    "help.build": ("Un ejecutable para una tienda", "An executable for a shop"),
    "help.other": ("Además", "Also"),
    "help.examples": ("Ejemplos", "Examples"),
    "help.try": ("probarlo sin impresora; luego abra http://127.0.0.1:8766/", "try it without a printer, then open "
                 "http://127.0.0.1:8766/"),
    "help.install": ("arrancar siempre con la máquina", "have it always start by itself"),
    "help.status": ("si va bien: cola e impresoras", "all well? queue and printers"),
    "help.print": ("imprimirlo y esperar el desenlace", "print it and wait for the outcome"),
    "help.logs": ("qué ha ido mal últimamente", "what went wrong lately"),
    "help.more": (
        "«ticket-daemon ORDEN --help» explica cada orden; --version dice la versión.",
        "'ticket-daemon VERB --help' explains each verb; --version names the version.",
    ),
    "help.codes": (
        "Códigos de salida: 0 hecho, 1 rechazado o fallido, 2 mal uso, 3 no hay ningún programa en marcha.",
        "Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 the daemon cannot be reached.",
    ),
    "verb.run": ("ponerlo en marcha aquí, hasta Ctrl+C", "run it here until Ctrl+C"),
    "verb.status": ("la cola y las impresoras de un vistazo", "queue and printers at a glance"),
    "verb.health": ("lo mismo para máquinas, en JSON", "the same for machines, as JSON"),
    "verb.logs": ("el registro; -f lo sigue", "the log; -f goes on as it grows"),
    "verb.open": ("abrir su página en el navegador", "open its page in the browser"),
    "verb.reload": ("leer otra vez la configuración, sin parar", "read the configuration again, without a stop"),
    "verb.install": ("instalarlo: arranca con la máquina", "install it: it starts with the machine"),
    "verb.uninstall": ("quitarlo; configuración, cola y registro se quedan", "remove it; configuration, queue and log "
                       "stay"),
    "verb.start": ("arrancar el servicio", "start the service"),
    "verb.stop": ("pararlo; lo que espera se imprime al volver", "stop it; what waits prints when it is back"),
    "verb.service": ("lo anterior, restart y status", "those above, restart and status"),
    "verb.printers": ("las que hay y las que se encuentran", "those there are and those that can be found"),
    "verb.doctor": ("mirar qué va mal y cómo se arregla", "look for what is wrong, and how to mend it"),
    "verb.calibrate": ("imprimir lo que sabe hacer una impresora", "print what a printer can do"),
    "verb.emulator": ("una impresora de red que dibuja sus tickets", "a network printer that draws its tickets"),
    "verb.print": ("imprimir un documento", "print a document"),
    "verb.preview": ("una imagen del papel, sin imprimir", "a picture of the paper, without printing"),
    "verb.render": ("los bytes para la impresora", "the printer's bytes"),
    "verb.jobs": ("los últimos tickets y qué fue de ellos", "the newest tickets and what became of them"),
    "verb.job": ("un ticket, con cada paso de su vida", "one ticket, with each step of its life"),
    "verb.cancel": ("no imprimirlo", "do not print it"),
    "verb.hold": ("retenerlo", "keep it back"),
    "verb.release": ("dejarlo seguir", "let it go on"),
    "verb.reprint": ("imprimirlo otra vez", "print it once more"),
    "verb.token": ("lo que un punto de venta enseña para imprimir", "what a point of sale shows to print"),
    "verb.password": ("la contraseña de la página", "the page's password"),
    "verb.tls": ("certificados propios de la tienda", "certificates of the shop's own"),
    "verb.fleet": ("por un servidor NATS: enviar tickets, ver cómo están", "over a NATS server: send tickets, see how "
                   "they are"),
    "verb.build": ("un archivo con la configuración dentro, que nadie puede cambiar", "one file with the "
                   "configuration inside, which nobody can change"),
    "verb.build-console": ("lo mismo, mostrándolo todo en su consola", "the same, showing everything on its console"),
}  # fmt: skip
