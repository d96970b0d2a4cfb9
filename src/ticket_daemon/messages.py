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
    "kind.bool": ("true o false", "true or false"),
    "kind.choice": ("uno de estos valores: {values}", "one of these values: {values}"),
    "kind.int": ("un número entero", "a whole number"),
    "kind.int_between": ("un número entero de {low} a {high}", "a whole number from {low} to {high}"),
    "kind.list": ("una lista", "a list"),
    "kind.number": ("un número", "a number"),
    "kind.object": ("un objeto {{…}}", "an object {{…}}"),
    "kind.or": ("{first} o {second}", "{first} or {second}"),
    "kind.text": ("un texto", "a text"),
    "kind.text_between": ("un texto de {low} a {high} caracteres", "a text of {low} to {high} characters"),
    "document.missing_field": (
        "falta el campo obligatorio «{field}»",
        "the required field '{field}' is missing",
    ),
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
    "raw.hex": (
        "el carácter {got} en la posición {offset} no es hexadecimal",
        "the character {got} at position {offset} is not hexadecimal",
    ),
    "raw.hex_odd": (
        "hay un número impar de dígitos hexadecimales; cada byte lleva dos",
        "there is an odd number of hexadecimal digits; each byte takes two",
    ),
    "raw.base64": ("no es base64 válido", "it is not valid base64"),
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
    "symbol.too_much": (
        "los datos no caben en un código {symbology} ({detail})",
        "the data does not fit in a {symbology} symbol ({detail})",
    ),
    "symbol.too_wide": (
        "el código necesita {dots} puntos y el papel tiene {paper}",
        "the symbol needs {dots} dots and the paper has {paper}",
    ),
    "command.not_yet": (
        "esta versión todavía no imprime el comando «{command}»",
        "this version does not print the command '{command}' yet",
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
    # --- profiles ---
    "profile.unknown": (
        "no hay un perfil «{name}»; los más parecidos: {nearest}",
        "there is no profile '{name}'; the nearest: {nearest}",
    ),
}


class Phrase(NamedTuple):
    """A catalogue text as a parameter of another, put into words when the language is known."""

    key: str
    parameters: Mapping[str, Any] = MappingProxyType({})

    def __hash__(self) -> int:
        return hash(self.key)


class _Shown(dict[str, Any]):
    """Parameters for a text; one that is missing shows its own name."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def text(key: str, lang: str = "en", /, **parameters: Any) -> str:
    """The sentence for `key` in `lang` ("es" or "en"; any other means English)."""
    spanish, english = CATALOGUE[key]
    shown = _Shown(parameters)
    for name, value in parameters.items():
        if isinstance(value, Phrase):
            shown[name] = text(value.key, lang, **value.parameters)
    return (spanish if lang == "es" else english).format_map(shown)
