"""JSON to a frozen Document, or an error with its path."""

from ticket_daemon.poster.document.decode import Source, Warned, decode, encode
from ticket_daemon.poster.document.model import Document

__all__ = ["Document", "Source", "Warned", "decode", "encode"]
