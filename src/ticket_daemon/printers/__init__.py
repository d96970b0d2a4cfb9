"""Destinations, and what is known of the printers behind them."""

from ticket_daemon.printers.destination import Destination, Destinations, PrinterStatus

__all__ = ["Destination", "Destinations", "PrinterStatus"]
