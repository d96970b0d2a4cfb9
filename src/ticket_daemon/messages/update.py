"""What is said of updates."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "does.update": (
        "Instala la versión más nueva, o vuelve a la de antes.",
        "Install the newest version, or go back to the one before.",
    ),
    "update.off": (
        "no hay canal de actualizaciones: ponga channel y public_key en [update] de la configuración",
        "there is no channel for updates: set channel and public_key under [update] in the configuration",
    ),
    "update.not_sealed": (
        "solo un ejecutable instalado se actualiza así; con Python: pip install --upgrade",
        "only an installed executable is updated like this; with Python: pip install --upgrade",
    ),
    "update.no_https": (
        "{where}: un canal en la red va por https://, o es una carpeta",
        "{where}: a channel on the network is https://, or a folder",
    ),
    "update.no_cryptography": (
        "para comprobar la firma hace falta la biblioteca cryptography (ticket-daemon[tls])",
        "checking the signature needs the library cryptography (ticket-daemon[tls])",
    ),
    "update.bad_key": (
        "update.public_key no es una clave pública Ed25519 en base64",
        "update.public_key is no Ed25519 public key in base64",
    ),
    "update.bad_signature": (
        "la lista de versiones no está firmada con update.public_key: no se instala nada",
        "the list of versions is not signed with update.public_key: nothing is installed",
    ),
    "update.bad_list": (
        "la lista de versiones no se entiende: {detail}",
        "the list of versions cannot be read: {detail}",
    ),
    "update.empty": ("el canal no tiene ninguna versión", "the channel has no version"),
    "update.not_fetched": ("no se pudo traer {where}: {detail}", "{where} could not be fetched: {detail}"),
    "update.bad_file": (
        "{file} no es lo que dice la lista (suma SHA-256 o tamaño): no se instala nada",
        "{file} is not what the list says (SHA-256 or size): nothing is installed",
    ),
    "update.no_file": ("el canal no tiene {version} para {system}", "the channel has no {version} for {system}"),
    "update.no_way_back": (
        "el canal no tiene {version} para {system}, la versión de ahora: no habría cómo volver, no se instala nada",
        "the channel has no {version} for {system}, the present version: there would be no way back, so nothing is "
        "installed",
    ),
    "update.not_installed": ("el instalador falló: {detail}", "the installer failed: {detail}"),
    "update.rolled_back": (
        "la versión {version} no funcionó; la {before} trabaja otra vez. {detail}",
        "version {version} did not work; {before} is at work again. {detail}",
    ),
    "update.stuck": (
        "no se pudo volver a la versión {version}: {detail}. Instálela a mano; cola y tickets siguen en su sitio",
        "going back to version {version} failed: {detail}. Install it by hand; queue and tickets are where they were",
    ),
    "update.there_is": ("Hay una versión nueva: {version}.", "There is a newer version: {version}."),
    "update.newest": ("Ya tiene la versión más nueva ({version}).", "This is the newest version ({version})."),
    "update.fetching": ("Trayendo la versión {version}…", "Fetching version {version}…"),
    "update.installing": ("Instalando la versión {version}…", "Installing version {version}…"),
    "update.going_back": ("No funciona; vuelve la versión {version}…", "It does not work; going back to {version}…"),
    "update.done": ("Listo: trabaja la versión {version}.", "Done: version {version} is at work."),
}
