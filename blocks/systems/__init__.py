"""Vendors' accounting systems: one folder each, one line each in `registry`."""
