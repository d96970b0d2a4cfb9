"""WebSocket and HTTP: the wire, sessions, and the application that serves them."""
