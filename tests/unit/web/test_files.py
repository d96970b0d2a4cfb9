"""The page's files as a browser asks for them."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from ticket_daemon.web import files

HEADERS = {"X-Mark": "kept"}


@asynccontextmanager
async def browser() -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()

    async def page(request: web.Request) -> web.Response:
        return files.answer(request, files.PAGE, HEADERS)

    async def static(request: web.Request) -> web.Response:
        return files.answer(request, request.match_info["name"], HEADERS)

    app.router.add_get("/", page)
    app.router.add_get("/static/{name:.+}", static)
    async with TestClient(TestServer(app), auto_decompress=False) as client:
        yield client


async def addresses(client: TestClient[web.Request, web.Application]) -> list[str]:
    answer = await client.get("/", headers={"Accept-Encoding": "identity"})
    return re.findall(r'"(/static/[^"]+)"', await answer.text())


async def test_everything_the_page_names_is_there_and_may_be_kept_for_ever() -> None:
    async with browser() as client:
        named = await addresses(client)
        assert any(address.endswith("/boot.js") for address in named)
        for address in named:
            answer = await client.get(address)
            assert answer.status == 200, address
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers["X-Mark"] == "kept"


PAGES = (files.PAGE, files.FLEET, "login.html", "bridge.html")


async def shown(client: TestClient[web.Request, web.Application], page: str) -> str:
    return await (await client.get(f"/static/{page}", headers={"Accept-Encoding": "identity"})).text()


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_is_whole_and_waits_for_one_sheet_and_one_script_before_it_paints(page: str) -> None:
    async with browser() as client:
        text = await shown(client, page)
        assert "#include" not in text
        assert len(re.findall(r'<link rel="stylesheet"', text)) == 1
        assert re.findall(r'<script src="/static/\w+/([\w.]+)">', text) == ["boot.js"]
        assert "<style" not in text
        assert not re.search(r"<[^>]*\s(style|on\w+)=", text), "the policy forbids what stands inline"
        assert text.index("<meta charset") < text.index("<title>") < text.index("</head>")
        for address in re.findall(r'"(/static/[^"]+)"', text):
            assert "immutable" in (await client.get(address)).headers["Cache-Control"]


async def test_the_heads_of_all_pages_are_one() -> None:
    async with browser() as client:
        heads = [
            (await shown(client, page)).partition("<head>")[2].partition('<link rel="stylesheet"')[0] for page in PAGES
        ]
        assert len(set(heads)) == 1
        assert "viewport" in heads[0]


async def test_a_pages_sheet_has_its_sheets_in_their_order() -> None:
    async with browser() as client:
        sheet = await (
            await client.get("/static/style+views+fleet.css", headers={"Accept-Encoding": "identity"})
        ).text()
        parts = [
            await (await client.get(f"/static/{name}.css", headers={"Accept-Encoding": "identity"})).text()
            for name in ("style", "views", "fleet")
        ]
        assert sheet == "\n".join(parts)


async def test_the_page_itself_is_asked_for_again_and_not_sent_twice() -> None:
    async with browser() as client:
        first = await client.get("/")
        assert first.headers["Cache-Control"] == "no-cache"
        again = await client.get("/", headers={"If-None-Match": first.headers["ETag"]})
        assert again.status == 304
        assert await again.read() == b""
        other = await client.get("/", headers={"If-None-Match": '"another"'})
        assert other.status == 200


async def test_a_file_is_packed_for_those_who_can_unpack_it() -> None:
    async with browser() as client:
        packed = await client.get("/static/style.css", headers={"Accept-Encoding": "gzip, br"})
        plain = await client.get("/static/style.css", headers={"Accept-Encoding": "identity"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
        assert gzip.decompress(await packed.read()) == await plain.read()


async def test_an_address_of_another_version_gives_what_there_is_now_and_is_not_kept() -> None:
    async with browser() as client:
        old = await client.get("/static/0123456789abcdef/app.js")
        assert old.status == 200
        assert old.headers["Cache-Control"] == "no-cache"


async def test_nothing_but_the_pages_files_can_be_had() -> None:
    async with browser() as client:
        for path in (
            "__init__.py",
            "..%2f..%2fapp.py",
            "a/b/../app.py",
            "x/",
            "%00",
            "nothing.js",
            "parts/head.html",
            "head.html",
        ):
            answer = await client.get(f"/static/{path}")
            assert answer.status == 404, path
