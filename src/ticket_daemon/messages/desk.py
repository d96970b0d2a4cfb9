"""What the tickets that try a printer out say."""

from __future__ import annotations

from typing import Final

#: key -> (Spanish, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "desk.test": ("Prueba de impresión", "Test print"),
    "desk.burst": ("Ráfaga: ticket {number}", "Burst: ticket {number}"),
    "desk.profile": ("Perfil {name}, {columns} columnas", "Profile {name}, {columns} columns"),
    "desk.readable": ("Si lee esto, la impresora imprime.", "If you can read this, the printer prints."),
}
