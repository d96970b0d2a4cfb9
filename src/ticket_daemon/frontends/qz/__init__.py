"""QZ Tray's client protocol: pages with an unchanged `qz-tray.js` print through the daemon."""
