"""The streams and the bucket at the NATS server, and the shop's consumer: what they keep, how long, how much.

It knows their settings and why they are so; it does not know what flows through them. It promises that making them
where they are is no error, and that a ticket leaves its stream only when a shop has it on its own disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ticket_daemon.fleet import names

if TYPE_CHECKING:
    from nats.js import JetStreamContext
    from nats.js.api import ConsumerConfig, StreamConfig

DAY_S: Final = 86_400.0
#: A backend that publishes a ticket again within this time publishes it once; the shop itself knows an id for days.
DUPLICATE_S: Final = 600.0
#: Tickets that may wait for one printer: a shop that is closed for weeks must not fill the server's disk.
WAITING_PER_PRINTER: Final = 1000
#: How long results are kept for a backend that was away.
RESULTS_S: Final = 7 * DAY_S
#: As the server says that a stream has no bound of bytes.
UNBOUNDED: Final = -1
#: Of one job's changes; it has five in a quiet life.
CHANGES_PER_JOB: Final = 64
#: How often a shop says that it is there, and how long it counts as there after it has.
EVERY_S: Final = 30.0
THERE_S: Final = 90.0
#: Seconds until a ticket comes again of which nothing was heard: a commit takes milliseconds.
REDELIVER_S: Final = 3.0
#: Tickets that the server may have sent and heard nothing of. The shop asks for one at a time (`fetching`); the others
#: are what a killed server may remember of tickets that are long gone.
UNDER_WAY: Final = 100


def shared_configs(replicas: int = 1, results_bytes: int | None = None) -> tuple[StreamConfig, ...]:
    """What all stores share: results, so many bytes of them at most, and the bucket.

    The bucket's stream is spelled out because nats-py's own lets a header of one shop's entry wipe out all entries.
    """
    from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig

    return (
        StreamConfig(
            name=names.RESULTS,
            subjects=["results.*.*"],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            discard=DiscardPolicy.OLD,
            max_age=RESULTS_S,
            max_msgs_per_subject=CHANGES_PER_JOB,
            max_bytes=results_bytes or UNBOUNDED,
            duplicate_window=DUPLICATE_S,
            allow_direct=True,
            num_replicas=replicas,
        ),
        StreamConfig(
            name=f"KV_{names.SHOPS}",
            subjects=[f"$KV.{names.SHOPS}.>"],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            max_age=THERE_S,
            max_msgs_per_subject=1,
            duplicate_window=THERE_S,
            allow_rollup_hdrs=False,
            deny_delete=True,
            num_replicas=replicas,
        ),
    )


def tickets_config(store: str, replicas: int = 1) -> StreamConfig:
    """A store's tickets: a work queue. Each is gone once acknowledged; what is too much is refused, never dropped."""
    from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig

    return StreamConfig(
        name=names.stream(store),
        subjects=[names.tickets_of(store)],
        retention=RetentionPolicy.WORK_QUEUE,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        discard_new_per_subject=True,
        max_msgs_per_subject=WAITING_PER_PRINTER,
        duplicate_window=DUPLICATE_S,
        num_replicas=replicas,
    )


async def make(js: JetStreamContext, replicas: int = 1, results_bytes: int | None = None) -> None:
    """Make what all stores share, or bring what is there up to date.

    A shop may say of its own tickets as much as it likes. With `results_bytes` that makes older results go earlier, of
    all shops, but never fills the disk, which would keep everybody's tickets and results from being stored. None
    leaves the bound that there is.
    """
    for config in shared_configs(replicas, results_bytes or await _bound(js)):
        await _have(js, config)


async def _bound(js: JetStreamContext) -> int | None:
    from nats.js.errors import NotFoundError

    try:
        return (await js.stream_info(names.RESULTS)).config.max_bytes
    except NotFoundError:
        return None


async def admit(js: JetStreamContext, store: str, replicas: int = 1) -> None:
    """Make a store's stream and its consumer, or bring them up to date and mend them.

    A shop does not do it itself: who may make a consumer may have the server send messages where he himself may not.
    """
    await _have(js, tickets_config(store, replicas))
    await js.add_consumer(names.stream(store), consumer_config(store))
    await mend(js, store)


async def mend(js: JetStreamContext, store: str) -> None:
    """Take out of a store's stream what its shop has acknowledged: that may be there again.

    So it is with a server 2.9 that was killed: nobody is sent those tickets, but they count as waiting, and the
    consumer may wait for ever for one that is not there.
    """
    consumer = await js.consumer_info(names.stream(store), names.consumer(store))
    acknowledged = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
    if acknowledged:
        await js.purge_stream(names.stream(store), seq=acknowledged + 1)


async def _have(js: JetStreamContext, config: StreamConfig) -> None:
    from nats.js.errors import BadRequestError

    try:
        await js.add_stream(config)
    except BadRequestError:  # it is there, with other settings
        await js.update_stream(config)


def consumer_config(store: str) -> ConsumerConfig:
    """A shop's consumer."""
    from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

    return ConsumerConfig(
        name=names.consumer(store),
        durable_name=names.consumer(store),
        filter_subject=names.tickets_of(store),
        ack_policy=AckPolicy.EXPLICIT,
        deliver_policy=DeliverPolicy.ALL,
        ack_wait=REDELIVER_S,
        max_ack_pending=UNDER_WAY,
        max_deliver=-1,
    )
