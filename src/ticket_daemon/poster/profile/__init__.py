"""What printers can do: profiles and code pages, as data."""
