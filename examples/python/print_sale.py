"""Print a sale from Python and say what became of it: print_sale.py NUMBER. Ends with 0 when it was printed."""

import os
import sys

from ticket_daemon.client import Client, NoAnswer, Refused
from ticket_daemon.poster import Ticket, cell

ITEMS = [("Café con leche", "3.20"), ("Tostada", "2.10")]


def main(number: str) -> int:
    daemon = Client(os.environ.get("TICKET_DAEMON_URL", "http://127.0.0.1:8766"), os.environ.get("TICKET_DAEMON_TOKEN"))
    ticket = Ticket("Generic 80mm").text("CAFÉ LA NUBE", align="center", bold=True)
    for name, price in ITEMS:
        ticket.row(name, cell(price, 10, "right"))
    try:
        outcome = daemon.print(ticket.cut(), id=f"venta-{number}", ttl_s=300, timeout=60)
    except (Refused, NoAnswer) as problem:
        print(problem.text("es"))
        return 1
    print(outcome.text)
    return 0 if outcome.is_printed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
