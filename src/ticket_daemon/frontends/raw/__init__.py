"""Raw intake: programs that print to an IP address and port 9100, and folders of ready files."""
