"""The `ticket-daemon` command."""


def main() -> None:
    """Run the command line."""
