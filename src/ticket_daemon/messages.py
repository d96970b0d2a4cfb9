"""The one catalogue of texts that people read, in Spanish and English.

It knows keys and sentences; it does not know who says them or how they travel. It promises that every key has
both languages with the same placeholders (a test holds it to that), and that a text is always returned: a
missing parameter shows as `{name}` rather than hiding the message that mattered.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

LANGUAGES: Final = ("es", "en")

#: key -> (Spanish, English). Ordered by the room that says it.
CATALOGUE: Final[Mapping[str, tuple[str, str]]] = {
    # --- documents ---
    "json.invalid": (
        "el texto no es JSON válido ({detail})",
        "the text is not valid JSON ({detail})",
    ),
    "json.too_deep": (
        "el JSON está anidado demasiado hondo",
        "the JSON is nested too deeply",
    ),
    "document.wrong_type": (
        "se esperaba {expected} y llegó {got}",
        "expected {expected}, got {got}",
    ),
    "document.out_of_range": ("se esperaba {expected}", "expected {expected}"),
    "document.key_type": (
        "las claves de un objeto deben ser textos",
        "the keys of an object must be texts",
    ),
    "kind.bool": ("true o false", "true or false"),
    "kind.choice": ("uno de estos valores: {values}", "one of these values: {values}"),
    "kind.fraction": ("un número con decimales", "a number with a fraction"),
    "kind.int": ("un número entero", "a whole number"),
    "kind.int_between": ("un número entero de {low} a {high}", "a whole number from {low} to {high}"),
    "kind.list": ("una lista", "a list"),
    "kind.nothing": ("nada (null)", "nothing (null)"),
    "kind.number": ("un número", "a number"),
    "kind.number_between": (
        "un número mayor que {low} y hasta {high}",
        "a number above {low} and up to {high}",
    ),
    "kind.object": ("un objeto {{…}}", "an object {{…}}"),
    "kind.or": ("{first} o {second}", "{first} or {second}"),
    "kind.text": ("un texto", "a text"),
    "kind.text_between": ("un texto de {low} a {high} caracteres", "a text of {low} to {high} characters"),
    "document.missing_field": (
        "falta el campo obligatorio «{field}»",
        "the required field '{field}' is missing",
    ),
    "document.not_a_field": ("«{field}» no existe aquí", "there is no '{field}' here"),
    "document.bad_choice": (
        "{got} no vale; se esperaba {expected}",
        "{got} will not do; expected {expected}",
    ),
    "document.invalid": ("no es válido: {detail}", "it is not valid: {detail}"),
    "document.unknown_command": (
        "el comando {got} no existe; los que hay son: {allowed}",
        "there is no command {got}; the commands are: {allowed}",
    ),
    "document.version_format": (
        "la versión {got} no tiene la forma «1.0»",
        "version {got} does not have the form '1.0'",
    ),
    "document.version_major": (
        "la versión {got} no se conoce; este programa entiende la 1.x",
        "version {got} is not known; this program understands 1.x",
    ),
    "document.no_commands": (
        "el documento no tiene comandos; hace falta al menos uno",
        "the document has no commands; it needs at least one",
    ),
    "document.model_empty": (
        "el modelo de impresora está vacío",
        "the printer model is empty",
    ),
    "document.unknown_field": (
        "el campo «{field}» no se conoce y no se tomó en cuenta",
        "the field '{field}' is not known and was ignored",
    ),
    "document.more_unknown_fields": (
        "hay {count} campos desconocidos más",
        "there are {count} more unknown fields",
    ),
    "document.two_forms": (
        "«{first}» y «{second}» dicen lo mismo; use solo uno",
        "'{first}' and '{second}' say the same; use only one",
    ),
    "style.size": (
        "el tamaño {got} no es «ANCHOxALTO» con números del 1 al 8, por ejemplo «2x2»",
        "size {got} is not 'WIDTHxHEIGHT' with numbers from 1 to 8, for example '2x2'",
    ),
    "table.no_columns": (
        "la tabla no tiene columnas; hace falta al menos una",
        "the table has no columns; it needs at least one",
    ),
    "table.no_definition": (
        "falta «definition» con las columnas de la tabla",
        "'definition' with the table's columns is missing",
    ),
    "table.column_name": ("la columna no tiene nombre («name»)", "the column has no name ('name')"),
    "table.too_many_cells": (
        "la fila tiene {got} celdas y la tabla {columns} columnas",
        "the row has {got} cells and the table {columns} columns",
    ),
    "table.too_wide": (
        "la tabla mide {width} columnas y el papel {paper}; ni reduciendo las columnas a {minimum} cabe",
        "the table is {width} columns wide and the paper {paper}; not even columns of {minimum} would fit",
    ),
    "table.too_wide_fixed": (
        "la tabla mide {width} columnas y el papel {paper}; reduzca columnas o permita «auto_reduce»",
        "the table is {width} columns wide and the paper {paper}; make columns narrower or allow 'auto_reduce'",
    ),
    "separator.invisible": (
        "el separador no tiene ningún carácter visible",
        "the separator has no visible character",
    ),
    "raw.hex": (
        "el carácter {got} en la posición {offset} no es hexadecimal",
        "the character {got} at position {offset} is not hexadecimal",
    ),
    "raw.hex_odd": (
        "hay un número impar de dígitos hexadecimales; cada byte lleva dos",
        "there is an odd number of hexadecimal digits; each byte takes two",
    ),
    "raw.base64": ("no es base64 válido", "it is not valid base64"),
    "raw.incomplete": (
        "el modo seguro no admite un comando sin terminar (byte {offset})",
        "safe mode does not admit a command without its end (byte {offset})",
    ),
    "raw.empty": ("no hay bytes que enviar", "there are no bytes to send"),
    "raw.too_long": (
        "son {got} bytes; como máximo caben {limit}",
        "there are {got} bytes; at most {limit} are allowed",
    ),
    "raw.unsafe": (
        "el modo seguro no admite {command} (byte {offset})",
        "safe mode does not admit {command} (byte {offset})",
    ),
    "raw.forbidden": (
        "la configuración de este equipo no admite comandos «raw» (allow_raw = false)",
        "this machine's configuration admits no 'raw' commands (allow_raw = false)",
    ),
    "image.base64": ("la imagen no es base64 válido", "the image is not valid base64"),
    "image.unreadable": (
        "la imagen no se puede leer; se admiten PNG, JPEG, BMP, GIF y WebP",
        "the image cannot be read; PNG, JPEG, BMP, GIF and WebP are accepted",
    ),
    "image.too_large": (
        "la imagen mide {width}×{height} puntos; como máximo se admiten {limit} en total",
        "the image is {width}×{height} pixels; at most {limit} in all are accepted",
    ),
    "barcode.alphabet": (
        "{symbology} no puede llevar el carácter {got}",
        "{symbology} cannot carry the character {got}",
    ),
    "barcode.length": (
        "{symbology} lleva {expected}; llegaron {got} caracteres",
        "{symbology} carries {expected}; {got} characters came",
    ),
    "barcode.check_digit": (
        "el dígito de control de {symbology} debe ser {expected} y llegó {got}",
        "the check digit of {symbology} must be {expected}, got {got}",
    ),
    "barcode.too_wide": (
        "el código mide {dots} puntos y el papel {paper}; {fit}",
        "the symbol is {dots} dots wide and the paper {paper}; {fit}",
    ),
    "barcode.fits_at": ("con «width» {width} cabe", "it fits with 'width' {width}"),
    "barcode.never_fits": (
        "acorte los datos: no cabe con ningún ancho",
        "shorten the data: it fits at no width",
    ),
    "barcode.gs1": ("los datos GS1 no son válidos: {detail}", "the GS1 data is not valid: {detail}"),
    "barcode.characters": ("de 1 a {limit} caracteres", "1 to {limit} characters"),
    "barcode.digits": ("este número de dígitos: {lengths}", "this many digits: {lengths}"),
    "barcode.even_digits": ("un número par de dígitos", "an even number of digits"),
    "barcode.upce": (
        "estos dígitos no se pueden abreviar como UPC-E",
        "these digits cannot be shortened to a UPC-E",
    ),
    "barcode.codabar_ends": (
        "codabar empieza y termina con una letra de la A a la D, o no lleva ninguna",
        "codabar begins and ends with a letter from A to D, or has neither",
    ),
    "gs1.no_ai": (
        "falta un identificador de aplicación, por ejemplo (01)",
        "an application identifier is missing, for example (01)",
    ),
    "gs1.empty": ("({ai}) no lleva datos", "({ai}) has no data"),
    "gs1.length": (
        "({ai}) lleva {length} dígitos y llegaron {got} caracteres",
        "({ai}) carries {length} digits, {got} characters came",
    ),
    "symbol.capacity": (
        "caben {limit} y son {got}",
        "{limit} fit and there are {got}",
    ),
    "symbol.capacity_unknown": ("son {got} bytes", "there are {got} bytes"),
    "symbol.too_much": (
        "los datos no caben en un código {symbology} ({detail})",
        "the data does not fit in a {symbology} symbol ({detail})",
    ),
    "symbol.too_wide": (
        "el código necesita {dots} puntos y el papel tiene {paper}",
        "the symbol needs {dots} dots and the paper has {paper}",
    ),
    # --- what a rendered ticket warns of ---
    "warning.control_characters": (
        "se quitaron caracteres de control del texto",
        "control characters were removed from the text",
    ),
    "warning.not_drawn": (
        "no se pudo imprimir {characters}: falta un tipo de letra que lo tenga",
        "{characters} could not be printed: no font here has it",
    ),
    "warning.no_cutter": (
        "la impresora no tiene cortador; se avanza el papel en su lugar",
        "the printer has no cutter; the paper is fed instead",
    ),
    "warning.no_buzzer": (
        "la impresora no tiene zumbador; no suena",
        "the printer has no buzzer; it makes no sound",
    ),
    # --- the calibration ticket ---
    "calibration.title": ("CALIBRACIÓN", "CALIBRATION"),
    "calibration.paper": ("{mm} mm, {dots} puntos a {dpi} ppp", "{mm} mm, {dots} dots at {dpi} dpi"),
    "calibration.font": ("Letra {font}: {columns} columnas", "Font {font}: {columns} columns"),
    "calibration.dots": (
        "Puntos: el marco debe tocar ambos bordes imprimibles; marca larga cada 100",
        "Dots: the frame must touch both printable edges; a long mark every 100",
    ),
    "calibration.pages": (
        "Páginas de códigos: lo que imprime cada número de ESC t. Compare con el nombre.",
        "Code pages: what each number of ESC t prints. Compare it with the name.",
    ),
    "calibration.styles": ("Estilos y tamaños", "Styles and sizes"),
    "calibration.bold": ("Negrita", "Bold"),
    "calibration.underlined": ("Subrayado de {points}", "Underlined, {points}"),
    "calibration.inverse": ("Inverso", "Inverse"),
    "calibration.symbols": ("Códigos: léalos con su lector", "Symbols: read them with your reader"),
    "calibration.own": ("{symbol}: comando de la impresora", "{symbol}: the printer's own command"),
    "calibration.drawn": ("{symbol}: dibujado", "{symbol}: drawn"),
    "calibration.greys": (
        "Grises: de blanco a negro sin saltos ni líneas",
        "Greys: white to black without steps or lines",
    ),
    # --- profiles ---
    "profile.file": (
        "el archivo de perfiles no es válido: {detail}",
        "the profiles file is not valid: {detail}",
    ),
    "profile.fault": ("perfil «{name}»: {detail}", "profile '{name}': {detail}"),
    "profile.extends_nothing": (
        "perfil «{name}»: extiende «{extends}», que no existe",
        "profile '{name}': it extends '{extends}', which is not there",
    ),
    "profile.extends_itself": (
        "perfil «{name}»: se extiende a sí mismo",
        "profile '{name}': it extends itself",
    ),
    "profile.no_map": (
        "perfil «{name}»: no hay una tabla de páginas de códigos «{map}»; las que hay son: {maps}",
        "profile '{name}': there is no code page map '{map}'; the maps are: {maps}",
    ),
    "profile.no_page": (
        "perfil «{name}»: no se conoce la página de códigos «{page}»",
        "profile '{name}': the code page '{page}' is not known",
    ),
    "profile.unknown_generic": (
        "no hay un perfil «{name}»; se usó «{used}»",
        "there is no profile '{name}'; '{used}' was used",
    ),
    "profile.no_code_table": (
        "la impresora «{name}» no tiene la página de códigos «{code_table}»; se usaron las suyas",
        "the printer '{name}' has no code page '{code_table}'; its own were used",
    ),
    "profile.unknown": (
        "no hay un perfil «{name}»; los más parecidos: {nearest}",
        "there is no profile '{name}'; the nearest: {nearest}",
    ),
    # --- jobs and the queue ---
    "job.unknown": ("no hay ningún trabajo con el id «{id}»", "there is no job with the id '{id}'"),
    "job.id_conflict": (
        "el id «{id}» ya es de otro ticket con otro contenido; use un id nuevo",
        "the id '{id}' already belongs to another ticket with other content; use a new id",
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
    "job.unknown_outcome": (
        "no se sabe cuánto se imprimió; mire el papel y reimprima o descarte",
        "nobody knows how much was printed; look at the paper, then reprint or dismiss it",
    ),
    "reprint.banner": ("REIMPRESIÓN", "REPRINT"),
    "job.queued": ("Ticket en cola", "Ticket queued"),
    "job.duplicate": ("Este ticket ya se había recibido", "This ticket had been received already"),
    "job.state.queued": ("En cola", "Queued"),
    "job.state.printing": ("Imprimiendo", "Printing"),
    "job.state.confirmed": ("Impreso y confirmado por la impresora", "Printed, and confirmed by the printer"),
    "job.state.sent": ("Enviado completo a la impresora", "Sent to the printer in full"),
    "job.state.spooled": ("Entregado al sistema de impresión", "Handed to the system's print spooler"),
    "job.state.failed": ("No se imprimió", "Not printed"),
    "job.state.expired": ("Caducado", "Expired"),
    "job.state.cancelled": ("Cancelado", "Cancelled"),
    "job.state.held": ("En espera de una persona", "Waits for a person"),
    "queue.full": ("Cola llena, reintente", "Queue full, try again"),
    "storage.cannot_open": (
        "no se puede abrir la cola en {file}: {detail}",
        "the queue at {file} cannot be opened: {detail}",
    ),
    "storage.cannot_write": (
        "la cola no se puede guardar en disco ({detail}); el ticket NO se aceptó",
        "the queue cannot be saved to disk ({detail}); the ticket was NOT accepted",
    ),
    # --- links and printers ---
    "link.no_answer": (
        "{port} no contesta (esperé {seconds:g} s); revise que la impresora esté encendida y el cable de red",
        "{port} does not answer (waited {seconds:g} s); check that the printer is on and its network cable",
    ),
    "link.refused": (
        "{port} rechaza la conexión; revise la dirección, o si otro programa tiene ocupada la impresora",
        "{port} refuses the connection; check the address, or whether another program holds the printer",
    ),
    "link.unknown_host": (
        "no se encuentra el equipo «{host}» ({detail}); revise el nombre en la configuración",
        "the host '{host}' cannot be found ({detail}); check the name in the configuration",
    ),
    "link.no_permission": (
        "no hay permiso para escribir en {port}; agregue al usuario del servicio al grupo del dispositivo (lp)",
        "no permission to write to {port}; add the service's user to the device's group (lp)",
    ),
    "link.cannot_open": ("no se puede abrir {port}: {detail}", "{port} cannot be opened: {detail}"),
    "link.unconfirmed": (
        "{port} no confirmó el ticket en {seconds:g} s aunque dice estar bien",
        "{port} did not confirm the ticket within {seconds:g} s though it says it is well",
    ),
    "link.stalled": (
        "{port} dejó de recibir datos ({seconds:g} s sin avanzar); revise papel y tapa",
        "{port} stopped taking data ({seconds:g} s without progress); check paper and cover",
    ),
    "link.broken": ("se cortó la conexión con {port}: {detail}", "the connection to {port} broke: {detail}"),
    "printer.unknown": (
        "no hay una impresora «{name}»; las que hay: {nearest}",
        "there is no printer '{name}'; there are: {nearest}",
    ),
    "printer.gone": (
        "la impresora «{name}» ya no está en la configuración",
        "the printer '{name}' is not in the configuration any more",
    ),
    "printer.none": (
        "no se dijo qué impresora y no hay ninguna por omisión; agregue [[printers]] a la configuración",
        "no printer was named and there is no default; add [[printers]] to the configuration",
    ),
    # --- messages of clients ---
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
    # --- configuration and start ---
    "config.not_toml": ("no es TOML válido: {detail}", "it is not valid TOML: {detail}"),
    "config.unreadable": ("no se puede leer: {detail}", "it cannot be read: {detail}"),
    "config.uri": ("la dirección «{uri}» no es válida: {detail}", "the address '{uri}' is not valid: {detail}"),
    "config.uri_scheme": (
        "la dirección «{uri}» no empieza con una conexión conocida: {schemes}",
        "the address '{uri}' does not begin with a known link: {schemes}",
    ),
    "config.uri_host": (
        "la dirección «{uri}» necesita un equipo, por ejemplo socket://192.168.1.50:9100",
        "the address '{uri}' needs a host, for example socket://192.168.1.50:9100",
    ),
    "config.uri_path": (
        "la dirección «{uri}» necesita una ruta, por ejemplo file:///dev/usb/lp0",
        "the address '{uri}' needs a path, for example file:///dev/usb/lp0",
    ),
    "config.same_name": ("hay dos impresoras «{name}»", "there are two printers '{name}'"),
    "config.two_defaults": ("hay dos impresoras por omisión: {names}", "there are two default printers: {names}"),
    "config.unknown_key": (
        "la variable {name} no corresponde a ninguna clave; ¿quiso decir {nearest}?",
        "the variable {name} belongs to no key; did you mean {nearest}?",
    ),
    "config.token_needed": (
        "en prod hace falta un token: ponga [auth] token_sha256 (el SHA-256 del token, 64 dígitos hexadecimales)",
        "prod needs a token: set [auth] token_sha256 (the token's SHA-256, 64 hexadecimal digits)",
    ),
    "config.token_format": (
        "token_sha256 son 64 dígitos hexadecimales: el SHA-256 del token, no el token",
        "token_sha256 is 64 hexadecimal digits: the token's SHA-256, not the token",
    ),
    "start.port_taken": (
        "el puerto {port} de {host} ya está ocupado; ¿hay otro Ticket Daemon en marcha?",
        "port {port} of {host} is taken already; is another Ticket Daemon running?",
    ),
    "start.data_taken": (
        "otro Ticket Daemon ya usa la carpeta de datos {folder}",
        "another Ticket Daemon uses the data directory {folder} already",
    ),
    "start.cannot_listen": (
        "no se puede escuchar en {host}:{port}: {detail}",
        "cannot listen on {host}:{port}: {detail}",
    ),
}


class Phrase(NamedTuple):
    """A catalogue text as a parameter of another, put into words when the language is known."""

    key: str
    parameters: Mapping[str, Any] = MappingProxyType({})

    def __hash__(self) -> int:
        return hash(self.key)


#: Characters of one parameter that are shown: it may be a client's own text, of any length.
MAX_SHOWN: Final = 400


class _Missing(str):
    """The name of a parameter that was not given, whatever format was asked for."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return str(self)


class _Shown(dict[str, Any]):
    """Parameters for a text; one that is missing shows its own name."""

    def __missing__(self, key: str) -> str:
        return _Missing("{" + key + "}")


def text(key: str, lang: str = "en", /, **parameters: Any) -> str:
    """The sentence for `key` in `lang` ("es" or "en"; any other means English)."""
    spanish, english = CATALOGUE[key]
    shown = _Shown(parameters)
    for name, value in parameters.items():
        if isinstance(value, Phrase):
            shown[name] = text(value.key, lang, **value.parameters)
        elif isinstance(value, str) and len(value) > MAX_SHOWN:
            shown[name] = value[:MAX_SHOWN] + "…"
    return (spanish if lang == "es" else english).format_map(shown)
