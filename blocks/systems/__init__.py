"""Vendors' accounting systems: one folder each, one line each in `registry`."""

from typing import Final

FORTNOX: Final = "fortnox"
"""What Fortnox is called in the hub, in leases and as the source of a load."""
