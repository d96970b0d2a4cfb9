"""What the machine gives the daemon: places, a log, a lock, a service."""
