"""What `ticket-daemon VERB --help` says of the verb, and the words between; its options are in `options`.

Paragraphs are parted by an empty line; one that begins with \\b keeps its lines.
"""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "help.options": ("Opciones", "Options"),
    "help.verbs": ("Órdenes", "Verbs"),
    "help.options_word": ("[OPCIONES]", "[OPTIONS]"),
    "help.verb_word": ("ORDEN [ARGUMENTOS]...", "VERB [ARGUMENTS]..."),
    "help.itself": ("Muestra esta ayuda.", "Show this help."),
    "help.variable": ("variable: {name}", "variable: {name}"),
    "help.usual": ("por omisión: {value}", "default: {value}"),
    "help.required": ("obligatoria", "required"),
    "value.text": ("TEXTO", "TEXT"),
    "value.number": ("NÚMERO", "NUMBER"),
    "value.file": ("ARCHIVO", "FILE"),
    "value.folder": ("CARPETA", "FOLDER"),
    "value.document": ("DOCUMENTO", "DOCUMENT"),
    "value.job": ("TICKET", "JOB_ID"),
    "value.name": ("NOMBRE", "NAME"),
    "value.printer": ("IMPRESORA", "PRINTER"),
    "value.store": ("TIENDA", "STORE"),
    "value.stores": ("TIENDAS", "STORES"),
    "value.which": ("CUÁL", "WHICH"),
    "does.run": ("Pone en marcha el programa aquí, hasta Ctrl+C.", "Run the daemon here until Ctrl+C."),
    "does.reload": (
        "Hace que el programa en marcha lea otra vez su configuración y tome sus impresoras.\n\n"
        "Nada se interrumpe: las que no cambian siguen, la que cambia termina antes su ticket, y lo que "
        "esperaba a una que se quitó queda retenido. Un archivo con un error no cambia nada.",
        "Have the daemon that runs read its configuration again and take its printers.\n\n"
        "Nothing is interrupted: unchanged printers go on, a changed one finishes its ticket first, what "
        "waits for a removed one is held. A file with a mistake changes nothing.",
    ),
    "does.print": (
        "Imprime DOCUMENTO (un archivo JSON, o - para la entrada estándar) con el programa en marcha.\n\n"
        "Termina con 0 solo si el ticket se imprimió (confirmado, enviado o en el sistema).",
        "Print DOCUMENT (a JSON file, or - for standard input) through the daemon that runs.\n\n"
        "Ends with 0 only when the ticket was printed (confirmed, sent or spooled).",
    ),
    "does.render": (
        "Convierte DOCUMENTO en los bytes que necesita una impresora. No hace falta ningún programa en marcha.",
        "Turn DOCUMENT into the bytes a printer needs. No daemon is needed.",
    ),
    "does.preview": (
        "Dibuja DOCUMENTO como saldría de la impresora. No hace falta ningún programa en marcha.",
        "Draw DOCUMENT as it would come out of the printer. No daemon is needed.",
    ),
    "does.calibrate": (
        "Imprime un ticket que muestra lo que sabe hacer una impresora: columnas, puntos, páginas de "
        "códigos, estilos, símbolos y grises.\n\n"
        "Compárelo con el perfil: una línea de cifras que se parte, un marco cortado o una página de "
        "códigos con otras letras de las que dice su nombre significan que otro perfil va mejor. Con -o "
        "no hace falta ningún programa en marcha.",
        "Print a ticket that shows what a printer can do: columns, dots, code pages, styles, symbols and "
        "greys.\n\n"
        "Compare it with the profile: a line of figures that breaks, a frame that is cut off or a code "
        "page with other letters than its name says means that another profile fits better. With -o no "
        "daemon is needed.",
    ),
    "does.emulator": (
        "Es una impresora de tickets de red hasta Ctrl+C: cada ticket queda como imagen en la carpeta.\n\n"
        "Sirve para cualquier programa que imprima ESC/POS por TCP; a las preguntas por su estado "
        "contesta como el modelo.",
        "Be a network receipt printer until Ctrl+C: every ticket becomes a picture in the folder.\n\n"
        "Point any program that prints ESC/POS over TCP at it; it answers status requests as the model "
        "would.",
    ),
    "does.printers": (
        "Todas las impresoras: las que el programa tiene, y las que hay y nadie ha configurado.\n\n"
        "\b\n"
        "ticket-daemon printers                                   cuáles hay\n"
        "ticket-daemon printers --scan 192.168.1.0/24             y quién escucha allí en el puerto 9100\n"
        'ticket-daemon printers add "EPSON TM-T20III Receipt"     poner una de ellas en la configuración\n'
        "ticket-daemon printers add socket://192.168.1.50 --name caja --default\n"
        "ticket-daemon printers detect caja                       preguntarle qué es\n\n"
        "Sin un programa en marcha muestra lo que esta máquina ve.",
        "Every printer: those that the daemon has, and those that are there and nobody configured.\n\n"
        "\b\n"
        "ticket-daemon printers                                   which there are\n"
        "ticket-daemon printers --scan 192.168.1.0/24             and who listens on port 9100 there\n"
        'ticket-daemon printers add "EPSON TM-T20III Receipt"     put a found one into the configuration\n'
        "ticket-daemon printers add socket://192.168.1.50 --name caja --default\n"
        "ticket-daemon printers detect caja                       ask one what it is\n\n"
        "Without a daemon it shows what this machine can see.",
    ),
    "does.printers_add": (
        "Pone una impresora en el archivo de configuración: CUÁL es el nombre de una que muestra "
        "`printers`, o una dirección.\n\n"
        "El resto del archivo y sus comentarios quedan como están. El resultado se revisa antes de "
        "escribir nada.",
        "Put a printer into the configuration file: WHICH is the name of one that `printers` shows, or an "
        "address.\n\n"
        "The rest of the file and its comments stay as they are. The result is checked before anything is "
        "written.",
    ),
    "does.printers_detect": (
        "Pregunta a una impresora qué es y nombra el perfil que le va: CUÁL es un nombre que muestra "
        "`printers`, o una dirección.\n\n"
        "Solo pueden decirlo las que contestan (de red, por puerto serie, casi todas las USB). La "
        "impresora ha de estar libre: una de red suele hablar con un solo programa a la vez.",
        "Ask a printer what it is, and name the profile that fits: WHICH is a name that `printers` shows, "
        "or an address.\n\n"
        "Only printers that answer can say (network, serial, most USB ones). It needs the printer to be "
        "free: a network printer usually talks to one program at a time.",
    ),
    "does.doctor": (
        "Averigua por qué no imprime, y dice qué hacer.\n\n"
        "Mira la configuración, el programa, el disco, el reloj, el certificado y cada impresora; no "
        "imprime ni cambia nada. Si puede ser cosa de permisos, ejecútelo como el usuario del servicio. "
        "Termina con 0 si no hay ningún problema (los avisos no cuentan), si no con 1.",
        "Find out why it does not print, and say what to do.\n\n"
        "It looks at the configuration, the daemon, the disk, the clock, the certificate and each "
        "printer; nothing is printed or changed. Run it as the service's user where permissions are in "
        "question. Ends with 0 when there is no problem (warnings apart), else with 1.",
    ),
    "does.jobs": ("Los últimos tickets, primero el más nuevo.", "The newest jobs, newest first."),
    "does.job": ("Cómo está el ticket TICKET y cómo llegó a eso.", "How job JOB_ID stands and how it came to that."),
    "does.cancel": (
        "No imprime el ticket TICKET, que espera o está retenido.",
        "Do not print job JOB_ID, which waits or is held.",
    ),
    "does.hold": ("Retiene el ticket TICKET hasta que se suelte.", "Keep job JOB_ID back until it is released."),
    "does.release": ("Deja imprimirse el ticket TICKET, que está retenido.", "Let held job JOB_ID print."),
    "does.reprint": (
        "Imprime otra vez el ticket TICKET, como un ticket nuevo.",
        "Print job JOB_ID once more, as a new job.",
    ),
    "does.status": (
        "Cuán llena está la cola y cómo están las impresoras.",
        "How full the queue is and how the printers are.",
    ),
    "does.health": (
        "La salud del programa en JSON; termina con 0 si está bien, con 1 si funciona con problemas o no imprime.",
        "The daemon's health as JSON; ends with 0 when it is ok, 1 when degraded or in error.",
    ),
    "does.logs": (
        "El registro del programa, legible: el más nuevo entre el del servicio y el suyo.",
        "The daemon's log, readable: the newest of the service's and your own.",
    ),
    "does.open": ("Abre la página del programa en el navegador.", "Open the daemon's page in the browser."),
    "does.token": (
        "Claves de acceso: lo que enseña un punto de venta para entrar. La configuración guarda solo sus hashes.",
        "Tokens: what a point of sale shows to be let in. The configuration keeps their hashes only.",
    ),
    "does.token_list": ("Los nombres de todas las claves.", "The names of all tokens."),
    "does.token_new": (
        "Hace una clave llamada NOMBRE y la muestra, solo esta vez.",
        "Make a token called NAME and show it, this once.",
    ),
    "does.token_revoke": ("Retira la clave llamada NOMBRE.", "Take the token called NAME back."),
    "does.password": ("Pone la contraseña de la página.", "Set the password of the daemon's page."),
    "does.tls": ("Certificados propios de la tienda.", "Certificates of the shop's own."),
    "does.tls_init": (
        "Hace una autoridad y un certificado, y dice qué hacer con ellos.",
        "Make an authority and a certificate, and say what to do with them.",
    ),
    "does.tls_renew": (
        "Hace un certificado nuevo de la misma autoridad; el programa en marcha lo toma solo.",
        "Make a new certificate of the same authority; a running daemon takes it by itself.",
    ),
    "does.tls_show": ("Cuándo terminan los certificados.", "When the certificates end."),
    "does.install": (
        "Instala el servicio; desde ahora arranca con la máquina.",
        "Install the service; it starts with the machine from now on.",
    ),
    "does.uninstall": (
        "Para y quita el servicio; configuración, cola y registro se quedan.",
        "Stop and remove the service; configuration, queue and log stay.",
    ),
    "does.start": ("Arranca el servicio que está instalado.", "Start the service that is installed."),
    "does.stop": (
        "Para el servicio; lo que espera se guarda y se imprime al volver a arrancar.",
        "Stop the service; what waits is kept and printed at the next start.",
    ),
    "does.service": (
        "El programa como servicio de la máquina: se instala una vez, arranca con ella y nadie inicia sesión.",
        "The daemon as a service of the machine: installed once, started with it, nobody logs in.",
    ),
    "does.restart": ("Para el servicio y lo arranca otra vez.", "Stop the service and start it again."),
    "does.service_status": (
        "Si el servicio está instalado y en marcha; termina con 0 si lo está, si no con 1.",
        "Whether the service is installed and runs; ends with 0 when it runs, else 1.",
    ),
    "does.fleet": (
        "Muchas tiendas por un servidor NATS: mandar tickets, ver cómo están las tiendas.",
        "Many shops over a NATS server: send tickets, see how the shops are.",
    ),
    "does.fleet_send": (
        'Imprime ARCHIVO (JSON, o - para la entrada estándar) en IMPRESORA de TIENDA; "" deja que la '
        "tienda elija impresora.\n\n"
        "Termina con 0 solo si el ticket se imprimió; con --no-wait, cuando lo tiene el servidor.",
        'Print FILE (JSON, or - for standard input) on PRINTER of STORE; "" leaves the printer to the '
        "shop.\n\n"
        "Ends with 0 only when the ticket was printed; with --no-wait, when the server has it.",
    ),
    "does.fleet_status": (
        "Cómo están las tiendas, o una de ellas: impresoras, lo que espera, lo que espera a una persona.\n\n"
        "Termina con 1 si falta una tienda, hay una impresora detenida o un ticket retenido.",
        "How the shops are, or one of them: printers, what waits, what waits for a person.\n\n"
        "Ends with 1 when a shop is not there, a printer is stopped, or a ticket is held.",
    ),
    "does.fleet_watch": (
        "Una línea por cada cosa que le pasa a un ticket, en todas las tiendas o en una, según llega; hasta Ctrl+C.",
        "A line for whatever becomes of a ticket, in all shops or one, as it comes; until Ctrl+C.",
    ),
    "does.fleet_setup": (
        "Hace en el servidor lo que necesitan sistemas centrales y tiendas, y que tome tickets para "
        "TIENDAS; otra vez para ponerlo al día.",
        "Make what backends and shops meet at, and have tickets taken for STORES; again to bring it up to date.",
    ),
    "does.fleet_init_server": (
        "Escribe la configuración de un servidor NATS y una clave para cada tienda; otra vez cuando la lista cambie.",
        "Write a NATS server's configuration and a key for each store; again when the list has changed.",
    ),
    "does.fleet_dashboard": (
        "Muestra todas las tiendas en una página, en vivo: primero lo que necesita a alguien. Hasta "
        "Ctrl+C.\n\n"
        "Es solo para esta máquina y no pide contraseña; delante puede haber un proxy que la pida.",
        "Show all shops on a page, live: what needs a person first. Until Ctrl+C.\n\n"
        "It is for this machine alone and asks for no password; a proxy that does may stand in front of "
        "it.",
    ),
    "does.build": (
        "Hace el ejecutable sellado para una tienda: nada de lo que lleva dentro puede cambiarse después.",
        "Make the sealed executable for a shop: nothing in it can be changed afterwards.",
    ),
    "does.build_console": (
        "Lo mismo, en una variante que lo muestra todo en su consola: para buscar problemas.",
        "The same, as a variant that shows everything on its console: to look for trouble.",
    ),
}
