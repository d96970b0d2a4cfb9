"""The pages' own files, kept in memory and told apart by what is in them.

It knows names, kinds and digests of the files in `web`, and how a page is put together of them (the parts it includes,
its style sheets as one); it does not know what they show. It promises that no path leads to any other file, that a
browser asks again for nothing it has (a digest in the address names what never changes) and waits for one style sheet
and one script before it paints, and that a daemon whose page nobody opens reads none of them.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
from importlib import resources
from typing import TYPE_CHECKING, Final, NamedTuple

from aiohttp import web

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

#: The shop's own page, and that of many shops.
PAGE: Final = "index.html"
FLEET: Final = "fleet.html"
PREFIX: Final = "/static/"
_KINDS: Final = {
    "css": "text/css", "html": "text/html", "js": "text/javascript", "json": "application/json",
    "svg": "image/svg+xml", "png": "image/png", "webmanifest": "application/manifest+json",
}  # fmt: skip
#: A line of a page that stands for a file of `web/parts`, as Apache's server-side includes write it.
_INCLUDE: Final = re.compile(rb'^<!--#include "([\w.-]+)"-->\n', re.MULTILINE)
#: Style sheets that a page asks for one behind the other.
_SHEET: Final = rb'  <link rel="stylesheet" href="/static/([\w.-]+)">\n'
_SHEETS: Final = re.compile(rb"(?:%s)+" % _SHEET.replace(b"(", b"(?:"))
_JOINED: Final = b'  <link rel="stylesheet" href="/static/%s">\n'
_DIGEST_BYTES: Final = 8
#: A year in seconds, the longest that caches are asked to keep anything (RFC 9111 knows no "for ever").
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
#: Below this many bytes, packing a file saves nothing: it travels in one packet either way.
_WORTH_PACKING: Final = 1024


class File(NamedTuple):
    """One file: as it is, packed (None where that saves nothing), its kind and the digest of its bytes."""

    body: bytes
    packed: bytes | None
    kind: str
    digest: str


class Site(NamedTuple):
    """Every file of the page by name, and the digest of them all."""

    files: dict[str, File]
    stamp: str


@functools.cache
def _site() -> Site:
    """The page's files, read once."""
    folder = resources.files("ticket_daemon.web")
    plain, parts = _read(folder), _read(folder / "parts")
    stamp = _digest(b"".join(files[name] for files in (plain, parts) for name in sorted(files)))
    for page in [name for name in plain if name.endswith(".html")]:
        whole = _INCLUDE.sub(lambda found: parts[found[1].decode()], plain[page])
        whole = _SHEETS.sub(lambda found: _joined(re.findall(_SHEET, found[0]), plain), whole)
        # A page names its files with the digest of them all; their imports are relative and so carry it on.
        plain[page] = whole.replace(f'"{PREFIX}'.encode(), f'"{PREFIX}{stamp}/'.encode())
    return Site({name: _file(name, body) for name, body in plain.items()}, stamp)


def _read(folder: Traversable) -> dict[str, bytes]:
    """The files of a folder that browsers may have, by name."""
    return {
        entry.name: entry.read_bytes()
        for entry in folder.iterdir()
        if entry.is_file() and entry.name.rpartition(".")[2] in _KINDS
    }


def _joined(sheets: list[bytes], plain: dict[str, bytes]) -> bytes:
    """The link to one sheet in the place of several, which is put beside them: each request costs what a page waits."""
    names = [sheet.decode() for sheet in sheets]
    one = "+".join(name.removesuffix(".css") for name in names) + ".css"
    plain[one] = b"\n".join(plain[name] for name in names)
    return _JOINED % one.encode()


def _file(name: str, body: bytes) -> File:
    packed = gzip.compress(body, mtime=0) if len(body) >= _WORTH_PACKING else None
    return File(body, packed, _KINDS[name.rpartition(".")[2]], _digest(body))


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=_DIGEST_BYTES).hexdigest()


def answer(request: web.Request, name: str, headers: dict[str, str]) -> web.Response:
    """The file `name` ("app.js", or "<digest>/app.js") as an answer to `request`. Raises HTTPNotFound.

    `headers` go with it. Under the digest of all files it may be kept for ever, else it is asked for again.
    """
    stamp, _, bare = name.rpartition("/")
    site = _site()
    file = site.files.get(bare)
    if file is None:
        raise web.HTTPNotFound
    kept = _FOR_EVER if stamp == site.stamp else _ASK_AGAIN
    headers = {**headers, "ETag": f'"{file.digest}"', "Cache-Control": kept, "Vary": "Accept-Encoding"}
    if any(tag.value == file.digest for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    body = file.body
    if file.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        body = file.packed
        headers["Content-Encoding"] = "gzip"
    charset = None if file.kind == "image/png" else "utf-8"
    return web.Response(body=body, content_type=file.kind, charset=charset, headers=headers)
