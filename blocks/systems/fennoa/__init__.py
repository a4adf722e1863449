"""Fennoa (REST v1): a target for sales invoices."""
