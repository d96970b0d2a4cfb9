"""Destinations, and what is known of the printers behind them."""

from ticket_daemon.printers.destination import Destination, Destinations, PrinterStatus
from ticket_daemon.printers.discovery import Discovery, FoundPrinter, Snapshot

__all__ = ["Destination", "Destinations", "Discovery", "FoundPrinter", "PrinterStatus", "Snapshot"]
