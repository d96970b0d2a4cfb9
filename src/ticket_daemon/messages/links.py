"""What is said of the links to printers."""

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
        "no hay permiso para escribir en {port}; agregue al usuario del servicio al grupo del dispositivo ({group})",
        "no permission to write to {port}; add the service's user to the device's group ({group})",
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
    "link.no_device": (
        "no está {port}; revise el cable, que la impresora esté encendida, y el nombre en la configuración",
        "{port} is not there; check the cable, that the printer is on, and the name in the configuration",
    ),
    "link.in_use": (
        "otro programa tiene ocupado {port}; ciérrelo, o quite la impresora de él",
        "another program has {port}; close it, or remove the printer from it",
    ),
}
