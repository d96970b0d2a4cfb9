"""What steers the daemon: read, checked, sealed, shown."""
