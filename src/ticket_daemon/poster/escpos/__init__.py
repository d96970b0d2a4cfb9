"""Printer commands as frozen types, to bytes and back."""

from ticket_daemon.poster.escpos.base import Command
from ticket_daemon.poster.escpos.parser import COMMANDS, Parsed, Parser, Unknown, parse

__all__ = ["COMMANDS", "Command", "Parsed", "Parser", "Unknown", "parse"]
