"""The hardware proxy of Odoo up to 19.0: receipts as pictures, and the drawer."""
