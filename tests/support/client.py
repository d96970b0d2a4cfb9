"""A client over a real WebSocket that keeps what it hears."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp

ANSWER_TIMEOUT_S = 30.0

EXAMPLE = {
    "version": "1.0",
    "profile": {"model": "80mm EC-PM-80250", "paper_width": 80},
    "commands": [
        {
            "type": "text",
            "data": {
                "content": {
                    "text": "TICKET DE PRUEBA",
                    "align": "center",
                    "content_style": {"bold": True, "size": "2x2"},
                }
            },
        },
        {"type": "cut", "data": {"mode": "partial"}},
    ],
}


def ticket(text: str, repeat: int = 1) -> dict[str, Any]:
    """A document that prints `text` on `repeat` lines."""
    line = {"type": "text", "data": {"content": text}}
    return {"version": "1.0", "profile": {"model": "Generic 80mm"}, "commands": [line] * repeat}


class Client:
    """Sends messages and waits for particular answers, keeping all others in order."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.heard: list[dict[str, Any]] = []

    async def send(self, message: dict[str, Any] | str) -> None:
        await self.ws.send_str(message if isinstance(message, str) else json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        message = await self.ws.receive(ANSWER_TIMEOUT_S)
        assert message.type is aiohttp.WSMsgType.TEXT, message
        answer: dict[str, Any] = json.loads(message.data)
        self.heard.append(answer)
        return answer

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            answer = await self.receive()
            if wanted(answer):
                return answer

    async def ask(self, message: dict[str, Any] | str) -> dict[str, Any]:
        """Send, and the next answer."""
        await self.send(message)
        return await self.receive()

    async def until_answer(self, message: dict[str, Any], tipo: str) -> dict[str, Any]:
        """Send, and the next answer of that kind (news may come between)."""
        await self.send(message)
        return await self.until(lambda a: a["tipo"] == tipo)

    async def print(self, document: dict[str, Any], **fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Send a ticket; its ack and its result."""
        ack = await self.ask({"tipo": "ticket", "datos": document, **fields})
        assert ack["tipo"] == "ack", ack
        result = await self.until(lambda a: a["tipo"] == "result" and a["id"] == ack["id"])
        return ack, result


@contextlib.asynccontextmanager
async def client(url: str) -> AsyncIterator[Client]:
    """A connected client that has been greeted."""
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{url}/ws", max_msg_size=0) as ws:
        connected = Client(ws)
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            assert (await connected.receive())["tipo"] == "info"
        yield connected
