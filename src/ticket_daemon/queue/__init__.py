"""Durable jobs in SQLite, first in first out per destination."""

from ticket_daemon.queue.job import Job, NewJob, Reason
from ticket_daemon.queue.spool import Accepted, Queue
from ticket_daemon.queue.states import JobEvent, JobState
from ticket_daemon.queue.store import Change, Entry

__all__ = ["Accepted", "Change", "Entry", "Job", "JobEvent", "JobState", "NewJob", "Queue", "Reason"]
