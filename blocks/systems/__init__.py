"""Accounting systems, one folder or module each; they never import each other."""
