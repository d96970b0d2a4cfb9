"""What is said of printers and the links to them."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "link.no_answer": (
        "{port} no contesta (esperé {seconds:g} s); revise que la impresora esté encendida y el cable de red",
        "{port} does not answer (waited {seconds:g} s); check that the printer is on and its network cable",
    ),
    "link.refused": (
        "{port} rechaza la conexión; revise la dirección, o si otro programa tiene ocupada la impresora",
        "{port} refuses the connection; check the address, or whether another program holds the printer",
    ),
    "link.unknown_host": (
        "no se encuentra el equipo «{host}» ({detail}); revise el nombre en la configuración",
        "the host '{host}' cannot be found ({detail}); check the name in the configuration",
    ),
    "link.no_permission": (
        "no hay permiso para escribir en {port}; agregue al usuario del servicio al grupo del dispositivo (lp)",
        "no permission to write to {port}; add the service's user to the device's group (lp)",
    ),
    "link.cannot_open": ("no se puede abrir {port}: {detail}", "{port} cannot be opened: {detail}"),
    "link.unconfirmed": (
        "{port} no confirmó el ticket en {seconds:g} s aunque dice estar bien",
        "{port} did not confirm the ticket within {seconds:g} s though it says it is well",
    ),
    "link.stalled": (
        "{port} dejó de recibir datos ({seconds:g} s sin avanzar); revise papel y tapa",
        "{port} stopped taking data ({seconds:g} s without progress); check paper and cover",
    ),
    "link.broken": ("se cortó la conexión con {port}: {detail}", "the connection to {port} broke: {detail}"),
    "printer.unknown": (
        "no hay una impresora «{name}»; las que hay: {nearest}",
        "there is no printer '{name}'; there are: {nearest}",
    ),
    "printer.gone": (
        "la impresora «{name}» ya no está en la configuración",
        "the printer '{name}' is not in the configuration any more",
    ),
    "printer.none": (
        "no se dijo qué impresora y no hay ninguna por omisión; agregue [[printers]] a la configuración",
        "no printer was named and there is no default; add [[printers]] to the configuration",
    ),
}
