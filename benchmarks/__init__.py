"""Measurements, each beside a comparison in the same run: `python dev.py bench [name …]`.

Machines are shared, so only ratios and medians of one run say anything.
"""
