"""What the doctor says: what it found, and what to do about it."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    # --- the daemon ---
    "doctor.config_ok": ("La configuración se lee bien. {file}", "The configuration can be read. {file}"),
    "doctor.no_file": ("(sin archivo: los valores de fábrica)", "(no file: the defaults)"),
    "doctor.config_mistake": (
        "La configuración tiene un error. {file}: {place}{detail}",
        "The configuration has a mistake. {file}: {place}{detail}",
    ),
    "doctor.config_mistake.do": (
        "Corrija esa línea del archivo. Hasta entonces el programa no arranca, o sigue con lo anterior.",
        "Mend that line of the file. Until then the program does not start, or goes on as before.",
    ),
    "doctor.token_missing": (
        "En prod falta el token: el programa no arranca sin él.",
        "The token is missing in prod: the program does not start without one.",
    ),
    "doctor.token_missing.do": (
        "Ponga en [auth] token_sha256 el SHA-256 del token de la tienda (docs/configuration.md dice cómo calcularlo).",
        "Set token_sha256 in [auth] to the SHA-256 of the shop's token (docs/configuration.md says how to make it).",
    ),
    "doctor.daemon_ok": (
        "Ticket Daemon {version} contesta en {subject}",
        "Ticket Daemon {version} answers at {subject}",
    ),
    "doctor.daemon_not_running": (
        "Ticket Daemon no está en marcha: nadie contesta en {subject}",
        "Ticket Daemon is not running: nobody answers at {subject}",
    ),
    "doctor.daemon_not_running.do": (
        "Inícielo: ticket-daemon start (si está instalado como servicio) o ticket-daemon run. "
        "Si se cierra solo: ticket-daemon logs",
        "Start it: ticket-daemon start (where it is installed as a service) or ticket-daemon run. "
        "If it ends by itself: ticket-daemon logs",
    ),
    "doctor.daemon_unwell": (
        "Ticket Daemon contesta, pero algo le pasa: {detail}",
        "Ticket Daemon answers, but something is wrong with it: {detail}",
    ),
    "doctor.daemon_unwell.do": (
        "Mire ticket-daemon logs --level error. Si el disco está bien, reinícielo; nada de la cola se pierde.",
        "Look at ticket-daemon logs --level error. If the disk is well, restart it; nothing of the queue is lost.",
    ),
    "doctor.daemon_version": (
        "En marcha está la versión {running} y esta orden es de la {here}",
        "Version {running} is running and this command is of version {here}",
    ),
    "doctor.daemon_version.do": (
        "Reinicie el servicio para que tome la versión nueva.",
        "Restart the service so that it takes the new version.",
    ),
    "doctor.port_taken": (
        "El puerto {port} lo tiene otro programa: {owner}",
        "Another program has port {port}: {owner}",
    ),
    "doctor.port_taken.do": (
        "Cierre ese programa, o ponga otro puerto en [server] port y en los puntos de venta.",
        "End that program, or set another port in [server] port and in the points of sale.",
    ),
    "doctor.jobs_held": (
        "Tickets que esperan a una persona: {count}",
        "Tickets that wait for a person: {count}",
    ),
    "doctor.jobs_held.do": (
        "ticket-daemon jobs los muestra. Mire el papel; después ticket-daemon release ID, reprint ID o cancel ID.",
        "ticket-daemon jobs shows them. Look at the paper; then ticket-daemon release ID, reprint ID or cancel ID.",
    ),
    # --- the machine ---
    "doctor.data_ok": (
        "La carpeta de datos se puede escribir y hay {gib} GiB libres. {subject}",
        "The data directory can be written and {gib} GiB are free. {subject}",
    ),
    "doctor.data_not_writable": (
        "No se puede escribir en la carpeta de datos {subject}: {detail}",
        "The data directory {subject} cannot be written: {detail}",
    ),
    "doctor.data_not_writable.do": (
        "Dé permiso de escritura en ella a la cuenta «{account}», o ponga otra con --data-dir.",
        "Give the account '{account}' permission to write there, or set another with --data-dir.",
    ),
    "doctor.disk_full": (
        "El disco está lleno: quedan {mib} MiB en {subject}. Así no se acepta ningún ticket.",
        "The disk is full: {mib} MiB are left at {subject}. No ticket is accepted like this.",
    ),
    "doctor.disk_full.do": (
        "Libere espacio. No borre queue.db ni queue.db-wal: son los tickets. Después sigue solo.",
        "Free some space. Do not delete queue.db or queue.db-wal: they are the tickets. It goes on by itself then.",
    ),
    "doctor.disk_low": (
        "Queda poco disco: {mib} MiB en {subject}",
        "Little disk is left: {mib} MiB at {subject}",
    ),
    "doctor.disk_low.do": (
        "Libere espacio antes de que se llene; [log] keep y [queue] keep_days dicen cuánto guarda el programa.",
        "Free some space before it is full; [log] keep and [queue] keep_days say how much the program keeps.",
    ),
    "doctor.clock_ok": ("El reloj dice {subject}", "The clock says {subject}"),
    "doctor.clock_absurd": (
        "El reloj dice {subject}, y eso no puede ser",
        "The clock says {subject}, which cannot be",
    ),
    "doctor.clock_back": (
        "El reloj dice {subject}, y el programa ya escribió algo el {last}: lo atrasaron",
        "The clock says {subject}, and the program has written something on {last}: it was set back",
    ),
    "doctor.clock.do": (
        "Ponga en hora el equipo y active la hora automática. Si vuelve a fallar al apagarlo, cambie la pila.",
        "Set the clock and switch on automatic time. If it is wrong again after switching off, change the battery.",
    ),
    "doctor.certificate_ok": (
        "El certificado vale hasta el {date}. {subject}",
        "The certificate is valid until {date}. {subject}",
    ),
    "doctor.certificate_missing": ("Falta el archivo {subject}", "The file {subject} is missing"),
    "doctor.certificate_missing.do": (
        "Ponga los dos archivos donde dicen [server] tls_cert y tls_key, o quite las dos claves.",
        "Put both files where [server] tls_cert and tls_key say, or remove both keys.",
    ),
    "doctor.certificate_unusable": (
        "El certificado {subject} no sirve: {detail}",
        "The certificate {subject} cannot be used: {detail}",
    ),
    "doctor.certificate_unusable.do": (
        "Los dos archivos deben ser PEM, del mismo par, sin contraseña, y la cuenta del servicio debe poder leerlos.",
        "Both files must be PEM, of the same pair, without a password, and readable by the service's account.",
    ),
    "doctor.certificate_expired": (
        "El certificado {subject} venció el {date}: los navegadores ya no se conectan",
        "The certificate {subject} expired on {date}: browsers do not connect any more",
    ),
    "doctor.certificate_soon": (
        "El certificado {subject} vence el {date}, en {days} días",
        "The certificate {subject} expires on {date}, in {days} days",
    ),
    "doctor.certificate_renew.do": (
        "Consiga uno nuevo, ponga los archivos en su lugar y reinicie el programa.",
        "Get a new one, put the files in their place and restart the program.",
    ),
    # --- printers, all of them ---
    "doctor.no_printers": (
        "No hay ninguna impresora configurada. Encontradas: {found}",
        "No printer is configured. Found: {found}",
    ),
    "doctor.no_printers.do": (
        "ticket-daemon printers las muestra y ticket-daemon printers add NOMBRE agrega una.",
        "ticket-daemon printers shows them and ticket-daemon printers add NAME adds one.",
    ),
    "doctor.no_default": (
        "No hay impresora por omisión: los tickets que no nombran ninguna se rechazan",
        "There is no default printer: tickets that name none are refused",
    ),
    "doctor.no_default.do": (
        "Ponga default = true en una, si los puntos de venta no dicen en cuál imprimir.",
        "Set default = true for one, if the points of sale do not say where to print.",
    ),
    "doctor.spooler_stopped": (
        "El servicio de impresión del sistema ({subject}) no contesta: {detail}",
        "The system's print spooler ({subject}) does not answer: {detail}",
    ),
    "doctor.spooler_stopped.do": (
        "Inícielo. En Windows, como administrador: net start spooler. En Linux: sudo systemctl start cups",
        "Start it. On Windows, as administrator: net start spooler. On Linux: sudo systemctl start cups",
    ),
    "doctor.account_no_printers": (
        "La cuenta «{subject}» no ve ninguna impresora en {spooler}",
        "The account '{subject}' sees no printer in {spooler}",
    ),
    "doctor.account_no_printers.do": (
        "Las impresoras instaladas solo para un usuario no las ve el servicio. Instálelas para todo el equipo, o haga "
        "que el servicio use la cuenta que las tiene.",
        "The service does not see printers that are installed for one user only. Install them for the whole computer, "
        "or have the service use the account that has them.",
    ),
    # --- one printer ---
    "doctor.printer_ok": ("{subject}: lista", "{subject}: ready"),
    "doctor.printer_unasked": (
        "{subject}: se puede abrir; esta conexión no dice más",
        "{subject}: it can be opened; this link tells no more",
    ),
    "doctor.printer_refused": ("{subject}: {port} rechaza la conexión", "{subject}: {port} refuses the connection"),
    "doctor.printer_refused.do": (
        "Revise que la dirección sea la de la impresora (su autoprueba dice la IP) y que el puerto sea el 9100.",
        "Check that the address is the printer's (print its self-test: it names the IP) and that the port is 9100.",
    ),
    "doctor.printer_unreachable": ("{subject}: {detail}", "{subject}: {detail}"),
    "doctor.printer_unreachable.do": (
        "Revise que esté encendida, el cable o el Wi-Fi, y que su IP no haya cambiado (ticket-daemon printers --scan). "
        "Déle una IP fija.",
        "Check that it is on, its cable or Wi-Fi, and that its IP has not changed (ticket-daemon printers --scan). "
        "Give it a fixed IP.",
    ),
    "doctor.printer_silent": (
        "{subject}: acepta la conexión y no contesta. Otro programa la tiene ocupada, o se quedó trabada ({uri})",
        "{subject}: it accepts the connection and does not answer. Another program holds it, or it hangs ({uri})",
    ),
    "doctor.printer_silent.do": (
        "Cierre los otros programas que le imprimen (o su utilería), apáguela y enciéndala. Si su modelo nunca "
        "contesta, quite dle_eot de su perfil.",
        "End other programs that print to it (or its utility), switch it off and on. If its model never answers, take "
        "dle_eot out of its profile.",
    ),
    "doctor.printer_offline": ("{subject}: está fuera de línea", "{subject}: it is offline"),
    "doctor.printer_offline.do": (
        "Enciéndala y revise su cable. En Windows quite la marca «Usar impresora sin conexión» de su cola.",
        "Switch it on and check its cable. On Windows clear 'Use Printer Offline' in its queue.",
    ),
    "doctor.printer_paused": ("{subject}: su cola está en pausa", "{subject}: its queue is paused"),
    "doctor.printer_paused.do": (
        "Reanúdela en la cola del sistema (en Linux: cupsenable NOMBRE). Lo que espera se imprime solo.",
        "Resume it in the system's queue (on Linux: cupsenable NAME). What waits prints by itself.",
    ),
    "doctor.printer_trouble": ("{subject}: la impresora avisa: {reasons}", "{subject}: the printer says: {reasons}"),
    "doctor.printer_trouble.do": (
        "media-empty: ponga papel. cover-open: cierre la tapa. error: apáguela, quite el papel atorado, enciéndala.",
        "media-empty: put in paper. cover-open: close the cover. error: switch it off, take out jammed paper.",
    ),
    "doctor.printer_link": ("{subject}: {detail}", "{subject}: {detail}"),
    "doctor.printer_link.do": (
        "Revise uri en la configuración de la impresora (docs/printers.md explica cada conexión).",
        "Check uri in the printer's configuration (docs/printers.md explains each link).",
    ),
    "doctor.name_mismatch": (
        "{subject}: el sistema no tiene ninguna impresora «{name}». Parecidas: {nearest}",
        "{subject}: the system has no printer '{name}'. Alike: {nearest}",
    ),
    "doctor.name_mismatch.do": (
        "Copie el nombre exacto en uri, o instale la impresora con ese nombre.",
        "Copy the exact name into uri, or install the printer under that name.",
    ),
    "doctor.stale_port": (
        "{subject}: su puerto {port} ya no existe; pasa al enchufarla en otro USB",
        "{subject}: its port {port} is gone; that happens when it is plugged into another USB socket",
    ),
    "doctor.stale_port.do": (
        "Enchúfela donde estaba, o elija el puerto nuevo en Propiedades de impresora, Puertos.",
        "Plug it in where it was, or choose the new port in Printer properties, Ports.",
    ),
    "doctor.device_gone": ("{subject}: no está {port}", "{subject}: {port} is not there"),
    "doctor.device_gone.do": (
        "Revise el cable y que esté encendida; ticket-daemon printers muestra dónde está ahora. Si cambia de nombre al "
        "reconectarla, use usb:// o una regla de udev.",
        "Check the cable and that it is on; ticket-daemon printers shows where it is now. If its name changes when it "
        "is plugged in again, use usb:// or a udev rule.",
    ),
    "doctor.device_in_use": (
        "{subject}: otro programa tiene abierto {port}",
        "{subject}: another program has {port} open",
    ),
    "doctor.device_in_use.do": (
        "Cierre el programa que usa ese puerto (otro punto de venta, la utilería de la impresora).",
        "End the program that uses that port (another point of sale, the printer's utility).",
    ),
    "doctor.no_permission": (
        "{subject}: la cuenta «{account}» no tiene permiso para usar {port}",
        "{subject}: the account '{account}' has no permission to use {port}",
    ),
    "doctor.no_permission.do": (
        "sudo usermod -aG {group} {account} y reinicie el servicio. Para un USB sin grupo, una regla en "
        '/etc/udev/rules.d/99-tickets.rules: SUBSYSTEM=="usb", ATTR{{bInterfaceClass}}=="07", MODE="0660", GROUP="lp"',
        "sudo usermod -aG {group} {account} and restart the service. For a USB device without a group, a rule in "
        '/etc/udev/rules.d/99-tickets.rules: SUBSYSTEM=="usb", ATTR{{bInterfaceClass}}=="07", MODE="0660", GROUP="lp"',
    ),
    "doctor.profile_unknown": (
        "{subject}: no se sabe qué puede hacer; cada ticket lo dice con su modelo",
        "{subject}: what it can do is not known; each ticket says so with its model",
    ),
    "doctor.profile_unknown.do": (
        'ticket-daemon printers detect {subject} le pregunta; o ponga profile = "Generic 80mm" (58mm) en su tabla.',
        'ticket-daemon printers detect {subject} asks it; or set profile = "Generic 80mm" (58mm) in its table.',
    ),
    "doctor.code_page": (
        "{subject}: las páginas de códigos de {profile} no tienen {letters}; esas líneas se dibujan y salen más lentas",
        "{subject}: the code pages of {profile} lack {letters}; such lines are drawn and come out more slowly",
    ),
    "doctor.code_page.do": (
        "Imprima ticket-daemon calibrate --printer {subject} y compare: quizá otro perfil le queda mejor.",
        "Print ticket-daemon calibrate --printer {subject} and compare: another profile may fit better.",
    ),
    # --- the doctor itself ---
    "doctor.check_failed": ("No se pudo revisar {subject}: {detail}", "{subject} could not be checked: {detail}"),
    "doctor.check_failed.do": (
        "Es un error de este programa: mande la salida de ticket-daemon doctor --json a quien le da soporte.",
        "This is a mistake of this program: send the output of ticket-daemon doctor --json to your support.",
    ),
    "doctor.nothing_wrong": ("Todo bien.", "All is well."),
    "doctor.count": (
        "Problemas: {problems}. Avisos: {warnings}.",
        "Problems: {problems}. Warnings: {warnings}.",
    ),
}
