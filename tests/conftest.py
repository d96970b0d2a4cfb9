"""What holds for all tests: a property test has no time limit of its own, since machines differ; pytest-timeout's
limit of each test stands."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("ticket-daemon", deadline=None)
settings.load_profile("ticket-daemon")
