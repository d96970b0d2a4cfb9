"""Many shops: tickets come from afar through NATS JetStream, and what became of them goes back.

`names`, `shapes`, `streams` and `connection` are what both ends share; `shop` is the daemon's end, `backend` the other.
"""
