"""A worker for each destination, and what their links' outcomes mean for jobs."""

from ticket_daemon.spooler.spooler import Change, Spooler
from ticket_daemon.spooler.worker import Worker

__all__ = ["Change", "Spooler", "Worker"]
