"""What every answer says to browsers, errors included: no sniffing, no frames, no script but the page's own.

It knows header fields and paths; it does not know who asks or what is answered. It promises that a page of the daemon
can load nothing from elsewhere, and that other sites can embed nothing of it but what is meant for them.
"""

from __future__ import annotations

import re
from typing import Final

#: Paths that pages of any origin may read: what they need to find out why they cannot connect, and descriptions.
_OPEN: Final = frozenset(("/health", "/client.js", "/openapi.json", "/asyncapi.json"))
_OPEN_BELOW: Final = "/schemas/"
#: The page that works for the page that opened it, and so must not be parted from it.
BRIDGE: Final = "/bridge"
POLICY: Final = "Content-Security-Policy"
_COMMON: Final = {
    "Server": "ticket-daemon",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with that, browsers hide even the daemon's own origin from it when a form is sent.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=()",
}
_NOTHING: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_PAGE: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'{sockets}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
_PAGE_KINDS: Final = ("text/html", "text/css", "text/javascript", "image/svg+xml")
_HOST: Final = re.compile(r"[\w.:\[\]-]+")


def is_open(path: str) -> bool:
    """Whether pages of any origin may read what is at `path`."""
    return path in _OPEN or path.startswith(_OPEN_BELOW)


def of(path: str, kind: str, host: str, scheme: str) -> dict[str, str]:
    """The header fields of an answer of `kind` at `path`; `host` is the Host header that was accepted."""
    opens = path == BRIDGE
    return {
        **_COMMON,
        POLICY: _page(host, scheme) if kind in _PAGE_KINDS else _NOTHING,
        "Cross-Origin-Opener-Policy": "unsafe-none" if opens else "same-origin",
        "Cross-Origin-Resource-Policy": "cross-origin" if is_open(path) else "same-origin",
        "Cache-Control": "no-cache" if kind in _PAGE_KINDS else "no-store",
    }


def _page(host: str, scheme: str) -> str:
    # Safari does not take 'self' to mean the WebSocket of the same host, so it is named.
    sockets = f" {'wss' if scheme == 'https' else 'ws'}://{host}" if _HOST.fullmatch(host) else ""
    return _PAGE.format(sockets=sockets)


def cors(origin: str | None, path: str) -> dict[str, str]:
    """What lets a page of `origin`, which is allowed (None: it is not, or none was said), read the answer."""
    if origin is not None:
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": "Retry-After",
            "Vary": "Origin, Accept-Encoding",
        }
    return {"Access-Control-Allow-Origin": "*"} if is_open(path) else {}


#: Seconds for which a browser need not ask again (Chromium's own limit is 7,200).
_PREFLIGHT_S: Final = 600


def preflight(asks_private_network: bool) -> dict[str, str]:
    """The answer to "may I?" for an origin that may. Chromium 98 to 141 also asks for private networks."""
    allowed = {
        "Access-Control-Allow-Methods": "GET, POST, DELETE",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Modified-Since, SOAPAction",
        "Access-Control-Max-Age": str(_PREFLIGHT_S),
    }
    return allowed | ({"Access-Control-Allow-Private-Network": "true"} if asks_private_network else {})
