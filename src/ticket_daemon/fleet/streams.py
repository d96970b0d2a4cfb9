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
#: Of one job's changes; it has five in a quiet life.
CHANGES_PER_JOB: Final = 64
#: How often a shop says that it is there, and how long it counts as there after it has.
EVERY_S: Final = 30.0
THERE_S: Final = 90.0
#: Seconds until a ticket comes again of which nothing was heard: a commit takes milliseconds, a lost link some seconds.
REDELIVER_S: Final = 10.0


def stream_configs(replicas: int = 1) -> tuple[StreamConfig, ...]:
    """The two streams. Tickets are a work queue: each is gone once acknowledged, and full is refused, never dropped."""
    from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig

    return (
        StreamConfig(
            name=names.TICKETS,
            subjects=["tickets.*.*"],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            discard_new_per_subject=True,
            max_msgs_per_subject=WAITING_PER_PRINTER,
            duplicate_window=DUPLICATE_S,
            num_replicas=replicas,
        ),
        StreamConfig(
            name=names.RESULTS,
            subjects=["results.*.*"],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            discard=DiscardPolicy.OLD,
            max_age=RESULTS_S,
            max_msgs_per_subject=CHANGES_PER_JOB,
            duplicate_window=DUPLICATE_S,
            allow_direct=True,
            num_replicas=replicas,
        ),
    )


async def make(js: JetStreamContext, replicas: int = 1) -> None:
    """Make the streams and the bucket, or bring those that are there up to date."""
    from nats.js.api import KeyValueConfig
    from nats.js.errors import BadRequestError, NotFoundError

    for config in stream_configs(replicas):
        try:
            await js.add_stream(config)
        except BadRequestError:  # it is there, with other settings
            await js.update_stream(config)
    try:
        await js.key_value(names.SHOPS)
    except NotFoundError:
        await js.create_key_value(KeyValueConfig(bucket=names.SHOPS, ttl=THERE_S, history=1, replicas=replicas))


def consumer_config(store: str) -> ConsumerConfig:
    """A shop's consumer: one ticket at a time, so that nothing overtakes a ticket that has to come again."""
    from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

    return ConsumerConfig(
        name=names.consumer(store),
        durable_name=names.consumer(store),
        filter_subject=names.tickets_of(store),
        ack_policy=AckPolicy.EXPLICIT,
        deliver_policy=DeliverPolicy.ALL,
        ack_wait=REDELIVER_S,
        max_ack_pending=1,
        max_deliver=-1,
    )
