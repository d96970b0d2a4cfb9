"""WebSocket and HTTP: sessions, and the application that serves them."""
