"""What is said of documents, profiles and what is drawn."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "json.invalid": (
        "el texto no es JSON válido ({detail})",
        "the text is not valid JSON ({detail})",
    ),
    "json.too_deep": (
        "el JSON está anidado demasiado hondo",
        "the JSON is nested too deeply",
    ),
    "format.unknown": (
        "no existe el formato «{got}»; los que hay: {known}",
        'there is no format "{got}"; there are: {known}',
    ),
    "format.passthrough": (
        "esta impresora no entiende ESC/POS (perfil {name}); solo recibe bytes ya listos",
        "this printer speaks no ESC/POS (profile {name}); it takes ready bytes only",
    ),
    "format.not_utf8": (
        "el texto no es UTF-8 (byte {offset})",
        "the text is not UTF-8 (byte {offset})",
    ),
    "format.too_long_text": (
        "el texto tiene {got} caracteres y el máximo es {limit}",
        "the text has {got} characters; the limit is {limit}",
    ),
    "format.too_long": (
        "el ticket mide {dots} puntos de largo y el máximo es {limit}",
        "the ticket is {dots} dots long; the limit is {limit}",
    ),
    "format.too_large": (
        "el contenido tiene {got} bytes y el máximo es {limit}",
        "the content has {got} bytes; the limit is {limit}",
    ),
    "format.too_many_elements": (
        "la página tiene {got} elementos y el máximo es {limit}",
        "the page has {got} elements; the limit is {limit}",
    ),
    "format.too_slow": (
        "no se terminó de dibujar en {seconds} segundos",
        "it was not drawn within {seconds} seconds",
    ),
    "format.needs_browser": (
        "para imprimir HTML hace falta Edge, Chrome o Chromium en esta máquina (o [html] browser)",
        "printing HTML needs Edge, Chrome or Chromium on this machine (or [html] browser)",
    ),
    "format.browser_failed": (
        "el navegador que dibuja HTML falló ({detail}); intente otra vez",
        "the browser that draws HTML failed ({detail}); try again",
    ),
    "format.needs_pdf": (
        "para imprimir PDF hace falta el extra `pdf`: pip install 'ticket-daemon[pdf]'",
        "printing PDF needs the extra `pdf`: pip install 'ticket-daemon[pdf]'",
    ),
    "format.no_base64": ("el contenido no es base64", "the content is not base64"),
    "format.no_pdf": ("no es un PDF que se pueda leer", "this is not a PDF that can be read"),
    "format.encrypted": ("el PDF está protegido con contraseña", "the PDF is protected by a password"),
    "format.too_many_pages": (
        "el PDF tiene {got} páginas y el máximo es {limit}",
        "the PDF has {got} pages; the limit is {limit}",
    ),
    "format.page_too_large": ("la página {page} es demasiado grande", "page {page} is too large"),
    "format.no_bytes": (
        "se esperaban los bytes de la impresora y no llegó nada",
        "expected the printer's bytes, got nothing",
    ),
    "epos.not_xml": ("no es XML válido ({detail})", "this is no valid XML ({detail})"),
    "epos.doctype": (
        "el XML trae DOCTYPE; no se acepta, porque puede declarar entidades",
        "the XML has a DOCTYPE; none is taken, for it can declare entities",
    ),
    "epos.too_many": ("más de {limit} elementos de XML", "more than {limit} XML elements"),
    "epos.too_deep": ("más de {limit} niveles de elementos de XML", "XML elements nested more than {limit} deep"),
    "epos.no_document": (
        "no hay un elemento epos-print (espacio de nombres {namespace})",
        "there is no epos-print element (namespace {namespace})",
    ),
    "epos.unknown_element": (
        "ePOS-Print no tiene aquí el elemento «{got}»",
        'ePOS-Print has no element "{got}" here',
    ),
    "epos.stray_text": (
        "aquí hay texto fuera de un elemento text: {got}",
        "there is text outside a text element: {got}",
    ),
    "epos.bad_value": ("{got} no vale; se esperaba {expected}", "{got} will not do; expected {expected}"),
    "epos.no_size": ("a la imagen le falta width o height", "the image lacks width or height"),
    "epos.image_size": (
        "la imagen trae {got} bytes y su tamaño pide {wanted}",
        "the image has {got} bytes and its size asks for {wanted}",
    ),
    "epos.no_data": ("el código viene vacío", "the code is empty"),
    "epos.not_hex": ("el contenido de command debe ser hexadecimal", "the content of command must be hexadecimal"),
    "warning.epos_scaled": (
        "la imagen mide {got} puntos de ancho y el papel {paper}: se redujo",
        "the image is {got} dots wide and the paper {paper}: it was made smaller",
    ),
    "warning.epos_left_out": (
        "esta impresora no puede con «{element}»: no se imprimió",
        'this printer cannot do "{element}": it was left out',
    ),
    "warning.epos_code_in_words": (
        "el código no se pudo dibujar y salió como texto ({detail})",
        "the code could not be drawn and came out as text ({detail})",
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
        "la versión {got} no es la 1.x que se conoce aquí; se imprimió lo que se entiende",
        "version {got} is not the 1.x known here; what is understood was printed",
    ),
    "document.clamped": (
        "{got} está fuera de los límites; lo más cercano es {used}",
        "{got} is out of range; the nearest is {used}",
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
    "budget.commands": (
        "el documento tiene {got} comandos; como máximo se admiten {limit}",
        "the document has {got} commands; at most {limit} are accepted",
    ),
    "budget.characters": (
        "el ticket lleva más de {limit} caracteres de texto; divídalo en varios",
        "the ticket has more than {limit} characters of text; split it into several",
    ),
    "budget.lines": (
        "el ticket tendría más de {limit} líneas; divídalo en varios",
        "the ticket would have more than {limit} lines; split it into several",
    ),
    "budget.cells": (
        "el ticket tiene más de {limit} celdas de tabla; divídalo en varios",
        "the ticket has more than {limit} cells of tables; split it into several",
    ),
    "budget.drawn": (
        "el ticket lleva más de {limit} letras que hay que dibujar; divídalo en varios",
        "the ticket has more than {limit} letters that must be drawn; split it into several",
    ),
    "budget.modules": (
        "los códigos del ticket son demasiado grandes en total (más de {limit} módulos); divídalo en varios",
        "the ticket's symbols are too large in all (more than {limit} modules); split it into several",
    ),
    "budget.pixels": (
        "las imágenes del ticket suman más de {limit} píxeles; mándelas más pequeñas",
        "the ticket's pictures have more than {limit} pixels in all; send smaller ones",
    ),
    "budget.dots": (
        "las imágenes del ticket ocuparían más de {limit} puntos en el papel; divídalo en varios",
        "the ticket's pictures would take more than {limit} dots of paper; split it into several",
    ),
    "budget.raw": (
        "los comandos «raw» del ticket suman más de {limit} bytes; divídalo en varios",
        "the ticket's 'raw' commands have more than {limit} bytes in all; split it into several",
    ),
    "budget.printer_commands": (
        "los bytes para la impresora llevan más de {limit} comandos; divídalo en varios tickets",
        "the bytes for the printer hold more than {limit} commands; split them into several tickets",
    ),
    "budget.bytes": (
        "el ticket ocuparía más de {limit} bytes en la impresora; divídalo en varios",
        "the ticket would take more than {limit} bytes at the printer; split it into several",
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
        "los bytes terminan a medio comando (empieza en el byte {offset}) y se tragaría lo que sigue; mándelo completo",
        "the bytes end inside a command (it begins at byte {offset}), which would swallow what follows; send all of it",
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
    "raw.not_printing": (
        "aquí no se admite {command} (byte {offset}): no imprime, y puede cambiar o detener la impresora; "
        "si hace falta, ponga allow_raw = true en [documents]",
        "{command} (byte {offset}) is not admitted here: it does not print, and may change or stop the printer; "
        "where it is needed, set allow_raw = true under [documents]",
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
    "image.too_tall": (
        "la imagen mediría {height} puntos de alto con {width} de ancho; como máximo se imprimen {limit}: divídala",
        "the image would be {height} dots high at {width} across; at most {limit} are printed: split it",
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
        "el código mide {dots} puntos con las barras más finas y el papel {paper}; acorte los datos o use un QR",
        "the barcode is {dots} dots wide with the narrowest bars and the paper {paper}; shorten the data or use a QR",
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
    "warning.control_characters": (
        "se quitaron caracteres de control del texto",
        "control characters were removed from the text",
    ),
    "warning.marks": (
        "una letra llevaba más de {limit} acentos o signos encima; los demás se quitaron",
        "a letter had more than {limit} marks; the rest were left out",
    ),
    "warning.more": ("hay {count} avisos más", "there are {count} more warnings"),
    "warning.not_drawn": (
        "no se pudo imprimir {characters}: falta un tipo de letra que lo tenga",
        "{characters} could not be printed: no font here has it",
    ),
    "warning.no_cutter": (
        "la impresora no tiene cortador; se avanza el papel en su lugar",
        "the printer has no cutter; the paper is fed instead",
    ),
    "warning.feed_nothing": ("0 líneas: no se avanza papel", "0 lines: no paper is fed"),
    "warning.narrower_barcode": (
        "con «width» {got} el código no cabe en el papel; se imprimió con {used}",
        "with 'width' {got} the barcode does not fit the paper; it was printed with {used}",
    ),
    "warning.no_logo": (
        "el logo del QR no se puede leer como imagen; se imprimió sin él",
        "the QR's logo cannot be read as a picture; it was printed without it",
    ),
    "warning.no_buzzer": (
        "la impresora no tiene zumbador; no suena",
        "the printer has no buzzer; it makes no sound",
    ),
    "warning.blank_image": (
        "la imagen quedó toda en blanco: no se imprime nada de ella",
        "the image came out all white: nothing of it prints",
    ),
    "warning.size": (
        "la impresora llega hasta letras de {largest}; {size} se imprimió de ese tamaño",
        "the printer's largest letters are {largest}; {size} was printed in that size",
    ),
    "warning.no_inverse": (
        "la impresora no tiene blanco sobre negro; se imprimió normal",
        "the printer has no white on black; it was printed as usual",
    ),
    "warning.no_symbols": (
        "los puntos de esta impresora son muy gruesos para un código; se imprimió lo que dice, con letras",
        "this printer's dots are too coarse for a code; what it says was printed in words",
    ),
    "warning.raw_asks": (
        "se quitaron preguntas a la impresora de los bytes: nadie leería la respuesta",
        "questions to the printer were left out of the bytes: nobody would read the answer",
    ),
    "warning.raw_unfinished": (
        "los bytes terminan a medio comando (empieza en el byte {offset}): puede tragarse el ticket que sigue",
        "the bytes end inside a command (it begins at byte {offset}): it may swallow the next ticket",
    ),
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
    "reprint.banner": ("REIMPRESIÓN", "REPRINT"),
}
