"""A bare aiohttp WebSocket server to compare with: `python -m benchmarks.echo echo|answers PORT`."""

from __future__ import annotations

import sys

from aiohttp import WSMsgType, web

MODE, PORT = sys.argv[1], int(sys.argv[2])
ACK = '{"tipo":"ack","id":"x","status":"queued","pos":1,"current":1,"capacity":100,"mensaje":"Ticket en cola"}'
RESULT = '{"tipo":"result","id":"x","status":"success","mensaje":"ok","state":"sent","printer":"p","duration_ms":1}'


async def serve(request: web.Request) -> web.WebSocketResponse:
    ws = web.WebSocketResponse(compress=False)
    await ws.prepare(request)
    async for message in ws:
        if message.type is WSMsgType.TEXT:
            if MODE == "echo":
                await ws.send_str(message.data)
            else:
                await ws.send_str(ACK)
                await ws.send_str(RESULT)
    return ws


def main() -> None:
    app = web.Application()
    app.router.add_get("/ws", serve)
    loop = None
    try:
        import uvloop

        loop = uvloop.new_event_loop()
    except ImportError:
        pass
    web.run_app(app, host="127.0.0.1", port=PORT, print=None, access_log=None, loop=loop)


main()
