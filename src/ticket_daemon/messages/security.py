"""What is said to callers that are not let in, and of log-ins, tokens and certificates."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "message.origin_refused": (
        "las páginas de {origin} no tienen permiso; permítalo en la página del servicio o en allowed_origins",
        "pages of {origin} are not allowed; allow it on the daemon's page or in allowed_origins",
    ),
    "message.origin_unsaid": (
        "una página de otro origen lo pidió sin decir cuál; use fetch en modo cors",
        "a page of another origin asked without saying which; use fetch in cors mode",
    ),
    "message.host_refused": (
        "este servicio no se llama «{host}»; si es correcto, póngalo en allowed_hosts",
        "this daemon is not called '{host}'; if that is right, put it into allowed_hosts",
    ),
    "message.media_type": (
        "el cuerpo debe ser JSON: envíe la cabecera Content-Type: application/json",
        "the body must be JSON: send the header Content-Type: application/json",
    ),
    "message.login_needed": (
        "solo puede pedirlo quien haya iniciado sesión en la página del servicio",
        "only somebody logged in to the daemon's page may ask for this",
    ),
    "message.rate_limited": (
        "más de {limit} tickets por minuto; reintente en {retry_after_s} s",
        "more than {limit} tickets in a minute; try again in {retry_after_s} s",
    ),
    "message.too_many_tokens": (
        "demasiados tokens incorrectos; reintente en {retry_after_s} s",
        "too many wrong tokens; try again in {retry_after_s} s",
    ),
    "message.busy": (
        "el servicio está atendiendo otras peticiones así; reintente en {retry_after_s} s",
        "the daemon is busy with other requests like this; try again in {retry_after_s} s",
    ),
    "message.not_found": ("aquí no hay nada: {place}", "there is nothing here: {place}"),
    "message.no_http": ("lo recibido no es HTTP", "what came is not HTTP"),
    "message.method": (
        "{place} no admite {method}; admite {allowed}",
        "{place} does not take {method}; it takes {allowed}",
    ),
    "message.too_slow": (
        "la petición no llegó entera en {seconds} s",
        "the request did not arrive whole within {seconds} s",
    ),
}
