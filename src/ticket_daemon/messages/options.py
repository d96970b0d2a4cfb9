"""What `ticket-daemon VERB --help` says of each option."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "option.env": (
        "Entorno: prod, o test con una impresora virtual.",
        "Environment: prod, or test with a virtual printer.",
    ),
    "option.config": ("Archivo de configuración (TOML).", "Configuration file (TOML)."),
    "option.host": ("Dirección en que escucha.", "Address to listen on."),
    "option.port": ("Puerto en que escucha; 0 toma uno libre.", "Port to listen on; 0 takes any free one."),
    "option.data_dir": ("Dónde están la cola y el registro.", "Where the queue and logs live."),
    "option.log_level": ("Cuánto se anota en el registro.", "How much is logged."),
    "option.as_service": (
        "Como servicio: con las carpetas de la máquina, y avisando al gestor de servicios.",
        "As a service: the machine's folders, the service manager told.",
    ),
    "option.url": ("La dirección del programa que está en marcha.", "The daemon."),
    "option.token_file": (
        "Archivo con la clave de acceso; si no, la variable TICKET_DAEMON_TOKEN.",
        "File that holds the token. Else the variable TICKET_DAEMON_TOKEN.",
    ),
    "option.printer": (
        "Impresora; si no, la del modelo del documento o la predeterminada.",
        "Destination; else the document's model or the default one.",
    ),
    "option.job_id": (
        "El id del ticket; el mismo id nunca se imprime dos veces.",
        "The job's id; the same id is never printed twice.",
    ),
    "option.wait": ("Segundos que espera el desenlace.", "Seconds to wait for the outcome."),
    "option.bytes_file": (
        "Archivo para los bytes de la impresora, o - para la salida estándar.",
        "File for the printer's bytes, or - for standard output.",
    ),
    "option.profile": (
        "Perfil de impresora para el que se prepara; si no, el modelo del documento.",
        "Printer profile to render for (default: the document's model).",
    ),
    "option.png_file": ("Archivo PNG, o - para la salida estándar.", "PNG file, or - for standard output."),
    "option.calibrated": (
        "Impresora en que sale; si no, la predeterminada.",
        "Destination to print it on; else the default one.",
    ),
    "option.tried_profile": (
        "Perfil que se prueba, si no es el de la impresora.",
        "Profile to try, where it is not the destination's.",
    ),
    "option.no_paper": (
        "Archivo en lugar de papel: una imagen si es NOMBRE.png, si no los bytes de la impresora; vale también -.",
        "File instead of paper: a picture for NAME.png, else the printer's bytes; - also.",
    ),
    "option.free_port": ("Puerto; 0 toma uno libre.", "0 takes any free one."),
    "option.emulated": ("Modelo de impresora que hace.", "Printer model to be."),
    "option.pictures": ("Carpeta para las imágenes.", "Folder for the pictures."),
    "option.paper_out": ("El papel se acaba tras tantas líneas.", "The paper ends after so many lines."),
    "option.slow": ("No recibe más de tantos bytes por segundo.", "Takes no more than so many bytes each second."),
    "option.drop_after": ("Cierra cada conexión tras tantos bytes.", "Closes every connection after so many bytes."),
    "option.mute": ("Nunca contesta.", "Never answers."),
    "option.offline": (
        "Está fuera de línea: guarda lo que recibe y no imprime nada.",
        "Is offline: holds what it is sent, prints nothing.",
    ),
    "option.cover_open": ("Tiene la tapa abierta: lo mismo.", "Its cover is open: the same."),
    "option.scan": (
        "Busca además el puerto 9100 en una red (192.168.1.0/24; sin decirla, la de esta máquina).",
        "Also look for port 9100 in a network (192.168.1.0/24; without one, this machine's own).",
    ),
    "option.json": ("Para programas.", "For programs."),
    "option.printer_name": (
        "Cómo la llaman los tickets; si no, su propio nombre.",
        "What tickets call it; else its own name.",
    ),
    "option.printer_profile": (
        "Lo que sabe hacer; si no, lo que dice su modelo o lo que ella conteste.",
        "What it can do; else what its model tells, or what it answers.",
    ),
    "option.default": ("Recibe los tickets que no nombran impresora.", "Takes the tickets that name no printer."),
    "option.reload": ("Que la tome el programa que esté en marcha.", "Have a running daemon take it."),
    "option.which_env": ("De qué entorno.", "Which environment's."),
    "option.doctor_json": ("Todo, para soporte.", "Everything, for support."),
    "option.of_service": ("La configuración y las carpetas del servicio.", "The service's configuration and folders."),
    "option.doctor_url": (
        "La dirección del programa; si no, donde escucha según la configuración.",
        "The daemon; else where the configuration has it listen.",
    ),
    "option.count": ("Cuántos.", "How many."),
    "option.open_drawer": ("Abre el cajón si el ticket lo abre.", "Open the drawer if the ticket does."),
    "option.banner": ("Imprime REIMPRESIÓN arriba.", "Print REIMPRESIÓN over it."),
    "option.lines": ("Cuántas líneas.", "How many lines."),
    "option.follow": ("Sigue con las que lleguen.", "Go on as lines come."),
    "option.level": ("De qué nivel como mínimo.", "At least."),
    "option.audit": (
        "Solo las de auditoría: inicios de sesión, rechazos, reimpresiones, configuración.",
        "Only audit lines: log-ins, refusals, reprints, the configuration.",
    ),
    "option.raw_lines": ("Las líneas como están en el archivo.", "The lines as they stand in the file."),
    "option.log_env": ("El registro de qué entorno.", "Which environment's log."),
    "option.config_to_change": (
        "Archivo de configuración (TOML) que se cambia. Sin él se le dice qué escribir en el suyo.",
        "Configuration file (TOML) to change. Without it you are told what to write into yours.",
    ),
    "option.password_file": (
        "Archivo que la contiene; - es la entrada estándar.",
        "File that holds it; - is standard input.",
    ),
    "option.more_names": (
        "Un nombre o dirección de esta máquina, además de los que ya sabe.",
        "A name or address of this machine beyond those it knows.",
    ),
    "option.tls_dir": (
        "Dónde están los archivos; si no, tls en la carpeta de datos.",
        "Where the files are; the data directory's tls when not given.",
    ),
    "option.tls_env": ("De qué entorno es la carpeta de datos.", "Whose data directory."),
    "option.other_names": (
        "Otros nombres y direcciones que los del certificado anterior.",
        "Other names and addresses than the old certificate's.",
    ),
    "option.service_env": ("Entorno, y con ello qué servicio.", "Environment, and so which service."),
    "option.service_config": (
        "Archivo de configuración (TOML) que leerá el servicio.",
        "Configuration file (TOML) that the service shall read.",
    ),
    "option.dry_run": (
        "Muestra lo que se escribiría y ejecutaría; no cambia nada.",
        "Print what would be written and run; change nothing.",
    ),
    "option.shop_job_id": (
        "El id del ticket; el mismo id nunca se imprime dos veces en una tienda.",
        "The job's id; the same id is never printed twice in a shop.",
    ),
    "option.ttl": ("Segundos tras los que ya no debe imprimirse.", "Seconds after which it must not print."),
    "option.no_wait": ("Solo lo entrega al servidor.", "Only hand it over to the server."),
    "option.timeout": ("Segundos que espera como mucho.", "Seconds to wait at most."),
    "option.nats_url": (
        "El servidor NATS, como tls://nats.example.com:4222.",
        "The NATS server, as tls://nats.example.com:4222.",
    ),
    "option.credentials": (
        "Archivo con la semilla nkey, o con el JWT y la semilla.",
        "File with the nkey seed, or the JWT and seed.",
    ),
    "option.nats_ca": (
        "Archivo con quien firmó el certificado del servidor.",
        "File with who signed the server's certificate.",
    ),
    "option.after": (
        "También lo que vino tras el suceso de ese número.",
        "Also what came after the event of that number.",
    ),
    "option.event_json": ("Cada suceso como una línea de JSON.", "Each event as a line of JSON."),
    "option.more_stores": ("Archivo con más tiendas, una por línea.", "File with more of them, a line for each."),
    "option.replicas": ("Servidores que guardan cada flujo.", "Servers that keep a stream."),
    "option.results_mib": (
        "Cuántos MiB de resultados se guardan a lo más; se van primero los más viejos.",
        "How many MiB of results are kept at most; the oldest go first.",
    ),
    "option.store_list": (
        "Lista de tiendas: una línea `tienda` o `tienda,región` por cada una.",
        "List of stores: a line `store` or `store,region` for each.",
    ),
    "option.out": ("Carpeta para los archivos.", "Folder for the files."),
    "option.nats_host": (
        "Dónde escucha: con TLS en todas partes, sin él en 127.0.0.1.",
        "Where it listens: everywhere with TLS, 127.0.0.1 without.",
    ),
    "option.nats_port": ("Para tiendas y sistemas centrales.", "For shops and backends."),
    "option.leaf_port": ("Para nodos hoja.", "For leaf nodes."),
    "option.monitor_port": (
        "Para /healthz y /jsz, solo en 127.0.0.1; 0 es ninguno.",
        "For /healthz and /jsz, on 127.0.0.1 alone; 0 is none.",
    ),
    "option.public_host": (
        "El nombre del servidor para los nodos hoja; hace falta si alguna tienda tiene región.",
        "The hub's name as leaf nodes know it; needed when a store has a region.",
    ),
    "option.streams": (
        "Carpeta para los flujos; si no, `streams` dentro de --out.",
        "Folder for the streams; `streams` in --out when not given.",
    ),
    "option.tls_cert": ("Certificado, como archivo en el servidor.", "Certificate, as a file at the server."),
    "option.tls_key": ("Su clave.", "Its key."),
    "option.leaf_ca": (
        "Quien firmó el certificado, si no fue una autoridad pública: para los nodos hoja.",
        "Who signed the certificate, if no public authority did: for leaf nodes.",
    ),
    "option.loopback": (
        "Dirección, de esta máquina sola, en que escucha.",
        "Address of this machine alone to listen on.",
    ),
    "option.origin": (
        "Dirección con que un proxy muestra la página a otros, como https://tiendas.ejemplo.mx; puede repetirse.",
        "Address under which a proxy shows the page to others, as https://shops.example.com; may be repeated.",
    ),
    "option.account": (
        "Windows: la cuenta del servicio, en vez de la suya propia (NT SERVICE\\NOMBRE).",
        "Windows: the account of the service, instead of its own (NT SERVICE\\NAME).",
    ),
    "option.update_key": (
        "Clave pública (Ed25519, base64) de quien firma las versiones nuevas.",
        "Public key (Ed25519, base64) of whoever signs newer versions.",
    ),
    "option.update_check": ("Solo decir si hay una versión nueva.", "Only say whether there is a newer version."),
    "option.sealed_env": ("Entorno.", "Environment."),
    "option.executable": ("Carpeta para el ejecutable.", "Folder for the executable."),
    "option.build_folder": (
        "Una carpeta con el ejecutable y lo suyo, que arranca más rápido, en vez de un solo archivo.",
        "A folder with the executable and its parts, which starts faster, instead of one file.",
    ),
    "option.sealed_port": ("Puerto en que escucha.", "Port to listen on."),
    "option.queue": ("Tickets que pueden esperar.", "Tickets that may wait."),
    "option.sealed_level": ("Qué se anota en el registro.", "What is logged."),
    "option.service_name": (
        "Nombre del servicio, de sus carpetas y de su registro.",
        "Name of the service, its folders and its log.",
    ),
    "option.token_sha256": (
        "SHA-256 de la clave; prod la necesita. Nunca la clave misma.",
        "SHA-256 of the token; prod needs one. Never the token itself.",
    ),
    "option.password_hash": (
        "Hash de la contraseña de la página; sin él, la página no la pide.",
        "Hash of the dashboard's password; none: as without one.",
    ),
    "option.copies": ("Cuántas veces se imprime.", "How often it is printed."),
    "option.version": ("La versión.", "The version."),
}
