"""What tests share: the daemon as a process, printers as TCP listeners, clients over real WebSockets."""
