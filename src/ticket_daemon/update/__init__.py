"""Newer versions: a signed list of releases, fetched, checked, installed, and taken back when they do not work."""
