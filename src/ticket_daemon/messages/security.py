"""What is said to callers that are not let in, and of log-ins, tokens and certificates."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "password.too_short": (
        "la contraseña necesita al menos {least} caracteres",
        "the password needs at least {least} characters",
    ),
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
    "message.previews_limited": (
        "más de {limit} vistas previas por minuto; reintente en {retry_after_s} s",
        "more than {limit} previews in a minute; try again in {retry_after_s} s",
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
    "message.too_many_connections": (
        "esta página ya tiene muchas conexiones abiertas; cierre pestañas o reintente en {retry_after_s} s",
        "this page has too many connections open already; close tabs or try again in {retry_after_s} s",
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
    "login.wrong": ("la contraseña no es correcta", "the password is wrong"),
    "login.pause": (
        "demasiados intentos; espere {retry_after_s} s",
        "too many tries; wait {retry_after_s} s",
    ),
    "login.no_password": (
        "la página no tiene contraseña; ticket-daemon password hace una",
        "the page has no password; ticket-daemon password makes one",
    ),
    "origin.invalid": (
        "«{got}» no es un origen; es esquema, nombre y puerto, como https://pos.example.mx",
        "'{got}' is no origin; it is scheme, name and port, like https://pos.example.mx",
    ),
    "origin.configured": (
        "{origin} está en allowed_origins; quítelo de la configuración",
        "{origin} stands in allowed_origins; take it out of the configuration",
    ),
    "origin.unknown": ("{origin} no está permitido", "{origin} is not allowed anyway"),
    "login.unreadable": (
        'se espera {{"password": "…"}} o el formulario de la página',
        'expected is {{"password": "…"}} or the page\'s form',
    ),
    "message.body_too_long": (
        "el cuerpo pasa de {limit} bytes",
        "the body is over {limit} bytes",
    ),
    "origin.not_saved": ("no se pudo guardar: {detail}", "it could not be saved: {detail}"),
    "token.paste": (
        "Ponga esto en el archivo de configuración ({name}):",
        "Write this into the configuration file ({name}):",
    ),
    "token.saved": (
        "El hash del token «{name}» está en {file}. ticket-daemon reload lo toma sin reiniciar.",
        "The hash of the token '{name}' is in {file}. ticket-daemon reload takes it without a restart.",
    ),
    "token.shown_once": (
        "El token, que no se guarda y no se vuelve a mostrar:",
        "The token, which is not kept and not shown again:",
    ),
    "token.which_file": (
        "diga qué archivo: --config ARCHIVO o TICKET_DAEMON_CONFIG",
        "say which file: --config FILE or TICKET_DAEMON_CONFIG",
    ),
    "token.unknown": ("no hay ningún token «{name}»; hay: {known}", "there is no token '{name}'; there are: {known}"),
    "token.revoked": (
        "El token «{name}» ya no está. ticket-daemon reload lo retira sin reiniciar.",
        "The token '{name}' is gone. ticket-daemon reload withdraws it without a restart.",
    ),
    "password.ask": ("Contraseña de la página", "The page's password"),
    "password.length": (
        "la contraseña debe tener de {low} a {high} caracteres",
        "the password must have {low} to {high} characters",
    ),
    "password.paste": ("Ponga esto en el archivo de configuración:", "Write this into the configuration file:"),
    "password.saved": (
        "El hash de la contraseña está en {file}. ticket-daemon reload lo toma sin reiniciar.",
        "The password's hash is in {file}. ticket-daemon reload takes it without a restart.",
    ),
    "tls.no_file": ("no hay ningún archivo {place}", "there is no file {place}"),
    "tls.unusable": (
        "el certificado y su clave no se pueden usar: {detail}",
        "the certificate and its key cannot be used: {detail}",
    ),
    "tls.no_library": (
        "falta la biblioteca cryptography: instale ticket-daemon[tls]",
        "the library cryptography is missing: install ticket-daemon[tls]",
    ),
    "tls.exists": (
        "ya hay una autoridad en {place}; ticket-daemon tls renew hace otro certificado de ella",
        "there is an authority at {place} already; ticket-daemon tls renew makes another certificate of it",
    ),
    "tls.no_authority": (
        "en {place} no hay una autoridad que se pueda usar: {detail}",
        "there is no usable authority at {place}: {detail}",
    ),
    "tls.not_written": ("no se puede escribir {place}: {detail}", "{place} cannot be written: {detail}"),
    "tls.made": (
        "Hechos en {place}: una autoridad y un certificado para {names}.\n\nEn la configuración:\n",
        "Made in {place}: an authority and a certificate for {names}.\n\nFor the configuration:\n",
    ),
    "tls.trust": (
        "Cada equipo cuyo navegador use wss:// debe confiar en {file} (solo en ese archivo; las claves no se copian).",
        "Each machine whose browser uses wss:// has to trust {file} (that file alone; no key is copied).",
    ),
    "tls.trust_windows": (
        'En este equipo, como administrador:\n  certutil -addstore -f Root "{file}"',
        'On this machine, as administrator:\n  certutil -addstore -f Root "{file}"',
    ),
    "tls.trust_mac": (
        "En este equipo:\n  sudo security add-trusted-cert -d -r trustRoot "
        '-k /Library/Keychains/System.keychain "{file}"',
        "On this machine:\n  sudo security add-trusted-cert -d -r trustRoot "
        '-k /Library/Keychains/System.keychain "{file}"',
    ),
    "tls.trust_linux": (
        'En este equipo, para Chromium:\n  certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n ticket-daemon -i "{file}"',
        'On this machine, for Chromium:\n  certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n ticket-daemon -i "{file}"',
    ),
    "tls.trust_more": (
        "Firefox, Android, iOS y los demás: docs/browsers.md",
        "Firefox, Android, iOS and the others: docs/browsers.md",
    ),
    "tls.renewed": (
        "Un certificado nuevo para {names}, por {days} días. Un servicio en marcha lo toma en un minuto.",
        "A new certificate for {names}, for {days} days. A running daemon takes it within a minute.",
    ),
}
