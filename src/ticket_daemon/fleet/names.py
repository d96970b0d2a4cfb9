"""What things are called at the NATS server: subjects, streams, the bucket, consumers, message ids.

It knows how names of stores, printers and jobs become parts of subjects; it does not know connections or messages. It
promises that whatever a printer or a job is called, its subject is valid and leads back to that name alone.
"""

from __future__ import annotations

import re
from typing import Final

#: What the streams of tickets on their way to shops begin with; each store has its own.
TICKETS: Final = "TICKETS"
#: What became of them.
RESULTS: Final = "RESULTS"
#: The key-value bucket that says who is there.
SHOPS: Final = "SHOPS"
#: By which the server knows a message that it has already (docs.nats.io, "Message Deduplication").
MESSAGE_ID: Final = "Nats-Msg-Id"
#: What a refusal carries as a header: the id of the message that was refused, since its job's id may be another's.
REFUSED: Final = "Ticket-Daemon-Refused"

STORE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: What may stand in a subject and in a bucket's key as it is; "=" and two hexadecimal digits stand for any other byte.
_PLAIN: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_CODED: Final = re.compile(r"=([0-9A-F]{2})")
#: In place of a printer: the ticket's own model decides, else the shop's default printer.
ANY_PRINTER: Final = "="


def part(name: str) -> str:
    """A name as one part of a subject: "Caja 1" is "Caja=201". An empty name is ANY_PRINTER."""
    return "".join(chr(byte) if byte in _PLAIN else f"={byte:02X}" for byte in name.encode()) or ANY_PRINTER


def name(of: str) -> str:
    """The name that `part` made a part of. Raises ValueError for what it cannot have made."""
    if of == ANY_PRINTER:
        return ""
    plain = _CODED.sub(lambda code: chr(int(code[1], 16)), of)
    try:
        decoded = plain.encode("latin-1").decode()
    except UnicodeError:
        raise ValueError(of) from None
    if part(decoded) != of:
        raise ValueError(of)
    return decoded


def ticket(store: str, printer: str) -> str:
    """Where a ticket for that printer is published."""
    return f"tickets.{store}.{part(printer)}"


def printer(subject: str) -> str:
    """The printer a ticket's subject names; "" where it leaves that to the shop. Raises ValueError."""
    return name(subject.split(".", 2)[2])


def result(store: str, job_id: str) -> str:
    """Where it is published what became of a job."""
    return f"results.{store}.{part(job_id)}"


def job(subject: str) -> tuple[str, str]:
    """The store and the job's id of a result's subject. Raises ValueError."""
    _, store, coded = subject.split(".", 2)
    return store, name(coded)


def tickets_of(store: str) -> str:
    """All tickets for a store."""
    return f"tickets.{store}.*"


def results_of(store: str) -> str:
    """All results of a store; "*" is every store."""
    return f"results.{store}.*"


def shop(store: str) -> str:
    """Where a shop says how it is: a key of the bucket, as the subject behind it."""
    return f"$KV.{SHOPS}.{store}"


def stream(store: str) -> str:
    """The stream of a store's tickets.

    One for each store: an acknowledgement names a message by its number in its stream and nothing else, so whoever may
    acknowledge in a stream may remove any message of it.
    """
    return f"{TICKETS}-{store}"


def store_of(stream: str) -> str:
    """The store whose tickets a stream keeps; "" where it keeps none."""
    prefix, _, store = stream.partition("-")
    return store if prefix == TICKETS else ""


def consumer(store: str) -> str:
    """The durable consumer that a store's daemon is."""
    return f"shop-{store}"


def consumer_info(store: str) -> str:
    """Where the server says how that is."""
    return f"$JS.API.CONSUMER.INFO.{stream(store)}.{consumer(store)}"


def own_consumer(store: str) -> str:
    """Where a shop that may not use JetStream's own subjects asks how its consumer is."""
    return f"fleet.consumer.{store}"


def inbox(store: str) -> str:
    """What a store's inboxes begin with, so that no other shop may listen to the answers it gets."""
    return f"_INBOX_{store}"
