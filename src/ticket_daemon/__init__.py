"""Ticket Daemon: the print spooler for web points of sale."""

__version__ = "0.2.0"
