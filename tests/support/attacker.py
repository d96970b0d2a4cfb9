"""What hostile pages and programs send: requests with any headers, WebSockets of any origin, bytes of any kind."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

import aiohttp

TIMEOUT_S = 20.0
POS = "https://pos.example.mx"
EVIL = "https://evil.example"


class Said(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)  # type: ignore[no-any-return]


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def request(
    url: str,
    method: str = "GET",
    body: bytes | dict[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    context: ssl.SSLContext | None = None,
) -> Said:
    """One request; no redirect is followed and no error raised."""
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    fields = {**({"Content-Type": "application/json"} if data is not None else {}), **(headers or {})}
    asked = urllib.request.Request(url, data=data, method=method, headers=fields)
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({}), _Stays()]
    if context is not None:
        handlers.append(urllib.request.HTTPSHandler(context=context))
    try:
        with contextlib.closing(urllib.request.build_opener(*handlers).open(asked, timeout=TIMEOUT_S)) as answer:
            return Said(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Said(error.code, error.headers, error.read())


@contextlib.asynccontextmanager
async def websocket(
    url: str, headers: Mapping[str, str] | None = None
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A WebSocket with the headers a page of any origin might have."""
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{url}/ws", headers=headers, max_msg_size=0) as ws:
        yield ws


async def first_word(url: str, headers: Mapping[str, str], says: str | None = None) -> aiohttp.WSMessage:
    """The first thing a WebSocket hears, whatever it says itself."""
    async with websocket(url, headers) as ws:
        if says is not None:
            await ws.send_str(says)
        return await ws.receive(TIMEOUT_S)


def raw(port: int, data: bytes, *more: bytes) -> bytes:
    """All that comes back for bytes sent as they are, until the daemon closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as made:
        for part in (data, *more):
            made.sendall(part)
        heard = b""
        with contextlib.suppress(ConnectionResetError):
            while part := made.recv(65536):
                heard += part
        return heard
