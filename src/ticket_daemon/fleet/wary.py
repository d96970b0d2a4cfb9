"""nats-py's connection, and what it would believe that nobody should.

It knows how nats-py says who it is and how it makes messages of the server's bytes; it does not know what is said. It
promises that who we are is said over TLS or not at all where that is wanted, and that a message out of a stream is
handed on whatever its subject and headers are: what is wrong with it is for its reader, who can take it out of the way.
This module loads the library.
"""

from __future__ import annotations

from typing import Any, Final

from nats.aio.client import Client
from nats.errors import Error

#: Where a message out of a stream is acknowledged begins so; what the server itself says has no such place.
_OUT_OF_A_STREAM: Final = b"$JS.ACK."
#: The header that tells the server's word about a request from an answer to it.
_STATUS: Final = "Status"


class Wary(Client):
    """A connection that needs no trust in who sits between, nor in who publishes."""

    def __init__(self, *, only_tls: bool) -> None:
        super().__init__()
        self._only_tls = only_tls

    def _connect_command(self) -> bytes:
        """nats-py believes a server that says it has no TLS, and whoever sits between can say so in its place."""
        if self._only_tls and not self._server_info.get("tls_required"):
            raise Error("no TLS")
        return super()._connect_command()

    def _build_message(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: dict[str, str] | None
    ) -> Any:  # nats-py does not say
        """A subject that is no text would end nats-py's reading, and a publisher's `Status` have his message dropped:
        a ticket like that came again and again, and no other behind it.
        """
        if headers and reply.startswith(_OUT_OF_A_STREAM):
            headers.pop(_STATUS, None)
        return super()._build_message(sid, subject.decode(errors="replace").encode(), reply, data, headers)
