"""What only Windows has: its print spooler. Importable everywhere; asked elsewhere it says that it is not there."""
