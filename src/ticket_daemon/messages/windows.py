"""What is said of Windows' print spooler."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "link.spooler_unknown": (
        "Windows no tiene una impresora «{port}»; las más parecidas: {nearest}",
        "Windows has no printer '{port}'; the most like it: {nearest}",
    ),
    "link.spooler_denied": (
        "Windows no deja usar la impresora «{port}»; dé permiso de impresión a la cuenta del servicio",
        "Windows does not let the printer '{port}' be used; give the service's account the right to print",
    ),
    "link.spooler_stopped": (
        "la cola de impresión de Windows está detenida; inicie el servicio «Cola de impresión» (net start spooler)",
        "Windows' print spooler is stopped; start the service 'Print Spooler' (net start spooler)",
    ),
    "link.spooler_silent": (
        "la cola de impresión de Windows no contesta por «{port}» (esperé {seconds:g} s); reinicie el servicio "
        "«Cola de impresión»",
        "Windows' print spooler does not answer for '{port}' (waited {seconds:g} s); restart the service "
        "'Print Spooler'",
    ),
    "link.spooler_stuck": (
        "el ticket sigue en la cola de Windows de «{port}» sin avanzar desde hace {seconds:g} s; mire esa cola",
        "the ticket has been in Windows' queue of '{port}' for {seconds:g} s and does not move; look at that queue",
    ),
    "link.spooler_lost": (
        "{port}: el ticket ya no está en la cola de Windows y no se sabe si salió; mire el papel",
        "{port}: the ticket is no longer in Windows' queue and nobody can tell whether it printed; look at the paper",
    ),
    "link.spooler_deleted": (
        "alguien borró el ticket de la cola de Windows de «{port}»",
        "somebody deleted the ticket from Windows' queue of '{port}'",
    ),
    "config.uri_winspool": (
        "la dirección «{uri}» necesita el nombre de la impresora de Windows, por ejemplo winspool://EPSON%20TM-T20",
        "the address '{uri}' needs the name of the Windows printer, for example winspool://EPSON%20TM-T20",
    ),
}
