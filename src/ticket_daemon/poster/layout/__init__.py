"""Text in columns: widths, wrapping, tables, and the bytes of code pages."""
