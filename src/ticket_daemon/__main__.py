"""`python -m ticket_daemon` is the same as the installed `ticket-daemon` command."""

from ticket_daemon.cli import main

if __name__ == "__main__":
    main()
