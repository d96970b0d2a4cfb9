"""What anybody may read: the interface's descriptions and the client for web pages. Nothing of a shop is in it."""

from __future__ import annotations

from typing import Final

from aiohttp import web

#: The client's file in the folder of the page's files; a shop's pages load it, the daemon's own does not.
CLIENT: Final = "client.js"
#: A page of another origin, a tool in the browser for example, reads these; they are the same for every shop.
_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def add_routes(app: web.Application) -> None:
    """Put the public paths into the application."""
    app.router.add_get("/openapi.json", _description)
    app.router.add_get("/asyncapi.json", _description)
    app.router.add_get("/schemas/{name}", _description)
    app.router.add_get("/client.js", _client)


async def _description(request: web.Request) -> web.Response:
    """A description, made when the first one asks."""
    from ticket_daemon.frontends.native.described import DESCRIPTIONS, written

    name = request.path.removeprefix("/")
    if name not in DESCRIPTIONS:
        raise web.HTTPNotFound
    return web.Response(text=written(name), content_type="application/json", headers=_HEADERS)


async def _client(_: web.Request) -> web.Response:
    """The client for web pages: a module that a page of any origin may import."""
    from importlib import resources

    module = (resources.files("ticket_daemon.web") / CLIENT).read_text("utf-8")
    return web.Response(text=module, content_type="text/javascript", headers=_HEADERS)
