"""Print from Python programs through a daemon that runs: `Client` waits, `AsyncClient` does not.

It knows the wire's words and how to come back after a lost connection; it does not know queues, printers or bytes. It
promises that a ticket that was asked for is sent until it is acknowledged, always under the same id so that it is
printed once, and that the call ends with what became of it, also over a daemon that was killed and started again.
"""

from ticket_daemon.client.asynchronous import AsyncClient
from ticket_daemon.client.outcome import Outcome
from ticket_daemon.client.plain import Client
from ticket_daemon.errors import NoAnswer, Refused, Unreachable

__all__ = ["AsyncClient", "Client", "NoAnswer", "Outcome", "Refused", "Unreachable"]
