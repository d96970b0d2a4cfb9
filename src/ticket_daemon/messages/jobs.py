"""What became of a job, and of the storage it is in."""

from __future__ import annotations

from typing import Final

from ticket_daemon.messages.states import STATES

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "job.unknown": ("no hay ningún trabajo con el id «{id}»", "there is no job with the id '{id}'"),
    "job.id_conflict": (
        "el id «{id}» ya es de otro ticket con otro contenido; use un id nuevo",
        "the id '{id}' already belongs to another ticket with other content; use a new id",
    ),
    "job.not_ended": (
        "el trabajo «{id}» todavía espera o se imprime; se puede reimprimir cuando termine",
        "job '{id}' still waits or prints; it can be reprinted when it has ended",
    ),
    "job.wrong_state": (
        "el trabajo «{id}» ya se está imprimiendo o ya terminó; no se puede cambiar",
        "job '{id}' is printing already or has ended; it cannot be changed",
    ),
    "job.held": ("una persona lo puso en espera", "a person put it on hold"),
    "job.cancelled": ("una persona lo canceló; no se imprimirá más", "a person cancelled it; it will print no more"),
    "job.expired": (
        "caducó antes de poder imprimirse; no se imprimirá",
        "it expired before it could print; it will not print",
    ),
    "job.expired_paper": (
        "caducó porque la impresora no tenía papel; no se imprimirá",
        "it expired because the printer was out of paper; it will not print",
    ),
    "job.expired_cover": (
        "caducó porque la tapa de la impresora estaba abierta; no se imprimirá",
        "it expired because the printer's cover was open; it will not print",
    ),
    "job.expired_offline": (
        "caducó porque la impresora estaba apagada o desconectada; no se imprimirá",
        "it expired because the printer was off or not connected; it will not print",
    ),
    "job.expired_stopped": (
        "caducó porque la impresora no podía imprimir ({reasons}); no se imprimirá",
        "it expired because the printer could not print ({reasons}); it will not print",
    ),
    "job.expired_queue": (
        "caducó mientras esperaba a los tickets de antes; no se imprimirá",
        "it expired while it waited for the tickets before it; it will not print",
    ),
    "job.expired_service": (
        "caducó mientras el servicio estaba detenido; no se imprimirá",
        "it expired while the service was stopped; it will not print",
    ),
    "job.waited": (
        "esperó {minutes} min a la impresora y ya es viejo: imprímalo ahora o descártelo",
        "it has waited {minutes} min for the printer and is old: print it now, or discard it",
    ),
    "job.unknown_outcome": (
        "no se sabe cuánto se imprimió; mire el papel y reimprima o descarte",
        "nobody knows how much was printed; look at the paper, then reprint or dismiss it",
    ),
    "job.queued": ("Ticket en cola", "Ticket queued"),
    "job.stopped_behind_paper": (
        "la impresora lo recibió completo y se quedó sin papel; vea hasta dónde salió, y reimprima o descarte",
        "the printer took all of it and ran out of paper; see how much came out, then reprint or dismiss it",
    ),
    "job.stopped_behind_cover": (
        "la impresora lo recibió completo y abrieron su tapa; vea hasta dónde salió, y reimprima o descarte",
        "the printer took all of it and its cover was opened; see how much came out, then reprint or dismiss it",
    ),
    "job.stopped_behind_stopped": (
        "la impresora lo recibió completo y se detuvo ({reasons}); vea hasta dónde salió, y reimprima o descarte",
        "the printer took all of it and stopped ({reasons}); see how much came out, then reprint or dismiss it",
    ),
    "job.resent": (
        "Ticket en cola otra vez; la vez anterior no se imprimió nada",
        "Ticket queued again; nothing was printed the time before",
    ),
    "job.duplicate": ("Este ticket ya se había recibido", "This ticket had been received already"),
    **{f"job.state.{state}": words.told for state, words in STATES.items()},
    "job.state.simulated": (
        "Simulado: lo dibujó una impresora virtual; no hay papel",
        "Simulated: a virtual printer drew it; there is no paper",
    ),
    "storage.cannot_open": (
        "no se puede abrir la cola en {file}: {detail}",
        "the queue at {file} cannot be opened: {detail}",
    ),
    "storage.newer": (
        "la cola de {file} la escribió una versión posterior del programa ({detail}); instale esa versión u otra más "
        "nueva. No se ha tocado nada",
        "the queue at {file} was written by a later version of the program ({detail}); install that version or a newer "
        "one. Nothing was touched",
    ),
    "storage.no_room": (
        "la cola ocupa {kept} de {bound} MiB y el disco tiene {free} MiB libres; el ticket NO se aceptó: "
        "libere espacio o baje `keep_days`",
        "the queue takes {kept} of {bound} MiB and the disk has {free} MiB left; the ticket was NOT accepted: "
        "make room or lower `keep_days`",
    ),
    "storage.cannot_write": (
        "la cola no se puede guardar en disco ({detail}); el ticket NO se aceptó",
        "the queue cannot be saved to disk ({detail}); the ticket was NOT accepted",
    ),
}
