"""What is said of printers."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "printer.unknown": (
        "no hay una impresora «{name}»; las que hay: {nearest}",
        "there is no printer '{name}'; there are: {nearest}",
    ),
    "printer.gone": (
        "la impresora «{name}» ya no está en la configuración",
        "the printer '{name}' is not in the configuration any more",
    ),
    "printer.no_profile": (
        "no se sabe qué puede hacer la impresora «{name}»: nadie dice su perfil; dígalo con --profile",
        "what the printer '{name}' can do is not known: nobody names its profile; give --profile",
    ),
    "printer.none": (
        "no se dijo qué impresora y no hay ninguna por omisión; agregue [[printers]] a la configuración",
        "no printer was named and there is no default; add [[printers]] to the configuration",
    ),
}
