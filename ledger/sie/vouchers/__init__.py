"""Vouchers and their rows: what belongs together, the exact path, and the canonical tables."""
