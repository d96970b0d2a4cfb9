"""Bitmaps: pictures, symbols and text as dots."""
