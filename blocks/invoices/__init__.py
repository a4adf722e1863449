"""Invoices as they come in files, and the tables by which they are judged and mapped."""
