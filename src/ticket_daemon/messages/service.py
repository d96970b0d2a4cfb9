"""What is said of the service and of building the program."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "service.unsupported": (
        "en este sistema ({system}) no se puede instalar como servicio; use ticket-daemon run",
        "on this system ({system}) it cannot be installed as a service; use ticket-daemon run",
    ),
    "service.rights_unix": (
        "hacen falta permisos de administrador: sudo {command}",
        "this needs administrator rights: sudo {command}",
    ),
    "service.rights_windows": (
        "hacen falta permisos de administrador: abra la consola con «Ejecutar como administrador» y repita {command}",
        "this needs administrator rights: open the console with 'Run as administrator' and repeat {command}",
    ),
    "service.file": ("no se puede cambiar {file}: {detail}", "{file} cannot be changed: {detail}"),
    "service.command": ("«{command}» falló: {detail}", "'{command}' failed: {detail}"),
    "service.not_installed": (
        "el servicio {name} no está instalado; instálelo con: ticket-daemon install",
        "the service {name} is not installed; install it with: ticket-daemon install",
    ),
    "service.does_not_start": (
        "el servicio {name} no arrancó; la causa está en su registro ({folder}) y en el visor de eventos, Aplicación",
        "the service {name} did not start; the reason is in its log ({folder}) and in the event viewer, Application",
    ),
    "service.does_not_stop": (
        "el servicio {name} no termina; mire su registro ({folder})",
        "the service {name} does not end; look at its log ({folder})",
    ),
    "service.in_a_home": (
        "aviso: {path} está en la carpeta de una persona; si el servicio no puede leerla, instale el programa en /opt",
        "note: {path} lies in a person's folder; if the service cannot read it, install the program in /opt",
    ),
    "service.installed": (
        "Servicio {name} instalado; arrancará con la máquina. Ahora: ticket-daemon start",
        "Service {name} installed; it will start with the machine. Now: ticket-daemon start",
    ),
    "service.uninstalled": (
        "Servicio {name} desinstalado. La configuración, la cola y el registro siguen en su sitio: {folders}",
        "Service {name} uninstalled. Configuration, queue and log stay where they are: {folders}",
    ),
    "service.started": ("Servicio {name} en marcha.", "Service {name} started."),
    "service.stopped": ("Servicio {name} detenido.", "Service {name} stopped."),
    "service.restarted": ("Servicio {name} reiniciado.", "Service {name} restarted."),
    "service.state.not_installed": ("no instalado", "not installed"),
    "service.state.stopped": ("detenido", "stopped"),
    "service.state.starting": ("arrancando", "starting"),
    "service.state.running": ("en marcha", "running"),
    "service.state.stopping": ("deteniéndose", "stopping"),
    "service.state.failed": ("terminó con un error", "ended with an error"),
    "service.automatic": ("arranca con la máquina", "starts with the machine"),
    "service.manual": ("no arranca con la máquina", "does not start with the machine"),
    "logs.none": ("no hay ningún registro en {files}", "there is no log in {files}"),
    "logs.rights": (
        "este usuario no puede leer {file}; repita con permisos de administrador (sudo)",
        "this user may not read {file}; repeat with administrator rights (sudo)",
    ),
    "service.program_in_a_profile": (
        "{path} está en la carpeta de una persona, que puede cambiarlo: como servicio, cualquier programa de esa "
        "persona trabajaría con él. Use el instalador, o ponga el programa (o Python, «para todos los usuarios») en "
        "Archivos de programa",
        "{path} lies in a person's folder, who can change it: as a service it would work for any of that person's "
        "programs. Use the installer, or put the program (or Python, 'for all users') into Program Files",
    ),
    "service.program_writable": (
        "cualquier usuario de esta computadora puede cambiar {path} (por los permisos de {where}). Use el instalador, "
        "o ponga el programa en Archivos de programa",
        "any user of this computer can change {path} (by the rights of {where}). Use the installer, or put the program "
        "into Program Files",
    ),
    "service.folder_link": (
        "{path} es un enlace a otro sitio: quítelo y repita",
        "{path} is a link to another place: remove it and repeat",
    ),
    "service.folder_planted": (
        "{path} lo puso alguien que no es administrador ({owner}): revíselo, bórrelo y repita",
        "{path} was put there by somebody who is no administrator ({owner}): look at it, delete it and repeat",
    ),
    "service.no_account": (
        "la cuenta {account} no sirve: {detail}",
        "the account {account} will not do: {detail}",
    ),
    "run.begins": (
        "Ticket Daemon {version}. Deje esta ventana abierta mientras se imprime; para terminar, Ctrl+C o ciérrela.",
        "Ticket Daemon {version}. Leave this window open while tickets are printed; Ctrl+C or closing it ends it.",
    ),
    "run.ready": (
        "Ticket Daemon en marcha. Abra {url} en el navegador. Ctrl+C para terminar.",
        "Ticket Daemon is running. Open {url} in a browser. Ctrl+C ends it.",
    ),
    "program.gone": (
        "faltan archivos del programa ({file}): alguien limpió la carpeta temporal. Ábralo otra vez, o instálelo con "
        "el instalador, que no usa esa carpeta",
        "files of the program are gone ({file}): somebody cleaned the folder for temporary files. Start it again, or "
        "install it with the installer, which does not use that folder",
    ),
    "build.no_pyinstaller": (
        "para construir hace falta PyInstaller: python -m pip install 'ticket-daemon[build]'",
        "building needs PyInstaller: python -m pip install 'ticket-daemon[build]'",
    ),
    "build.service_name": (
        "«{name}» no sirve como nombre de servicio: hasta 64 letras, cifras, puntos y guiones, la primera una letra",
        "'{name}' will not do as a service's name: up to 64 letters, digits, dots and hyphens, the first a letter",
    ),
    "build.begins": ("Se construye, tarda cerca de un minuto:", "Building, which takes about a minute:"),
    "build.done": ("Hecho: {file} ({mb:.1f} MB)", "Done: {file} ({mb:.1f} MB)"),
    "build.failed": ("PyInstaller no lo ha podido construir:\n{detail}", "PyInstaller could not build it:\n{detail}"),
    "build.press_enter": ("\nPulse Intro para cerrar. ", "\nPress Enter to close. "),
}
