"""What is said to a client of its messages, and of the queue."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "queue.full": ("Cola llena, reintente", "Queue full, try again"),
    "message.not_object": (
        "el mensaje debe ser un objeto JSON {{…}}",
        "the message must be a JSON object {{…}}",
    ),
    "message.binary": (
        "los mensajes van en tramas de texto, no binarias",
        "messages go in text frames, not binary ones",
    ),
    "message.no_type": ("falta «tipo», que dice qué se pide", "'tipo' is missing, which says what is asked"),
    "message.unknown_type": (
        "el tipo «{got}» no existe; los que hay: {known}",
        "there is no tipo '{got}'; there are: {known}",
    ),
    "message.no_datos": ("falta «datos», el documento que se imprime", "'datos' is missing, the document to print"),
    "message.id_type": (
        "debe ser un texto de 1 a {limit} caracteres",
        "it must be a text of 1 to {limit} characters",
    ),
    "message.too_large": (
        "el mensaje pasa de {limit} MiB",
        "the message is over {limit} MiB",
    ),
    "message.unauthorized": (
        "falta el token o no es correcto («auth_token»)",
        "the token is missing or wrong ('auth_token')",
    ),
    "server.connected": ("Conectado a Ticket Daemon", "Connected to Ticket Daemon"),
    "server.shutting_down": (
        "el servicio se está apagando; reintente en un momento",
        "the service is going down; try again in a moment",
    ),
    "server.subscribed": ("Suscrito a: {topics}", "Subscribed to: {topics}"),
    "server.internal": (
        "error interno; quedó anotado en el registro",
        "internal error; it was written to the log",
    ),
    "status.summary": (
        "{current} de {capacity} lugares de la cola ocupados",
        "{current} of {capacity} places of the queue taken",
    ),
}
