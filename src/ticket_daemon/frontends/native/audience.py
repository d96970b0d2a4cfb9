"""Who is told what: each watcher of a job its result, once; subscribers the news."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from ticket_daemon import presenters, wire
from ticket_daemon.printers import Destination
from ticket_daemon.queue import Job


class Listener(Protocol):
    """One client."""

    def say(self, answer: Struct) -> None:
        """Send it something. Never waits."""

    def job_ended(self, job: Job) -> None:
        """A job it waits for is settled."""


class Audience:
    """All sessions that want to hear of something."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._watchers: dict[str, list[Listener]] = {}
        self._watched: dict[Listener, set[str]] = {}
        self._topics: dict[str, dict[Listener, None]] = {topic: {} for topic in wire.TOPICS}

    def watch(self, job: Job, session: Listener) -> None:
        """Tell `session` of the job's result: now when there is one, else when it comes."""
        if job.is_settled:
            session.job_ended(job)
            return
        watchers = self._watchers.setdefault(job.id, [])
        if session not in watchers:
            watchers.append(session)
            self._watched.setdefault(session, set()).add(job.id)

    def subscribe(self, session: Listener, topics: Iterable[str]) -> None:
        """From now on `session` hears of these topics, and of no others."""
        for topic, sessions in self._topics.items():
            if topic in topics:
                sessions[session] = None
            else:
                sessions.pop(session, None)

    def leave(self, session: Listener) -> None:
        """`session` is gone."""
        for job_id in self._watched.pop(session, ()):
            watchers = self._watchers.get(job_id, [])
            watchers.remove(session)
            if not watchers:
                self._watchers.pop(job_id, None)
        for sessions in self._topics.values():
            sessions.pop(session, None)

    def job_changed(self, job: Job) -> None:
        """Tell whom it concerns."""
        if job.is_settled:
            for session in self._watchers.pop(job.id, ()):
                self._watched[session].discard(job.id)
                session.job_ended(job)
        if subscribers := self._topics["jobs"]:
            news = presenters.job_news(job, self._lang)
            for session in tuple(subscribers):
                session.say(news)

    def printer_changed(self, destination: Destination) -> None:
        """Tell whom it concerns."""
        if subscribers := self._topics["printers"]:
            news = presenters.printer_news(destination)
            for session in tuple(subscribers):
                session.say(news)

    def printers_changed(self, printers: wire.Printers) -> None:
        """Tell those who follow the printers that there are others now."""
        for session in tuple(self._topics["printers"]):
            session.say(printers)
